"""Cases of loads: second deliveries that are older, cut, incomplete, or the same feed under another name."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.cases.writing import STAMP, Case, Row, call, calls, centre, write_csv, write_tracts


def _files(**files: list[Row]) -> Callable[[Path], None]:
    """What writes tracts and CSV files; names may hold anything but dots."""

    def write(folder: Path) -> None:
        write_tracts(folder)
        for name, rows in files.items():
            write_csv(folder / f"{name}.csv", rows)

    return write


def month(number: int, days: Iterable[int], year: int = 2024, a_day: int = 6) -> list[Row]:
    """Calls of some days of a month, the same whenever they are asked for."""
    stamps = [dt.datetime(year, number, day, (5 * k + day) % 24, 7 * k) for day in days for k in range(a_day)]
    return [call(number * 1000 + i, f"{at:%Y-%m-%d %H:%M:%S}", i % 4) for i, at in enumerate(stamps)]


def thefts(n: int, year: int) -> list[Row]:
    """Offenses of which no column is a key."""
    rows = []
    for number in range(n):
        x, y = centre(number % 4)
        at = dt.datetime(year, 1, 1, 6) + dt.timedelta(hours=23 * number)
        rows.append(
            {
                "occurred_date": at.strftime(STAMP),
                "offense_description": "SHOPLIFTING",
                "nibrs_code": "23C",
                "block_address": f"{number % 50}00 BLOCK OAK ST",
                "longitude": f"{x:.6f}",
                "latitude": f"{y:.6f}",
            }
        )
    return rows


def grows(how: str) -> tuple[str, str]:
    """The edit that says how the records of a drafted city grow; outlines stay a snapshot."""
    return r"(entity: (?:calls|offenses).*\n(?:    .*\n)*?    growth: )\w+", rf"\g<1>{how}"


WHOLE = range(1, 29)
MONTHS = {f"calls_2024_{number:02d}": month(number, WHOLE) for number in range(1, 7)}
WITHOUT_MARCH = {name: rows for name, rows in MONTHS.items() if not name.endswith("03")}
CORRECTED = MONTHS["calls_2024_02"][:-3]

CASES = (
    Case("older_by_its_name", _files(**{"log_asof_2024-03-15": calls(400)}),
         _files(**{"log_asof_2024-03-01": calls(360)})),
    Case("older_by_its_records", _files(calls=calls(400)), _files(calls=calls(380)), edits=(grows("append"),)),
    Case("older_snapshot", _files(calls=calls(400)), _files(calls=calls(380))),
    Case("growing_set_lacks_a_stretch", _files(calls=calls(400)), _files(calls=[*calls(400)[:100], *calls(400)[120:]]),
         edits=(grows("append"),)),
    Case("another_year_under_the_name", _files(calls=calls(400, 2022)), _files(calls=calls(420, 2023))),
    Case("month_cut_short", _files(**MONTHS), _files(calls_2024_03=month(3, range(1, 6))), edits=(grows("yearly_files"),)),
    Case("month_older", _files(**MONTHS), _files(calls_2024_03=month(3, range(1, 28))), edits=(grows("yearly_files"),)),
    Case("month_corrected", _files(**MONTHS), _files(calls_2024_02=CORRECTED), edits=(grows("yearly_files"),)),
    Case("month_missing", _files(**MONTHS), _files(**WITHOUT_MARCH), edits=(grows("snapshot"),)),
    Case("month_added", _files(**MONTHS), _files(**MONTHS, calls_2024_07=month(7, WHOLE)), edits=(grows("snapshot"),)),
    Case("same_feed_two_names", _files(thefts_2023=thefts(300, 2023)), _files(thefts_2024=thefts(310, 2023)),
         edits=(grows("yearly_files"), (r"thefts_2023\.csv", "thefts_*.csv"))),
)  # fmt: skip
