"""JSON, JSON Lines, Open311 XML and Parquet: values as the publisher wrote them, and nothing taken for data that is none."""

import decimal
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import LandedFile, Landing
from orchestration.ingest.loads import load
from orchestration.ingest.needed import missing_columns

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]

RECORDS = [{"a": "1", "b": 2, "c": None}, {"a": "2", "c": 1.50, "d": {"e": [1, None]}}]
FOUND = [("1", "2", None, None), ("2", None, "1.5", '{"e":[1,null]}')]
FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures"


def values(raw: Any, names: str = "abcd") -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in names) for row in raw.rows]


def refused(read: Read, data_set: Any, content: bytes, name: str = "things.x") -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data_set, {name: content})
    assert caught.value.file == name and caught.value.expected and caught.value.mend
    return caught.value


def ckan(records: Any, **members: Any) -> bytes:
    return json.dumps({"success": True, "result": {"records": records, "total": 2}} | members).encode()


def lines(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def xml(inside: str, root: str = "service_requests") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{root}>{inside}</{root}>'.encode()


# --- JSON ---


@pytest.mark.parametrize(
    "content", [json.dumps(RECORDS).encode(), ckan(RECORDS), json.dumps(RECORDS, indent=2).encode()]
)
def test_json(read: Read, data_set: MakeDataSet, content: bytes) -> None:
    raw = read(data_set(format="json"), {"things.json": content})
    assert values(raw) == FOUND
    assert [row["_line"] for row in raw.rows] == [1, 2]


def test_pages_of_ckan(read: Read, data_set: MakeDataSet) -> None:
    pages = {
        "things.1.json": ckan(RECORDS),
        "things.2.json": ckan([]),
        "things.3.json": ckan([{"_id": 3, "a": 3, "b": 4}]),
    }
    raw = read(data_set(format="json"), pages)
    assert values(raw) == [*FOUND, ("3", "4", None, None)]
    assert [row["_file"] for row in raw.rows] == ["things.1.json", "things.1.json", "things.3.json"]


def test_the_publisher_s_id_goes_before_ckan_s(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(format="json"), {"things.json": ckan([{"_id": 1, "id": "own", "a": 1, "b": 2}])})
    assert (raw.rows[0]["id"], raw.rows[0]["id_2"]) == ("own", "1")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"[]", "no record in the answer"),
        (ckan([]), "no record in the answer"),
        (b'{"success": false, "error": {"message": "Not found"}}', "error message instead of data"),
        (b'[{"error": "rate limit"}]', "error message instead of data: an array of error"),
        (b'{"success": true, "result": {"fields": []}}', "without an array in result.records"),
        (ckan([[1, 2, 3]]), "records of the kind array"),
        (ckan(RECORDS)[:-30], "JSON that ends with"),
        (ckan(RECORDS)[:-60] + b"}", "ends too early or is malformed"),
        (ckan(RECORDS) + ckan(RECORDS), "2 JSON documents"),
        (ckan([{"x": 1, "y": 2}]), "columns x, y"),
        (b"<html>", "a file that begins with '<html>"),
        (b'[{"a": 1, "b": 2}, 7]', "entries of the kind"),
    ],
)
def test_json_refused(read: Read, data_set: MakeDataSet, content: bytes, found: str) -> None:
    assert found in refused(read, data_set(format="json"), content).found


def test_socrata_pages_as_recorded(read: Read, data_set: MakeDataSet) -> None:
    folder = FIXTURES / "socrata" / "test_data"
    if not folder.exists():
        pytest.skip("the recorded answers of Socrata do not lie beside the checkout")
    pages = {f"things.{number}.json": (folder / f"bike_counts_page_{number}.json").read_bytes() for number in (1, 2)}
    raw = read(data_set(format="json", columns=["id", "date", "counts", "status"]), pages)
    assert len(raw.rows) == sum(len(json.loads(page)) for page in pages.values()) > 1000


# --- JSON Lines ---


def test_json_lines(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(format="jsonl"), {"things.jsonl": lines(*RECORDS)})
    assert values(raw) == FOUND
    assert [row["_line"] for row in raw.rows] == [1, 2]
    assert raw.load.records == 2


