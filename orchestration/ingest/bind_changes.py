"""Binding what loads do to each other: tables on files and months that would go, on deliveries that are not used, on
rows that a portal has withdrawn, and on rows that came under two names.
"""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime, time, timedelta

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.in_use import InUse
from orchestration.ingest.parts import part_of
from orchestration.ingest.replaced import parts_in_use, shrunk_months
from orchestration.ingest.sql import path_literal, quoted

TABLES = """
create or replace table raw.load_files (
    city varchar, data_set varchar, growth varchar, file varchar, load_id varchar, rows bigint, last_day varchar,
    previous_load_id varchar, previous_rows bigint, previous_last_day varchar, family bigint, shrink_accepted boolean);
create or replace table raw.shrunk_months (
    city varchar, data_set varchar, growth varchar, load_id varchar, month varchar, previous_rows bigint, rows bigint,
    shrink_accepted boolean);
create or replace table raw.held_back (
    city varchar, data_set varchar, load_id varchar, kept_load_id varchar, reason varchar, rows bigint,
    kept_rows bigint);
create or replace table raw.missing_windows (
    city varchar, data_set varchar, load_id varchar, begins timestamp, ends timestamp, seconds double,
    asked_seconds double);
create or replace table raw.withdrawn_rows (
    city varchar, data_set varchar, load_id varchar, parquet varchar, number bigint, file varchar, line bigint);
create or replace table raw.repeated_across_files (
    city varchar, data_set varchar, load_id varchar, file varchar, rows bigint, repeated bigint);
"""
EVENTS = ("calls", "unit_responses", "contacts", "offenses", "requests")


def bind_withdrawn(connection: duckdb.DuckDBPyConnection, data_set: DataSet, used: InUse) -> None:
    """Fill raw.withdrawn_rows, which the view of the data set leaves out. File and line follow once there is a view."""
    if used.compared and used.compared.withdrawn:
        connection.execute(
            "insert into raw.withdrawn_rows "
            f"select ?, ?, load_id, parquet, number, null, null from read_parquet({path_literal(used.compared.rows)})",
            [data_set.city, data_set.name],
        )


def place_withdrawn(connection: duckdb.DuckDBPyConnection, data_set: DataSet, queries: Sequence[str]) -> None:
    """Say of each withdrawn row in which file and line it stands; `queries` are the parts of the view, not filtered."""
    for query in queries:
        connection.execute(
            "update raw.withdrawn_rows as w set file = rows._file, line = rows._line "
            f"from ({query}) as rows where w.city = ? and w.data_set = ? and w.load_id = rows._load_id "
            "and w.parquet = rows._parquet and w.number = rows.file_row_number",
            [data_set.city, data_set.name],
        )


def bind_changes(connection: duckdb.DuckDBPyConnection, data_set: DataSet, used: InUse) -> None:
    """Fill the tables on what the new load of a data set does to the others; its view must be there."""
    own = [data_set.city, data_set.name]
    parts = parts_in_use(data_set.growth, used)
    _insert(
        connection,
        "load_files",
        [[*own, data_set.growth, *astuple(part), len(parts), used.shrink_accepted] for part in parts],
    )
    if used.replaced and used.former:
        months = shrunk_months(used.newest, used.replaced)
        _insert(
            connection,
            "shrunk_months",
            [[*own, data_set.growth, used.newest.load_id, *month, used.shrink_accepted] for month in months],
        )
    if used.held_back:
        held, kept = used.held_back.load, used.newest
        _insert(
            connection,
            "held_back",
            [[*own, held.load_id, kept.load_id, used.held_back.reason, held.rows, kept.rows]],
        )
    _insert(
        connection,
        "missing_windows",
        [
            [
                *own,
                used.newest.load_id,
                begins.replace(tzinfo=None),
                ends.replace(tzinfo=None),
                (ends - begins).total_seconds(),
                _time_covered(used).total_seconds(),
            ]
            for begins, ends in used.newest.missing
        ],
    )
    is_new = used.former or not used.before
    if not data_set.key and data_set.entity in EVENTS and is_new and len(parts) > 1:
        _count_repeated(connection, data_set, used)


def _time_covered(used: InUse) -> timedelta:
    """From the first record of any load in use, or a window that is missing, to the last pull."""
    days = [day for load in used.loads for counts in load.days.values() for day in counts]
    first = min([*(begins.date() for begins, _ in used.newest.missing), *(date.fromisoformat(day) for day in days)])
    return used.newest.landed_at - datetime.combine(first, time(), UTC)


def _count_repeated(connection: duckdb.DuckDBPyConnection, data_set: DataSet, used: InUse) -> None:
    """Rows of a data set without a key that another of its files has as well, word for word."""
    files = [(file.file, part_of(file.file)) for load in used.loads for file in load.files]
    described = connection.execute(f"describe raw.{quoted(data_set.table)}").fetchall()
    columns = ", ".join(quoted(name) for name, *_ in described if not name.startswith("_"))
    connection.execute(
        f"""
        insert into raw.repeated_across_files
        with parts as (select unnest(?::varchar[]) as file, unnest(?::varchar[]) as part),

        contents as (
            select rows._load_id as load_id, parts.part, hash({columns}) as content
            from raw.{quoted(data_set.table)} as rows
            inner join parts on rows._file = parts.file
        ),

        shared as (
            select content from contents group by content having count(distinct part) > 1
        )

        select ?, ?, load_id, part, count(*), count(*) filter (where content in (select content from shared))
        from contents
        group by load_id, part
        """,
        [[file for file, _ in files], [part for _, part in files], data_set.city, data_set.name],
    )
    connection.execute("delete from raw.repeated_across_files where repeated = 0")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    if rows:
        connection.executemany(f"insert into raw.{table} values ({', '.join('?' * len(rows[0]))})", rows)
