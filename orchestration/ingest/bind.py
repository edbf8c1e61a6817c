"""Binding: the loads a run uses, shown to SQL as schema raw of the build database.

`raw.<city>__<data_set>` is a view on the Parquet of the loads in use, each row with its load's id and number, the
newest load having the highest, and with what the city file says of times and repeats (`_first_day`, `_repeats`); a data
set never loaded is a view without rows, so the graph of models is the same whichever cities a warehouse holds. Beside them stand tables about the
loads themselves, which the gates and the audit marts read.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import ADDED_COLUMNS, City, DataSet
from orchestration.ingest.bind_changes import TABLES as CHANGE_TABLES
from orchestration.ingest.bind_changes import bind_changes, bind_withdrawn, place_withdrawn
from orchestration.ingest.column_changes import changes
from orchestration.ingest.in_use import InUse, files_in_use
from orchestration.ingest.loads import Load, total
from orchestration.ingest.needed import Missing, missing_columns
from orchestration.ingest.readers.base import FileRead, kept
from orchestration.ingest.replaced import kept_rows
from orchestration.ingest.sql import literal, path_literal, piecewise, quoted

TABLES = """
create or replace table raw.cities (
    city varchar, title varchar, time_zone varchar, west double, south double, east double, north double);
create or replace table raw.loads (
    city varchar, data_set varchar, entity varchar, growth varchar, load_id varchar, load_number bigint,
    complete boolean, changed_since timestamp, as_of timestamp, looked_at timestamp, looks_back_days bigint,
    landed_at timestamp, files bigint, bytes bigint,
    portal_rows bigint, records bigint, rows bigint, rejected_lines bigint, withdrawn_rows bigint,
    previous_load_id varchar, previous_rows bigint, kept_rows bigint, shrink_accepted boolean, listing_id varchar,
    listed_keys bigint, unknown_keys bigint, title varchar, url varchar, license varchar, terms varchar, grain varchar, sha256 varchar);
create or replace table raw.files (
    city varchar, data_set varchar, load_id varchar, file varchar, records bigint, rows bigint, rejected_lines bigint);
create or replace table raw.file_notes (
    city varchar, data_set varchar, load_id varchar, file varchar, kind varchar, count bigint, found varchar);
create or replace table raw.load_columns (
    city varchar, data_set varchar, load_id varchar, column_name varchar, present boolean, files_without bigint,
    file varchar, likely_new_name varchar, new_columns varchar);
create or replace table raw.column_changes (
    city varchar, data_set varchar, load_id varchar, previous_load_id varchar, column_name varchar, change varchar,
    before varchar, after varchar, needed boolean);
create or replace table raw.rejected_lines (
    city varchar, data_set varchar, load_id varchar, file varchar, line bigint, reason varchar);
