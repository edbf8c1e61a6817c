"""Open311 and ArcGIS answers: every key a column, every record a row, and no error taken for data."""

import json
from collections.abc import Callable
from typing import Any

import pyproj
import pytest
import shapely

from orchestration.ingest.errors import SourceError
from orchestration.ingest.needed import missing_columns

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]

REQUESTS = [{"a": "1", "b": 2, "c": None}, {"a": "2", "c": "x", "d": {"e": [1, None]}}]


def features(*attributes: dict[str, Any], **members: Any) -> bytes:
    """A page of an ArcGIS answer, each feature at (1.5, 2.25)."""
    found = [{"attributes": one, "geometry": {"x": 1.5, "y": 2.25}} for one in attributes]
    return json.dumps({"spatialReference": {"wkid": 4326}, "features": found} | members).encode()


FEATURE = {"a": 1, "b": 2, "c": 3}


@pytest.fixture
def open311(data_set: MakeDataSet) -> Any:
    return data_set(format="open311_json")


@pytest.fixture
def arcgis(data_set: MakeDataSet) -> Any:
    return data_set(format="arcgis_json", columns=["a", "b", "c", "geometry_x", "geometry_y"])


def refused(read: Read, data_set: Any, content: bytes, **others: bytes) -> SourceError:
    files = {"things.json": content} | {f"things.{name}.json": page for name, page in others.items()}
    with pytest.raises(SourceError) as caught:
        read(data_set, files)
    assert caught.value.file.startswith("things.") and caught.value.expected and caught.value.mend
    return caught.value


# --- Open311 ---


def test_requests_become_rows(read: Read, open311: Any) -> None:
    raw = read(open311, {"things.json": json.dumps(REQUESTS).encode()})
    assert [{name: row[name] for name in "abcd"} for row in raw.rows] == [
        {"a": "1", "b": "2", "c": None, "d": None},
        {"a": "2", "b": None, "c": "x", "d": '{"e":[1,null]}'},
    ]
    assert [(row["_file"], row["_line"]) for row in raw.rows] == [("things.json", 1), ("things.json", 2)]
    assert raw.load.records == 2


def test_columns_that_are_always_null_stay(read: Read, open311: Any) -> None:
    raw = read(open311, {"things.json": b'[{"a": null, "b": null, "c": null}]'})
    assert "b" in raw.load.columns
    assert missing_columns(raw.load.files, open311) == {}


def test_numbers_keep_their_value_and_integers_their_digits(read: Read, open311: Any) -> None:
    content = b'[{"a": 1234567890123456789, "b": 1e20, "c": 123456789012345678901234567890}, {"a": 1.10, "b": -0.5}]'
    first, second = read(open311, {"things.json": content}).rows
    assert (first["a"], first["c"]) == ("1234567890123456789", "123456789012345678901234567890")
    assert (float(first["b"]), float(second["a"]), second["b"]) == (1e20, 1.1, "-0.5")


def test_pages_are_one_parquet_file_and_keep_their_names(read: Read, open311: Any, tmp_path: Any) -> None:
    # Enough of them to be read by several threads, in any order but that of their rows.
    pages = {
        f"things.{page:03d}.json": json.dumps([{"a": f"{page}-{line}", "b": 1, "c": 1} for line in range(1, page % 7)])
        for page in range(120)
    }
    raw = read(open311, {name: content.encode() for name, content in pages.items()})
    found = [(row["a"], row["_file"], row["_line"]) for row in raw.rows]
    assert found == [
        (f"{page}-{line}", f"things.{page:03d}.json", line) for page in range(120) for line in range(1, page % 7)
    ]
    assert len(list((tmp_path / "raw").rglob("*.parquet"))) == 1


