"""Zone layers: GeoJSON and shapefiles, zipped or bare, in WGS84 whatever they are drawn in."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from orchestration.ingest.errors import SourceError

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]

SQUARE = shapely.box(0.1, 0.2, 0.3, 0.4)
LONG_ID = 1234567890123456789


def geojson(*properties: dict[str, Any], geometry: Any = SQUARE, **members: Any) -> bytes:
    """A GeoJSON layer, every feature with the same geometry."""
    shape = json.loads(shapely.to_geojson(geometry)) if geometry else None
    found = [{"type": "Feature", "properties": one, "geometry": shape} for one in properties]
    return json.dumps({"type": "FeatureCollection", "features": found} | members).encode()


def shapefile(folder: Path, crs: str | None = "EPSG:4326", name: str = "things") -> dict[str, bytes]:
    """The files of a shapefile with one square, by name."""
    frame = geopandas.GeoDataFrame({"a": ["1"], "b": [2], "c": [3.5]}, geometry=[SQUARE], crs="EPSG:4326")
    folder.mkdir()
    frame.to_crs(crs or "EPSG:4326").to_file(folder / f"{name}.shp")
    return {path.name: path.read_bytes() for path in folder.iterdir() if crs or path.suffix != ".prj"}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
def layer(data_set: MakeDataSet) -> Any:
    return data_set(format="geojson", entity="zones")


@pytest.fixture
def shapes(data_set: MakeDataSet) -> MakeDataSet:
    return lambda **changes: data_set(format="shapefile", entity="zones", **changes)


def refused(read: Read, data_set: Any, files: dict[str, bytes]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data_set, files)
    assert caught.value.file.startswith("things") and caught.value.expected and caught.value.mend
    return caught.value


def is_square(row: dict[str, Any]) -> bool:
    return bool(shapely.from_wkt(row["geometry_wkt"]).symmetric_difference(SQUARE).area < 1e-9)


# --- read ---


def test_attributes_are_text_and_keep_their_digits(read: Read, layer: Any) -> None:
    content = geojson({"a": LONG_ID, "b": "007", "c": 1.5}, {"a": None, "b": None, "c": 2.0})
    first, second = read(layer, {"things.geojson": content}).rows
    assert [first[name] for name in "abc"] == [str(LONG_ID), "007", "1.5"]
    assert [second[name] for name in "abc"] == [None, None, "2"]
    assert (first["_line"], second["_line"], first["_file"]) == (1, 2, "things.geojson")
    assert is_square(first)


def test_crs_member_of_geojson(read: Read, layer: Any) -> None:
    projected = geopandas.GeoSeries([SQUARE], crs="EPSG:4326").to_crs("EPSG:3857").iloc[0]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    raw = read(layer, {"things.geojson": geojson({"a": 1, "b": 2, "c": 3}, geometry=projected, crs=crs)})
    assert is_square(raw.rows[0])


def test_null_geometry_beside_others(read: Read, layer: Any) -> None:
    content = json.loads(geojson({"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}))
    content["features"][1]["geometry"] = None
    raw = read(layer, {"things.geojson": json.dumps(content).encode()})
    assert [row["geometry_wkt"] is None for row in raw.rows] == [False, True]


def test_attribute_called_like_the_added_column(read: Read, layer: Any) -> None:
    raw = read(layer, {"things.geojson": geojson({"a": 1, "b": 2, "c": 3, "geometry_wkt": "theirs"})})
    assert is_square(raw.rows[0])
    assert raw.rows[0]["geometry_wkt_2"] == "theirs"


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:4269"])
@pytest.mark.parametrize("is_zipped", [False, True])
def test_shapefiles(read: Read, shapes: MakeDataSet, tmp_path: Path, crs: str, is_zipped: bool) -> None:
    files = shapefile(tmp_path / "shape", crs)
    raw = read(shapes(), {"things.zip": zipped(files)} if is_zipped else files)
    assert [(row["a"], row["b"], row["c"]) for row in raw.rows] == [("1", "2", "3.5")]
    assert is_square(raw.rows[0])


def test_the_city_file_s_crs_wins(read: Read, shapes: MakeDataSet, tmp_path: Path) -> None:
    files = shapefile(tmp_path / "shape", "EPSG:3857") | {"things.prj": shapefile(tmp_path / "other")["things.prj"]}
    assert is_square(read(shapes(crs="EPSG:3857"), files).rows[0])


# --- refused ---


def test_a_layer_without_any_geometry_is_refused(read: Read, layer: Any) -> None:
    bare = geojson({"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}, geometry=None)
    assert refused(read, layer, {"things.geojson": bare}).found == "2 features, none of which has a geometry"


def test_shapefile_without_a_crs(read: Read, shapes: MakeDataSet, tmp_path: Path) -> None:
    files = shapefile(tmp_path / "shape", crs=None)
    error = refused(read, shapes(), files)
    assert "coordinate reference system (no .prj)" in error.found
    assert "`crs`" in error.mend
    assert is_square(read(shapes(crs="EPSG:4326"), files).rows[0])


@pytest.mark.parametrize("missing", [".shp", ".shx", ".dbf"])
def test_shapefile_without_a_side_file(read: Read, shapes: MakeDataSet, tmp_path: Path, missing: str) -> None:
    files = shapefile(tmp_path / "shape")
    del files[f"things{missing}"]
    assert refused(read, shapes(), files).found == f"a shapefile without its {missing}"


def test_no_shapefile_among_the_files(read: Read, shapes: MakeDataSet) -> None:
    assert "no .shp and no .zip" in refused(read, shapes(), {"things.txt": b"x"}).found


def test_archives_that_hold_no_layer_or_two(read: Read, shapes: MakeDataSet, tmp_path: Path) -> None:
    assert (
        "a zip archive or workbook of x.txt" in refused(read, shapes(), {"things.zip": zipped({"x.txt": b"x"})}).found
    )
    assert "cannot be unpacked" in refused(read, shapes(), {"things.zip": b"<html>not found"}).found
    both = shapefile(tmp_path / "one") | shapefile(tmp_path / "two", name="others")
    raw = read(shapes(), {"things.zip": zipped({f"layers/{name}": content for name, content in both.items()})})
    assert [row["_file"] for row in raw.rows] == ["things.zip/layers/others.shp", "things.zip/layers/things.shp"]
    del both["others.dbf"]
    assert refused(read, shapes(), {"things.zip": zipped(both)}).found == "a shapefile without its .dbf"


@pytest.mark.parametrize("changed", [".shp", ".dbf"])
def test_truncated_shapefile(read: Read, shapes: MakeDataSet, tmp_path: Path, changed: str) -> None:
    files = shapefile(tmp_path / "shape")
    refused(read, shapes(), files | {f"things{changed}": files[f"things{changed}"][:40]})


def test_projected_coordinates_without_saying_so(read: Read, shapes: MakeDataSet, layer: Any, tmp_path: Path) -> None:
    far = shapely.box(1_270_000, 230_000, 1_280_000, 240_000)
    error = refused(read, layer, {"things.geojson": geojson({"a": 1, "b": 2, "c": 3}, geometry=far)})
    assert "coordinates that are no degrees: 1.27e+06, 230000" in error.found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (geojson({"a": 1, "b": 2, "c": 3})[:-20], "cannot be opened as geojson"),
        (b"<html>Service unavailable</html>", "cannot be opened as geojson"),
        (
            b'{"error": {"code": 500, "message": "down"}}',
            "JSON with error: {'error': {'code': 500, 'message': 'down'}}",
        ),
        (b"[]", "JSON of another form"),
        (geojson(), "a layer without features"),
        (geojson({"x": 1}), "columns x"),
        (geojson({"a": 1, "b": 2, "c": 3}, exceededTransferLimit=True), "more features follow"),
        (geojson({"a": 1, "b": 2, "c": 3}, properties={"exceededTransferLimit": True}), "more features follow"),
    ],
)
def test_geojson_refused(read: Read, layer: Any, content: bytes, found: str) -> None:
    assert found in refused(read, layer, {"things.geojson": content}).found
