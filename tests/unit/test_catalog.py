"""City files: the shipped ones hold together, and a wrong one is told by file and field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.catalog.model import CatalogError, DataSet, cities, city, read_city

GOOD: dict[str, Any] = {
    "name": "testville",
    "title": "Testville",
    "time_zone": "UTC",
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
        (changed(fromat="csv"), "data_sets.calls.fromat"),
        (changed(format="parquet"), "data_sets.calls.format"),
        (changed(columns=[]), "data_sets.calls.columns"),
        (changed(files=[]), "data_sets.calls.files"),
        (changed(encoding="ebcdic"), "data_sets.calls.encoding"),
        (GOOD | {"boundary": {"west": -500, "south": 0, "east": 1, "north": 1}}, "boundary.west"),
        (GOOD | {"data_sets": {}}, "data_sets"),
        (GOOD | {"name": "elsewhere"}, "the file is called testville, the city elsewhere"),
        ({"name": "testville"}, "expected a mapping with name, title"),
        ("- a\n- b\n", "expected a mapping with name, title"),
        ("a: [", "not valid YAML"),
        ("", "expected a mapping with name, title"),
    ],
)
def test_a_wrong_city_file_is_told_by_file_and_field(tmp_path: Path, content: Any, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(CatalogError) as caught:
        read_city(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_an_unknown_city_is_told_which_there_are() -> None:
    with pytest.raises(CatalogError, match=r"no city called 'atlantis': .* has .*riverbend.*seattle"):
        city("atlantis")


@pytest.mark.parametrize(
    "data_set",
    [data_set for one in cities().values() for data_set in one.data_sets.values()],
    ids=lambda data_set: data_set.table,
)
def test_shipped_data_sets(data_set: DataSet) -> None:
    assert not set(data_set.drop) & set(data_set.columns), "a needed column is dropped"
    added = {"sheet"} if data_set.format == "xlsx" else set()
    assert set(data_set.key) <= set(data_set.columns) | added, "a key that is no needed column"
