"""The last line of delimited text: whole, cut off, or not to be told.

A transfer that breaks off within the last value leaves a row that looks whole. What gives it away is that the line has
no end, and that its value breaks off: no other row has it, others go on where it stops, and it is too short or too rare.
"""

from pathlib import Path

import duckdb

from orchestration.ingest.readers.base import Note, RawFile
from orchestration.ingest.readers.text import cut_off, ends_in_line_end
from orchestration.ingest.sql import path_literal, quoted

LIKE_OTHERS = 20  # rows from which on a last value can be told from the others
FEW = 0.1  # a column with at most so many values a row holds categories


def notes_of_the_end(
    file: RawFile,
    path: Path,
    line: int,
    is_rejected: bool,
    column: list[str],
    parquet: Path,
    connection: duckdb.DuckDBPyConnection,
) -> list[Note]:
    """What is told of a text whose last line has no end. `column` is its last one, if that was kept.

    Raises:
        SourceError: the line is cut: rows after it are missing, and nobody knows how many.
    """
    if ends_in_line_end(path):
        return []
    if is_rejected:
        raise cut_off(file, line)
    shown = ""
    if column:
        value, is_cut = _last_value(quoted(column[0]), parquet, connection)
        if is_cut:
            raise cut_off(file, line, f": {column[0]} is {value!r}, where other rows go on")
        shown = f", after {value[-20:]!r}"
    return [Note(kind="no_line_end", count=1, found=f"its last line ({line:,}) has no line end{shown}; it may be cut")]


def _last_value(column: str, parquet: Path, connection: duckdb.DuckDBPyConnection) -> tuple[str, bool]:
    """The value of the last row, and whether it breaks off."""
    ((last, rows, shortest, distinct, is_seen, goes_on),) = connection.execute(
        f"""
        with numbered as (
            select coalesce({column}, '') as value, file_row_number as place
            from read_parquet({path_literal(parquet)}, file_row_number = true, hive_partitioning = false)
        ),
        last_one as (select value from numbered order by place desc limit 1),
        others as (
            select value, count(*) as rows from numbered where place < (select max(place) from numbered) group by value
        )
        select any_value(last_one.value), coalesce(sum(rows), 0), coalesce(min(length(others.value)), 0), count(*),
            bool_or(others.value = last_one.value), bool_or(starts_with(others.value, last_one.value))
        from last_one left join others on true
        """
    ).fetchall()
    is_unlike = rows >= LIKE_OTHERS and (len(last) < shortest or distinct <= FEW * rows)
    return last, bool(is_unlike and goes_on and not is_seen)
