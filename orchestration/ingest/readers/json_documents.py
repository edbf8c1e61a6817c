"""JSON documents to Parquet: arrays of records (Socrata, Open311), and answers that hold one (CKAN, ArcGIS).

Keys become columns; nested values stay JSON text. Integers keep every digit; other numbers keep their value, as the
double they denote, but not their spelling (1.10 becomes 1.1).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError, from_database
from orchestration.ingest.readers.base import PARQUET, FileRead, RawFile, kept
from orchestration.ingest.readers.counts import objects_in
from orchestration.ingest.readers.esri import SHAPES, date_text, points, shapes, system_of
from orchestration.ingest.readers.pages import names_of, not_records, reads_of
from orchestration.ingest.readers.repeated_keys import RepeatedKeyError
from orchestration.ingest.sql import literal, path_list, quoted

MAX_RECORD = 1 << 24  # bytes of one record of an array
PLACE = ("geometry_x", "geometry_y")  # columns added to what an ArcGIS feature says of itself
SHAPE = "geometry_wkt"  # added where features are polygons or lines
ERROR_KEYS = ({"code", "description"}, {"error"})  # what portals answer in place of records


def read_json(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from arrays of objects, or from CKAN's answers, which hold such an array in result.records."""
    if _begins(files[0], "{"):
        return _read_answers(files, data_set, target, connection)
    return read_arrays(files, data_set, target, connection)


