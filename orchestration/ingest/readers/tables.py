"""Formats that pass through Python: their values as text, and their rows as Parquet."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import PARQUET, FileRead, RawFile, kept
from orchestration.ingest.sql import literal, quoted

BATCH = 20_000  # rows held at once of what is written as a stream

Row = dict[str, str | None]


def write_rows(
    file: RawFile,
    data_set: DataSet,
    target: Path,
    connection: duckdb.DuckDBPyConnection,
    headers: dict[str, str],
    rows: list[Row],
    lines: list[int],
) -> FileRead:
    """Write rows of text, each with its line, and describe them."""
    names = kept(list(headers), data_set)
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
        | {"_line": pa.array(lines, pa.int64())}
    )
    connection.register("read_table", table)
    selected = ", ".join([*map(quoted, names), "_line"])
    connection.execute(f"copy (select {selected} from read_table) to {literal(str(target))} ({PARQUET})")
    connection.unregister("read_table")
    return FileRead(file=file.name, parquet=target.name, rows=len(rows), headers=headers)


def write_stream(target: Path, names: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows of text as they come; returns how many there were."""
    schema = pa.schema([(name, pa.string()) for name in names])
    left, count = iter(rows), 0
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
        while batch := list(islice(left, BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def text(value: Any) -> str | None:
    """A cell as text: dates as ISO 8601, whole numbers without a decimal point, missing ones as NULL."""
    if value is None or value != value:  # NaN is not equal to itself
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def unreadable(file: RawFile, data_set: DataSet, error: Exception | str) -> SourceError:
    """The error of a file that no program would open."""
    return SourceError(
        file=file.name,
        found=f"a file that cannot be opened as {data_set.format} ({str(error)[:200]})",
        expected=f"{data_set.title} as {data_set.format}",
        mend="open it with a desktop program; if that fails too, export it again",
    )