@pytest.mark.parametrize("key", ["secret", "Secret", "SECRET"])
def test_dropped_keys_never_reach_parquet(read: Read, data_set: MakeDataSet, tmp_path: Any, key: str) -> None:
    content = json.dumps([FEATURE | {key: "hush"}]).encode()
    raw = read(data_set(format="open311_json", drop=["secret"]), {"things.json": content})
    assert "secret" not in raw.rows[0]
    assert b"hush" not in next((tmp_path / "raw").rglob("*.parquet")).read_bytes()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"[]", "no record in the answer"),
        (b'{"error": "rate limit"}', 'the portal\'s error message instead of data: {"error": "rate limit"}'),
        (b'{"a": 1, "b": 2, "c": 3}\n{"a": 4, "b": 5, "c": 6}\n', "JSON Lines, one object a line"),
        (b'[{"code": 403, "description": "no"}]', "the portal's error message instead of data"),
        (b"<html>502 Bad Gateway</html>", "a file that begins with '<html>502 Bad Gateway</html>'"),
        (b'<?xml version="1.0"?><service_requests/>', "a file that begins with '<?xml"),
        (b"a,b,c\n1,2,3\n", "a file that begins with 'a,b,c"),
        (json.dumps(REQUESTS).encode("utf-16"), "a file that begins with"),
        (b'[{"a": 1, "b": 2, "c": 3}, {"a": 1', "JSON that ends with"),
        (b'[{"a": 1, "b": 2, "c": 3},', "JSON that ends with"),
        (b'[{"a": 1, "b": 2, "c": 3},]', "ends too early or is malformed"),
        (b'[{"a": 1, "b": "\xff", "c": 3}]', "ends too early or is malformed"),
        (b'[{"a": 1 "b": 2}]', "ends too early or is malformed"),
        (b'[{"a": 1, "b": 2, "c": 3}] [{"a": 1}]', "ends too early or is malformed"),
        (b'[1, null, {"a": 1, "b": 2, "c": 3}]', "entries of the kind"),
        (b'[{"x": 1, "y": 2}]', "columns x, y"),
        (b'[{"a": 1, "b": 2, "c": 3}, {"A": 1}]', "keys that differ only in capitals: A and a"),
    ],
)
def test_open311_refused(read: Read, open311: Any, content: bytes, found: str) -> None:
    assert found in refused(read, open311, content).found


def test_one_bad_page_is_named(read: Read, open311: Any) -> None:
    good = json.dumps(REQUESTS).encode()
    assert refused(read, open311, good, two=b'[{"a": 1 "b": 2}]').file == "things.two.json"
    assert refused(read, open311, good, two=b'[{"x": 1}]').file == "things.two.json"


# --- ArcGIS ---


def test_features_become_rows(read: Read, arcgis: Any) -> None:
    page = features(FEATURE, {"a": None, "b": "x", "c": 1700000000000})
    raw = read(arcgis, {"things.json": page})
    assert [tuple(row[name] for name in arcgis.columns) for row in raw.rows] == [
        ("1", "2", "3", "1.5", "2.25"),
        (None, "x", "1700000000000", "1.5", "2.25"),
    ]
    assert [row["_line"] for row in raw.rows] == [1, 2]


def test_pages_may_differ_in_attributes_and_be_empty(read: Read, arcgis: Any) -> None:
    pages = {
        "things.1.json": features(FEATURE, exceededTransferLimit=True),
        "things.2.json": features(),
        "things.3.json": features({"a": 4, "b": 5, "d": 6}),
    }
    raw = read(arcgis, pages)
    assert [(row["_file"], row["_line"], row["a"], row["c"], row["d"]) for row in raw.rows] == [
        ("things.1.json", 1, "1", "3", None),
        ("things.3.json", 1, "4", None, "6"),
    ]


def test_null_geometry_and_null_feature_stay_rows(read: Read, arcgis: Any) -> None:
    page = {"features": [{"attributes": FEATURE, "geometry": None}, {"attributes": FEATURE}, None]}
    raw = read(arcgis, {"things.json": json.dumps(page).encode()})
    assert [(row["a"], row["geometry_x"]) for row in raw.rows] == [("1", None), ("1", None), (None, None)]


def test_attribute_called_like_an_added_column_keeps_its_own(read: Read, arcgis: Any) -> None:
    raw = read(arcgis, {"things.json": features(FEATURE | {"geometry_x": "theirs"})})
    assert (raw.rows[0]["geometry_x"], raw.rows[0]["geometry_x_2"]) == ("1.5", "theirs")


def test_attributes_always_null_stay(read: Read, arcgis: Any) -> None:
    raw = read(arcgis, {"things.json": features({"a": 1, "b": None, "c": None})})
    assert missing_columns(raw.load.files, arcgis) == {}


def test_page_order_is_not_that_of_the_names(read: Read, arcgis: Any) -> None:
    # Page 10 sorts before page 9, which is not the last.
    pages = {"things.10.json": features(FEATURE), "things.9.json": features(FEATURE, exceededTransferLimit=True)}
    assert len(read(arcgis, pages).rows) == 2