"""


def bind(
    connection: duckdb.DuckDBPyConnection,
    cities: Iterable[City],
    used: Mapping[tuple[str, str], InUse],
    raw_root: Path,
) -> None:
    """Fill schema raw. `used` is keyed by (city, data set); data sets it lacks become empty views."""
    connection.execute("create schema if not exists raw")
    connection.execute(TABLES)
    connection.execute(CHANGE_TABLES)
    for city in cities:
        box = city.boundary
        connection.execute(
            "insert into raw.cities values (?, ?, ?, ?, ?, ?, ?)",
            [city.name, city.title, city.time_zone, box.west, box.south, box.east, box.north],
        )
        for data_set in city.data_sets.values():
            in_use = used.get((city.name, data_set.name))
            if in_use:
                bind_withdrawn(connection, data_set, in_use)
            connection.execute(_view(data_set, in_use, raw_root))
            if in_use:
                if in_use.compared and in_use.compared.withdrawn:
                    place_withdrawn(
                        connection,
                        data_set,
                        _parts(data_set, in_use.loads, data_set.key[:1] or data_set.columns[:1], raw_root, placed=True),
                    )
                _describe(connection, data_set, in_use)
                bind_changes(connection, data_set, in_use)


def _describe(connection: duckdb.DuckDBPyConnection, data_set: DataSet, in_use: InUse) -> None:
    counted = files_in_use(data_set.growth, in_use.loads)
    for number, (load, files) in enumerate(zip(in_use.loads, counted, strict=True), start=1):
        _insert_load(connection, data_set, load, number, files, in_use)
        former = in_use.former if load == in_use.newest else None
        missing = missing_columns(files, data_set, former.columns if former else ())
        own = [load.city, load.data_set, load.load_id]
        _insert(connection, "load_columns", [[*own, name, *_found(missing.get(name))] for name in data_set.columns])
        _insert(
            connection,
            "column_changes",
            [[*own, None, name, "withheld", None, reason, False] for name, reason in _withheld(files).items()],
        )
        _insert(
            connection,
            "files",
            [[*own, file.file, file.records, file.rows, len(file.rejected)] for file in files],
        )
        _insert(
            connection,
            "file_notes",
            [[*own, file.file, note.kind, note.count, note.found] for file in files for note in file.notes],
        )
    newest, before = in_use.newest, in_use.former
    if before:
        found = changes(before, newest, data_set)
        own = [newest.city, newest.data_set, newest.load_id, before.load_id]
        _insert(connection, "column_changes", [[*own, *vars(change).values()] for change in found])


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    if rows:
        connection.executemany(f"insert into raw.{table} values ({', '.join('?' * len(rows[0]))})", rows)


def _found(missing: Missing | None) -> list[Any]:
    """What raw.load_columns says of a column: whether it is there, and where not, what may stand for it."""
    if missing is None:
        return [True, 0, None, None, None]
    return [False, missing.files, missing.file, missing.likely_new_name, ", ".join(missing.new_columns[:10]) or None]


def _withheld(files: Sequence[FileRead]) -> dict[str, str]:
    return {name: reason for file in files for name, reason in file.withheld.items()}


def _insert_load(
    connection: duckdb.DuckDBPyConnection,
    data_set: DataSet,
    load: Load,
    number: int,
    files: list[FileRead],
    in_use: InUse,
) -> None:
    replaced = in_use.replaced if load == in_use.newest else None
    listing, compared = in_use.listing, in_use.compared
    withdrawn = connection.execute(
        "select count(*) from raw.withdrawn_rows where city = ? and data_set = ? and load_id = ?",
        [load.city, load.data_set, load.load_id],
    ).fetchall()[0][0]
    rejected = [line for file in files for line in file.rejected]
    connection.execute(
        f"insert into raw.loads values ({', '.join('?' * 32)})",
        [
            load.city,
            load.data_set,
            data_set.entity,
            data_set.growth,
            load.load_id,
            number,
            load.complete,
            load.changed_since and load.changed_since.replace(tzinfo=None),
            as_of_time(load, in_use).replace(tzinfo=None),
            in_use.looked_at and in_use.looked_at.replace(tzinfo=None),
            _looks_back(data_set, in_use),
            load.landed_at.replace(tzinfo=None),
            len(files),
            load.bytes,
            load.portal_rows if len(files) == len(load.files) else None,
            total([file.records for file in files]),
            sum(file.rows for file in files),
            len(rejected),
            withdrawn,
            replaced.load_id if replaced else None,
            replaced.rows if replaced else None,
            kept_rows(load, replaced) if replaced else None,
            in_use.shrink_accepted,
            listing.listing_id if listing and compared else None,
            listing.keys if listing and compared else None,
            compared.unknown if compared else None,
            data_set.title,
            load.url,
            load.license,
            load.terms,
            data_set.grain,
            " ".join(f"{name}:{digest}" for name, digest in sorted(load.sha256.items())),
        ],
    )
    connection.execute(
        "insert into raw.rejected_lines "
        "select ?, ?, ?, unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[])",
        [
            load.city,
            load.data_set,
            load.load_id,
            [line.file for line in rejected],
            [line.line for line in rejected],
            [line.reason for line in rejected],
        ],
    )


def as_of_time(load: Load, in_use: InUse) -> datetime:
    """When the publisher last said what a load's rows say: at the newest pull, if that brings what changes on any row."""
    said = in_use.newest if in_use.newest.by_change else load
    return said.began_at or said.landed_at


