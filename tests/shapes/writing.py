"""Files in the shapes that portals publish, made of invented rows: what the modules beside this one share.

Bulk rows are plain, so that a gate judges shares as it would in a real export; each trap is a row with a key of its
own. Nothing here is about anybody.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas
from shapely.geometry import box

BULK = 200
Row = Mapping[str, Any]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """A file of a Socrata interface: the header is of field names, missing values are empty."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, header, restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


DATES = {"called_at", "calldatetime", "createddate", "statusdate", "duedate", "lastactivitydate"}  # of ArcGIS layers


def write_arcgis(path: Path, fields: Sequence[str], features: Iterable[Row]) -> None:
    """A page of an ArcGIS answer: every field in every feature; `x` and `y` become its point."""
    content = {
        "objectIdFieldName": "OBJECTID",
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": 4326},
        "fields": [
            {"name": name, "type": "esriFieldTypeDate" if name.lower() in DATES else "esriFieldTypeString"}
            for name in ("OBJECTID", *fields)
        ],
        "features": [
            {
                "attributes": {"OBJECTID": number} | {field: feature.get(field) for field in fields},
                **({"geometry": {"x": feature["x"], "y": feature["y"]}} if "x" in feature else {}),
            }
            for number, feature in enumerate(features, start=1)
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def write_tracts(
    path: Path,
    state: str,
    county: str,
    west: float,
    south: float,
    east: float,
    north: float,
    numbers: tuple[str, str, str] = ("000100", "000200", "990000"),
) -> None:
    """A zipped cartographic file of a state: two tracts of the county, one of water alone, one of another county."""
    middle = (west + east) / 2
    tracts = [
        (county, numbers[0], 1000, box(west, south, middle, north)),
        (county, numbers[1], 1000, box(middle, south, east, north)),
        (county, numbers[2], 0, box(east, south, east + 0.1, north)),
        ("999", "000300", 1000, box(west - 0.1, south, west, north)),
    ]
    frame = geopandas.GeoDataFrame(
        {
            "STATEFP": state,
            "COUNTYFP": [code for code, *_ in tracts],
            "TRACTCE": [number for _, number, *_ in tracts],
            "GEOID": [f"{state}{code}{number}" for code, number, *_ in tracts],
            "NAME": [str(int(number) // 100) for _, number, *_ in tracts],
            "ALAND": [land for *_, land, _ in tracts],
            "AWATER": 0,
        },
        geometry=[shape for *_, shape in tracts],
        crs="EPSG:4269",
    )
    frame.to_file(path.with_suffix(".shz"), driver="ESRI Shapefile")
    path.with_suffix(".shz").rename(path)


def moments(first: datetime, count: int = BULK, step: timedelta = timedelta(hours=5)) -> list[datetime]:
    """Times of bulk rows."""
    return [first + step * number for number in range(count)]


def iso(moment: datetime) -> str:
    """A wall-clock time as a Socrata interface writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000")


def milliseconds(local: datetime, time_zone: str) -> int:
    """A wall-clock time as ArcGIS writes it: milliseconds since 1970, UTC."""
    return int(local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC).timestamp()) * 1000


def later(moment: datetime, minutes: float) -> datetime:
    """So many minutes on."""
    return moment + timedelta(minutes=minutes)


def spread(low: float, high: float, number: int) -> float:
    """A coordinate between two, another for each number, five places as portals round it."""
    return round(low + (high - low) * (0.05 + 0.9 * (number * 37 % 101) / 101), 5)
