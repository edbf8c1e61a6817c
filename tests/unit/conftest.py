"""What the tests of ingestion share: an invented data set, and its way from files to the view in schema raw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tenacity import wait_none

from orchestration.catalog.model import Boundary, City, DataSet
from orchestration.ingest.bind import bind
from orchestration.ingest.in_use import InUse
from orchestration.ingest.landing import land
from orchestration.ingest.loads import Load, load
from orchestration.sources.folder import FolderSource
from orchestration.sources.web import Web

MakeDataSet = Callable[..., DataSet]


@dataclass(frozen=True)
class Raw:
    """A load and what SQL sees of it."""

    load: Load
    rows: list[dict[str, Any]]
    rejected: list[tuple[int, str]]
    is_new: bool


def city_of(data_set: DataSet) -> City:
    """A city with one data set."""
    return City(
        name="testville",
        title="Testville",
        time_zone="UTC",
        projection="EPSG:32630",
        boundary=Boundary(west=-1, south=-1, east=1, north=1),
        data_sets={data_set.name: data_set},
    )


@pytest.fixture
def data_set() -> MakeDataSet:
    """Makes a data set with columns a, b and c, changed as asked."""

    def make(**changes: Any) -> DataSet:
        given = {
            "name": "things", "city": "testville", "title": "Things", "entity": "calls", "files": ["things.*"],
            "format": "csv", "license": "none", "grain": "one thing", "growth": "snapshot", "columns": ["a", "b", "c"],
        }  # fmt: skip
        return DataSet.model_validate(given | changes)

    return make


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Raw]:
    """Lands, loads and binds files given as bytes; the folder of exports holds nothing else."""
    calls = 0

    def read(data_set: DataSet, files: Mapping[str, bytes], memory_limit: str = "1GB") -> Raw:
        nonlocal calls
        calls += 1
        exports = tmp_path / f"exports{calls}"
        for name, content in files.items():
            (exports / name).parent.mkdir(parents=True, exist_ok=True)
            (exports / name).write_bytes(content)
        landing, folder = land(FolderSource(exports), data_set, tmp_path / "landing")
        result, is_new = load(landing, folder, data_set, tmp_path / "raw", memory_limit)
        with duckdb.connect() as connection:
            used = {(data_set.city, data_set.name): InUse((result,))}
            bind(connection, [city_of(data_set)], used, tmp_path / "raw")
            found = connection.execute(f'select * from raw."{data_set.table}"')
            names = [column[0] for column in found.description or []]
            rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
            rejected = connection.execute("select line, reason from raw.rejected_lines order by line").fetchall()
        return Raw(result, rows, rejected, is_new)

    return read


@pytest.fixture
def web() -> Callable[..., Web]:
    """Makes an HTTP layer in a hurry: nobody waits between retries."""
    return lambda **changes: Web(**{"timeout": 1.0, "attempts": 4, "wait": wait_none(), **changes})
