"""Cases of cities nobody prepared: exports as they are found, from which a draft must be usable."""

import datetime as dt
import json
import zipfile
from pathlib import Path

from tests.cases.writing import (
    CHICAGO,
    TRACTS,
    Case,
    Row,
    call,
    calls,
    centre,
    changed,
    moment,
    write_csv,
    write_tracts,
)


def _clock_beside(folder: Path) -> None:
    """The day in one column, always at midnight, and the clock in another."""
    rows = []
    for number, row in enumerate(calls()):
        at = moment(number)
        del row["received"]
        rows.append(
            row | {"EVENTDT": f"{at:%m/%d/%Y} 12:00:00 AM", "EVENTTM": f"{at:%H:%M}", "CVDOW": str(at.weekday())}
        )
    write_tracts(folder)
    write_csv(folder / "PoliceCalls.csv", rows)


def _zipped_without_an_id(folder: Path) -> None:
    """An archive of one file of a name that begins with a digit; the type is packed into a title."""
    titles = ("EMS: BACK PAINS/INJURY", "Fire: GAS-ODOR/LEAK", "Traffic: VEHICLE ACCIDENT -")
    rows = []
    for number in range(400):
        x, y = centre(number % 4)
        rows.append(
            {"lat": f"{y:.6f}", "lng": f"{x:.6f}", "zip": "50309", "title": titles[number % 3],
             "timeStamp": f"{moment(number):%Y-%m-%d %H:%M:%S}", "addr": f"{number % 90 + 1} OAK ST & ELM ST", "e": "1"}
        )  # fmt: skip
    write_tracts(folder)
    write_csv(folder / "911.csv", rows)
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.write(folder / "911.csv", "911.csv")
    (folder / "911.csv").unlink()


def _milliseconds_in_camel_case(folder: Path) -> None:
    """Stops with milliseconds since 1970, and names of several words without a sign between them."""
    features = []
    for number in range(400):
        x, y = centre(number % 4)
        at = moment(number).replace(tzinfo=CHICAGO)
        features.append(
            {"masterIncidentNumber": f"24-{number:06d}", "responseDate": str(int(at.timestamp() * 1000)),
             "reason": "Investigative", "problem": "Suspicious Person", "callDisposition": "BKG", "race": "Unknown",
             "gender": "Unknown", "lat": f"{y:.6f}", "long": f"{x:.6f}", "policePrecinct": str(number % 4 + 1)}
        )  # fmt: skip
    write_tracts(folder)
    write_csv(folder / "Police_Stop_Data.csv", features)


def _months_one_empty(folder: Path) -> None:
    """Four months in files of digits alone; the last has only a header."""
    write_tracts(folder)
    for month in (1, 2, 3):
        rows = [
            call(
                100 * month + number,
                f"2024-{month:02d}-{number % 28 + 1:02d} {number % 24:02d}:{number % 60:02d}:00",
                number % 4,
            )
            for number in range(80)
        ]
        write_csv(folder / f"24-{month}.csv", rows)
    write_csv(folder / "24-4.csv", [], list(call(0, "")))


def _without_the_last_month(folder: Path) -> None:
    _months_one_empty(folder)
    (folder / "24-3.csv").unlink()


def _zones_lost_their_zero(folder: Path) -> None:
    """Ids of tracts that a spreadsheet took for numbers; no coordinates."""
    ids = [f"0{tract[1:]}" for tract in TRACTS]
    rows: list[Row] = []
    for number, row in enumerate(calls()):
        del row["longitude"], row["latitude"]
        rows.append(row | {"CensusTract": str(int(ids[number % 4]))})
    write_tracts(folder, ids)
    write_csv(folder / "calls.csv", rows)


def _titles_above_the_header(folder: Path) -> None:
    """Two lines of titles, and then the header."""
    write_tracts(folder)
    path = folder / "calls.csv"
    write_csv(path, calls())
    commas = "," * (len(call(0, "")) - 1)
    path.write_text(f"Calls for service{commas}\nas of 2024-01-05{commas}\n{path.read_text()}")