def test_lines_that_hold_no_object_are_set_aside(read: Read, data_set: MakeDataSet) -> None:
    good = [json.dumps(RECORDS[0])] * 6
    text = "\n".join(["", good[0], "{broken", "   ", good[1], "[1, 2]", "7", "\t", good[2], *good[3:], '{"a": 1, "b'])
    assert "ends within line 13" in refused(read, data_set(format="jsonl"), text.encode()).found
    raw = read(data_set(format="jsonl"), {"things.jsonl": f"{text}\n".encode()})
    assert [row["_line"] for row in raw.rows] == [2, 5, 9, 10, 11, 12]
    assert raw.rejected == [(3, "malformed_json"), (6, "not_an_object"), (7, "not_an_object"), (13, "malformed_json")]
    assert (raw.load.records, raw.load.rows) == (10, 6)


def test_windows_line_ends_and_a_byte_order_mark(read: Read, data_set: MakeDataSet) -> None:
    content = b"\xef\xbb\xbf" + lines(*RECORDS).replace(b"\n", b"\r\n") + b"\r\n"
    raw = read(data_set(format="jsonl"), {"things.jsonl": content})
    assert (values(raw), raw.rejected, raw.load.records) == (FOUND, [], 2)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_other_encodings_of_json_lines(read: Read, data_set: MakeDataSet, encoding: str) -> None:
    text = json.dumps({"a": "José", "b": "x", "c": "y"}, ensure_ascii=False) + "\n"
    raw = read(data_set(format="jsonl", encoding=encoding), {"things.jsonl": text.encode(encoding)})
    assert raw.rows[0]["a"] == "José"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (json.dumps(RECORDS).encode(), "a file that begins with '[{"),
        (json.dumps(RECORDS[0], indent=1).encode(), "none of which holds an object"),
        (b"\n\n", "none of which holds an object"),
        (b"<html></html>", "a file that begins with '<html>"),
        (lines(RECORDS[0]) + b"{\n{\n", "2 of 3 lines hold no whole JSON object"),
        (lines({"x": 1, "y": 1}), "columns x, y"),
        (lines({"a": 1, "b": 2}, {"A": 1}), "keys that differ only in capitals: A and a"),
        (b"\n" * 10_001 + lines(RECORDS[0]), "10,001 blank lines"),
    ],
)
def test_json_lines_refused(read: Read, data_set: MakeDataSet, content: bytes, found: str) -> None:
    assert found in refused(read, data_set(format="jsonl"), content).found


def test_large_json_lines_within_little_memory(read: Read, data_set: MakeDataSet) -> None:
    record = json.dumps({"a": 1, "b": "x" * 500, "c": "y" * 500}).encode() + b"\n"
    raw = read(data_set(format="jsonl"), {"things.jsonl": record * 150_000}, memory_limit="300MB")
    assert len(raw.rows) == 150_000


# --- Open311 XML ---


def test_open311_xml(read: Read, data_set: MakeDataSet) -> None:
    inside = (
        "<request><a>1</a><b> x &amp; y </b><c/></request>"
        "<request><a>2</a><b>z</b><c><e>1</e><e>2</e><f/></c><d>é</d></request>"
    )
    raw = read(data_set(format="open311_xml"), {"things.xml": xml(inside)})
    assert values(raw) == [("1", " x & y ", None, None), ("2", "z", '{"e": ["1", "2"], "f": null}', "é")]
    assert [row["_line"] for row in raw.rows] == [1, 2]


def test_open311_xml_with_a_name_space(read: Read, data_set: MakeDataSet) -> None:
    content = b'<service_requests xmlns="urn:x"><request><a>1</a><b>2</b></request></service_requests>'
    assert values(read(data_set(format="open311_xml"), {"things.xml": content}), "ab") == [("1", "2")]


def test_more_requests_than_are_written_at_once(read: Read, data_set: MakeDataSet) -> None:
    inside = "".join(f"<request><a>{number}</a><b>x</b></request>" for number in range(45_000))
    pages = {"things.1.xml": xml(inside), "things.2.xml": xml("<request><a>last</a><b>x</b></request>")}
    raw = read(data_set(format="open311_xml"), pages)
    assert [row["a"] for row in raw.rows] == [*map(str, range(45_000)), "last"]
    assert (raw.rows[-1]["_file"], raw.rows[-1]["_line"], raw.rows[-2]["_line"]) == ("things.2.xml", 1, 45_000)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (xml(""), "no record in the answer"),
        (xml("<error><code>403</code><description>no</description></error>", "errors"), "error message instead of data: 403 no"),
        (xml("<request><a>1</a>")[:-19], "ends too early, is malformed or unsafe"),
        (xml("<request><x>1</x><y>1</y></request>"), "columns x, y"),
        (xml("<service><a>1</a></service>"), "service among the requests"),
        (b"<html><body/></html>", "XML of html"),
        (b"[]", "ends too early, is malformed or unsafe"),
        (b'<!DOCTYPE x [<!ENTITY y "z">]>' + b"<service_requests><request><a>&y;</a><b/></request></service_requests>", "unsafe"),
        (b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>' + b"<service_requests>&y;</service_requests>", "unsafe"),
    ],
)  # fmt: skip
def test_open311_xml_refused(read: Read, data_set: MakeDataSet, content: bytes, found: str) -> None:
    assert found in refused(read, data_set(format="open311_xml"), content).found


