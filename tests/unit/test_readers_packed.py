"""Every format bare, gzipped and zipped: as many rows out as went in, each with the file it came from."""

import gzip
import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.catalog.model import Format
from orchestration.enrich.keyed_hash import keyed_hash, read_key
from orchestration.ingest.errors import SourceError
from orchestration.ingest.needed import missing_columns
from orchestration.ingest.readers import unpack
from orchestration.settings import settings as warehouse

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]
Rows = list[dict[str, str]]

POINT = shapely.Point(0.5, 0.5)


def csv(rows: Rows, delimiter: str = ",") -> bytes:
    lines = [delimiter.join(rows[0]), *(delimiter.join(row.values()) for row in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def features(rows: Rows, key: str, **members: Any) -> bytes:
    shape: Any = {"x": 0.5, "y": 0.5} if key == "attributes" else {"type": "Point", "coordinates": [0.5, 0.5]}
    found = [{"type": "Feature", key: row, "geometry": shape} for row in rows]
    return json.dumps({"type": "FeatureCollection", "features": found} | members).encode()


def xml(rows: Rows) -> bytes:
    requests = "".join(
        "<request>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items()) + "</request>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="utf-8"?><service_requests>{requests}</service_requests>'.encode()


def parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def workbook(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in [list(rows[0]), *(list(row.values()) for row in rows)]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shapefile(rows: Rows) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        frame = geopandas.GeoDataFrame(rows, geometry=[POINT] * len(rows), crs="EPSG:4326")
        frame.to_file(Path(folder) / "things.shp")
        return {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}


WRITE: dict[Format, Callable[[Rows], Any]] = {
    "csv": csv,
    "json": lambda rows: json.dumps(rows).encode(),
    "jsonl": lambda rows: "".join(json.dumps(row) + "\n" for row in rows).encode(),
    "parquet": parquet,
    "arcgis_json": lambda rows: features(rows, "attributes", spatialReference={"wkid": 4326}),
    "open311_json": lambda rows: json.dumps(rows).encode(),
    "open311_xml": xml,
    "geojson": lambda rows: features(rows, "properties"),
    "shapefile": shapefile,
    "xlsx": workbook,
}


def files(kind: Format, name: str, rows: Rows) -> dict[str, bytes]:
    """The bare file (of a shapefile, files) of these rows."""
    written = WRITE[kind](rows)
    if isinstance(written, dict):
        return {f"{name}{suffix}": content for suffix, content in written.items()}
    return {f"{name}{unpack.ENDINGS[kind][0]}": written}


def zipped(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def ways(kind: Format, rows: Rows) -> dict[str, dict[str, bytes]]:
    """The same rows bare, gzipped, zipped beside what systems and publishers add, and in two members of one archive."""
    half = max(len(rows) // 2, 1)
    first, second = files(kind, "one/things", rows[:half]), files(kind, "two/things", rows[half:] or rows[:1])
    bare = files(kind, "things", rows)
    junk = {
        "__MACOSX/one/._things.csv": b"\x00\x05",
        "one/.hidden.json": b"x",
        "readme.pdf": b"%PDF",
    }
    return {
        "bare": bare,
        "gzip": {f"{name}.gz": gzip.compress(content) for name, content in bare.items()},
        "zip": {"things.zip": zipped({f"deep/down/{name}": content for name, content in bare.items()} | junk)},
        "members": {"things.zip": zipped(first | second | junk)},
        "gzip in zip": {"things.zip": zipped({f"{name}.gz": gzip.compress(content) for name, content in bare.items()})},
    }


@pytest.fixture
def of_kind(data_set: MakeDataSet) -> MakeDataSet:
    return lambda kind, **changes: data_set(format=kind, columns=["a", "b"], crs=None, **changes)


# Letters, digits and signs that every format can hold; a first sign that no spreadsheet takes for something else.
VALUE = st.text("abcÄé漢xyz0189 -_'.", min_size=1, max_size=12).map(lambda text: f"v{text.rstrip()}w")
ROWS = st.lists(st.builds(lambda a, b: {"a": a, "b": b}, VALUE, VALUE), min_size=2, max_size=9)


@pytest.mark.parametrize("way", ["bare", "gzip", "zip", "members", "gzip in zip"])
@pytest.mark.parametrize("kind", list(WRITE))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_rows_out_are_rows_in(read: Read, of_kind: MakeDataSet, kind: Format, way: str, rows: Rows) -> None:
    if kind == "shapefile" and way == "gzip in zip":
        return  # nobody packs the five files of a layer one by one, and then together
    found = ways(kind, rows)[way]
    raw = read(of_kind(kind), found)
    assert [(row["a"], row["b"]) for row in raw.rows] == [(row["a"], row["b"]) for row in rows]
    assert raw.load.records in (None, len(rows)) and raw.rejected == []
    first = 2 if kind in ("csv", "xlsx") else 1
    assert raw.rows[0]["_line"] == first
    names = [row["_file"] for row in raw.rows]
    if way in ("bare", "gzip"):
        assert set(names) <= set(found)
    elif way == "members":
        assert [name.split("/")[:2] for name in dict.fromkeys(names)] == [["things.zip", "one"], ["things.zip", "two"]]
    else:
        assert all(name.startswith("things.zip/") for name in names)


@pytest.mark.parametrize("kind", list(WRITE))
def test_years_with_other_columns_are_one_data_set(read: Read, of_kind: MakeDataSet, kind: Format) -> None:
    older = files(kind, "things.2021", [{"a": "v1", "b": "v2"}])
    newer = files(kind, "things.2022", [{"c": "v6", "b": "v4", "extra": "v5"}])
    raw = read(of_kind(kind, also_called={"a": ["c"]}), older | newer)
    found = [tuple(row.get(name) for name in ("a", "b", "c", "extra")) for row in raw.rows]
    assert found == [("v1", "v2", None, None), ("v6", "v4", None, "v5")]
    assert missing_columns(raw.load.files, of_kind(kind, also_called={"a": ["c"]})) == {}


@pytest.mark.parametrize("kind", list(WRITE))
def test_another_name_of_a_column_is_enough(read: Read, of_kind: MakeDataSet, kind: Format) -> None:
    found = files(kind, "things", [{"x": "v1", "y": "v2"}])
    with pytest.raises(SourceError, match=r"columns .*x, y"):
        read(of_kind(kind), found)
    called = {"a": ["w", "x"], "b": ["y"]}
    raw = read(of_kind(kind, also_called=called), found)
    assert (raw.rows[0]["a"], raw.rows[0]["b"]) == ("v1", "v2")
    assert missing_columns(raw.load.files, of_kind(kind, also_called=called)) == {}


def test_tab_separated(read: Read, of_kind: MakeDataSet) -> None:
    rows = [{"a": "1,5", "b": 'x"y'}, {"a": "2", "b": "z"}]
    content = csv(rows, "\t").replace(b'x"y', b'"x""y"')
    for found in ({"things.tsv": content}, {"things.zip": zipped({"things.tsv": content})}):
        raw = read(of_kind("csv", delimiter="\t"), found)
        assert [(row["a"], row["b"]) for row in raw.rows] == [("1,5", 'x"y'), ("2", "z")]


# --- refused, and nothing left behind ---


def refused(read: Read, data_set: Any, found: Mapping[str, bytes], tmp_path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data_set, found)
    assert caught.value.file.startswith("things") and caught.value.expected and caught.value.mend
    assert list((tmp_path / "raw").rglob("*.parquet")) == []
    return caught.value


@pytest.mark.parametrize("kind", list(WRITE))
@pytest.mark.parametrize("way", ["gzip", "zip"])
def test_truncated(read: Read, of_kind: MakeDataSet, tmp_path: Path, kind: Format, way: str) -> None:
    packed = ways(kind, [{"a": f"v{number}", "b": "w"} for number in range(200)])[way]
    cut = {name: content[: len(content) // 2] for name, content in packed.items()}
    assert "cannot be unpacked" in refused(read, of_kind(kind), cut, tmp_path).found


def test_a_member_that_is_not_what_the_archive_says(read: Read, of_kind: MakeDataSet, tmp_path: Path) -> None:
    packed = bytearray(zipped({"things.csv": csv([{"a": "v1", "b": "v2"}] * 500)}))
    packed[60] ^= 0xFF
    assert "cannot be unpacked" in refused(read, of_kind("csv"), {"things.zip": bytes(packed)}, tmp_path).found


def test_a_bomb_is_told_before_it_goes_off(read: Read, of_kind: MakeDataSet, tmp_path: Path) -> None:
    packed = zipped({"things.csv": csv([{"a": "v1", "b": "v2"}])})
    place = packed.rindex(b"PK\x01\x02") + 24  # the unpacked size in the directory
    packed = packed[:place] + struct.pack("<I", 0xFFFFFFF0) + packed[place + 4 :]
    members = zipped({f"{number}/things.csv": b"a,b\n" * 100 for number in range(3)})
    assert unpack.LEAST_FREE < 1 << 40
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpack, "LEAST_FREE", 1 << 62)
        for found in (packed, members, gzip.compress(b"a,b\n1,2\n")):
            name = "things.csv.gz" if found.startswith(b"\x1f") else "things.zip"
            error = refused(read, of_kind("csv"), {name: found}, tmp_path)
            assert "no room left on the disk" in error.found and "unpacked" in error.found
    assert "cannot be unpacked" in refused(read, of_kind("csv"), {"things.zip": packed}, tmp_path).found


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/tmp/evil.csv", "..\\evil.csv", "a/../../../evil.csv", "C:\\evil.csv"]
)
def test_no_member_leads_out_of_the_folder(read: Read, of_kind: MakeDataSet, tmp_path: Path, name: str) -> None:
    packed = zipped({name: csv([{"a": "v1", "b": "v2"}])})
    before = set(tmp_path.parent.iterdir())
    try:
        assert len(read(of_kind("csv"), {"things.zip": packed}).rows) == 1
    except SourceError as error:
        assert "zip archive or workbook of nothing" in error.found  # a path that begins with a dot is passed over
    assert not Path("/tmp/evil.csv").exists() and set(tmp_path.parent.iterdir()) == before
    assert not list(tmp_path.rglob("*evil*"))


def test_a_locked_archive(read: Read, of_kind: MakeDataSet, tmp_path: Path) -> None:
    packed = bytearray(zipped({"things.csv": b"a,b\n1,2\n"}))
    packed[packed.rindex(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in refused(read, of_kind("csv"), {"things.zip": bytes(packed)}, tmp_path).found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, "workbook of nothing"),
        ({"readme.pdf": b"x", "table.docx": b"y"}, "workbook of readme.pdf, table.docx"),
        ({"things.json": b"[]"}, "workbook of things.json"),
        ({"one.csv": b"a,b\n1,2\n", "two.csv": b"x,y\n1,2\n"}, "columns x, y"),
    ],
)
def test_archives_without_the_data(
    read: Read, of_kind: MakeDataSet, tmp_path: Path, members: dict[str, bytes], found: str
) -> None:
    assert found in refused(read, of_kind("csv"), {"things.zip": zipped(members)}, tmp_path).found


def test_a_lone_member_may_be_called_anything(read: Read, of_kind: MakeDataSet) -> None:
    raw = read(of_kind("csv"), {"things.zip": zipped({"export": b"a,b\n1,2\n"})})
    assert raw.rows[0]["_file"] == "things.zip/export"


def test_the_unpacked_is_gone_after_the_load(read: Read, of_kind: MakeDataSet, tmp_path: Path) -> None:
    found = read(of_kind("csv"), {"things.zip": zipped({"things.csv": b"a,b\n1,2\n"})})
    folder = tmp_path / "raw" / "testville" / "things" / found.load.load_id
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "rows-0001.parquet"]


# --- what names a person ---


@pytest.mark.parametrize("kind", list(WRITE))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, way=st.sampled_from(["bare", "gzip", "zip", "members"]))
def test_hashed_columns_leave_no_clear_text(
    read: Read, of_kind: MakeDataSet, tmp_path: Path, kind: Format, way: str, rows: Rows
) -> None:
    named = [row | {"b": f"{row['b']}-whoever"} for row in rows]
    raw = read(of_kind(kind, hash={"b": "person"}), ways(kind, named)[way])
    hashes = [keyed_hash(read_key(warehouse()), "person", row["b"]) for row in named]
    assert [(row["a"], row["b"]) for row in raw.rows] == [
        (row["a"], hashed) for row, hashed in zip(rows, hashes, strict=True)
    ]
    folder = tmp_path / "raw" / "testville" / "things" / raw.load.load_id
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"whoever" not in written
    values = {
        str(value)
        for path in folder.glob("*.parquet")
        for row in pq.read_table(path).to_pylist()
        for value in row.values()
    }
    assert not [value for value in values if "whoever" in value]


@pytest.mark.parametrize("kind", list(WRITE))
def test_dropped_columns_are_gone(read: Read, of_kind: MakeDataSet, tmp_path: Path, kind: Format) -> None:
    rows = [{"a": "v1", "b": "v2", "officer": "whoever"}]
    raw = read(of_kind(kind, drop=["officer"]), files(kind, "things", rows))
    assert "officer" not in raw.rows[0]
    assert b"whoever" not in b"".join(path.read_bytes() for path in (tmp_path / "raw").rglob("*.parquet"))
