"""Parquet of a publisher to Parquet of text, through DuckDB.

Values are written as DuckDB writes them: times as ISO 8601 (those with a zone in UTC), nested values as JSON text,
bytes as the text they are, or else in hexadecimal.
"""

from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.readers.base import PARQUET, FileRead, RawFile, checked_headers, kept, no_rows
from orchestration.ingest.readers.pages import not_records
from orchestration.ingest.sql import literal, path_literal, quoted

NESTED = ("STRUCT", "MAP", "UNION")


def read_parquet(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a Parquet file, its rows numbered from 1."""
    scan = f"read_parquet({path_literal(file.path)}, hive_partitioning = false)"
    connection.execute("set TimeZone = 'UTC'")
    kinds = {name: kind for name, kind, *_ in connection.execute(f"describe select * from {scan}").fetchall()}
    names = checked_headers(file, list(kinds), data_set)
    ((promised,),) = connection.execute(
        f"select num_rows from parquet_file_metadata({path_literal(file.path)})"
    ).fetchall()
    if promised == 0:
        raise no_rows(file, data_set, "columns without rows")
    selected = ", ".join(
        f"{_text(names[name], kinds[names[name]])} as {quoted(name)}" for name in kept(list(names), data_set)
    )
    ((rows,),) = connection.execute(
        f"copy (select {selected} from {scan}) to {literal(str(target))} ({PARQUET})"
    ).fetchall()
    if rows != promised:
        raise not_records(file, data_set, f"{rows:,} rows where the file's own metadata promises {promised:,}")
    return FileRead(file=file.name, parquet=target.name, rows=rows, records=promised, headers=names, first_line=1)


def _text(column: str, kind: str) -> str:
    """SQL: a column as text."""
    if kind.startswith(NESTED) or kind.endswith("]"):
        return f"cast(to_json({quoted(column)}) as varchar)"
    if kind == "BLOB":
        return f"coalesce(try(decode({quoted(column)})), lower(hex({quoted(column)})))"
    return f"cast({quoted(column)} as varchar)"
