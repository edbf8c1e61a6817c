"""Zone layers (GeoJSON, shapefile): attributes as text, geometry as WGS84 WKT."""

import json
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, Note, RawFile, checked_headers, no_rows
from orchestration.ingest.readers.counts import shapefile_counts
from orchestration.ingest.readers.outlines import outline_texts
from orchestration.ingest.readers.repeated_keys import Numbering, numbered
from orchestration.ingest.readers.tables import text, unreadable, write_rows

GEOMETRY = "geometry_wkt"  # added column
WGS84 = "EPSG:4326"
SIDE_FILES = (".shp", ".shx", ".dbf")  # a shapefile is none without all of them


def read_layer(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from a vector layer: attributes as text, geometry as WGS84 WKT in column geometry_wkt."""
    import pyogrio

    notes: tuple[Note, ...]
    if data_set.format == "geojson":
        numbering, records = _looked_at(file, data_set)
        if notes := numbering.notes:
            file = numbered(file, target.parent / "unpacked" / target.with_suffix(".geojson").name)
    else:
        records, notes = _reconciled(file, data_set)
    try:
        layers = pyogrio.list_layers(file.path)[:, 0].tolist()
        if len(layers) != 1:
            raise unreadable(file, data_set, f"{len(layers)} layers in one file: {', '.join(layers)}")
        # Through Arrow: a whole-number column with a gap would else become a float and lose digits.
        meta, table = pyogrio.read_arrow(file.path)
    except pyogrio.errors.DataSourceError as error:
        raise unreadable(file, data_set, error) from error
    except pyogrio.errors.DataLayerError as error:
        raise unreadable(file, data_set, error) from error
    if table.num_rows == 0:
        raise no_rows(file, data_set, "a layer without features")
    geometry = meta["geometry_name"] or "wkb_geometry"
    own = [name for name in table.column_names if name != geometry]
    checked_headers(file, own, data_set)
    names = file.columns(own, reserved=[GEOMETRY])
    wkt = _wkt(file, table.column(geometry).to_pylist(), meta["crs"], data_set)
    attributes = [table.column(name).to_pylist() for name in own]
    rows = [
        {name: text(value) for name, value in zip(names, values[1:], strict=True)} | {GEOMETRY: values[0]}
        for values in zip(wkt, *attributes, strict=True)
    ]
    headers = dict(zip(names, own, strict=True)) | {GEOMETRY: GEOMETRY}
    read = write_rows(file, data_set, target, connection, headers, rows, list(range(1, len(rows) + 1)))
    return read.model_copy(update={"records": records, "notes": list(notes)})


def with_side_files(files: list[RawFile], data_set: DataSet) -> list[RawFile]:
    """The layers to open among a shapefile's files; SourceError where a side file is missing."""
    parts: dict[Path, list[RawFile]] = {}
    for file in files:
        parts.setdefault(file.path.with_name(file.path.stem.lower()), []).append(file)
    for found in parts.values():
        suffixes = {file.path.suffix.lower() for file in found}
        missing = [suffix for suffix in SIDE_FILES if suffix not in suffixes]
        if missing and len(missing) < len(SIDE_FILES):
            raise SourceError(
                file=next(file.name for file in found if file.path.suffix.lower() in SIDE_FILES),
                found=f"a shapefile without its {' and '.join(missing)}",
                expected=f"the files {', '.join(SIDE_FILES)} (and .prj) of one name",
                mend="copy all files of the shapefile, or the zip archive they came in",
            )
    layers = [file for file in files if file.path.suffix.lower() == ".shp"]
    if not layers:
        raise SourceError(
            file=", ".join(file.name for file in files),
            found="no .shp and no .zip",
            expected=f"{data_set.title} as a shapefile",
            mend="copy all files of the shapefile, or the zip archive they came in",
        )
    return layers


def _wkt(file: RawFile, wkb: list[bytes | None], crs: str | None, data_set: DataSet) -> list[str | None]:
    import geopandas
    import pyproj
    import shapely

    # The city file's word goes before the layer's own: some .prj files are plainly wrong.
    system = data_set.crs or crs
    if system is None:
        raise SourceError(
            file=file.name,
            found="a layer that does not say its coordinate reference system (no .prj)",
            expected="a layer with a .prj, or `crs` in the city file",
            mend=f"set `crs` (such as {WGS84}) for {data_set.name} in the city file",
        )
    try:
        shapes = geopandas.GeoSeries.from_wkb(wkb, crs=system).to_crs(WGS84)
    except (shapely.errors.ShapelyError, pyproj.exceptions.ProjError) as error:
        raise unreadable(file, data_set, error) from error
    if shapes.is_empty.all() or shapes.isna().all():
        raise SourceError(
            file=file.name,
            found=f"{len(shapes):,} features, none of which has a geometry",
            expected=f"{data_set.title} with an outline for each",
            mend="export the layer again with its geometry, not its table alone",
        )
    west, south, east, north = shapes.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise SourceError(
            file=file.name,
            found=f"coordinates that are no degrees: {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}",
            expected="longitude and latitude, or a layer that says (.prj) what its coordinates are",
            mend=f"set `crs` for {data_set.name} in the city file to the system the layer is drawn in",
        )
    return outline_texts(shapes)


def _reconciled(file: RawFile, data_set: DataSet) -> tuple[int, tuple[Note, ...]]:
    """The records of a shapefile that are not deleted; SourceError where its files do not tell of as many."""
    counts = shapefile_counts(*_side_files(file.path))
    if not counts.agree:
        raise SourceError(
            file=file.name,
            found=f"a shapefile whose files do not agree: the table promises {counts.promised:,} records and holds "
            f"{counts.there:,}, the index tells of {counts.indexed:,}"
            + ("" if counts.whole else "; its outlines or their index are shorter than they say"),
            expected=f"{data_set.title} with as many records in .dbf, .shp and .shx",
            mend="copy all files of the shapefile again; one of them was cut off, or is of another edition",
        )
    if not counts.deleted:
        return counts.there, ()
    found = f"{counts.deleted:,} records are marked as deleted and were not read"
    return counts.there - counts.deleted, (Note(kind="deleted_records", count=counts.deleted, found=found),)


def _side_files(shp: Path) -> tuple[Path, Path, Path]:
    """The .shp, .shx and .dbf of a layer, whatever their capitals."""
    beside = {path.suffix.lower(): path for path in shp.parent.iterdir() if path.stem.lower() == shp.stem.lower()}
    return shp, beside[".shx"], beside[".dbf"]


def _looked_at(file: RawFile, data_set: DataSet) -> tuple[Numbering, int]:
    """The repeated keys and the number of features of a GeoJSON file.

    SourceError where it is no whole GeoJSON, in better words than those of the library that reads it.
    """
    numbering = Numbering()
    try:
        content: Any = json.loads(file.path.read_bytes(), object_pairs_hook=numbering.object)
    except ValueError as error:
        raise unreadable(file, data_set, error) from error
    if not isinstance(content, dict) or "features" not in content:
        kind = f"JSON with {', '.join(list(content)[:6])}" if isinstance(content, dict) else "JSON of another form"
        raise unreadable(file, data_set, f"{kind}: {str(content)[:100]}")
    properties = content.get("properties")
    if content.get("exceededTransferLimit") or (
        isinstance(properties, dict) and properties.get("exceededTransferLimit")
    ):
        raise SourceError(
            file=file.name,
            found="a part of the layer: it says that more features follow (exceededTransferLimit)",
            expected=f"all of {data_set.title}",
            mend="fetch the rest and put the features into one file, or download the layer instead of querying it",
        )
    features = content["features"] or []
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise unreadable(file, data_set, "`features` is no list of features")
    if bare := sum("properties" not in feature for feature in features):  # their rows would have nothing in them
        raise unreadable(file, data_set, f"{bare:,} of {len(features):,} features without `properties`")
    return numbering, len(features)
