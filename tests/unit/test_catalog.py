"""City files: the shipped ones hold together, and a wrong one is told by file and field."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from orchestration.catalog.model import CatalogError, DataSet, cities, city, read_city

GOOD: dict[str, Any] = {
    "name": "testville",
    "title": "Testville",
    "time_zone": "UTC",
    "projection": "EPSG:32630",
    "boundary": {"west": -1, "south": -1, "east": 1, "north": 1},
    "data_sets": {
        "calls": {
            "title": "Calls", "entity": "calls", "files": ["calls.csv"], "format": "csv", "license": "none",
            "grain": "one call", "growth": "snapshot", "columns": ["a"],
        }
    },
}  # fmt: skip


def written(folder: Path, content: Any) -> Path:
    path = folder / "testville.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


def changed(**changes: Any) -> dict[str, Any]:
    return GOOD | {"data_sets": {"calls": GOOD["data_sets"]["calls"] | changes}}


def test_a_good_city_file(tmp_path: Path) -> None:
    found = read_city(written(tmp_path, GOOD))
    assert found.data_sets["calls"].table == "testville__calls"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (changed(fromat="csv"), ":{fromat}: data_sets.calls.fromat: no such field"),
        (changed(format="dbase"), ":{format}: data_sets.calls.format: Input should be 'csv',"),
        (changed(columns=[]), ":{columns}: data_sets.calls.columns: List should have at least 1 item"),
        (changed(files=[]), ":{files}: data_sets.calls.files"),
        (changed(encoding="ebcdic"), ":{encoding}: data_sets.calls.encoding"),
        (changed(key=["z"]), ":{key}: data_sets.calls.key: names z, which is not among columns"),
        (changed(also_called={"z": ["y"]}), ":{also_called}: data_sets.calls.also_called: names z"),
        (
            changed(columns=["a", "b"], drop=["b"]),
            ":{drop}: data_sets.calls.drop: b cannot be both needed (columns) and dropped",
        ),
        (changed(hash={"bb": "person"}), ":{hash}: data_sets.calls.hash: names bb, which is not among columns"),
        (changed(columns=["a", "b", "a"]), ":{columns}: data_sets.calls.columns: names a more than once"),
        (changed(columns=["a", "The B"]), ":{- The B}: data_sets.calls.columns.1: String should match"),
        (
            changed(columns=["a", "b"], also_called={"a": ["b"]}),
            ":{also_called}: data_sets.calls.also_called: names b, which is a needed",
        ),
        (changed(files=["/etc/passwd"]), ":{files}: data_sets.calls.files: /etc/passwd is no name or pattern inside"),
        (changed(files=["../calls.csv"]), ":{files}: data_sets.calls.files: ../calls.csv is no name or pattern inside"),
        (changed(crs="EPSG:abc"), ":{crs}: data_sets.calls.crs: EPSG:abc is no coordinate reference system"),
        (
            changed(format="json", source={"kind": "socrata", "domain": "x.org", "ids": ["abcd-1234"]}),
            ":{format}: data_sets.calls.format: json, but what comes from socrata is csv",
        ),
        (
            changed(
                format="json",
                source={"kind": "ckan", "portal": "https://x.org", "resources": ["r"], "use": "datastore"},
            ),
            ":{format}: data_sets.calls.format: json, but what comes from ckan is csv",
        ),
        (GOOD | {"projection": "banana"}, ":{projection}: projection: banana is not known"),
        (GOOD | {"projection": "EPSG:4326"}, ":{projection}: projection: EPSG:4326 is geographic 2D, in degrees"),
        (GOOD | {"projection": "EPSG:999999"}, ":{projection}: projection: EPSG:999999 is not known"),
        (
            GOOD | {"data_sets": {"My-Calls": GOOD["data_sets"]["calls"]}},
            ":{My-Calls}: data_sets.My-Calls: String should",
        ),
        (changed(growth="rolling_window"), ":{calls}: data_sets.calls.key: a rolling window needs a key"),
        (changed(source={"kind": "gopher"}), ":{source}: data_sets.calls.source: Input tag 'gopher'"),
        (
            changed(source={"kind": "socrata", "domain": "x.org", "ids": ["1"]}),
            ":{- '1'}: data_sets.calls.source.ids.0: ",
        ),
        (changed(source={"kind": "socrata", "ids": ["abcd-1234"]}), ":{source}: data_sets.calls.source.domain: needed"),
        (GOOD | {"boundary": {"west": -500, "south": 0, "east": 1, "north": 1}}, ":{west}: boundary.west: "),
        (GOOD | {"boundary": {"west": 2, "south": 0, "east": 1, "north": 1}}, ":{boundary}: boundary: west must be"),
        (GOOD | {"time_zone": "Mars/Olympus"}, ":{time_zone}: time_zone: Mars/Olympus is no time zone"),
        (GOOD | {"data_sets": {}}, ":{data_sets}: data_sets: "),
        (GOOD | {"name": "elsewhere"}, ": name: the file is called testville, the city elsewhere"),
        ({"name": "testville"}, ":1: title: needed, but not there"),
        ("- a\n- b\n", ":1: expected fields such as name, title"),
        ("a: [", ":1: not valid YAML"),
        ("", ":1: expected fields such as name, title"),
        ("name: a\ntitle: b\nname: c\n", ":3: name: given twice"),
    ],
)
def test_a_wrong_city_file_is_told_by_file_line_and_field(tmp_path: Path, content: Any, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CatalogError) as caught:
        read_city(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    # {field} stands for the line on which the field is.
    wanted = re.sub(r"\{([^}]+)\}", lambda field: str(line_of(field[1], lines)), says)
    assert f"{path}{wanted}" in str(caught.value)


def line_of(field: str, lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines, start=1) if line.strip().startswith(field))


def test_every_mistake_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, changed(format="dbase", growth="wild") | {"time_zone": "Mars/Olympus"})
    with pytest.raises(CatalogError) as caught:
        read_city(path)
    assert len(str(caught.value).splitlines()) == 3


def test_an_unknown_city_is_told_which_there_are() -> None:
    with pytest.raises(CatalogError, match=r"no city called 'atlantis': .* has .*riverbend.*seattle"):
        city("atlantis")


@pytest.mark.parametrize(
    "data_set",
    [data_set for one in cities().values() for data_set in one.data_sets.values()],
    ids=lambda data_set: data_set.table,
)
def test_shipped_data_sets(data_set: DataSet) -> None:
    added = {"sheet"} if data_set.format == "xlsx" else set()
    assert set(data_set.key) <= set(data_set.columns) | added, "a key that is no needed column"


def test_changes_need_a_key(data_set: Callable[..., Any]) -> None:
    portal = {"kind": "socrata", "domain": "data.example.org", "ids": ["aaaa-1111"]}
    with pytest.raises(ValidationError, match="pulls of changes need a key"):
        data_set(growth="append", source=portal)
    assert data_set(growth="append", source=portal, key=["a"]).compared_every_days == 7
    assert data_set(growth="append", source={"kind": "files", "urls": ["https://example.org/a.csv"]}).key == []
