"""How many records each day of a load has, by file: what tells an older export from a newer one, and what a new one lacks.

Counted once, when a load is made, and kept in its manifest. Days are those written in the text, in no time zone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import normalised
from orchestration.ingest.parts import part_of
from orchestration.ingest.readers.base import FileRead, kept
from orchestration.ingest.sql import literal, path_literal, piecewise, quoted

SAMPLE = 200  # rows in which a column of days is looked for
ENOUGH = 0.9  # share of a sample's values that must be days
FIRST_YEAR = 1900
MILLISECONDS_A_DAY = 86_400_000

Days = dict[str, dict[str, int]]  # part, ISO day, records


@dataclass(frozen=True)
class Writing:
    """A way of writing days: SQL that cuts the day out of a value (`{}`), and what reads that text."""

    cut: str
    read: Callable[[str], date]


def _read_by(*formats: str) -> Callable[[str], date]:
    def read(text: str) -> date:
        for form in formats:
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        raise ValueError(text)

    return read


def _since_1970(text: str) -> date:
    return date(1970, 1, 1) + timedelta(days=int(text))


WRITINGS = (
    Writing("left({}, 10)", date.fromisoformat),
    Writing("split_part({}, ' ', 1)", _read_by("%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y")),
    Writing(
        f"case when length({{}}) between 11 and 13 then cast(try_cast({{}} as bigint) // {MILLISECONDS_A_DAY} as varchar) end",
        _since_1970,
    ),
    Writing("left({}, 8)", _read_by("%Y%m%d")),
    Writing("left({}, 11)", _read_by("%Y %b %d", "%b %d %Y", "%d %b %Y", "%d-%b-%Y")),
)


def record_days(
    connection: duckdb.DuckDBPyConnection, reads: Sequence[FileRead], data_set: DataSet, folder: Path
) -> tuple[str | None, Days]:
    """The column that tells a load's days, None where none does, and the records of each day of each part."""
    by_parquet = {
        parquet: [read for read in reads if read.parquet == parquet and read.rows]
        for parquet in dict.fromkeys(read.parquet for read in reads if read.rows)
    }
    found: Days = {}
    chosen: str | None = None
    for parquet, files in by_parquet.items():
        stored = kept(list(dict.fromkeys(name for file in files for name in file.headers)), data_set)
        for column in [chosen] if chosen else _candidates(data_set):
            aliases = [name for name in [column, *data_set.also_called.get(column, [])] if name in stored]
            writing = _writing(connection, folder / parquet, aliases[0]) if aliases else None
            if writing is None:
                continue
            chosen = column
            for part, counts in _counted(connection, folder / parquet, aliases[0], writing, files).items():
                into = found.setdefault(part, {})
                for day, rows in counts.items():
                    into[day] = into.get(day, 0) + rows
            break
    return chosen, {part: dict(sorted(counts.items())) for part, counts in sorted(found.items())}


def _candidates(data_set: DataSet) -> list[str]:
    """Columns that may hold the day of a record, the likeliest first: the portal's date column, then the needed ones."""
    named = normalised([data_set.date_column]) if data_set.date_column else []
    return [name for name in dict.fromkeys([*named, *data_set.columns]) if name not in data_set.hash]


def _writing(connection: duckdb.DuckDBPyConnection, parquet: Path, column: str) -> Writing | None:
    value = f"trim({quoted(column)})"
    cuts = ", ".join(writing.cut.replace("{}", "value") for writing in WRITINGS)
    sample = connection.execute(
        f"select {cuts} from (select {value} as value from read_parquet({path_literal(parquet)}, "
        f"hive_partitioning = false) where nullif({value}, '') is not null limit {SAMPLE})"
    ).fetchall()
    for number, writing in enumerate(WRITINGS):
        days = [_day(row[number], writing) for row in sample]
        if sample and sum(day is not None for day in days) >= ENOUGH * len(days):
            return writing
    return None


def _counted(
    connection: duckdb.DuckDBPyConnection, parquet: Path, column: str, writing: Writing, files: Sequence[FileRead]
) -> Days:
    pieces: list[tuple[int, str]] = []
    for file in files:
        part = literal(part_of(file.file))
        if not pieces or pieces[-1][1] != part:
            pieces.append((file.first_row, part))
    day = writing.cut.replace("{}", f"trim({quoted(column)})")
    rows = connection.execute(
        f"select {piecewise('file_row_number', pieces)} as part, {day} as day, count(*) "
        f"from read_parquet({path_literal(parquet)}, file_row_number = true, hive_partitioning = false) group by all"
    ).fetchall()
    found: Days = {}
    for part, text, count in rows:
        if (read := _day(text, writing)) is not None:
            into = found.setdefault(part, {})
            into[read] = into.get(read, 0) + count
    return found


def _day(text: str | None, writing: Writing) -> str | None:
    """The ISO day of a text; None where it holds none, or one that no record can have."""
    try:
        read = writing.read(text or "")
    except (ValueError, OverflowError):
        return None
    return read.isoformat() if read.year >= FIRST_YEAR else None
