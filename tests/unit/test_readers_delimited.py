"""Delimited text that is not what it should be: refused in words that say what was found, or read all the same."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.delimited import blank_between_rows

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]

GOOD = b"a,b,c\n1,2,3\n4,5,6\n"
ROWS = [("1", "2", "3"), ("4", "5", "6")]
MANY = b"".join(b"%d,some text,more of it\n" % number for number in range(20_000))


def values(raw: Any) -> list[tuple[Any, ...]]:
    return [(row["a"], row["b"], row["c"]) for row in raw.rows]


def refused(read: Read, data_set: Any, content: bytes, name: str = "things.csv") -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data_set, {name: content})
    assert name in str(caught.value)
    assert caught.value.expected and caught.value.mend
    return caught.value


# --- read as they are ---


@pytest.mark.parametrize(
    ("name", "content"),
    {
        "a byte order mark": b"\xef\xbb\xbf" + GOOD,
        "CR LF": GOOD.replace(b"\n", b"\r\n"),
        "CR alone, as on old Macs": GOOD.replace(b"\n", b"\r"),
        "no line end at the end": GOOD.rstrip(),
        "blank lines between and below": b"a,b,c\n\n1,2,3\n\n\n4,5,6\n\n\n",
        "blank lines with CR LF": b"a,b,c\r\n\r\n1,2,3\r\n\r\n4,5,6\r\n\r\n",
        "a header of two lines": b'a,"b\n",c\n1,2,3\n4,5,6\n',
        "a delimiter at the end of every line": b"a,b,c,\n1,2,3,\n4,5,6,\n",
        "a delimiter at the end of every row only": b"a,b,c\n1,2,3,\n4,5,6,\n",
        "headers in capitals with blanks": b" A ,B, C\n1,2,3\n4,5,6\n",
        "columns in another order": b"c,b,a\n3,2,1\n6,5,4\n",
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_harmless_oddities_change_nothing(read: Read, data_set: MakeDataSet, name: str, content: bytes) -> None:
    raw = read(data_set(), {"things.csv": content})
    assert values(raw) == ROWS, name
    assert (raw.load.records, raw.load.rejected) == (2, [])


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", "a,b,c\n1,José “x”,3\n".encode()),
        ("latin-1", "a,b,c\n1,José “x”,3\n".encode("cp1252")),
        ("utf-16", "a,b,c\n1,José “x”,3\n".encode("utf-16")),
        ("utf-16", b"\xfe\xff" + "a,b,c\n1,José “x”,3\n".encode("utf-16-be")),
        ("utf-16", "a,b,c\r\n1,José “x”,3\r\n".encode("utf-16")),
    ],
)
def test_encodings(read: Read, data_set: MakeDataSet, encoding: str, content: bytes) -> None:
    raw = read(data_set(encoding=encoding), {"things.csv": content})
    assert values(raw) == [("1", "José “x”", "3")]
    assert raw.rows[0]["_line"] == 2


def test_latin_1_bytes_without_a_sign_in_windows_1252(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(encoding="latin-1"), {"things.csv": b"a,b,c\n1,\x81\xe9,3\n"})
    assert values(raw) == [("1", "\x81é", "3")]


@pytest.mark.parametrize("name", ["things.csv.gz", "things.csv", "things.csv.GZ"])
def test_gzip_by_its_content(read: Read, data_set: MakeDataSet, name: str) -> None:
    two_members = gzip.compress(b"a,b,c\n1,2,3\n") + gzip.compress(b"4,5,6\n")
    raw = read(data_set(), {name: two_members})
    assert values(raw) == ROWS
    assert {row["_file"] for row in raw.rows} == {name}


def test_other_delimiter_when_the_city_file_says_so(read: Read, data_set: MakeDataSet) -> None:
    assert values(read(data_set(delimiter=";"), {"things.csv": GOOD.replace(b",", b";")})) == ROWS


def test_repeated_and_empty_headers_keep_their_columns(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(), {"things.csv": b"a,b,c,A,,a_2\n1,2,3,x,y,z\n"})
    assert {name: raw.rows[0][name] for name in ("a", "a_2", "a_3", "column_5")} == {
        "a": "1", "a_2": "z", "a_3": "x", "column_5": "y"
    }  # fmt: skip


def test_values_are_kept_as_text(read: Read, data_set: MakeDataSet) -> None:
    content = b'a,b,c\n0012345678901234567890,1e20,NULL\n" x ","",\n2,\x00,NaN\n' + b"3,4,5\n" * 20
    assert values(read(data_set(), {"things.csv": content}))[:3] == [
        ("0012345678901234567890", "1e20", "NULL"),
        (" x ", None, None),
        ("2", "\x00", "NaN"),
    ]


def test_text_with_many_lines_is_no_unclosed_quote(read: Read, data_set: MakeDataSet) -> None:
    story = "\n".join(f"line {number}, as told" + ", and, and" * (number % 2) for number in range(200))
    raw = read(data_set(), {"things.csv": f'a,b,c\n1,"{story}",3\n4,5,6\n'.encode()})
    assert values(raw) == [("1", story, "3"), ("4", "5", "6")]
    assert [row["_line"] for row in raw.rows] == [2, 202]


def test_line_breaks_in_a_dropped_column_add_up(read: Read, data_set: MakeDataSet) -> None:
    content = b'a,b,c,story\n1,2,3,"x\n\ny"\n\n4,5,6,z\n7,8\n10,11,12,\n'
    raw = read(data_set(drop=["story"]), {"things.csv": content})
    assert [row["_line"] for row in raw.rows] == [2, 6, 8]
    assert (raw.load.records, raw.rejected) == (4, [(7, "missing_columns")])
    assert "story" not in raw.rows[0]


def test_a_line_too_long_for_the_parser_is_set_aside(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(), {"things.csv": b"a,b,c\n1,2,3\n4," + b"x" * 3_000_000 + b",6\n7,8,9\n"})
    assert values(raw) == [("1", "2", "3"), ("7", "8", "9")]
    assert raw.rejected == [(3, "line_size_over_maximum")]
    assert [row["_line"] for row in raw.rows] == [2, 4]


# --- refused ---


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b,c\n", "a header line and nothing below it"),
        (b"a,b,c", "a header line and nothing below it"),
        (b"a,b,c\n\n\n", "none of which could be read"),
        (b"a,b,c\n1\n2\n", "none of which could be read"),
        (b"\na,b,c\n1,2,3\n", "an empty first line"),
        (GOOD.replace(b",", b";"), "columns separated by semicolons"),
        (GOOD.replace(b",", b"\t"), "columns separated by tabs"),
        (b'"a, all";b;c\n1;2;3\n', "columns separated by semicolons"),
        (b"x,y,z\n1,2,3\n", "columns x, y, z"),
        (b"1,2,3\n4,5,6\n", "columns 1, 2, 3"),
        (b"<!DOCTYPE html><html>Service unavailable</html>", "a web page or XML: '<!DOCTYPE html>"),
        (b'{"error": {"code": 500}}', 'JSON (an error message?): \'{"error"'),
        (b'[{"a": 1}]', "JSON: "),
        (b"PK\x03\x04....", "a zip archive that cannot be unpacked"),
        (GOOD.decode().encode("utf-16"), "UTF-16 text, or no text at all (zero bytes)"),
        (GOOD.decode().encode("utf-16-le"), "UTF-16 text, or no text at all (zero bytes)"),
        ("a,b,c\n1,José,3\n".encode("latin-1"), "text that is not UTF-8: line 2 holds the byte 0xE9"),
        (GOOD + b"7,8,9\r\n", "lines that do not all end alike (1 of CR LF, 3 of LF)"),
        (b"a,b,c\n1,2\r,3\n4,5,6\n", "lines that do not all end alike (3 of LF, 1 of CR)"),
        (GOOD + b"1\n2\n3\n", "3 of 5 lines cannot be read; the first is line 4 (missing_columns)"),
        (GOOD + b"1\n" * 10_001 + MANY, "10,001 of 30,003 lines cannot be read"),
        (GOOD + (b"1,2,3" + b",4" * 30 + b"\n") * 2_500 + MANY, "of 22,502 lines cannot be read"),
        (
            GOOD + MANY + MANY.replace(b"\n", b",new\n"),
            "10,001 of 40,002 lines cannot be read; the first is about line 20,004",
        ),
        (GOOD + b"\n" * 10_001 + MANY, "10,001 blank lines between the rows"),
    ],
)
def test_refused_with_what_was_found(read: Read, data_set: MakeDataSet, content: bytes, found: str) -> None:
    assert found in refused(read, data_set(), content).found


@pytest.mark.parametrize("before", [b"", MANY])
@pytest.mark.parametrize("after", [MANY, MANY * 5, MANY + b'1,"fine",3\n' + MANY])
def test_a_quote_that_never_closes_swallows_nothing_unseen(
    read: Read, data_set: MakeDataSet, before: bytes, after: bytes
) -> None:
    error = refused(read, data_set(), GOOD + before + b'1,"never closed,3\n' + after)
    assert "quote" in error.found
    assert f"line {4 + before.count(bytes([10])):,}" in error.found


def test_a_value_that_looks_like_rows_is_refused(read: Read, data_set: MakeDataSet) -> None:
    swallowed = b"".join(b"so many, words between, commas\n" for _ in range(8))
    error = refused(read, data_set(), GOOD + b'1,"opens here,3\n' + swallowed + b'2,3",4\n' + MANY)
    assert "a value of 10 lines that look like rows, about line 4" in error.found


def test_a_quote_that_closes_soon_rejects_the_lines_it_took(read: Read, data_set: MakeDataSet) -> None:
    raw = read(data_set(), {"things.csv": GOOD + b'1,"opens here,3\n7,8,9\n1,"2",3\n' + b"1,2,3\n" * 5})
    assert raw.rejected == [(4, "unquoted_value"), (5, "unquoted_value"), (6, "unquoted_value")]
    assert [row["_line"] for row in raw.rows] == [2, 3, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("cut", [5, 40, -9, -1])
def test_truncated_gzip(read: Read, data_set: MakeDataSet, cut: int) -> None:
    packed = gzip.compress(GOOD + MANY)
    assert "a gzip file that cannot be unpacked" in refused(read, data_set(), packed[:cut], "things.csv.gz").found


def test_no_gzip_at_all(read: Read, data_set: MakeDataSet) -> None:
    assert "a gzip file that cannot be unpacked" in refused(read, data_set(), GOOD, "things.csv.gz").found


def test_utf_16_that_is_none(read: Read, data_set: MakeDataSet) -> None:
    assert "text that is not UTF-16" in refused(read, data_set(encoding="utf-16"), GOOD).found
    cut = GOOD.decode().encode("utf-16")[:-1]
    assert "bytes that are no UTF-16" in refused(read, data_set(encoding="utf-16"), cut).found


def test_file_of_another_data_set_is_named(read: Read, data_set: MakeDataSet) -> None:
    stranger = data_set(city="riverbend", name="offenses", columns=["call_number", "priority", "beat"])
    header = b"facility_id,facility_type,name,longitude,latitude,beds,source\n"
    with pytest.raises(SourceError, match="it looks like resources"):
        read(stranger, {"things.csv": header + b"1,2,3,4,5,6,7\n"})


@pytest.mark.parametrize("header", ["Secret", "SECRET", " secret "])
def test_dropped_columns_never_reach_parquet(read: Read, data_set: MakeDataSet, tmp_path: Any, header: str) -> None:
    raw = read(data_set(drop=["secret"]), {"things.csv": f"a,b,c,{header},{header}\n1,2,3,hush,hush\n".encode()})
    added = {"_load_id", "_load_number", "_file", "_line", "_first_day", "_repeats"}
    assert set(raw.rows[0]) == {"a", "b", "c"} | added
    kept = b"".join(path.read_bytes() for path in (tmp_path / "raw").rglob("*.parquet"))
    assert b"hush" not in kept and b"ecret" not in kept


# --- what holds whatever the file ---


@pytest.mark.parametrize(
    ("blank", "rejected", "spans", "outside"),
    [
        ([], [], ([], []), []),
        ([3, 5], [], ([], []), [3, 5]),
        ([3, 5], [4], ([], []), [3, 5]),
        ([3], [3], ([], []), []),
        ([4], [], ([3], [5]), []),  # inside the row of lines 3 to 5
        ([4], [2], ([2], [4]), []),  # the same row, one line further down
        ([2, 4], [], ([2], [4]), [2]),
    ],
)
def test_blank_lines_inside_values_are_no_blank_lines(
    blank: list[int], rejected: list[int], spans: tuple[list[int], list[int]], outside: list[int]
) -> None:
    assert blank_between_rows(blank, rejected, spans) == outside


@pytest.mark.parametrize("cut", [b"4,5", b'4,5,"six and', b"4"])
def test_a_file_that_ends_within_a_line_is_refused(
    read: Callable[..., Any], data_set: Callable[..., Any], cut: bytes
) -> None:
    with pytest.raises(SourceError, match=r"things.csv: (a file that ends within line 3|.*quote)"):
        read(data_set(), {"things.csv": b"a,b,c\n1,2,3\n" + cut})
    # A bad line that ends is a bad line; a good one need not end.
    assert read(data_set(), {"things.csv": b"a,b,c\n1,2,3\n4,5\n"}).rejected == [(3, "missing_columns")]
    assert len(read(data_set(), {"things.csv": b"a,b,c\n1,2,3\n4,5,6"}).rows) == 2
