"""Cases of places, offenses and contacts: what is counted where, and what is not."""

from pathlib import Path

from tests.cases.writing import (
    SOUTH,
    STAMP,
    WEST,
    WIDTH,
    Case,
    Row,
    calls,
    centre,
    changed,
    moment,
    write_csv,
    write_tracts,
)

OUTCOMES = ("Warning", "Citation", "Arrest")


def offense(number: int, code: str, name: str, status: str = "OPEN") -> Row:
    """An offense in the middle of a tract."""
    x, y = centre(number % 4)
    return {
        "offense_id": f"O{number:06d}",
        "occurred_date": moment(number).strftime(STAMP),
        "nibrs_code": code,
        "offense": name,
        "status": status,
        "longitude": f"{x:.6f}",
        "latitude": f"{y:.6f}",
    }


def _robberies(folder: Path) -> None:
    """A year of robberies and of nothing else."""
    write_tracts(folder)
    write_csv(folder / "offenses.csv", [offense(number, "120", "Robbery") for number in range(400)])


def _all_kinds(folder: Path) -> None:
    """Of 400 offenses 80 were found by looking, 40 are unfounded and 12 have a code that no codebook knows."""
    write_tracts(folder)
    rows = []
    for number in range(400):
        if number % 5 == 0:
            rows.append(offense(number, "35A", "Drug violations"))
        elif number % 10 == 1:
            rows.append(offense(number, "13A", "Assault", "UNFOUNDED"))
        elif number % 33 == 2 and number % 10 != 1:
            rows.append(offense(number, "777", "Something else"))
        else:
            rows.append(
                offense(number, *(("220", "Burglary"), ("13B", "Simple assault"), ("23F", "Theft"))[number % 3])
            )
    write_csv(folder / "offenses.csv", rows)


def _stop(number: int, **more: str) -> Row:
    outcome = OUTCOMES[number % 3]
    x, y = centre(number % 4)
    return {
        "stop_id": f"S{number:05d}",
        "stop_date": moment(number).strftime(STAMP),
        "stop_reason": "Traffic",
        "outcome": outcome,
        "arrest_made": "Y" if outcome == "Arrest" else "N",
        "longitude": f"{x:.6f}",
        "latitude": f"{y:.6f}",
    } | more


def _arrest(number: int, **more: str) -> Row:
    x, y = centre(number % 4)
    return {
        "arrest_id": f"A{number:05d}",
        "arrest_date": moment(number, hours=21.7).strftime(STAMP),
        "charge": "Assault",
        "longitude": f"{x:.6f}",
        "latitude": f"{y:.6f}",
    } | more


def _with_a_number(folder: Path) -> None:
    """400 stops, of which 133 ended in an arrest; those are among 200 arrests, under the number of the call."""
    write_tracts(folder)
    write_csv(folder / "stops.csv", [_stop(number, call_id=f"C{number:06d}") for number in range(400)])
    of_stops = [number for number in range(400) if OUTCOMES[number % 3] == "Arrest"]
    others = [number for number in range(400) if number not in of_stops][: 200 - len(of_stops)]
    write_csv(
        folder / "arrests.csv",
        [_arrest(number, call_id=f"C{number:06d}") for number in of_stops]
        + [_arrest(number, call_id=f"X{number:06d}") for number in others],
    )


def _without_a_number(folder: Path) -> None:
    """The same without the number."""
    write_tracts(folder)
    write_csv(folder / "stops.csv", [_stop(number) for number in range(400)])
    write_csv(folder / "arrests.csv", [_arrest(number) for number in range(0, 400, 2)])


def _on_the_lines(folder: Path) -> None:
    """Of 400 calls 40 lie on the line between the first two tracts, 20 in the second ten metres from it."""
    write_tracts(folder)
    rows = calls()
    line = WEST + WIDTH
    metres = 1 / 83_300  # in degrees of longitude at this latitude
    for number, row in enumerate(rows):
        if number % 10 == 0:
            rows[number] = changed(row, longitude=repr(line), latitude=f"{SOUTH + 0.3 * WIDTH:.6f}")
        elif number % 20 == 1:
            rows[number] = changed(row, longitude=f"{line + 10 * metres:.7f}", latitude=f"{SOUTH + 0.6 * WIDTH:.6f}")
    write_csv(folder / "calls.csv", rows)


CASES = (
    Case("robberies_alone", _robberies),
    Case("offenses_of_all_kinds", _all_kinds),
    Case("stops_and_arrests_linked", _with_a_number),
    Case("stops_and_arrests_apart", _without_a_number),
    Case("calls_on_the_lines", _on_the_lines),
)