def _repeated_key(folder: Path) -> None:
    """Requests in JSON; every object has its status twice."""
    texts = []
    for number in range(300):
        x, y = centre(number % 4)
        at = moment(number, hours=26)
        one = {
            "service_request_id": f"S{number:05d}", "status": "closed", "service_name": "Pothole",
            "requested_datetime": f"{at:%Y-%m-%dT%H:%M:%S}", "lat": y, "long": x,
        }  # fmt: skip
        texts.append(json.dumps(one)[:-1] + ', "status": "done"}')
    write_tracts(folder)
    (folder / "requests_311.json").write_text(f"[{', '.join(texts)}]")


def _only_zones(folder: Path) -> None:
    write_tracts(folder)


def _months_for_times(folder: Path) -> None:
    """Crimes with a month for a time, and no id for a third."""
    rows = []
    for number in range(300):
        x, y = centre(number % 4)
        rows.append(
            {"Crime ID": "" if number % 3 == 0 else f"{number:064x}", "Month": "2024-03", "Longitude": f"{x:.6f}",
             "Latitude": f"{y:.6f}", "Location": "On or near Oak Street", "Crime type": "Burglary"}
        )  # fmt: skip
    write_tracts(folder)
    write_csv(folder / "2024-03-city-street.csv", rows)


def _no_id_for_a_third(folder: Path) -> None:
    """Crimes with days, of which a third has no id."""
    rows = []
    for number in range(300):
        x, y = centre(number % 4)
        rows.append(
            {"Crime ID": "" if number % 3 == 0 else f"{number:064x}", "Occurred": f"{moment(number, hours=28):%Y-%m-%d %H:%M:%S}",
             "Crime type": "Burglary", "Longitude": f"{x:.6f}", "Latitude": f"{y:.6f}", "Falls within": "City Police"}
        )  # fmt: skip
    write_tracts(folder)
    write_csv(folder / "crimes.csv", rows)


def _clocks_of_numbers(folder: Path) -> None:
    """ISO days, and clocks written 5, 905 and 1405."""
    rows = []
    for number, row in enumerate(calls()):
        at = moment(number)
        del row["received"]
        rows.append(row | {"call_date": f"{at:%Y-%m-%d}", "call_time": str(int(f"{at:%H%M}"))})
    write_tracts(folder)
    write_csv(folder / "calls.csv", rows)


def _half_clock(folder: Path) -> None:
    """A day, and a clock from 1 to 12 that does not say which half of the day it is."""
    rows = []
    for number, row in enumerate(calls()):
        at = moment(number)
        del row["received"]
        rows.append(row | {"call_date": f"{at:%m/%d/%Y}", "call_time": f"{at.hour % 12 or 12}:{at:%M:%S}"})
    write_tracts(folder)
    write_csv(folder / "calls.csv", rows)


def on_the_hour(rows: list[Row]) -> list[Row]:
    """Calls whose minutes were cut off, and nothing says who started them."""
    cut = [changed(row, received=f"{dt.datetime.fromisoformat(row['received']):%Y-%m-%d %H:00:00}") for row in rows]
    return [{name: value for name, value in row.items() if name != "call_source"} for row in cut]


def _on_the_hour(folder: Path) -> None:
    # A fifth tract, in which nothing ever happens.
    write_tracts(folder, (*TRACTS, "19001000500"))
    write_csv(folder / "calls.csv", on_the_hour(calls()))


CASES = (
    Case("clock_beside", _clock_beside),
    Case("zipped_without_an_id", _zipped_without_an_id),
    Case("milliseconds_in_camel_case", _milliseconds_in_camel_case),
    Case("months_one_empty", _months_one_empty, _without_the_last_month),
    Case("zones_lost_their_zero", _zones_lost_their_zero),
    Case("titles_above_the_header", _titles_above_the_header),
    Case("repeated_key", _repeated_key),
    Case("only_zones", _only_zones),
    Case("months_for_times", _months_for_times, runs=False),
    Case("no_id_for_a_third", _no_id_for_a_third),
    Case("clocks_of_numbers", _clocks_of_numbers),
    Case("half_clock", _half_clock),
    Case("minutes_cut_off", _on_the_hour),
)
