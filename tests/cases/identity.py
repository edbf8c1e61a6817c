"""Cases of identity: keys that stand for two things, and exports without a key."""

from pathlib import Path

from tests.cases.writing import STAMP, Case, Row, call, calls, centre, changed, moment, plain, write_csv, write_tracts


def _numbers_start_anew(share: int) -> list[Row]:
    """Call numbers of 2023, some of them used again for another call of 2024."""
    rows = calls()
    again = [
        changed(row, received=moment(n, 2024).strftime(STAMP), block_address="1 BLOCK ELM ST")
        for n, row in enumerate(rows[:share])
    ]
    return [*rows, *again]


def _same_number_of_two_counties(folder: Path) -> None:
    """24 outlines; a short tract number is used by two counties."""
    ids = [f"{100 * (number + 1):06d}" for number in range(24)]
    ids[20] = "000200"
    write_tracts(folder, ids)
    write_csv(folder / "calls.csv", [call(n, moment(n, hours=3.6).strftime(STAMP), n % 24) for n in range(2400)])


def _repeats_without_an_id(folder: Path) -> None:
    """300 offenses without a number; one of them stands twelve times more."""
    write_tracts(folder)
    rows = []
    for number in range(300):
        x, y = centre(number % 4)
        rows.append(
            {
                "occurred_date": moment(number, hours=28).strftime(STAMP),
                "offense_description": "SHOPLIFTING",
                "nibrs_code": "23C",
                "block_address": f"{number % 50}00 BLOCK OAK ST",
                "longitude": f"{x:.6f}",
                "latitude": f"{y:.6f}",
            }
        )
    write_csv(folder / "crimes.csv", [*rows, *[rows[1]] * 12])


def _repeats_of_a_key(rows: list[Row]) -> list[Row]:
    """Five rows are written twice in every column."""
    return [*rows, *rows[:5]]


CASES = (
    Case("same_number_another_call", plain(lambda _: _numbers_start_anew(30))),
    Case("few_numbers_another_call", plain(lambda _: _numbers_start_anew(3))),
    Case("short_tract_numbers", _same_number_of_two_counties),
    Case("repeats_without_an_id", _repeats_without_an_id),
    Case("repeats_of_a_key", plain(_repeats_of_a_key)),
)
