"""Delimited text (CSV) to Parquet through DuckDB.

Lines the parser cannot read are set aside with their reason, never dropped. Lines are counted a second time
without the parser, and both counts must agree to the line: a quote that never closes cannot swallow rows unseen.
"""

import csv
from bisect import bisect_left
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import PARQUET, FileRead, Note, RawFile, Rejected, kept, no_rows
from orchestration.ingest.readers.headers import Header, read_header
from orchestration.ingest.readers.last_line import notes_of_the_end
from orchestration.ingest.readers.stray_quotes import layout_of, rows_apart, write_apart
from orchestration.ingest.readers.text import (
    blank_lines,
    count_lines,
    line_ends,
    line_numbers,
    plain_text,
    sampled,
)
from orchestration.ingest.sql import literal, path_literal, quoted

MAX_ASIDE = 10_000  # a file with more lines set aside is not what it claims to be
MANY_ASIDE = 500  # from here on the lines of rows are stored: reckoning them in every query would cost more
MAX_SPAN = 50  # a rejected record of more lines has a quote that never closes
LIKE_ROWS = 5  # a value of so many line breaks, with as many delimiters on each line as rows have, has swallowed rows
ODD_LINES = 0.02  # above this share of sampled lines, records are counted before DuckDB sees them
Spans = tuple[list[int], list[int]]  # first and last lines of rows that take several, as if none were set aside


@dataclass(frozen=True)
class Text:
    """A text to be parsed: the file it came from, the lines below its header, and where its rows go."""

    file: RawFile
    path: Path
    data_set: DataSet
    header: Header
    lines: int
    target: Path


@dataclass(frozen=True)
class Counted:
    """How the lines below the header add up: rows and the line breaks in them, lines set aside."""

    rows: int
    breaks: int
    rejected: list[Rejected]
    blank: list[int]

    @property
    def lines(self) -> int:
        """Lines accounted for."""
        return self.rows + self.breaks + len(self.rejected) + len(self.blank)


