"""What a file holds and what was read agree by a second count, and what was not read is told."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from orchestration.ingest.errors import SourceError
from orchestration.ingest.needed import missing_columns
from orchestration.ingest.readers.counts import elements_in, objects_in, shapefile_counts

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]
HEADER = ["call_id", "received", "place", "longitude", "note"]
ROWS = [[f"C{number:04d}", f"2023-01-{number % 28 + 1:02d} 10:00:00", f"{number}00 OAK ST", f"-93.{number:04d}", "none"]
        for number in range(1, 120)]  # fmt: skip
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(raw: Any) -> list[tuple[str, int]]:
    return [(note.kind, note.count) for file in raw.load.files for note in file.notes]


def calls(data_set: MakeDataSet, **changes: Any) -> Any:
    return data_set(columns=HEADER, **changes)


def text_of(lines: list[str]) -> bytes:
    return ("\n".join([",".join(HEADER), *lines]) + "\n").encode()


# --- stray quotes ---


@quick
@given(
    pairs=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([2, 4])), min_size=1, max_size=6),
    dropped=st.booleans(),
)
def test_every_row_between_stray_quotes_is_read(
    read: Read, data_set: MakeDataSet, pairs: list[tuple[int, int, int]], dropped: bool
) -> None:
    lines = [list(row) for row in ROWS]
    at, swallowed = 3, 0
    for gap, length, column in pairs:
        at += gap
        lines[at][column] = '"' + lines[at][column]
        lines[at + length][column] += '"'
        at, swallowed = at + length + 1, swallowed + length + 1
    things = data_set(columns=HEADER[:4], drop=["note"]) if dropped else calls(data_set)
    raw = read(things, {"things.csv": text_of([",".join(line) for line in lines])})
    assert [row["call_id"] for row in raw.rows] == [row[0] for row in ROWS]
    assert [row["_line"] for row in raw.rows] == list(range(2, len(ROWS) + 2))
    assert [row["place"] for row in raw.rows] == [line[2] for line in lines]
    assert (raw.load.records, raw.rejected, told(raw)) == (len(ROWS), [], [("stray_quotes", swallowed)])


WORDS = st.text('abc xyz,;.\n"', max_size=60)


@quick
@given(notes=st.lists(WORDS, min_size=1, max_size=8), crlf=st.booleans())
def test_values_of_several_lines_are_read_as_written(
    read: Read, data_set: MakeDataSet, notes: list[str], crlf: bool
) -> None:
    rows = [[*row[:4], notes[number % len(notes)]] for number, row in enumerate(ROWS)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n" if crlf else "\n")
    writer.writerows([HEADER, *rows])
    raw = read(calls(data_set, optional=[]), {"things.csv": out.getvalue().encode()})
    assert [(row["call_id"], row["note"] or "") for row in raw.rows] == [(row[0], row[4]) for row in rows]
    assert (raw.load.records, raw.rejected, told(raw)) == (len(rows), [], [])


def test_a_quoted_list_of_values_is_no_row(read: Read, data_set: MakeDataSet) -> None:
    story = "one, two, three, four, five\nsix, seven, eight, nine, ten\nand, so, on, and, on"
    lines = [",".join(row) for row in ROWS]
    lines[50] = f'{",".join(ROWS[50][:4])},"{story}"'
    raw = read(calls(data_set), {"things.csv": text_of(lines)})
    assert raw.rows[50]["note"] == story and len(raw.rows) == len(ROWS) and told(raw) == []


def test_a_properly_quoted_value_beside_a_stray_quote(read: Read, data_set: MakeDataSet) -> None:
    lines = [",".join([*row[:4], '"left, then right"']) for row in ROWS]
    lines[20] = f'{ROWS[20][0]},{ROWS[20][1]},"200 OAK ST,{ROWS[20][3]},none'
    lines[23] = f'{ROWS[23][0]},{ROWS[23][1]},200 OAK ST",{ROWS[23][3]},none'
    lines[21], lines[22] = (",".join(row) for row in ROWS[21:23])
    raw = read(calls(data_set), {"things.csv": text_of(lines)})
    assert [row["call_id"] for row in raw.rows] == [row[0] for row in ROWS]
    assert raw.rows[0]["note"] == "left, then right"


# --- a cut file ---


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 9, 12, 20])
def test_a_file_cut_within_its_last_line_is_refused(read: Read, data_set: MakeDataSet, cut: int) -> None:
    whole = text_of([",".join([*row[:4], "on foot" if number % 2 else "none"]) for number, row in enumerate(ROWS)])
    things = calls(data_set)
    if cut == 1:  # all of it is there but for the line end: told, since nobody can know
        raw = read(things, {"things.csv": whole[:-1]})
        assert (len(raw.rows), told(raw)) == (len(ROWS), [("no_line_end", 1)])
        return
    with pytest.raises(SourceError, match=f"ends within line {len(ROWS) + 1}"):
        read(things, {"things.csv": whole[:-cut]})


def test_json_lines_cut_within_a_record(read: Read, data_set: MakeDataSet) -> None:
    whole = "".join(json.dumps({"a": 1, "b": 2, "c": number}) + "\n" for number in range(50)).encode()
    with pytest.raises(SourceError, match="ends within line 50"):
        read(data_set(format="jsonl"), {"things.jsonl": whole[:-4]})
    assert len(read(data_set(format="jsonl"), {"things.jsonl": whole[:-1]}).rows) == 50


# --- archives ---


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def test_members_that_are_not_read_are_told(read: Read, data_set: MakeDataSet) -> None:
    one, two = b"a,b,c\n1,2,3\n", b"a,b,c\n4,5,6\n"
    raw = read(
        data_set(),
        {"things.zip": packed(x__csv=one, y__csv=two, y__txt=two, z__json=b"[]", _DS__csv=one[:6] + b"7,8,9\n")},
    )
    assert sorted(row["a"] for row in raw.rows) == ["1", "4", "7"]
    (note,) = [note for file in raw.load.files for note in file.notes]
    assert (note.kind, note.count) == ("unread_member", 2)
    assert "were read _DS.csv, x.csv, y.csv, not read y.txt, z.json" in note.found
    assert told(read(data_set(), {"things.zip": packed(x__csv=one)})) == []


# --- layers ---


@pytest.fixture
def layer(tmp_path: Path) -> dict[str, bytes]:
    frame = geopandas.GeoDataFrame(
        {"a": range(30), "b": "x", "c": "y"}, geometry=[Point(i / 10, i / 10) for i in range(30)], crs="EPSG:4326"
    )
    frame.to_file(tmp_path / "things.shp")
    return {path.suffix: path.read_bytes() for path in tmp_path.glob("things.*")}


def files_of(layer: dict[str, bytes]) -> dict[str, bytes]:
    return {f"things{suffix}": content for suffix, content in layer.items()}


def test_a_whole_shapefile_agrees(read: Read, data_set: MakeDataSet, layer: dict[str, bytes]) -> None:
    raw = read(data_set(format="shapefile"), files_of(layer))
    assert (len(raw.rows), raw.load.records, told(raw)) == (30, 30, [])


@pytest.mark.parametrize("suffix", [".dbf", ".shp", ".shx"])
@pytest.mark.parametrize("left", [0.5, 0.9])
def test_a_cut_shapefile_is_refused(
    read: Read, data_set: MakeDataSet, layer: dict[str, bytes], suffix: str, left: float
) -> None:
    cut = layer | {suffix: layer[suffix][: int(left * len(layer[suffix]))]}
    with pytest.raises(SourceError, match="30 records"):
        read(data_set(format="shapefile"), files_of(cut))


def test_a_table_of_another_edition_is_refused(read: Read, data_set: MakeDataSet, layer: dict[str, bytes]) -> None:
    fewer = layer[".dbf"][:4] + (29).to_bytes(4, "little") + layer[".dbf"][8:]
    with pytest.raises(SourceError, match="promises 29 records and holds 29, the index tells of 30"):
        read(data_set(format="shapefile"), files_of(layer | {".dbf": fewer}))


def test_records_marked_as_deleted_are_told(
    read: Read, data_set: MakeDataSet, layer: dict[str, bytes], tmp_path: Path
) -> None:
    table = bytearray(layer[".dbf"])
    start, length = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    table[start + 3 * length] = ord("*")
    raw = read(data_set(format="shapefile"), files_of(layer | {".dbf": bytes(table)}))
    assert (len(raw.rows), raw.load.records, told(raw)) == (29, 29, [("deleted_records", 1)])
    (tmp_path / "things.dbf").write_bytes(table)
    counts = shapefile_counts(*(tmp_path / f"things{end}" for end in (".shp", ".shx", ".dbf")))
    assert (counts.promised, counts.deleted, counts.agree) == (30, 1, True)


def features(*properties: str) -> bytes:
    inside = ", ".join(
        f'{{"type": "Feature", "properties": {one}, "geometry": {{"type": "Point", "coordinates": [0, 0]}}}}'
        for one in properties
    )
    return f'{{"type": "FeatureCollection", "features": [{inside}]}}'.encode()


# --- JSON ---

TWICE = '{"a": 1, "b": 2, "c": 3, "a": 4}'
ONCE = '{"a": 5, "b": 6, "c": 7}'


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("json", f"[{TWICE}, {ONCE}]".encode()),
        ("json", f'{{"result": {{"records": [{TWICE}, {ONCE}]}}}}'.encode()),
        ("jsonl", f"{TWICE}\n{ONCE}\n".encode()),
        ("open311_json", f"[{TWICE}, {ONCE}]".encode()),
        ("geojson", features(TWICE, ONCE)),
        (
            "arcgis_json",
            f'{{"features": [{{"attributes": {TWICE}, "geometry": {{"x": 0, "y": 0}}}}, '
            f'{{"attributes": {ONCE}, "geometry": {{"x": 0, "y": 0}}}}], "fields": []}}'.encode(),
        ),
    ],
)
def test_a_key_that_stands_twice_is_numbered(read: Read, data_set: MakeDataSet, kind: str, content: bytes) -> None:
    raw = read(data_set(format=kind), {"things.x": content})
    assert [(row["a"], row["a_2"]) for row in raw.rows] == [("1", "4"), ("5", None)]
    assert (raw.load.records, told(raw)) == (2, [("repeated_key", 1)])


JSON = st.recursive(st.none() | st.integers(-5, 5) | st.text(max_size=12), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.text(max_size=5), inner, max_size=3), max_leaves=8)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), max_size=6),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_objects_are_counted_by_their_brackets(
    tmp_path: Path, records: list[Any], indent: int | None, is_ascii: bool
) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(records, indent=indent, ensure_ascii=is_ascii), encoding="utf-8")
    assert objects_in(file, 1) == len(records)
    document = {"fields": [{}, {}], "result": {"fields": [{"records": [{}]}], "records": records, "links": {}}}
    file.write_text(json.dumps(document, indent=indent, ensure_ascii=is_ascii), encoding="utf-8")
    assert objects_in(file, 3, "records") == len(records)


@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_brackets_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr("orchestration.ingest.readers.counts.CHUNK", chunk)
    draw = random.Random(3)
    records = [{"a": "".join(draw.choices('\\\\"{}[] x', k=20)), "b": [{}, {"c": []}]} for _ in range(200)]
    (tmp_path / "x.json").write_text(json.dumps(records))
    assert objects_in(tmp_path / "x.json", 1) == 200


def test_elements_are_counted_by_their_tags(tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    text = "<r><n:request/><request a='1'>x</request><!-- <request> --><![CDATA[<request>]]><requests/></r>"
    for encoding in ("utf-8", "utf-16"):
        file.write_text(text, encoding=encoding)
        assert elements_in(file, "request") == 2


# --- workbooks ---


def test_what_a_workbook_holds_beside_its_rows_is_told(read: Read, data_set: MakeDataSet) -> None:
    book = openpyxl.Workbook()
    for row in (["a title"], ["a", "b", "c"], ["1", "2", "3"], [" ", None, None], ["4", "5", "6"]):
        book.active.append(row)
    hidden, notes = book.create_sheet("old"), book.create_sheet("about")
    for row in (["a", "b", "c"], ["7", "8", "9"]):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    notes.append(["where it comes from"])
    out = io.BytesIO()
    book.save(out)
    raw = read(data_set(format="xlsx"), {"things.xlsx": out.getvalue()})
    assert (sorted(row["a"] for row in raw.rows), raw.load.records) == (["1", "4", "7"], 3)
    assert sorted(told(raw)) == [("hidden_sheet", 1), ("unread_rows", 1), ("unread_sheet", 1)]


# --- columns about persons ---


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_an_undecided_column_about_persons_is_left_out(
    read: Read, data_set: MakeDataSet, tmp_path: Path, kind: str
) -> None:
    rows = [
        {
            "a": str(n),
            "b": "x",
            "c": "y",
            "CallerName": f"Pat Hush{n}",
            "extra": f"515-555-{n:04d}",
            "kept": f"k{n % 3}",
        }
        for n in range(60)
    ]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    content = {
        "csv": "\n".join(lines) + "\n", "jsonl": "".join(json.dumps(row) + "\n" for row in rows), "json": json.dumps(rows)
    }[kind].encode()  # fmt: skip
    raw = read(data_set(format=kind), {"things.x": content})
    (file,) = raw.load.files
    assert set(file.withheld) == {"callername", "extra"} and "telephone" in file.withheld["extra"]
    added = {"_load_id", "_load_number", "_file", "_line", "_first_day", "_repeats"}
    assert set(raw.rows[0]) == {"a", "b", "c", "kept"} | added
    stored = b"".join(path.read_bytes() for path in (tmp_path / "raw").rglob("*.parquet"))
    assert b"Hush" not in stored and b"515-555" not in stored
    allowed = read(data_set(format=kind, optional=["callername"], drop=["extra"]), {"things.x": content})
    assert allowed.rows[0]["callername"].startswith("Pat") and allowed.load.files[0].withheld == {}


# --- needed columns, file by file ---


def test_a_column_renamed_in_one_file_is_missing_there(read: Read, data_set: MakeDataSet) -> None:
    old, new = b"a,b,c\n1,2,3\n", b"a,nature,c\n4,5,6\n"
    things = data_set()
    raw = read(things, {"things.2023.csv": old, "things.2024.csv": new})
    (found,) = missing_columns(raw.load.files, things).items()
    assert (found[0], found[1].file, found[1].likely_new_name) == ("b", "things.2024.csv", "nature")
    for mended in (data_set(also_called={"b": ["nature"]}), data_set(columns=["a", "c"], optional=["b"])):
        raw = read(mended, {"things.2023.csv": old, "things.2024.csv": new})
        assert missing_columns(raw.load.files, mended) == {}
        assert [row["b"] for row in raw.rows] == ["2", "5" if mended.also_called else None]


def test_a_key_without_values_is_no_renamed_one(read: Read, data_set: MakeDataSet) -> None:
    things = data_set(format="json")
    full, bare, other = ({"a": "1", "b": "2", "c": "3"}, {"a": "4", "c": "6"}, {"a": "4", "bb": "5", "c": "6"})
    for second, missing in ((bare, []), (other, ["b"])):
        raw = read(
            things, {"things.2023.json": json.dumps([full]).encode(), "things.2024.json": json.dumps([second]).encode()}
        )
        assert list(missing_columns(raw.load.files, things)) == missing
