"""JSON Lines (one object a line) to Parquet through DuckDB.

Keys become columns; nested values stay JSON text; numbers as in json_documents.py. Lines that hold no object are set
aside with their reason, never dropped, and every line is accounted for.
"""

import json
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import PARQUET, FileRead, RawFile, Rejected, checked_headers, kept, no_rows
from orchestration.ingest.readers.pages import refuse_alike
from orchestration.ingest.readers.repeated_keys import RepeatedKeyError, numbered_lines
from orchestration.ingest.readers.text import blank_lines, count_lines, cut_off, ends_in_line_end, plain_text
from orchestration.ingest.sql import literal, path_literal, piecewise, quoted

MAX_LINE = 1 << 24  # bytes
MAX_ASIDE = 10_000  # a file with more lines set aside is not what it claims to be


def read_json_lines(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a file with one JSON object a line."""
    with plain_text(file, data_set, target.with_suffix(".txt"), without_mark=True) as path:
        _refuse_array(file, path, data_set)
        try:
            return _read(file, path, data_set, target, connection)
        except RepeatedKeyError:
            again = target.with_suffix(".numbered")
            with path.open("rb") as lines:
                notes = numbered_lines(lines, again)
            read = _read(file, again, data_set, target, connection)
            again.unlink()
            return read.model_copy(update={"notes": list(notes)})


def _read(
    file: RawFile, path: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> FileRead:
    scan = (
        f"read_ndjson_objects({path_literal(path)}, ignore_errors = true, maximum_object_size = {MAX_LINE}, "
        "hive_partitioning = false)"
    )
    kinds = connection.execute(
        "select kind, list_distinct(flatten(list(keys))), cast(sum(objects) as bigint), "
        "bool_or(len(keys) > len(list_distinct(keys))) from ("
        "select json_type(json) as kind, coalesce(json_keys(json), []) as keys, count(*) as objects "
        f"from {scan} group by all) group by all"
    ).fetchall()
    if any(is_repeated for *_, is_repeated in kinds):
        raise RepeatedKeyError(file.name, "a key that stands twice in an object", data_set.title, "number them")
    counts = {kind: count for kind, _, count, _ in kinds}
    keys = sorted({key for kind, found, *_ in kinds if kind == "OBJECT" for key in found})
    parsed, rows, lines = sum(counts.values()), counts.get("OBJECT", 0), count_lines(path)
    if not keys:
        raise no_rows(file, data_set, f"{lines:,} lines, none of which holds an object with keys")
    if parsed - rows > min(MAX_ASIDE, rows):
        raise _too_many_rejected(file, data_set, parsed - rows, lines)
    refuse_alike(file, keys, data_set)
    names = checked_headers(file, keys, data_set)
    blank = _blank(file, path, data_set, lines - parsed) if rows != lines else []
    line = _line(blank) if rows != lines else None
    _copy(scan, names, line, data_set, target, connection)
    rejected = _rejected(file, scan, line, connection) if line and rows != parsed else []
    if rejected and rejected[-1].line == lines and not ends_in_line_end(path):
        raise cut_off(file, lines)
    return FileRead(
        file=file.name,
        parquet=target.name,
        rows=rows,
        records=lines - len(blank),
        headers=names,
        first_line=1 if line is None else None,
        rejected=rejected,
    )


def _copy(
    scan: str,
    names: dict[str, str],
    line: str | None,
    data_set: DataSet,
    target: Path,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Write the objects and, where `line` says how it is reckoned, the line of each."""
    selected = [f"record.{quoted(names[name])} as {quoted(name)}" for name in kept(list(names), data_set)]
    # Without `line` no order is asked for, so that several threads can read.
    numbered = f", {line} as _line from (select json, row_number() over () as place from {scan})"
    source = f"select json{numbered if line else f' from {scan}'}"
    record = f"json_transform(json, {literal(json.dumps(dict.fromkeys(names.values(), 'VARCHAR')))}) as record"
    query = (
        f"select {', '.join([*selected, *(['_line'] if line else [])])} "
        f"from (select *, {record} from ({source}) where json_type(json) = 'OBJECT')"
    )
    connection.execute(f"copy ({query}) to {literal(str(target))} ({PARQUET})")


def _rejected(file: RawFile, scan: str, line: str, connection: duckdb.DuckDBPyConnection) -> list[Rejected]:
    found = connection.execute(
        f"select {line}, kind from (select row_number() over () as place, json_type(json) as kind from {scan}) "
        "where kind is distinct from 'OBJECT' order by place"
    ).fetchall()
    return [
        Rejected(file=file.name, line=number, reason="malformed_json" if kind is None else "not_an_object")
        for number, kind in found
    ]


def _line(blank: list[int]) -> str:
    """SQL: the line of what stands at a place among the lines that are not blank."""
    pieces = {0: "place"} | {line - before: f"place + {before + 1}" for before, line in enumerate(blank)}
    return piecewise("place", sorted(pieces.items()))


def _blank(file: RawFile, path: Path, data_set: DataSet, missing: int) -> list[int]:
    """The blank lines; SourceError unless they are all that the parser has passed over."""
    if missing > MAX_ASIDE:
        found = f"{missing:,} blank lines between the rows"
    else:
        blank = blank_lines(path, blanks=b" \t") if missing else []
        if len(blank) == missing:
            return blank
        found = f"{missing:,} lines that hold no object, of which {len(blank):,} are blank"
    raise SourceError(
        file=file.name,
        found=found,
        expected=f"{data_set.title} with one JSON object on every line",
        mend="export it again; a program that changed the line ends was probably at work",
    )


def _refuse_array(file: RawFile, path: Path, data_set: DataSet) -> None:
    with path.open("rb") as opened:
        start = opened.read(4096).lstrip()
    if start.startswith((b"[", b"<")):
        raise SourceError(
            file=file.name,
            found=f"a file that begins with {start[:60].decode('utf-8', 'replace')!r}",
            expected=f"{data_set.title} as JSON Lines, one object on every line",
            mend="set `format: json` in the city file if it is one array; else look at the file in an editor: the "
            "portal probably answered with something else",
        )


def _too_many_rejected(file: RawFile, data_set: DataSet, count: int, lines: int) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"{count:,} of {lines:,} lines hold no whole JSON object",
        expected=f"{data_set.title} with one JSON object on every line",
        mend="look at the file in an editor; an object that spans several lines is no JSON Lines: set `format: json`, "
        "or export it again",
    )