def _looks_back(data_set: DataSet, in_use: InUse) -> int | None:
    """From how many days before a pull on it brings what changed on a record; None where it does on any."""
    by_changes = data_set.growth == "append" and data_set.source is not None and data_set.source.gives_changes
    return max(data_set.changes_for_days, 1) if by_changes and not in_use.newest.by_change else None


def _view(data_set: DataSet, in_use: InUse | None, raw_root: Path) -> str:
    """One view a data set: its needed columns (NULL where a load lacks one) and whatever else it brought."""
    loads = in_use.loads if in_use else ()
    aliases = {alias for names in data_set.also_called.values() for alias in names}
    found = [*data_set.optional, *(name for load in loads for name in load.columns if name not in aliases)]
    added = ADDED_COLUMNS.get(data_set.format, [])
    wanted = kept(list(dict.fromkeys([*data_set.columns, *found, *added])), data_set)
    lacks = bool(in_use and in_use.compared and in_use.compared.withdrawn)
    parts = _parts(data_set, loads, wanted, raw_root, placed=lacks)
    if lacks:
        withdrawn = (
            "select 1 from raw.withdrawn_rows as w where w.load_id = rows._load_id and w.parquet = rows._parquet "
            f"and w.number = rows.file_row_number and w.city = {literal(data_set.city)} "
            f"and w.data_set = {literal(data_set.name)}"
        )
        parts = [
            f"select * exclude (file_row_number, _parquet) from ({part}) as rows where not exists ({withdrawn})"
            for part in parts
        ]
    if not parts:
        columns = ", ".join(f"null::varchar as {quoted(column)}" for column in wanted)
        parts = [
            f"select {columns}, null::varchar as _load_id, null::bigint as _load_number, null::varchar as _file, "
            f"null::bigint as _line, {rules(data_set)} where false"
        ]
    return f"create or replace view raw.{quoted(data_set.table)} as {' union all '.join(parts)}"


def _parts(
    data_set: DataSet, loads: Sequence[Load], wanted: list[str], raw_root: Path, placed: bool = False
) -> list[str]:
    """One query a Parquet file; `placed` adds which file that is, and the number of the row in it."""
    in_use = files_in_use(data_set.growth, loads)
    return [
        _part(data_set, load, number, list(group), wanted, raw_root, placed)
        for number, (load, files) in enumerate(zip(loads, in_use, strict=True), start=1)
        for _, group in groupby((file for file in files if file.rows), key=lambda file: file.parquet)
    ]


def _part(
    data_set: DataSet, load: Load, number: int, files: list[FileRead], wanted: list[str], raw_root: Path, placed: bool
) -> str:
    """The rows of one Parquet file that are in use."""
    sharing = [file for file in load.files if file.parquet == files[0].parquet and file.rows]
    stored = {column for file in sharing for column in file.columns}
    columns = ", ".join(_column(column, stored, data_set) for column in wanted)
    place = f", file_row_number, {literal(files[0].parquet)} as _parquet" if placed else ""
    path = raw_root / data_set.city / data_set.name / load.load_id / files[0].parquet
    query = (
        f"select {columns}, {literal(load.load_id)} as _load_id, cast({number} as bigint) as _load_number, "
        f"{_file(sharing)} as _file, {_line(sharing)} as _line, {rules(data_set)}{place} "
        f"from read_parquet({path_literal(path)}, file_row_number = true, hive_partitioning = false)"
    )
    if len(files) == len(sharing):
        return query
    return f"select * from ({query}) where _file in ({', '.join(literal(file.file) for file in files)})"


def rules(data_set: DataSet) -> str:
    """What the city file says that staging needs to judge a row, as columns of a query."""
    first_day = literal(data_set.first_day.isoformat()) if data_set.first_day else "null"
    return f"cast({first_day} as date) as _first_day, {literal(data_set.repeats)} as _repeats"


def _column(name: str, stored: set[str], data_set: DataSet) -> str:
    """A column under its own name or under those it is also called by; NULL where the file has none of them."""
    there = [quoted(known) for known in [name, *data_set.also_called.get(name, [])] if known in stored]
    if len(there) < 2:
        return f"{there[0] if there else 'null::varchar'} as {quoted(name)}"
    return f"coalesce({', '.join(there)}) as {quoted(name)}"


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