def read_delimited(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a delimited file with a header line, bare or gzipped."""
    with plain_text(file, data_set, target.with_suffix(".txt")) as path:
        header = read_header(file, path, data_set)
        text = Text(file, path, data_set, header, count_lines(path) - header.lines, target)
        if text.lines <= 0:
            raise no_rows(file, data_set, "a header line and nothing below it")
        try:
            counted, has_lines = _parse(text, connection)
            notes = _apart(text, counted, connection) if counted.breaks else []
            if notes:
                text = replace(text, path=_requoted_path(text))
                counted, has_lines = _parse(text, connection)
            if counted.breaks:
                _refuse_swallowed(text, connection)
        except duckdb.InvalidInputException as error:
            if "state machine" not in str(error):
                raise
            raise _line_ends_differ(text) from error
        finally:
            _requoted_path(text).unlink(missing_ok=True)
        last_column = kept(list(header.names)[-1:], data_set)
        last = header.lines + text.lines
        is_rejected = any(rejected.line == last for rejected in counted.rejected)
        if header.above:
            told = f"{header.above:,} line(s) above the header were not read"
            notes.append(Note(kind="unread_rows", count=header.above, found=told))
        notes += notes_of_the_end(file, path, last, is_rejected, last_column, target, connection)
    aside = sorted([line.line for line in counted.rejected] + counted.blank)
    if len(aside) > MANY_ASIDE:
        _store_lines(text, aside, counted.rows, has_lines, connection)
        has_lines, aside = True, []
    return FileRead(
        file=file.name,
        parquet=target.name,
        rows=counted.rows,
        records=text.lines - counted.breaks - len(counted.blank),
        headers=header.names,
        first_line=None if has_lines else header.lines + 1,
        aside=aside,
        rejected=counted.rejected,
        notes=notes,
    )


def _requoted_path(text: Text) -> Path:
    return text.target.with_suffix(".requoted")


def _apart(text: Text, counted: Counted, connection: duckdb.DuckDBPyConnection) -> list[Note]:
    """What is told of rows between stray quotes; with them, the text is written again so that each is a row."""
    parquet = f"read_parquet({path_literal(text.target)}, hive_partitioning = false)"
    several = connection.execute(
        f"select _line, _breaks from {parquet} where _breaks > 0 and _inside >= {len(text.header.names) - 1}"
    ).fetchnumpy()
    if not len(several["_line"]):
        return []
    every = list(text.header.names)
    layout = layout_of(text.target, every, kept(every, text.data_set), text.data_set.delimiter, connection)
    starts = _after_aside(several["_line"], sorted([line.line for line in counted.rejected] + counted.blank))
    spans = dict(zip(starts.tolist(), several["_breaks"].tolist(), strict=True))
    again = rows_apart(text.path, spans, layout)
    if len(again) > MAX_ASIDE:
        raise _unclosed(text, f"{len(again):,} rows between quotes that open in one row and close in another")
    return write_apart(text.path, _requoted_path(text), again) if again else []


def _after_aside(lines: Any, aside: list[int]) -> npt.NDArray[np.int64]:
    """Lines of rows that are reckoned as if none were set aside, each moved down by those before it."""
    thresholds = np.array(aside, dtype=np.int64) - np.arange(len(aside))
    moved: npt.NDArray[np.int64] = lines + np.searchsorted(thresholds, lines, side="right")
    return moved


def _parse(text: Text, connection: duckdb.DuckDBPyConnection) -> tuple[Counted, bool]:
    """Write the rows and account for every line. Also tells whether the Parquet holds lines.

    One pass does for a text without line breaks in its values; what does not add up is looked at more closely.
    """
    if _looks_odd(text):
        _refuse_other_columns(text)
    has_lines = text.header.breaks_follow
    counted = _copy(text, connection, has_lines)
    if counted.lines != text.lines and not has_lines:
        has_lines = True
        counted = _copy(text, connection, has_lines)
    if counted.lines != text.lines:
        raise _unaccounted(text, counted)
    return counted, has_lines


def _copy(text: Text, connection: duckdb.DuckDBPyConnection, has_lines: bool) -> Counted:
    """Write the Parquet file and count what became of the lines.

    With `has_lines`, columns `_line` (as if no line were set aside) and `_breaks` tell the lines of each row. That
    takes one thread and longer, so it is for texts whose values have line breaks.
    """
    every = list(text.header.names)
    limit = 2 * MAX_ASIDE * len(every)  # DuckDB notes each missing column of a line
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in every)
    scan = (
        f"read_csv({path_literal(text.path)}, auto_detect = false, header = true, skip = {text.header.above}, columns = {{{columns}}}, "
        f"delim = {literal(text.data_set.delimiter)}, quote = '\"', escape = '\"', compression = 'none', "
        f"hive_partitioning = false, store_rejects = true, rejects_limit = {limit})"
    )
    names = kept(every, text.data_set)
    selected = ", ".join(map(quoted, names))
    query = f"select {selected} from {scan}"
    if has_lines:
        # Of all columns: one that is not kept may have line breaks, too.
        counts = " + ".join(_count_of("chr(10)", quoted(name)) for name in every)
        inside = " + ".join(
            f"case when contains({quoted(name)}, chr(10)) then {_count_of(literal(text.data_set.delimiter), quoted(name))} "
            "else 0 end"
            for name in every
        )
        query = (
            f"select {selected}, _breaks, _inside, cast({text.header.lines} + sum(_breaks + 1) over (rows unbounded preceding) "
            f"- _breaks as bigint) as _line from (select *, {counts} as _breaks, {inside} as _inside "
            f"from {scan})"
        )
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    ((rows,),) = connection.execute(f"copy ({query}) to {literal(str(text.target))} ({PARQUET})").fetchall()
    if rows == 0:
        raise no_rows(text.file, text.data_set, f"{text.lines:,} lines below the header, none of which could be read")
    rejected = _rejected(text, connection, limit)
    if len(rejected) > min(MAX_ASIDE, rows):
        raise _too_many_rejected(
            text, len(rejected), f"; the first is line {rejected[0].line:,} ({rejected[0].reason})"
        )
    breaks, spans = _spans(text, connection) if has_lines else (0, ([], []))
    counted = Counted(rows, breaks, rejected, [])
    if counted.lines == text.lines:
        return counted
    below_header = [line for line in blank_lines(text.path) if line > text.header.lines]
    blank = blank_between_rows(below_header, [line.line for line in rejected], spans)
    if len(blank) > MAX_ASIDE:
        raise _too_many_blank(text, len(blank))
    return Counted(rows, breaks, rejected, blank)


def _store_lines(
    text: Text, aside: list[int], rows: int, has_lines: bool, connection: duckdb.DuckDBPyConnection
) -> None:
    """Write the Parquet file again, with the line of each row in column `_line`."""
    parquet = f"read_parquet({path_literal(text.target)})"
    if has_lines:
        readable = connection.execute(f"select _line from {parquet}").fetchnumpy()["_line"]
    else:
        readable = np.arange(rows) + text.header.lines + 1
    lines = pa.table({"_line": _after_aside(readable, aside)})
    connection.register("line_numbers", lines)
    names = ", ".join(f"rows.{quoted(name)}" for name in kept(list(text.header.names), text.data_set))
    again = text.target.with_suffix(".again")
    connection.execute(
        f"copy (select {names}, line_numbers._line from {parquet} as rows positional join line_numbers) "
        f"to {literal(str(again))} ({PARQUET})"
    )
    connection.unregister("line_numbers")
    again.replace(text.target)


def _looks_odd(text: Text) -> bool:
    """Whether many lines have another number of delimiters than the header, quoted ones left out."""
    delimiter, needed = text.data_set.delimiter.encode(), len(text.header.names) - 1
    lines = [line for line in sampled(text.path) if b'"' not in line]
    odd = sum(line.count(delimiter) != needed for line in lines)
    return odd > ODD_LINES * len(lines)


def _refuse_other_columns(text: Text) -> None:
    """SourceError where thousands of records have other columns than the header.

    DuckDB would find them, too, but needs about 900 bytes for each beyond its memory limit: gigabytes where columns
    were added half-way through a large file. A text
    with many line breaks in its values looks odd as well; it only costs a second reading.
    """
    needed = len(text.header.names)
    first, bad = 0, 0
    with text.path.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        reader = csv.reader(opened, delimiter=text.data_set.delimiter, skipinitialspace=True)
        while bad <= MAX_ASIDE:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                continue
            if record and (len(record) < needed or any(record[needed:])):
                bad += 1
                first = first or reader.line_num
    raise _too_many_rejected(text, bad, f"; the first is about line {first:,}")


def blank_between_rows(blank: list[int], rejected: list[int], spans: Spans) -> list[int]:
    """The blank lines that lie neither inside a row nor inside a rejected record."""
    starts, ends = spans
    outside: list[int] = []
    set_aside = 0
    is_rejected = dict.fromkeys(blank, False) | dict.fromkeys(rejected, True)
    for line in sorted(is_rejected):
        # Where the line would stand if none before it were set aside; a row's own first line is never blank.
        place = line - set_aside
        row = bisect_left(starts, place) - 1
        if is_rejected[line]:
            set_aside += 1
        elif row < 0 or ends[row] < place:
            outside.append(line)
            set_aside += 1
    return outside


def _refuse_swallowed(text: Text, connection: duckdb.DuckDBPyConnection) -> None:
    """SourceError where a value still looks as if it had swallowed rows."""
    parquet, delimiter = f"read_parquet({path_literal(text.target)})", literal(text.data_set.delimiter)
    names = kept(list(text.header.names), text.data_set)
    needed = len(text.header.names) - 1
    # All lines of a value but its first and last have just as many delimiters as a row.
    swallowing = [
        f"{_count_of('chr(10)', quoted(name))} >= {LIKE_ROWS} and len(list_filter("
        f"string_split({quoted(name)}, chr(10))[2:-2], lambda line: {_count_of(delimiter, 'line')} <> {needed})) = 0"
        for name in names
    ]
    found = connection.execute(
        f"select _line, _breaks from {parquet} where _breaks >= {LIKE_ROWS} and ({' or '.join(swallowing)}) limit 1"
    ).fetchall()
    if found and needed > 1:
        raise _unclosed(text, f"a value of {found[0][1] + 1} lines that look like rows, about line {found[0][0]:,}")


def _spans(text: Text, connection: duckdb.DuckDBPyConnection) -> tuple[int, Spans]:
    """The line breaks in rows, and the rows of three lines and more, the only ones that can hold a blank line."""
    parquet = f"read_parquet({path_literal(text.target)})"
    ((total,),) = connection.execute(f"select cast(sum(_breaks) as bigint) from {parquet}").fetchall()
    several = connection.execute(f"select _line, _breaks from {parquet} where _breaks > 1 order by _line").fetchall()
    return total, ([line for line, _ in several], [line + breaks for line, breaks in several])


def _rejected(text: Text, connection: duckdb.DuckDBPyConnection, limit: int) -> list[Rejected]:
    """Every line of every record that could not be read."""
    # The line that DuckDB names counts records, not lines; the byte is right, but may be one of the line ends before.
    records = connection.execute(
        "select line_byte_position - 1, lower(replace(min(error_type::varchar), ' ', '_')), any_value(csv_line) "
        "from reject_errors group by line_byte_position order by line_byte_position"
    ).fetchall()
    ((noted,),) = connection.execute("select count(*) from reject_errors").fetchall()
    if noted >= limit:
        raise _too_many_rejected(text, len(records), "")
    starts = line_numbers(text.path, [max(position, 0) for position, _, _ in records])
    lines: dict[int, str] = {}
    for start, (_, reason, content) in zip(starts, records, strict=True):
        span = (content or "").strip("\r\n").count("\n") + 1
        if span > MAX_SPAN and reason == "unquoted_value":
            raise _unclosed(text, f"a quote that opens on line {start:,} and is not closed for {span:,} lines")
        lines |= dict.fromkeys(range(start, start + span), reason)
    return [Rejected(file=text.file.name, line=line, reason=reason) for line, reason in sorted(lines.items())]


def _count_of(sign: str, text: str) -> str:
    """SQL: how often a single character stands in a text."""
    return f"coalesce(length({text}) - length(replace({text}, {sign}, '')), 0)"


def _line_ends_differ(text: Text) -> SourceError:
    counts = ", ".join(f"{count:,} of {kind}" for kind, count in line_ends(text.path).items() if count)
    return SourceError(
        file=text.file.name,
        found=f"lines that do not all end alike ({counts}), or a lone carriage return in one of them",
        expected="one kind of line end throughout",
        mend="export it again in one piece, or bring the line ends into one form (dos2unix)",
    )


def _too_many_rejected(text: Text, count: int, first: str) -> SourceError:
    return SourceError(
        file=text.file.name,
        found=f"at least {count:,} of {text.lines:,} lines cannot be read{first}",
        expected=f"{text.data_set.title} with the same columns on every line",
        mend="look at the lines that differ; the delimiter, the quoting or the encoding of the export is probably off, "
        "or columns were added half-way",
    )


def _too_many_blank(text: Text, count: int) -> SourceError:
    return SourceError(
        file=text.file.name,
        found=f"{count:,} blank lines between the rows",
        expected=f"{text.data_set.title} with a row on every line",
        mend="export it again; a program that doubled the line ends was probably at work",
    )


def _unclosed(text: Text, found: str) -> SourceError:
    return SourceError(
        file=text.file.name,
        found=found,
        expected="quotes that close",
        mend='look for a lone " there; a quote inside a value must be written twice',
    )


def _unaccounted(text: Text, counted: Counted) -> SourceError:
    suspects = [line.line for line in counted.rejected if line.reason in ("unquoted_value", "line_size_over_maximum")]
    place = f" (perhaps one about line {suspects[0]:,})" if suspects else ""
    return _unclosed(
        text,
        f"{text.lines:,} lines below the header, of which only {counted.lines:,} are accounted for: "
        f"a quote that is not closed{place} swallows lines",
    )
