"""Formats small enough to pass through Python: workbooks (XLSX) and zone layers (GeoJSON, shapefile)."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, checked_headers, no_rows
from orchestration.ingest.sql import literal, quoted

GEOMETRY = "geometry_wkt"
WGS84 = "EPSG:4326"


def read_workbook(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from every sheet of a workbook; the header is the first row that names the needed columns.

    A column `sheet` is added. Rows above the header (titles) and empty rows hold no data and are not counted.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise _unreadable(file, data_set, error) from error
    headers: dict[str, str] = {}
    rows: list[dict[str, str | None]] = []
    lines: list[int] = []
    first_row: list[str] = []
    for sheet in book.worksheets:
        names: list[str] | None = None
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_text(cell) for cell in cells]
            if not any(texts):
                continue
            first_row = first_row or [text or "" for text in texts]
            if names is None:
                if _is_header(texts, data_set):
                    headers |= checked_headers(file, [text or "" for text in texts], data_set)
                    names = list(checked_headers(file, [text or "" for text in texts], data_set))
                continue
            rows.append(dict(zip(names, texts, strict=False)) | {"sheet": sheet.title})
            lines.append(line)
    if not headers:
        checked_headers(file, first_row, data_set)
    if not rows:
        raise no_rows(file, data_set, "a header row and nothing below it")
    return _write(file, data_set, target, connection, headers | {"sheet": "sheet"}, rows, lines)


def read_zones(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a vector layer: attributes as text, geometry as WGS84 WKT in column geometry_wkt."""
    import pyogrio

    try:
        layer = pyogrio.read_dataframe(file)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(file, data_set, error) from error
    if len(layer) == 0:
        raise no_rows(file, data_set, "a layer without features")
    headers = checked_headers(file, [str(name) for name in layer.columns if name != "geometry"], data_set)
    # The city file's word goes before the layer's own: some .prj files are plainly wrong.
    if data_set.crs is not None:
        layer = layer.set_crs(data_set.crs, allow_override=True)
    if layer.crs is None:
        raise SourceError(
            file=file.name,
            found="a layer that does not say its coordinate reference system (no .prj)",
            expected="a layer with a .prj, or `crs` in the city file",
            mend=f"set `crs` (such as {WGS84}) for {data_set.name} in the city file",
        )
    geometry = layer.geometry.to_crs(WGS84).to_wkt()
    attributes = layer.drop(columns="geometry")
    rows = [
        {name: _text(value) for name, value in zip(headers, values, strict=True)} | {GEOMETRY: wkt}
        for values, wkt in zip(attributes.itertuples(index=False, name=None), geometry, strict=True)
    ]
    return _write(file, data_set, target, connection, headers | {GEOMETRY: GEOMETRY}, rows, list(range(1, len(rows) + 1)))


def _write(
    file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection,
    headers: dict[str, str], rows: list[dict[str, str | None]], lines: list[int],
) -> FileRead:
    kept = [name for name in headers if name not in data_set.drop]
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in kept}
        | {"_line": pa.array(lines, pa.int64())}
    )
    connection.register("read_table", table)
    columns = ", ".join([*map(quoted, kept), "_line"])
    connection.execute(f"copy (select {columns} from read_table) to {literal(str(target))} (format parquet, compression zstd)")
    connection.unregister("read_table")
    return FileRead(file=file.name, rows=len(rows), records=None, headers=headers)


def _is_header(texts: list[str | None], data_set: DataSet) -> bool:
    names = set(normalised([text or "" for text in texts]))
    return len(names & set(data_set.columns)) >= len(data_set.columns) / 2


def _text(value: Any) -> str | None:
    """A cell as text: dates as ISO 8601, whole numbers without a decimal point, missing ones as NULL."""
    if value is None or value != value:  # NaN is not equal to itself
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def _unreadable(file: Path, data_set: DataSet, error: Exception) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"a file that cannot be opened as {data_set.format} ({error})",
        expected=f"{data_set.title} as {data_set.format}",
        mend="open it with a desktop program; if that fails too, export it again",
    )


def layer_files(files: list[Path]) -> Iterator[Path]:
    """The files to open among those of a layer: a shapefile's side files come along by themselves."""
    for file in files:
        if file.suffix.lower() in (".shp", ".zip", ".geojson", ".json"):
            yield file
