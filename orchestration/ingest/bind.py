"""Binding: the loads a run uses, shown to SQL as schema raw of the build database.

`raw.<city>__<data_set>` is a view on the Parquet of the chosen load; a data set never loaded is a view without
rows, so the graph of models is the same whichever cities a warehouse holds. Beside them stand tables about the
loads themselves, which the gates and the audit marts read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import duckdb

from orchestration.catalog.model import ADDED_COLUMNS, City, DataSet
from orchestration.ingest.loads import Load
from orchestration.ingest.readers.base import FileRead, kept
from orchestration.ingest.sql import literal, path_literal, piecewise, quoted


@dataclass(frozen=True)
class BoundLoad:
    """A load a run uses, beside the one of the current release."""

    load: Load
    previous: Load | None
    shrink_accepted: bool


TABLES = """
create or replace table raw.cities (
    city varchar, title varchar, time_zone varchar, west double, south double, east double, north double);
create or replace table raw.loads (
    city varchar, data_set varchar, entity varchar, load_id varchar, landed_at timestamp, files bigint, bytes bigint,
    records bigint, rows bigint, rejected_lines bigint, previous_load_id varchar, previous_rows bigint,
    shrink_accepted boolean, title varchar, url varchar, license varchar, grain varchar, sha256 varchar);
create or replace table raw.load_columns (
    city varchar, data_set varchar, load_id varchar, column_name varchar, present boolean, likely_new_name varchar);
create or replace table raw.rejected_lines (
    city varchar, data_set varchar, load_id varchar, file varchar, line bigint, reason varchar);
"""


def bind(
    connection: duckdb.DuckDBPyConnection,
    cities: Iterable[City],
    bound: Mapping[tuple[str, str], BoundLoad],
    raw_root: Path,
) -> None:
    """Fill schema raw. `bound` is keyed by (city, data set); data sets it lacks become empty views."""
    connection.execute("create schema if not exists raw")
    connection.execute(TABLES)
    for city in cities:
        box = city.boundary
        connection.execute(
            "insert into raw.cities values (?, ?, ?, ?, ?, ?, ?)",
            [city.name, city.title, city.time_zone, box.west, box.south, box.east, box.north],
        )
        for data_set in city.data_sets.values():
            used = bound.get((city.name, data_set.name))
            connection.execute(_view(data_set, used.load if used else None, raw_root))
            if used:
                _describe(connection, data_set, used)


def _describe(connection: duckdb.DuckDBPyConnection, data_set: DataSet, used: BoundLoad) -> None:
    load, previous = used.load, used.previous
    connection.execute(
        f"insert into raw.loads values ({', '.join('?' * 18)})",
        [
            load.city,
            load.data_set,
            data_set.entity,
            load.load_id,
            load.landed_at.replace(tzinfo=None),
            len(load.files),
            load.bytes,
            load.records,
            load.rows,
            len(load.rejected),
            previous.load_id if previous else None,
            previous.rows if previous else None,
            used.shrink_accepted,
            data_set.title,
            load.url,
            load.license,
            data_set.grain,
            " ".join(f"{name}:{digest}" for name, digest in sorted(load.sha256.items())),
        ],
    )
    missing = load.missing_columns(data_set)
    connection.executemany(
        "insert into raw.load_columns values (?, ?, ?, ?, ?, ?)",
        [
            [load.city, load.data_set, load.load_id, name, name not in missing, missing.get(name)]
            for name in data_set.columns
        ],
    )
    connection.execute(
        "insert into raw.rejected_lines "
        "select ?, ?, ?, unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[])",
        [
            load.city,
            load.data_set,
            load.load_id,
            [line.file for line in load.rejected],
            [line.line for line in load.rejected],
            [line.reason for line in load.rejected],
        ],
    )


def _view(data_set: DataSet, load: Load | None, raw_root: Path) -> str:
    """One view a data set: its needed columns (NULL where the load lacks one) and whatever else it brought."""
    found = load.columns if load else []
    wanted = kept(list(dict.fromkeys([*data_set.columns, *found, *ADDED_COLUMNS.get(data_set.format, [])])), data_set)
    name = f"raw.{quoted(data_set.table)}"
    if load is None:
        columns = ", ".join(f"null::varchar as {quoted(column)}" for column in wanted)
        return (
            f"create or replace view {name} as select {columns}, null::varchar as _load_id, "
            "null::bigint as _load_number, null::varchar as _file, null::bigint as _line where false"
        )
    parts = []
    for parquet, group in groupby((file for file in load.files if file.rows), key=lambda file: file.parquet):
        files = list(group)
        stored = {column for file in files for column in file.headers}
        columns = ", ".join(
            quoted(column) if column in stored else f"null::varchar as {quoted(column)}" for column in wanted
        )
        path = raw_root / data_set.city / data_set.name / load.load_id / parquet
        parts.append(
            f"select {columns}, {literal(load.load_id)} as _load_id, cast(1 as bigint) as _load_number, "
            f"{_file(files)} as _file, {_line(files)} as _line "
            f"from read_parquet({path_literal(path)}, file_row_number = true, hive_partitioning = false)"
        )
    return f"create or replace view {name} as {' union all '.join(parts)}"


def _file(files: list[FileRead]) -> str:
    """The file a row of a Parquet file came from."""
    return piecewise("file_row_number", [(file.first_row, literal(file.file)) for file in files])


def _line(files: list[FileRead]) -> str:
    """The line a row came from: each line set aside before it moves it one down."""
    pieces: dict[int, str] = {}
    column = "file_row_number" if files[0].first_line is not None else "_line"
    for file in files:
        # What a row's line would be without lines set aside, less the column it is reckoned from.
        offset = file.first_line - file.first_row if file.first_line is not None else 0
        pieces[file.first_row] = f"{column} + {offset}"
        for before, line in enumerate(file.aside):
            pieces[max(line - before - offset, file.first_row)] = f"{column} + {offset + before + 1}"
    return piecewise(column, sorted(pieces.items()))
