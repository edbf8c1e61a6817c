"""Open311 answers (an array of requests) and ArcGIS answers (features with attributes) to Parquet.

Keys become columns; nested values stay JSON text. Integers keep every digit; other numbers keep their value, as the
double they denote, but not their spelling (1.10 becomes 1.1).
"""

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError, from_database
from orchestration.ingest.readers.base import PARQUET, FileRead, checked_headers, kept, no_rows
from orchestration.ingest.readers.esri import SHAPES, date_text, points, shapes, system_of
from orchestration.ingest.sql import literal, path_list, quoted

MAX_REQUEST = 1 << 24  # bytes of one Open311 request
PLACE = ("geometry_x", "geometry_y")  # columns added to what an ArcGIS feature says of itself
SHAPE = "geometry_wkt"  # added where features are polygons or lines
ERROR_KEYS = {"code", "description"}  # what GeoReport v2 answers in place of requests


def read_open311(
    files: list[Path], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from GeoReport v2 answers: one row a request."""
    for file in files:
        _require_frame(file, "[", "]", data_set)
    options = f"format = 'array', maximum_object_size = {MAX_REQUEST}"
    shapes = _run(
        connection,
        files,
        data_set,
        "select filename, json_type(json), json_keys(json), count(*) "
        f"from read_json_objects({path_list(files)}, {options}, filename = true) group by all",
    )
    rows: dict[str, int] = dict.fromkeys(map(str, files), 0)
    keys: dict[str, set[str]] = {name: set() for name in rows}
    for name, kind, found, count in shapes:
        if kind != "OBJECT":
            raise _not_records(Path(name), data_set, f"{count:,} entries of the kind {kind.lower()}")
        rows[name] += count
        keys[name] |= set(found)
        if set(found) == ERROR_KEYS:
            raise _error_answer(Path(name), "an array of code and description", data_set)
    names = _names(files, [keys[str(file)] for file in files], data_set)
    columns = ", ".join(f"{literal(key)}: 'VARCHAR'" for key in names.values())
    selected = ", ".join(f"{quoted(names[name])} as {quoted(name)}" for name in kept(list(names), data_set))
    query = f"select {selected} from read_json({path_list(files)}, {options}, columns = {{{columns}}})"
    copied = _run(connection, files, data_set, f"copy ({query}) to {literal(str(target))} ({PARQUET})")
    return _reads(
        files, target, names, [keys[str(file)] for file in files], [rows[str(file)] for file in files], copied
    )


def read_arcgis(
    files: list[Path], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from the pages of an ArcGIS query answer: one row a feature, dates as ISO 8601 text.

    Added are geometry_x and geometry_y (WGS84), and geometry_wkt where features are polygons or lines.
    """
    for file in files:
        _require_frame(file, "{", "}", data_set)
    pages = [_page(file, data_set, connection) for file in files]
    # Pages need not be in order of their names: one that says it is the last is enough.
    if all(page["exceeded"] for page in pages):
        raise SourceError(
            file=files[-1].name,
            found="every page, this one too, says that more rows follow (exceededTransferLimit)",
            expected=f"all pages of {data_set.title}",
            mend="fetch the remaining pages",
        )
    keys = [set(page["keys"] or []) for page in pages]
    added = (*PLACE, SHAPE) if any(page["is_shape"] for page in pages) else PLACE
    names = _names(files, keys, data_set, added)
    attributes = ", ".join(f"{quoted(key)} VARCHAR" for name, key in names.items() if name not in added)
    feature = f"STRUCT(attributes STRUCT({attributes}), geometry STRUCT(x VARCHAR, y VARCHAR))[]"
    values = {name: f"feature.attributes.{quoted(key)}" for name, key in names.items()}
    dates = set().union(*(page["dates"] for page in pages))
    values |= {name: date_text(values[name], data_set.dates) for name, key in names.items() if key in dates}
    values |= {"geometry_x": "feature.geometry.x", "geometry_y": "feature.geometry.y"}
    scan = f"(select unnest(features) as feature from {_documents(files, {'features': feature})})"
    places = _places(files, pages, connection)
    if places is not None:
        connection.register("places", places)
        scan += " positional join places"
        values |= {"geometry_x": "places.x", "geometry_y": "places.y", SHAPE: "places.wkt"}
    selected = ", ".join(f"{values[name]} as {quoted(name)}" for name in kept(list(names), data_set))
    query = f"select {selected} from {scan}"
    copied = _run(connection, files, data_set, f"copy ({query}) to {literal(str(target))} ({PARQUET})")
    rows = [page["features"] for page in pages]
    return _reads(files, target, names, [found | set(added) for found in keys], rows, copied)


def _places(files: list[Path], pages: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection) -> pa.Table | None:
    """Where the features of all pages lie, in order; None where all are points that need no transforming."""
    if all(page["system"] is None and not page["is_shape"] for page in pages):
        return None
    tables = [
        shapes(file, page["system"]) if page["is_shape"] else points(file, page["system"], connection)
        for file, page in zip(files, pages, strict=True)
        if page["features"]
    ]
    empty = pa.schema([("x", pa.string()), ("y", pa.string()), ("wkt", pa.string())]).empty_table()
    return pa.concat_tables([empty, *tables], promote_options="default")


def _page(file: Path, data_set: DataSet, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What a page says of itself; a SourceError where that is an error, or an unknown coordinate system."""
    scan = _documents(
        [file],
        {
            "features": "STRUCT(attributes JSON)[]",
            "error": "VARCHAR",
            "spatialReference": "JSON",
            "exceededTransferLimit": "BOOLEAN",
            "geometryType": "VARCHAR",
            "fields": "STRUCT(name VARCHAR, type VARCHAR)[]",
        },
    )
    found = _run(
        connection,
        [file],
        data_set,
        "select error, spatialReference, coalesce(exceededTransferLimit, false), len(features), list_distinct("
        "flatten(list_transform(features, lambda f: coalesce(json_keys(f.attributes), [])))), geometryType, "
        "list_transform(list_filter(fields, lambda f: f.type = 'esriFieldTypeDate'), lambda f: f.name) "
        f"from {scan}",
    )
    if len(found) != 1:
        raise _not_records(file, data_set, f"{len(found)} JSON documents one after the other")
    error, reference, exceeded, features, keys, shape, dates = found[0]
    if error is not None:
        raise _error_answer(file, error, data_set)
    if features is None or (features and not keys):
        raise _not_records(file, data_set, "an answer without features that have attributes")
    return {
        "exceeded": exceeded,
        "features": features,
        "keys": keys,
        "dates": dates or [],
        "is_shape": shape in SHAPES,
        "system": system_of(file, json.loads(reference or "{}") or {}, data_set),
    }


def _documents(files: list[Path], columns: Mapping[str, str]) -> str:
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    size = max(file.stat().st_size for file in files) + 1
    return (
        f"read_json({path_list(files)}, format = 'unstructured', maximum_object_size = {size}, columns = {{{types}}})"
    )


def _names(files: list[Path], keys: list[set[str]], data_set: DataSet, added: Sequence[str] = ()) -> dict[str, str]:
    """Normalised names to keys, over all pages; each page with rows must look like the data set."""
    every = sorted(set().union(*keys))
    if not every:
        raise no_rows(files[0], data_set, "no record in the answer")
    folded: dict[str, str] = {}
    for key in every:
        other = folded.setdefault(key.lower(), key)
        if other != key:
            raise _not_records(files[0], data_set, f"keys that differ only in capitals: {other} and {key}")
    for file, found in zip(files, keys, strict=True):
        if found:
            checked_headers(file, [*added, *sorted(found)], data_set)
    return {name: name for name in added} | dict(zip(normalised(every, reserved=added), every, strict=True))


def _reads(
    files: list[Path],
    target: Path,
    names: Mapping[str, str],
    keys: list[set[str]],
    rows: list[int],
    copied: list[tuple[int]],
) -> list[FileRead]:
    """One FileRead a page; the rows of a page stand together, in the order of the pages."""
    if copied != [(sum(rows),)]:
        raise RuntimeError(f"{sum(rows):,} records were counted in {files[0]} and following, {copied} copied")
    first_rows = accumulate(rows, initial=0)
    return [
        FileRead(
            file=file.name,
            parquet=target.name,
            first_row=first_row,
            rows=count,
            headers={name: key for name, key in names.items() if key in found},
            first_line=1,
        )
        for file, found, count, first_row in zip(files, keys, rows, first_rows, strict=False)
    ]


def _run(connection: duckdb.DuckDBPyConnection, files: list[Path], data_set: DataSet, query: str) -> list[Any]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.InvalidInputException as error:
        # The message names the file by its whole path.
        broken = next((file for file in files if str(file) in str(error)), files[0])
        reason = str(error).splitlines()[0].replace(str(broken), broken.name)[:200]
        raise SourceError(
            file=broken.name,
            found=f"JSON that ends too early or is malformed ({reason})",
            expected=f"{data_set.title} as whole JSON",
            mend="fetch it again; the transfer probably broke off",
        ) from error
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise from_database(error, files[0].name, f"{data_set.title} as JSON") from error


def _require_frame(file: Path, opening: str, closing: str, data_set: DataSet) -> None:
    """SourceError unless the file begins and ends as the answer must: DuckDB accepts an array cut after a comma."""
    with file.open("rb") as opened:
        head = opened.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        opened.seek(max(0, file.stat().st_size - 4096))
        tail = opened.read().rstrip()
    if not head.startswith(opening.encode()):
        if head.startswith(b"{"):
            raise _error_answer(file, head[:200].decode("utf-8", "replace"), data_set)
        raise SourceError(
            file=file.name,
            found=f"a file that begins with {head[:60].decode('utf-8', 'replace')!r}",
            expected=f"{data_set.title} as JSON beginning with {opening}",
            mend="open the address in a browser: the portal probably answered with a web page; export again",
        )
    if not tail.endswith(closing.encode()):
        raise SourceError(
            file=file.name,
            found=f"JSON that ends with {tail[-40:].decode('utf-8', 'replace')!r}",
            expected=f"{data_set.title} as whole JSON, ending with {closing}",
            mend="fetch it again; the transfer probably broke off",
        )


def _error_answer(file: Path, error: str, data_set: DataSet) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"what looks like the portal's error message instead of data: {error[:200]}",
        expected=f"{data_set.title}",
        mend="fetch it again later; if the message stays, ask the portal's keeper",
    )


def _not_records(file: Path, data_set: DataSet, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected=f"{data_set.title} as {data_set.format}",
        mend="check the address and its parameters (such as f=json), and fetch it again",
    )
