"""Open311 answers (an array of requests) and ArcGIS answers (features with attributes) to Parquet.

Keys become columns, values stay as they are written; nested values stay JSON text.
"""

import json
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, checked_headers, no_rows
from orchestration.ingest.sql import literal, quoted


MAX_REQUEST = 1 << 24  # bytes of one Open311 request


def read_open311(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a GeoReport v2 answer: one row a request."""
    _require_opening(file, "[", data_set)
    scan = f"read_json_objects({literal(str(file))}, format='array', maximum_object_size={MAX_REQUEST})"
    return _write(file, data_set, target, connection, f"select json as record from {scan}")


def read_arcgis(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from one page of an ArcGIS query answer: one row a feature, geometry_x and geometry_y added."""
    _require_opening(file, "{", data_set)
    scan = f"read_json_objects({literal(str(file))}, format='unstructured', maximum_object_size={file.stat().st_size + 1})"
    try:
        error, reference = connection.execute(
            f"select json->>'$.error', json->>'$.spatialReference.wkid' from {scan}"
        ).fetchall()[0]
    except duckdb.InvalidInputException as cause:
        raise _broken(file, data_set, cause) from cause
    if error is not None:
        raise _error_answer(file, error, data_set)
    if reference not in (None, "4326"):
        raise SourceError(
            file=file.name,
            found=f"coordinates in spatial reference {reference}",
            expected="longitude and latitude (WGS84, 4326)",
            mend="ask the server for outSR=4326",
        )
    features = (
        "select json_merge_patch(feature->'attributes', json_object("
        "'geometry_x', feature->'geometry'->'x', 'geometry_y', feature->'geometry'->'y')) as record "
        f"from (select unnest(json_extract(json, '$.features[*]')) as feature from {scan})"
    )
    return _write(file, data_set, target, connection, features)


def refuse_unfinished(files: list[Path], data_set: DataSet) -> None:
    """An ArcGIS answer says when more was to come: the last page must not."""
    last = files[-1]
    if json.loads(last.read_bytes()).get("exceededTransferLimit"):
        raise SourceError(
            file=last.name,
            found="the last page says that more rows follow (exceededTransferLimit)",
            expected=f"all pages of {data_set.title}",
            mend="fetch the remaining pages",
        )


def _write(
    file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection, records: str
) -> FileRead:
    connection.execute("drop table if exists read_records")
    try:
        connection.execute(f"create temp table read_records as select record, row_number() over () as _line from ({records})")
    except duckdb.InvalidInputException as cause:
        raise _broken(file, data_set, cause) from cause
    keys = [key for (key,) in connection.execute(
        "select key from (select unnest(json_keys(record)) as key from read_records) group by key order by key"
    ).fetchall()]
    if not keys:
        raise no_rows(file, data_set, "no record in the answer")
    headers = checked_headers(file, keys, data_set)
    kept = {name: key for name, key in headers.items() if name not in data_set.drop}
    columns = ", ".join(f"record->>{literal(_path(key))} as {quoted(name)}" for name, key in kept.items())
    connection.execute(
        f"copy (select {columns}, _line from read_records order by _line) to {literal(str(target))} "
        "(format parquet, compression zstd)"
    )
    rows = int(connection.execute("select count(*) from read_records").fetchall()[0][0])
    connection.execute("drop table read_records")
    return FileRead(file=file.name, rows=rows, records=None, headers=headers)


def _path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'


def _require_opening(file: Path, opening: str, data_set: DataSet) -> None:
    with file.open("rb") as opened:
        head = opened.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(opening.encode()):
        return
    if head.startswith(b"{"):
        content: Any = None
        try:
            content = json.loads(file.read_bytes())
        except ValueError:
            content = head[:200].decode("utf-8", "replace")
        raise _error_answer(file, str(content)[:200], data_set)
    raise SourceError(
        file=file.name,
        found=f"a file that begins with {head[:40].decode('utf-8', 'replace')!r}",
        expected=f"{data_set.title} as JSON beginning with {opening}",
        mend="open the address in a browser: the portal probably answered with a web page; export again",
    )


def _error_answer(file: Path, error: str, data_set: DataSet) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"the portal's error message instead of data: {error}",
        expected=f"{data_set.title}",
        mend="fetch it again later; if the message stays, ask the portal's keeper",
    )


def _broken(file: Path, data_set: DataSet, cause: Exception) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"JSON that ends too early or is malformed ({str(cause).splitlines()[0][:160]})",
        expected=f"{data_set.title} as whole JSON",
        mend="fetch it again; the transfer probably broke off",
    )
