"""Cases of text and files: quotes, cut files, columns about persons, columns renamed in one file."""

import json
from pathlib import Path

from tests.cases.writing import STAMP, Case, Row, call, calls, changed, moment, plain, write_csv, write_tracts

RENAMED = {"call_type": "nature", "priority": "prio", "longitude": "x_wgs", "latitude": "y_wgs"}
PEOPLE = {
    "OfficerName": "Example", "VictimName": "Example", "DateOfBirth": "1980-01-01", "CallerName": "Example",
    "LicensePlate": "ABC123", "ownername1": "Example", "StreetName": "OAK ST",
}  # fmt: skip


def _lines_of(folder: Path, change: list[tuple[int, int]]) -> None:
    """400 calls, of which some lines open a quote and others, so many below, close it."""
    write_tracts(folder)
    write_csv(folder / "calls.csv", calls())
    lines = (folder / "calls.csv").read_text().splitlines()
    for at, below in change:
        opened, closed = lines[at].split(","), lines[at + below].split(",")
        opened[6], closed[6] = f'"{opened[6]}', f'{closed[6]}"'
        lines[at], lines[at + below] = ",".join(opened), ",".join(closed)
    (folder / "calls.csv").write_text("\n".join(lines) + "\n")


def _stray_quotes(folder: Path) -> None:
    """19 quotes that each close three rows later."""
    _lines_of(folder, [(at, 3) for at in range(10, 390, 20)])


def _cut_in_its_last_column(folder: Path) -> None:
    """The second delivery breaks off within the latitude of its last row, which is none of all others."""
    write_tracts(folder)
    write_csv(folder / "calls.csv", calls())
    text = (folder / "calls.csv").read_text()
    (folder / "calls.csv").write_text(text.rstrip()[:-5])


def _whole(folder: Path) -> None:
    write_tracts(folder)
    write_csv(folder / "calls.csv", calls())


def _years(folder: Path, years: tuple[int, ...]) -> None:
    write_tracts(folder)
    for year in years:
        rows = [
            call(year * 1000 + number, moment(number, year).strftime(STAMP), number % 4, priority=str(1 + number % 3))
            for number in range(400)
        ]
        if year == 2024:
            rows = [{RENAMED.get(name, name): value for name, value in row.items()} for row in rows]
        write_csv(folder / f"calls_{year}.csv", rows)


def _people(rows: list[Row]) -> list[Row]:
    return [row | PEOPLE for row in rows]


def _callers(rows: list[Row]) -> list[Row]:
    """New columns: two that name callers, one of telephone numbers under a harmless name, one of things."""
    return [
        changed(
            row, caller_name=f"Pat Example{number}", CallbackPhone=f"515-555-{number:04d}",
            extra=f"(515) 556-{number:04d}", facility_name="LIBRARY",
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip


def _paragraphs(rows: list[Row]) -> list[Row]:
    """Every tenth place is written on three lines, as RFC 4180 allows."""
    return [
        changed(row, block_address=f"{number} OAK ST,\nrear, left\nsecond floor") if number % 10 == 0 else row
        for number, row in enumerate(rows)
    ]


def _repeated_keys(folder: Path) -> None:
    """JSON objects in which a key stands twice, the second time without the first one's value."""
    write_tracts(folder)
    records = [json.dumps(row)[:-1] + ', "disposition": "CLOSED"}' for row in calls()]
    (folder / "calls.json").write_text(f"[{', '.join(records)}]")


CASES = (
    Case("stray_quotes", _stray_quotes),
    Case("values_of_several_lines", plain(_paragraphs)),
    Case("cut_in_its_last_column", _whole, _cut_in_its_last_column),
    Case("renamed_in_one_year", lambda folder: _years(folder, (2022, 2023)), lambda folder: _years(folder, (2022, 2023, 2024))),
    Case("people_in_camel_case", plain(_people)),
    Case("new_columns_name_callers", plain(lambda rows: rows), plain(_callers)),
    Case("key_stands_twice", _repeated_keys),
)  # fmt: skip