def test_open311_xml_as_recorded(read: Read, data_set: MakeDataSet) -> None:
    folder = FIXTURES / "open311" / "files"
    if not folder.exists():
        pytest.skip("the recorded answers of Open311 do not lie beside the checkout")
    things = data_set(format="open311_xml", columns=["service_request_id", "status", "lat", "long"])
    raw = read(things, {"things.xml": (folder / "requests_many.xml").read_bytes()})
    assert [(row["service_request_id"], row["long"]) for row in raw.rows] == [
        ("101005420892", "-79.272306875"),
        ("101005420894", "-79.267190219"),
    ]


# --- Parquet ---


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def test_parquet_values_are_text(read: Read, data_set: MakeDataSet) -> None:
    at = datetime(2024, 3, 1, 13, 5, tzinfo=UTC)
    content = parquet(
        a=[1234567890123456789, None], b=[decimal.Decimal("1.10"), None], c=[{"x": [1, 2]}, None], d=[at, None],
        e=[at.replace(tzinfo=None), None], f=[date(2024, 3, 1), None], g=[b"text", b"\xff\x00"], h=[True, None],
    )  # fmt: skip
    first, second = values(read(data_set(format="parquet"), {"things.parquet": content}), "abcdefgh")
    assert first == (
        "1234567890123456789", "1.10", '{"x":[1,2]}', "2024-03-01 13:05:00+00", "2024-03-01 13:05:00", "2024-03-01",
        "text", "true",
    )  # fmt: skip
    assert second == (None, None, None, None, None, None, "ff00", None)


def test_parquet_refused(read: Read, data_set: MakeDataSet) -> None:
    things = data_set(format="parquet")
    good = parquet(a=[1], b=[2], c=[3])
    assert "cannot be read" in refused(read, things, good[:-20]).found
    assert "cannot be read" in refused(read, things, b"a,b,c\n1,2,3\n").found
    assert (
        "columns without rows"
        in refused(read, things, parquet(a=pa.array([], pa.int64()), b=pa.array([], pa.int64()))).found
    )
    assert "columns x, y" in refused(read, things, parquet(x=[1], y=[2])).found


# --- names of the portal's interface ---


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("csv", b"Call No., What,c\n1,2,3\n"),
        ("jsonl", lines({"Call No.": "1", "What": "2", "c": "3"})),
        ("json", json.dumps([{"Call No.": "1", "What": "2", "c": "3"}]).encode()),
        ("parquet", parquet(**{"Call No.": ["1"], "What": ["2"], "c": ["3"]})),
        (
            "geojson",
            b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}, '
            b'"properties": {"Call No.": "1", "What": "2", "c": "3"}}]}',
        ),
    ],
)
def test_headers_go_by_the_portal_s_names(data_set: MakeDataSet, tmp_path: Path, kind: str, content: bytes) -> None:
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "things.x").write_bytes(content)
    now = datetime.now(UTC)
    landed = LandedFile(
        name="things.x",
        origin="x",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        names={"Call No.": "a", "What": "b"},
    )
    landing = Landing(
        city="testville", data_set="things", content_id="id", began_at=now, landed_at=now, url=None, license="none",
        files=[landed],
    )  # fmt: skip
    result, _ = load(landing, folder, data_set(format=kind), tmp_path / "raw", "1GB")
    stored = pq.read_table(next((tmp_path / "raw").rglob("*.parquet"))).to_pylist()[0]
    assert [stored[name] for name in "abc"] == ["1", "2", "3"]
    assert (
        result.files[0].headers["a"].strip() == "Call No."
        and missing_columns(result.files, data_set(format=kind)) == {}
    )
