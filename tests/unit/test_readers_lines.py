"""Delimited text, line by line: each row knows its line, and each line its fate, however good and bad ones mix."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingest.readers.delimited import MANY_ASIDE

# One record: what it looks like, with {} where its number stands, and whether it is a row.
RECORDS: dict[str, tuple[bytes, bool]] = {
    "plain": (b"{},\xc3\xbc,y", True),
    "empty values": (b"{},,", True),
    "quoted": (b'{},"x, ""y""",z', True),
    "quote inside": (b'{},5" pipe,z', True),
    "line break": (b'{},"x~y",z', True),
    "paragraphs": (b'{},"x~~~y~","~"', True),
    "short": (b"{},x", False),
    "long": (b"{},x,y,z", False),
    "text after quote": (b'{},"x"y,z', False),
    "bad byte": (b"{},\xff,z", False),
    "spaces": (b"   ", False),
    "long with a line break": (b'{},"x~~y",z,w', False),
    "blank": (b"", False),
}
REASONS = {
    "short": "missing_columns", "spaces": "missing_columns", "long": "too_many_columns", "bad byte": "invalid_encoding",
    "long with a line break": "too_many_columns", "text after quote": "unquoted_value",
}  # fmt: skip


def written(kinds: list[str], line_end: bytes, header: bytes) -> tuple[bytes, dict[str, int], dict[int, str]]:
    """A file, the line of each row by its number, and each rejected line with its reason."""
    line = 1 + header.count(b"~") + 1
    rows: dict[str, int] = {}
    rejected: dict[int, str] = {}
    out = [header]
    for number, kind in zip(count(), kinds):
        record, is_row = RECORDS[kind]
        breaks = record.count(b"~")
        if is_row:
            rows[str(number)] = line
        elif kind != "blank":
            rejected |= dict.fromkeys(range(line, line + breaks + 1), REASONS[kind])
        out.append(record.replace(b"{}", b"%d" % number))
        line += breaks + 1
    return line_end.join(out).replace(b"~", line_end), rows, rejected


def checked(raw: Any, rows: dict[str, int], rejected: dict[int, str]) -> None:
    assert {row["a"]: row["_line"] for row in raw.rows} == rows
    assert len(raw.rows) == len(rows) == raw.load.rows
    assert dict(raw.rejected) == rejected
    assert raw.load.records == len(rows) + len(rejected)


def enough_rows(kinds: list[str]) -> list[str]:
    """More rows than rejected lines: a file without is refused as a whole."""
    return [*kinds, *["plain"] * (3 * len(kinds) + 1)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from(sorted(RECORDS)), max_size=25),
    line_end=st.sampled_from([b"\n", b"\r\n"]),
    header=st.sampled_from([b"a,b,c", b'\xef\xbb\xbfa,b,"c"', b'a,"b~",c']),
    ends=st.integers(0, 3),
)
def test_every_row_and_every_rejected_line_has_its_line(
    data_set: Callable[..., Any], read: Callable[..., Any], kinds: list[str], line_end: bytes, header: bytes, ends: int
) -> None:
    content, rows, rejected = written(enough_rows(kinds), line_end, header)
    checked(read(data_set(), {"things.csv": content + ends * line_end}), rows, rejected)


@pytest.mark.parametrize("has_breaks", [False, True])
def test_lines_are_right_when_many_are_set_aside(
    data_set: Callable[..., Any], read: Callable[..., Any], has_breaks: bool
) -> None:
    draw = random.Random(7)
    some = [kind for kind in RECORDS if has_breaks or b"~" not in RECORDS[kind][0]]
    kinds = enough_rows(draw.choices(some, k=2_000))
    content, rows, rejected = written(kinds, b"\n", b"a,b,c")
    assert len(rejected) > MANY_ASIDE
    raw = read(data_set(drop=["c"], columns=["a", "b"]), {"things.csv": content})
    assert raw.load.files[0].aside == []
    checked(raw, rows, rejected)
    assert "c" not in raw.rows[0]


@pytest.mark.parametrize(("line_end", "has_breaks"), [(b"\n", False), (b"\r\n", True)])
def test_lines_are_right_across_the_parser_s_buffers(
    data_set: Callable[..., Any], read: Callable[..., Any], line_end: bytes, has_breaks: bool
) -> None:
    # DuckDB cuts a file into pieces of 32 MB and reads them in parallel.
    draw = random.Random(5)
    rare = [kind for kind in RECORDS if has_breaks or b"~" not in RECORDS[kind][0]]
    kinds = [draw.choice(rare) if draw.random() < 0.002 else "plain" for _ in range(350_000)]
    content, rows, rejected = written(kinds, line_end, b"a,b,c")
    padded = (content + line_end).replace(b",y" + line_end, b"," + b"y" * 100 + line_end)
    assert len(padded) > 36_000_000
    checked(read(data_set(), {"things.csv": padded}), rows, rejected)