DATES = [1714564800000, 1714564800123, -1, None, "5/1/2024", 10**18, 1.7145648e12]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("utc", ["2024-05-01T12:00:00Z", "2024-05-01T12:00:00.123Z", "1969-12-31T23:59:59.999Z"]),
        ("local", ["2024-05-01T12:00:00", "2024-05-01T12:00:00.123", "1969-12-31T23:59:59.999"]),
        ("text", ["1714564800000", "1714564800123", "-1"]),
    ],
)
def test_dates_become_iso_text_and_nothing_else_does(
    read: Read, data_set: MakeDataSet, dates: str, expected: list[str]
) -> None:
    fields = [{"name": "a", "type": "esriFieldTypeDate"}, {"name": "b", "type": "esriFieldTypeDouble"}]
    page = features(*[{"a": value, "b": 1714564800000, "c": 1} for value in DATES], fields=fields)
    raw = read(data_set(format="arcgis_json", dates=dates), {"things.json": page})
    whole = float(expected[0]) if dates == "text" else expected[0]
    assert [row["a"] for row in raw.rows[:-1]] == [*expected, None, "5/1/2024", "1000000000000000000"]
    assert (float(raw.rows[-1]["a"]) if dates == "text" else raw.rows[-1]["a"]) == whole
    assert {row["b"] for row in raw.rows} == {"1714564800000"}


# The corner of Navy Pier in Chicago, as the systems say it.
LONGITUDE, LATITUDE = -87.6052, 41.8917
SYSTEMS = {
    "EPSG:3857": {"wkid": 102100, "latestWkid": 3857},
    "ESRI:102671": {"wkid": 102671},
    "EPSG:3435": {"wkid": 3435},
    "EPSG:26916": {"wkt": pyproj.CRS("EPSG:26916").to_wkt("WKT1_ESRI")},
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_other_systems_are_transformed_page_by_page(read: Read, arcgis: Any, name: str) -> None:
    x, y = pyproj.Transformer.from_crs("EPSG:4326", name, always_xy=True).transform(LONGITUDE, LATITUDE)
    rows = [{"attributes": FEATURE, "geometry": {"x": x, "y": y}}, {"attributes": FEATURE}, {"attributes": FEATURE}]
    rows[2] |= {"geometry": {"x": "NaN", "y": "NaN"}}
    pages = {
        "things.1.json": features(FEATURE, exceededTransferLimit=True),
        "things.2.json": json.dumps({"spatialReference": SYSTEMS[name], "features": rows}).encode(),
        "things.3.json": features(),
    }
    found = [(row["geometry_x"], row["geometry_y"]) for row in read(arcgis, pages).rows]
    assert found[0] == ("1.5", "2.25") and found[2:] == [(None, None)] * 2
    assert (float(found[1][0]), float(found[1][1])) == pytest.approx((LONGITUDE, LATITUDE), abs=2e-5)


def test_polygons_become_wkt_with_their_holes(read: Read, data_set: MakeDataSet) -> None:
    outer = [[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]]
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    away = [[20, 20, 5], [20, 21, 5], [21, 21, 5], [20, 20, 5]]
    rows = [{"attributes": FEATURE, "geometry": {"rings": [outer, hole, away]}}, {"attributes": FEATURE}]
    page = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4326}, "features": rows}
    first, second = read(data_set(format="arcgis_json"), {"things.json": json.dumps(page).encode()}).rows
    assert shapely.from_wkt(first["geometry_wkt"]).area == pytest.approx(81 - 1 + 0.5)
    assert second["geometry_wkt"] is None and first["geometry_x"] is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'{"error": {"code": 400, "message": "Invalid query"}}', 'error message instead of data: {"code":400,'),
        (features(), "no record in the answer"),
        (b'{"count": 17}', "an answer without features that have attributes"),
        (b'{"features": [{"type": "Feature", "properties": {"a": 1}}]}', "an answer without features"),
        (features(FEATURE, spatialReference={"wkid": 999999}), "spatial reference {'wkid': 999999}"),
        (features(FEATURE, spatialReference={"wkt": "PROJCS[...]"}), "spatial reference {'wkt'"),
        (features(FEATURE, exceededTransferLimit=True), "says that more rows follow (exceededTransferLimit)"),
        (features(FEATURE)[:-6], "JSON that ends with"),
        (features(FEATURE)[:-30] + b"}", "ends too early or is malformed"),
        (features(FEATURE) + features(FEATURE), "2 JSON documents one after the other"),
        (b'[{"a": 1}]', "a file that begins with '[{"),
        (b"<html></html>", "a file that begins with '<html>"),
        (features({"x": 1, "y": 2}), "columns geometry_x, geometry_y, x, y"),
        (features(FEATURE, {"B": 1}), "keys that differ only in capitals: B and b"),
    ],
)
def test_arcgis_refused(read: Read, arcgis: Any, content: bytes, found: str) -> None:
    assert found in refused(read, arcgis, content).found


def test_a_page_too_large_for_the_memory_limit_is_said(read: Read, arcgis: Any) -> None:
    page = features(*[FEATURE | {"text": "x" * 2_000}] * 40_000)
    with pytest.raises(SourceError, match="FOOTPRINT_MEMORY_LIMIT"):
        read(arcgis, {"things.json": page}, memory_limit="60MB")