def read_arrays(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from arrays of objects (GeoReport v2 answers, say): one row an object."""
    for file in files:
        _require_frame(file, "[", "]", data_set)
    options = f"format = 'array', maximum_object_size = {MAX_RECORD}"
    shapes = _run(
        connection,
        files,
        data_set,
        "select filename, kind, list_distinct(flatten(list(keys))), cast(sum(objects) as bigint) from ("
        "select filename, json_type(json) as kind, coalesce(json_keys(json), []) as keys, count(*) as objects "
        f"from read_json_objects({_list(files)}, {options}, filename = true) group by all) group by all",
    )
    rows: dict[str, int] = {str(file.path): 0 for file in files}
    keys: dict[str, set[str]] = {path: set() for path in rows}
    for path, kind, found, count in shapes:
        if kind != "OBJECT":
            file = next(file for file in files if str(file.path) == path)
            raise not_records(file, data_set, f"{count:,} entries of the kind {str(kind).lower()}")
        rows[path], keys[path] = count, set(found)
    for file in files:
        if keys[str(file.path)] in ERROR_KEYS:
            raise _error_answer(file, f"an array of {' and '.join(sorted(keys[str(file.path)]))}", data_set)
    found_keys = [keys[str(file.path)] for file in files]
    names = names_of(files, found_keys, data_set)
    columns = ", ".join(f"{literal(key)}: 'VARCHAR'" for key in names.values())
    selected = ", ".join(f"{quoted(names[name])} as {quoted(name)}" for name in kept(list(names), data_set))
    query = f"select {selected} from read_json({_list(files)}, {options}, columns = {{{columns}}})"
    copied = _run(connection, files, data_set, f"copy ({query}) to {literal(str(target))} ({PARQUET})")
    records = [objects_in(file.path, 1) for file in files]
    return reads_of(files, target, names, found_keys, list(rows.values()), records, copied[0][0])


def _read_answers(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from the pages of a CKAN datastore answer: one row a record."""
    counts: list[int] = []
    keys: list[set[str]] = []
    for file in files:
        _require_frame(file, "{", "}", data_set)
        scan = _documents([file], {"error": "VARCHAR", "result": "STRUCT(records JSON[])"})
        found = _run(
            connection,
            [file],
            data_set,
            "select error, len(result.records), list_distinct(flatten(list_transform(result.records, lambda record: "
            "coalesce(json_keys(record), [])))), list_distinct(list_transform(result.records, lambda record: "
            f"json_type(record))) from {scan}",
        )
        if len(found) != 1:
            raise not_records(file, data_set, f"{len(found)} JSON documents one after the other")
        error, count, found_keys, kinds = found[0]
        if error is not None:
            raise _error_answer(file, error, data_set)
        if count is None:
            raise not_records(file, data_set, "an answer without an array in result.records")
        if others := set(kinds) - {"OBJECT"}:
            raise not_records(file, data_set, f"records of the kind {', '.join(map(str, others)).lower()}")
        counts.append(count)
        keys.append(set(found_keys))
    names = names_of(files, keys, data_set)
    record = ", ".join(f"{quoted(key)} VARCHAR" for key in names.values())
    selected = ", ".join(f"record.{quoted(names[name])} as {quoted(name)}" for name in kept(list(names), data_set))
    scan = _documents(files, {"result": f"STRUCT(records STRUCT({record})[])"})
    query = f"select {selected} from (select unnest(result.records) as record from {scan})"
    copied = _run(connection, files, data_set, f"copy ({query}) to {literal(str(target))} ({PARQUET})")
    records = [objects_in(file.path, 3, "records") for file in files]
    return reads_of(files, target, names, keys, counts, records, copied[0][0])


def read_arcgis(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
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
    names = names_of(files, keys, data_set, added)
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
    records = [objects_in(file.path, 2, "features") for file in files]
    return reads_of(files, target, names, [found | set(added) for found in keys], rows, records, copied[0][0])


def _places(
    files: list[RawFile], pages: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection
) -> pa.Table | None:
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


def _page(file: RawFile, data_set: DataSet, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
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
        "list_transform(list_filter(fields, lambda f: f.type = 'esriFieldTypeDate'), lambda f: f.name), "
        "len(list_filter(features, lambda f: f is not null and json_type(f.attributes) is distinct from 'OBJECT')) "
        f"from {scan}",
    )
    if len(found) != 1:
        raise not_records(file, data_set, f"{len(found)} JSON documents one after the other")
    error, reference, exceeded, features, keys, shape, dates, bare = found[0]
    if error is not None:
        raise _error_answer(file, error, data_set)
    if features is None or (features and not keys):
        raise not_records(file, data_set, "an answer without features that have attributes")
    if bare:  # their rows would be there, with nothing in them
        raise not_records(file, data_set, f"{bare:,} of {features:,} features without attributes")
    return {
        "exceeded": exceeded,
        "features": features,
        "keys": keys,
        "dates": dates or [],
        "is_shape": shape in SHAPES,
        "system": system_of(file, json.loads(reference or "{}") or {}, data_set),
    }


def _documents(files: list[RawFile], columns: Mapping[str, str]) -> str:
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    size = max(file.path.stat().st_size for file in files) + 1
    return f"read_json({_list(files)}, format = 'unstructured', maximum_object_size = {size}, columns = {{{types}}})"


def _list(files: Sequence[RawFile]) -> str:
    return path_list(file.path for file in files)


def _run(connection: duckdb.DuckDBPyConnection, files: list[RawFile], data_set: DataSet, query: str) -> list[Any]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.InvalidInputException as error:
        # The message names the file by its whole path.
        broken = next((file for file in files if str(file.path) in str(error)), files[0])
        reason = str(error).splitlines()[0].replace(str(broken.path), broken.name)[:200]
        kind = RepeatedKeyError if "duplicate key" in str(error) else SourceError
        raise kind(
            file=broken.name,
            found=f"JSON that ends too early or is malformed ({reason})",
            expected=f"{data_set.title} as whole JSON",
            mend="fetch it again; the transfer probably broke off",
        ) from error
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise from_database(error, files[0].name, f"{data_set.title} as JSON") from error


def _begins(file: RawFile, sign: str) -> bool:
    with file.path.open("rb") as opened:
        return opened.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(sign.encode())


def _require_frame(file: RawFile, opening: str, closing: str, data_set: DataSet) -> None:
    """SourceError unless the file begins and ends as the answer must: DuckDB accepts an array cut after a comma."""
    with file.path.open("rb") as opened:
        head = opened.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        opened.seek(max(0, file.path.stat().st_size - 4096))
        tail = opened.read().rstrip()
    if not head.startswith(opening.encode()):
        if _is_json_lines(file):
            raise SourceError(
                file=file.name,
                found="JSON Lines, one object a line",
                expected=f"{data_set.title} as one JSON array, beginning with {opening}",
                mend=f"export it as an array, or set `format: jsonl` for {data_set.name} in the city file",
            )
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


def _is_json_lines(file: RawFile) -> bool:
    """Whether the first two lines are an object each; an error message is one object."""
    with file.path.open("rb") as opened:
        lines = [opened.readline(MAX_RECORD).removeprefix(b"\xef\xbb\xbf") for _ in range(2)]
    try:
        return all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _error_answer(file: RawFile, error: str, data_set: DataSet) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"what looks like the portal's error message instead of data: {error[:200]}",
        expected=f"{data_set.title}",
        mend="fetch it again later; if the message stays, ask the portal's keeper",
    )
