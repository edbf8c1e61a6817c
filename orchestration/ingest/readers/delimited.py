"""Delimited text (CSV) to Parquet through DuckDB.

Lines the parser cannot read are set aside with their reason, never dropped. Lines are counted a second time
without the parser, and both counts must agree to the line: a quote that never closes cannot swallow rows unseen.
"""

import contextlib
import csv
import io
import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import PARQUET, FileRead, Rejected, checked_headers, fits, kept, no_rows
from orchestration.ingest.readers.text import (
    HEAD,
    blank_lines,
    count_lines,
    line_ends,
    line_numbers,
    plain_text,
)
from orchestration.ingest.sql import literal, path_literal, quoted

MAX_ASIDE = 10_000  # a file with more lines set aside is not what it claims to be
MAX_SPAN = 50  # a rejected record of more lines has a quote that never closes
LIKE_ROWS = 5  # a value of so many lines, with as many delimiters in it as rows have, has swallowed rows
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


OTHER_FORMATS = {
    rb"<": "a web page or XML",
    rb"\{": "JSON (an error message?)",
    rb'\[\s*[\[\]{"]': "JSON",
    rb"PK\x03\x04": "a zip archive or workbook",
    rb"%PDF": "a PDF",
}
Spans = tuple[list[int], list[int]]  # first and last lines of rows that take several, as if none were set aside


@dataclass(frozen=True)
class Header:
    """Normalised names to the file's own, the lines the header takes, and whether values near the top have breaks."""

    names: dict[str, str]
    lines: int
    breaks_follow: bool


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


