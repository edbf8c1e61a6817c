"""What cases are made of: four square tracts of an invented city in Iowa, and calls spread over them."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
TRACTS = ("19001000100", "19001000200", "19001000300", "19001000400")
WEST, SOUTH, WIDTH = -93.70, 41.55, 0.02
STAMP = "%Y-%m-%d %H:%M:%S"

Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """An invented city: its name, what writes its first delivery, and its second one where there is one.

    `runs` is False where the draft itself is what is looked at, or cannot be run. `edits` are what a
    person changes in the drafted city file: a pattern, and what takes its place.
    """

    name: str
    first: Callable[[Path], None]
    second: Callable[[Path], None] | None = None
    runs: bool = True
    edits: tuple[tuple[str, str], ...] = ()


def centre(tract: int) -> tuple[float, float]:
    """Longitude and latitude in the middle of a tract."""
    return WEST + (tract % 2 + 0.5) * WIDTH, SOUTH + (tract // 2 + 0.5) * WIDTH


def write_tracts(folder: Path, ids: Iterable[str] = TRACTS, **more: Any) -> None:
    """Square tracts of 4,000 residents each, two a row; `more` are properties of every one."""
    features = []
    for number, tract in enumerate(ids):
        x, y = WEST + number % 2 * WIDTH, SOUTH + number // 2 * WIDTH
        ring = [[x, y], [x + WIDTH, y], [x + WIDTH, y + WIDTH], [x, y + WIDTH], [x, y]]
        features.append(
            {
                "type": "Feature",
                "properties": {"geoid": tract, "b01003_001e": 4000, "b01003_001m": 100, **more},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tracts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def call(number: int, received: str, tract: int = 0, **more: str) -> Row:
    """A call for service in the middle of a tract; `more` overrides or adds columns."""
    x, y = centre(tract)
    return {
        "call_id": f"C{number:06d}",
        "received": received,
        "call_type": "NOISE COMPLAINT",
        "priority": "3",
        "call_source": "911",
        "disposition": "REPORT",
        "block_address": f"{number % 90 + 1}00 BLOCK OAK ST",
        "longitude": f"{x:.6f}",
        "latitude": f"{y:.6f}",
    } | more


def moment(number: int, year: int = 2023, hours: float = 21.7) -> dt.datetime:
    """The wall clock of the nth of some calls that are so many hours apart."""
    return dt.datetime(year, 1, 1, 6) + dt.timedelta(hours=hours * number)


def calls(n: int = 400, year: int = 2023) -> list[Row]:
    """Calls over a year, a quarter of them in each tract."""
    return [call(number, moment(number, year).strftime(STAMP), number % 4) for number in range(n)]


def write_csv(path: Path, rows: list[Row], header: Iterable[str] | None = None) -> None:
    """A CSV file of rows, by the columns of the first or of the header given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(header or rows[0])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def plain(change: Callable[[list[Row]], list[Row]]) -> Callable[[Path], None]:
    """What writes tracts and 400 calls, the calls changed in one way."""

    def write(folder: Path) -> None:
        write_tracts(folder)
        write_csv(folder / "calls.csv", change(calls()))

    return write


def changed(row: Mapping[str, str], **values: str) -> Row:
    """A copy of a row with other values."""
    return {**row, **values}
