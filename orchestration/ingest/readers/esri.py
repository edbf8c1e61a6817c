"""What is particular to values in ArcGIS answers: dates as milliseconds, geometry in the server's own form and system.

Pages say their spatial reference. Where a server heeds `outSR=4326` there is nothing to do; else coordinates are
transformed here.
"""

import json
from typing import Any, Literal

import duckdb
import pyarrow as pa

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import RawFile
from orchestration.ingest.readers.outlines import outline_texts
from orchestration.ingest.sql import path_literal

WGS84 = 4326
SHAPES = ("esriGeometryPolygon", "esriGeometryPolyline")  # these become WKT; points have x and y


def date_text(value: str, dates: Literal["utc", "local", "text"]) -> str:
    """SQL for a date field's text: milliseconds since 1970 as ISO 8601; what is no such number stays.

    `utc` ends in Z. `local` has no zone: these publishers store the city's clock as if it were UTC.
    """
    if dates == "text":
        return value
    zone = "Z" if dates == "utc" else ""
    whole = f"try_cast({value} as bigint)"
    instant = f"make_timestamp({whole} * 1000)"
    text, finer = (f"strftime({instant}, '%Y-%m-%dT%H:%M:%S{part}{zone}')" for part in ("", ".%g"))
    return f"coalesce(try(case when {whole} % 1000 = 0 then {text} else {finer} end), {value})"


def system_of(file: RawFile, reference: dict[str, Any], data_set: DataSet) -> str | None:
    """The coordinate system of a page, as pyproj reads it; None for WGS84, and where neither page nor city file tell.

    The page's word goes before the city file's: it knows whether the server has heeded what was asked.
    """
    import pyproj

    numbers = [number for number in (reference.get("latestWkid"), reference.get("wkid")) if number]
    if WGS84 in numbers:
        return None
    # Esri has numbers of its own beside those of EPSG.
    named = [f"{authority}:{number}" for number in numbers for authority in ("EPSG", "ESRI")]
    if not reference:
        return data_set.crs
    for name in [*named, reference.get("wkt"), reference.get("wkt2")]:
        try:
            if name:
                return str(pyproj.CRS.from_user_input(name).to_wkt())
        except pyproj.exceptions.CRSError:
            continue
    raise SourceError(
        file=file.name,
        found=f"coordinates in spatial reference {str(reference)[:80]}, which is not known",
        expected=f"longitude and latitude (WGS84, {WGS84}), or a known system",
        mend=f"ask the server for outSR={WGS84}",
    )


def points(file: RawFile, system: str | None, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Longitude (x) and latitude (y) of a page's points, as text; NULL where there is none, or none on the globe."""
    import numpy as np
    import pyproj

    size = file.path.stat().st_size + 1
    found = connection.execute(
        "select cast(feature.geometry.x as double) as x, cast(feature.geometry.y as double) as y from (select "
        f"unnest(features) as feature from read_json({path_literal(file.path)}, format = 'unstructured', "
        f"maximum_object_size = {size}, columns = {{features: 'STRUCT(geometry STRUCT(x DOUBLE, y DOUBLE))[]'}}))"
    ).fetchnumpy()
    x: Any
    y: Any
    x, y = (np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan) for name in ("x", "y"))
    if system is not None:
        x, y = pyproj.Transformer.from_crs(system, WGS84, always_xy=True).transform(x, y)
    texts = [[repr(float(value)) if np.isfinite(value) else None for value in values] for values in (x, y)]
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip("xy", texts, strict=True)})


def shapes(file: RawFile, system: str | None) -> pa.Table:
    """WGS84 WKT of a page's polygons or lines; NULL where a feature has no geometry."""
    import geopandas
    import shapely

    features = json.loads(file.path.read_bytes())["features"]
    try:
        drawn = [_shape((feature or {}).get("geometry") or {}) for feature in features]
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise SourceError(
            file=file.name,
            found=f"a geometry that cannot be drawn ({error})",
            expected="rings or paths of at least two points",
            mend="tell the publisher; until it is mended, take the layer without this feature (`where` in the city file)",
        ) from error
    placed = geopandas.GeoSeries(drawn, crs=system or WGS84).to_crs(WGS84)
    return pa.table({"wkt": pa.array(outline_texts(placed), pa.string())})


def _shape(geometry: dict[str, Any]) -> Any:
    import shapely

    if rings := geometry.get("rings"):
        # Whether a ring bounds an area or a hole follows from how they lie; its direction is not always right.
        return shapely.build_area(shapely.GeometryCollection([shapely.LinearRing(_flat(ring)) for ring in rings]))
    if paths := geometry.get("paths"):
        return shapely.MultiLineString([_flat(path) for path in paths])
    return None


def _flat(line: list[list[float]]) -> list[tuple[float, float]]:
    """Points of a line without heights and measures."""
    return [(point[0], point[1]) for point in line]