def read_delimited(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a delimited file with a header line, bare or gzipped."""
    with plain_text(file, data_set, target.with_suffix(".txt")) as text:
        header = _header(file, text, data_set)
        lines = count_lines(text) - header.lines
        if lines <= 0:
            raise no_rows(file, data_set, "a header line and nothing below it")
        try:
            stored = header.breaks_follow
            counted = _copy(file, text, lines, data_set, header, target, connection, stored)
            if counted.lines != lines and not stored:
                stored = True
                counted = _copy(file, text, lines, data_set, header, target, connection, stored)
        except duckdb.InvalidInputException as error:
            if "state machine" not in str(error):
                raise
            raise _line_ends_differ(file, text) from error
    if counted.lines != lines:
        raise _unaccounted(file, lines, counted)
    return FileRead(
        file=file.name,
        parquet=target.name,
        rows=counted.rows,
        records=lines - counted.breaks - len(counted.blank),
        headers=header.names,
        first_line=None if stored else header.lines + 1,
        aside=sorted([line.line for line in counted.rejected] + counted.blank),
        rejected=counted.rejected,
    )


def _copy(
    file: Path,
    text: Path,
    lines: int,
    data_set: DataSet,
    header: Header,
    target: Path,
    connection: duckdb.DuckDBPyConnection,
    stored: bool,
) -> Counted:
    """Write the Parquet file and count what became of the lines.

    With `stored`, columns `_line` (as if no line were set aside) and `_breaks` tell the lines of each row. That
    takes one thread and longer, so it is for files whose values have line breaks.
    """
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header.names)
    limit = 2 * MAX_ASIDE * len(header.names)  # DuckDB notes each missing column of a line
    scan = (
        f"read_csv({path_literal(text)}, auto_detect = false, header = true, delim = {literal(data_set.delimiter)}, "
        "quote = '\"', escape = '\"', compression = 'none', hive_partitioning = false, store_rejects = true, "
        f"rejects_limit = {limit}, columns = {{{columns}}})"
    )
    names = kept(list(header.names), data_set)
    selected = ", ".join(map(quoted, names))
    query = f"select {selected} from {scan}"
    if stored:
        # Of all columns: one that is not kept may have line breaks, too.
        counts = " + ".join(_count_of("chr(10)", name) for name in header.names)
        query = (
            f"select {selected}, _breaks, cast({header.lines} + sum(_breaks + 1) over (rows unbounded preceding) "
            f"- _breaks as bigint) as _line from (select *, {counts} as _breaks from {scan})"
        )
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    ((rows,),) = connection.execute(f"copy ({query}) to {literal(str(target))} ({PARQUET})").fetchall()
    rejected = _rejected(file, text, connection)
    ((noted,),) = connection.execute("select count(*) from reject_errors").fetchall()
    parquet = f"read_parquet({path_literal(target)})"
    if rows == 0:
        raise no_rows(file, data_set, f"{lines:,} lines below the header, none of which could be read")
    if len(rejected) > min(MAX_ASIDE, rows) or noted >= limit:
        raise _too_many_rejected(file, data_set, rejected, lines)
    breaks, spans = _spans(file, data_set, names, parquet, connection) if stored else (0, ([], []))
    counted = Counted(rows, breaks, rejected, [])
    if counted.lines == lines:
        return counted
    blank = blank_between_rows(
        [line for line in blank_lines(text) if line > header.lines], [line.line for line in rejected], spans
    )
    if len(blank) > MAX_ASIDE:
        raise _too_many_blank(file, data_set, len(blank))
    return Counted(rows, breaks, rejected, blank)


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


def _spans(
    file: Path, data_set: DataSet, names: list[str], parquet: str, connection: duckdb.DuckDBPyConnection
) -> tuple[int, Spans]:
    """The line breaks in rows, and the rows of three lines and more, the only ones that can hold a blank line."""
    delimiter = literal(data_set.delimiter)
    swallowing = [
        f"{_count_of('chr(10)', name)} >= {LIKE_ROWS} "
        f"and {_count_of(delimiter, name)} >= {len(names) - 1} * {_count_of('chr(10)', name)}"
        for name in names
    ]
    found = connection.execute(
        f"select _line, _breaks from {parquet} where _breaks >= {LIKE_ROWS} and ({' or '.join(swallowing)}) limit 1"
    ).fetchall()
    if found and len(names) > 2:
        raise _unclosed(file, f"a value of {found[0][1] + 1} lines that look like rows, about line {found[0][0]:,}")
    ((total,),) = connection.execute(f"select cast(sum(_breaks) as bigint) from {parquet}").fetchall()
    several = connection.execute(f"select _line, _breaks from {parquet} where _breaks > 1 order by _line").fetchall()
    return total, ([line for line, _ in several], [line + breaks for line, breaks in several])


def _rejected(file: Path, text: Path, connection: duckdb.DuckDBPyConnection) -> list[Rejected]:
    """Every line of every record that could not be read."""
    # The line that DuckDB names counts records, not lines; the byte is right, but may be one of the line ends before.
    records = connection.execute(
        "select line_byte_position - 1, lower(replace(min(error_type::varchar), ' ', '_')), any_value(csv_line) "
        "from reject_errors group by line_byte_position order by line_byte_position"
    ).fetchall()
    starts = line_numbers(text, [max(position, 0) for position, _, _ in records])
    lines: dict[int, str] = {}
    for start, (_, reason, content) in zip(starts, records, strict=True):
        span = (content or "").strip("\r\n").count("\n") + 1
        if span > MAX_SPAN and reason == "unquoted_value":
            raise _unclosed(file, f"a quote that opens on line {start:,} and is not closed for {span:,} lines")
        lines |= dict.fromkeys(range(start, start + span), reason)
    return [Rejected(file=file.name, line=line, reason=reason) for line, reason in sorted(lines.items())]


def _count_of(sign: str, name: str) -> str:
    """SQL: how often a single character stands in a column."""
    column = quoted(name)
    return f"coalesce(length({column}) - length(replace({column}, {sign}, '')), 0)"


def _header(file: Path, text: Path, data_set: DataSet) -> Header:
    with text.open("rb") as opened:
        head = opened.read(HEAD)
    _refuse_other_formats(file, head, data_set)
    decoded = head.decode("utf-8", "replace").removeprefix("\ufeff")
    # Lines end where DuckDB ends them: not at the other signs that str.splitlines() knows.
    reader = csv.reader(io.StringIO(decoded, newline="\n"), delimiter=data_set.delimiter)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise _no_header(file, data_set, f"a first line that is no header ({error})") from error
    if not any(names):
        raise _no_header(file, data_set, "an empty first line")
    _refuse_other_delimiter(file, decoded, names, data_set)
    lines, breaks_follow = reader.line_num, False
    with contextlib.suppress(csv.Error):
        breaks_follow = any("\n" in value for row in reader for value in row)
    return Header(checked_headers(file, names, data_set), lines, breaks_follow)


def _refuse_other_formats(file: Path, head: bytes, data_set: DataSet) -> None:
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n\t")
    for sign, kind in OTHER_FORMATS.items():
        if re.match(sign, start):
            raise SourceError(
                file=file.name,
                found=f"{kind}: {start[:80].decode('utf-8', 'replace')!r}",
                expected=f"{data_set.title} as delimited text",
                mend="look at the file in an editor: the portal probably answered with something else; export again",
            )


def _refuse_other_delimiter(file: Path, head: str, names: list[str], data_set: DataSet) -> None:
    if fits(normalised(names), data_set):
        return
    for other, called in DELIMITERS.items():
        if fits(normalised(next(csv.reader([head.split("\n", 1)[0]], delimiter=other))), data_set):
            expected = DELIMITERS.get(data_set.delimiter, repr(data_set.delimiter))
            raise SourceError(
                file=file.name,
                found=f"columns separated by {called}s",
                expected=f"columns separated by {expected}s",
                mend=f"export it with {expected}s, or set `delimiter` for {data_set.name} in the city file",
            )


def _no_header(file: Path, data_set: DataSet, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected=f"the column names of {data_set.title} on the first line",
        mend="export it again with its header, and take off lines above it",
    )


def _line_ends_differ(file: Path, text: Path) -> SourceError:
    counts = ", ".join(f"{count:,} of {kind}" for kind, count in line_ends(text).items() if count)
    return SourceError(
        file=file.name,
        found=f"lines that do not all end alike ({counts}), or a lone carriage return in one of them",
        expected="one kind of line end throughout",
        mend="export it again in one piece, or bring the line ends into one form (dos2unix)",
    )


def _too_many_rejected(file: Path, data_set: DataSet, rejected: list[Rejected], lines: int) -> SourceError:
    first = rejected[0]
    return SourceError(
        file=file.name,
        found=f"at least {len(rejected):,} of {lines:,} lines cannot be read; "
        f"the first is line {first.line:,} ({first.reason})",
        expected=f"{data_set.title} with the same columns on every line",
        mend="look at that line; the delimiter, the quoting or the encoding of the export is probably off",
    )


def _too_many_blank(file: Path, data_set: DataSet, count: int) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"{count:,} blank lines between the rows",
        expected=f"{data_set.title} with a row on every line",
        mend="export it again; a program that doubled the line ends was probably at work",
    )


def _unclosed(file: Path, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected="quotes that close",
        mend='look for a lone " there; a quote inside a value must be written twice',
    )


def _unaccounted(file: Path, lines: int, counted: Counted) -> SourceError:
    suspects = [line.line for line in counted.rejected if line.reason in ("unquoted_value", "line_size_over_maximum")]
    place = f" (perhaps the one on line {suspects[0]:,})" if suspects else ""
    return _unclosed(
        file,
        f"{lines:,} lines below the header, of which only {counted.lines:,} are accounted for: "
        f"a quote that is not closed{place} swallows lines",
    )
