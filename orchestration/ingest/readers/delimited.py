"""Delimited text (CSV), bare or gzipped, to Parquet through DuckDB.

Lines the parser cannot read are set aside with their reason, never dropped. Lines are counted a second time
without the parser, so that a quote that never closes cannot swallow half a file unseen.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, Rejected, checked_headers, no_rows
from orchestration.ingest.sql import literal, quoted

HEAD = 1 << 20
CHUNK = 4 << 20
MAX_REJECTED = 1_000        # a file with more is not what it claims to be
MAX_BREAKS_IN_A_VALUE = 50  # more line breaks inside one value: a quote that never closes
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


def read_delimited(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` (Parquet, zstd) from a delimited file with a header line."""
    head = next(_chunks(file, HEAD), b"")
    _refuse_web_page(file, head, data_set)
    header_line = _decoded(file, head, data_set).lstrip("\ufeff").splitlines()[0]
    headers = checked_headers(file, _split_header(file, header_line, data_set), data_set)
    lines = _count_lines(file)
    if lines <= 1:
        raise no_rows(file, data_set, "a header line and nothing below it")

    kept = [name for name in headers if name not in data_set.drop]
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in headers)
    scan = (
        f"read_csv({literal(str(file))}, auto_detect=false, header=true, delim={literal(data_set.delimiter)}, "
        f"quote='\"', escape='\"', encoding={literal(data_set.encoding)}, store_rejects=true, "
        f"columns={{{columns}}})"
    )
    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    connection.execute(
        f"copy (select {', '.join(map(quoted, kept))}, row_number() over () + 1 as _line from {scan}) "
        f"to {literal(str(target))} (format parquet, compression zstd)"
    )
    rejected = [
        Rejected(file=file.name, line=line, reason=reason)
        for line, reason in connection.execute(
            "select line, lower(replace(min(error_type::varchar), ' ', '_')) from reject_errors group by line order by line"
        ).fetchall()
    ]
    parquet = f"read_parquet({literal(str(target))})"
    rows = _count(connection, f"select count(*) from {parquet}")
    if rows == 0:
        raise no_rows(file, data_set, f"{lines - 1} lines, none of which could be read")
    if len(rejected) > MAX_REJECTED:
        raise _too_many_rejected(file, data_set, rejected, lines)
    records = lines - 1
    if records != rows + len(rejected):
        records -= _line_breaks_in_values(file, data_set, connection, parquet, kept)
    return FileRead(file=file.name, rows=rows, records=records, headers=headers, rejected=rejected)


def _chunks(file: Path, size: int = CHUNK) -> Iterator[bytes]:
    """The text's bytes; a gzip that ends too early, or is none, is a SourceError."""
    opened = gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb")
    try:
        with opened:
            while chunk := opened.read(size):
                yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            file=file.name,
            found=f"a gzip file that cannot be unpacked ({error})",
            expected="a whole gzip file",
            mend="download it again; the transfer probably broke off",
        ) from error


def _refuse_web_page(file: Path, head: bytes, data_set: DataSet) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:200]
    if start.startswith((b"<", b"{", b"[")):
        kind = "a web page or XML" if start.startswith(b"<") else "JSON (an error message?)"
        raise SourceError(
            file=file.name,
            found=f"{kind}: {start[:80].decode('utf-8', 'replace')!r}",
            expected=f"{data_set.title} as delimited text",
            mend="open the address in a browser: the portal probably answered with an error; export again",
        )


def _decoded(file: Path, head: bytes, data_set: DataSet) -> str:
    try:
        text = head.decode(data_set.encoding)
    except UnicodeDecodeError as error:
        # A multi-byte character cut at the end of the head is no error.
        if data_set.encoding == "utf-8" and error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8")
        # A few bad bytes further down are rejected line by line; an encoding that is wrong throughout stops here.
        bad_lines = sum(1 for line in head.split(b"\n") if not _is_utf8(line))
        if data_set.encoding == "utf-8" and bad_lines <= max(10, len(head.split(b"\n")) // 100):
            return head.decode("utf-8", "replace")
        line = head[: error.start].count(b"\n") + 1
        raise SourceError(
            file=file.name,
            found=f"text that is not {data_set.encoding}: line {line} holds the byte 0x{head[error.start]:02X}",
            expected=f"text encoded as {data_set.encoding}",
            mend="export it as UTF-8, or set `encoding: latin-1` (Windows) or `utf-16` for this data set in the city file",
        ) from error
    if "\x00" in text:
        raise SourceError(
            file=file.name,
            found="zero bytes in the text, as UTF-16 or a binary file has",
            expected=f"text encoded as {data_set.encoding}",
            mend="export it as UTF-8, or set `encoding: utf-16` for this data set in the city file",
        )
    return text


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _split_header(file: Path, line: str, data_set: DataSet) -> list[str]:
    headers = next(csv.reader([line], delimiter=data_set.delimiter))
    others = [d for d in DELIMITERS if d != data_set.delimiter and line.count(d) >= len(data_set.columns) // 2]
    if len(headers) == 1 and others:
        expected = DELIMITERS.get(data_set.delimiter, repr(data_set.delimiter))
        raise SourceError(
            file=file.name,
            found=f"columns separated by {DELIMITERS[others[0]]}",
            expected=f"columns separated by {expected}",
            mend=f"export it with {expected}s, or set `delimiter` for this data set in the city file",
        )
    return headers


def _count_lines(file: Path) -> int:
    """Physical lines that are not blank at the end of the file."""
    count, last = 0, b"\n"
    for chunk in _chunks(file):
        count += chunk.count(b"\n")
        last = chunk[-1:]
    return count + (last != b"\n")


def _line_breaks_in_values(
    file: Path, data_set: DataSet, connection: duckdb.DuckDBPyConnection, parquet: str, columns: list[str]
) -> int:
    def breaks(column: str) -> str:
        name = quoted(column)
        return f"coalesce(length({name}) - length(replace({name}, chr(10), '')), 0)"

    total, worst = connection.execute(
        f"select sum(n), max(n) from (select {' + '.join(map(breaks, columns))} as n from {parquet})"
    ).fetchall()[0]
    if worst > MAX_BREAKS_IN_A_VALUE:
        raise SourceError(
            file=file.name,
            found=f"one value with {worst} line breaks in it",
            expected="quotes that close",
            mend="look for a lone \" in the export; most programs write a quote inside a value twice",
        )
    return int(total)


def _too_many_rejected(file: Path, data_set: DataSet, rejected: list[Rejected], lines: int) -> SourceError:
    first = rejected[0]
    return SourceError(
        file=file.name,
        found=f"{len(rejected):,} of {lines - 1:,} lines cannot be read; the first is line {first.line} ({first.reason})",
        expected=f"{data_set.title} with the same columns on every line",
        mend="look at that line; the delimiter or the quoting of the export is probably off",
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])
