"""Rows that a pair of stray quotes has swallowed: a quote that opens a value in one row and one that closes one rows later.

To a parser the rows between are one value of many lines, as RFC 4180 allows, and nothing is wrong with it. What gives
it away is that its lines are rows: each has as many values as the header, and these look like the values of their columns
(numbers, dates, codes). A story of several lines has neither.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO

import duckdb

from orchestration.ingest.readers.base import Note
from orchestration.ingest.sql import path_literal, quoted

SAMPLE = 10_000  # rows looked at for the form of each column's values
FORMS = 5  # ways in which the values of a column are written, at most, for it to tell a row from a text
SHARE = 0.95  # of the values, that these ways must cover
WORDS = re.compile(r"[A ,.'&/-]*")  # the form of plain words, which any text may have
ENOUGH = 2 / 3  # of the values that could tell, for a line to be a row
WIDE = 5  # from as many columns on, lines with as many delimiters are no chance
MARK = "\x00"  # stands for the stray quote while its line is parted


@dataclass(frozen=True)
class Layout:
    """The columns of a text, and of those whose values have few forms, which these are."""

    delimiter: str
    columns: int
    forms: dict[int, frozenset[str]]


def form_of(value: str) -> str:
    """A value with its runs of letters and digits made one: "C0012-a" is "A9-A"."""
    return re.sub(r"[0-9]+", "9", re.sub(r"[^\W\d_]+", "A", value.strip()))


def layout_of(
    parquet: Path, columns: Sequence[str], kept: Sequence[str], delimiter: str, connection: duckdb.DuckDBPyConnection
) -> Layout:
    """What the rows that lie on one line each have in common. The Parquet has a column `_breaks`."""
    forms: dict[int, frozenset[str]] = {}
    source = f"read_parquet({path_literal(parquet)}, hive_partitioning = false)"
    for name in kept:
        found = connection.execute(
            f"select {quoted(name)}, count(*) from (select {quoted(name)} from {source} where _breaks = 0 limit {SAMPLE}) "
            f"where trim({quoted(name)}) <> '' group by 1"
        ).fetchall()
        counts: dict[str, int] = {}
        for value, count in found:
            form = form_of(value)
            counts[form] = counts.get(form, 0) + count
        usual = sorted(counts, key=lambda form: -counts[form])[:FORMS]
        covers = sum(counts[form] for form in usual) >= SHARE * sum(counts.values())
        if usual and covers and not all(WORDS.fullmatch(form) for form in usual):
            forms[columns.index(name)] = frozenset(usual)
    return Layout(delimiter, len(columns), forms)


def rows_apart(text: Path, spans: dict[int, int], layout: Layout) -> dict[int, str]:
    """The lines that are rows by themselves, as they are to be written, by number.

    `spans` are the first lines of rows of several lines, each with how many follow.
    """
    found: dict[int, str] = {}
    with _opened(text) as lines:
        numbered = enumerate(lines, start=1)
        for number, line in numbered:
            if number in spans:
                apart = rows_in([line, *(below for _, below in islice(numbered, spans[number]))], layout)
                found |= dict(enumerate(apart, start=number)) if apart else {}
    return found


def write_apart(text: Path, target: Path, apart: dict[int, str]) -> list[Note]:
    """Write a text again with other lines in the places of some, and tell of them."""
    with (
        _opened(text) as lines,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out,
    ):
        out.writelines(apart.get(number, line) for number, line in enumerate(lines, start=1))
    told = (
        f"{len(apart):,} lines lay between quotes that open in one row and close in another, the first at line "
        f"{min(apart):,}; they were read as rows, each such quote as a sign of its value"
    )
    return [Note(kind="stray_quotes", count=len(apart), found=told)]


def _opened(text: Path) -> TextIO:
    """A text by its lines as DuckDB ends them; bytes that are no UTF-8 go through unchanged."""
    return text.open(encoding="utf-8", errors="surrogateescape", newline="\n")


def rows_in(lines: Sequence[str], layout: Layout) -> list[str] | None:
    """The lines of a row of several, written so that each is a row of its own; None where it is one row indeed.

    A quote that is not closed on its line is kept, as a sign of its value.
    """
    values = [_values(line, layout) for line in lines]
    inner = [found for found in values[1:-1] if found is not None]
    if not all(values) and not (len(layout.forms) > 1 and layout.columns >= WIDE and inner):
        return None
    return [
        line if found is None or line.count('"') % 2 == 0 else _written(found, line, layout)
        for line, found in zip(lines, values, strict=True)
    ]


def _values(line: str, layout: Layout) -> list[str] | None:
    """The values of a line that is a row by itself; None where it is none."""
    for values in _readings(line.rstrip("\r\n"), layout):
        if len(values) == layout.columns and _fits(values, layout):
            return values
    return None


def _readings(line: str, layout: Layout) -> Iterator[list[str]]:
    """The ways to part a line: as it is, or where a quote is not closed on it, with each of its quotes as a plain sign."""
    places = [place for place, sign in enumerate(line) if sign == '"']
    candidates = [line] if len(places) % 2 == 0 else [f"{line[:at]}{MARK}{line[at + 1 :]}" for at in places]
    for candidate in candidates:
        try:
            values = next(csv.reader([candidate], delimiter=layout.delimiter, strict=True), [])
        except csv.Error:
            continue
        yield [value.replace(MARK, '"') for value in values]


def _fits(values: Sequence[str], layout: Layout) -> bool:
    """Whether the values look like those of their columns."""
    telling = [place for place in layout.forms if values[place].strip('" ')]
    if not layout.forms:
        return layout.columns >= WIDE
    fitting = sum(form_of(values[place].strip('"')) in layout.forms[place] for place in telling)
    return bool(telling) and fitting >= ENOUGH * len(telling)


def _written(values: Sequence[str], line: str, layout: Layout) -> str:
    out = StringIO()
    end = line[len(line.rstrip("\r\n")) :]
    csv.writer(out, delimiter=layout.delimiter, lineterminator=end).writerow(values)
    return out.getvalue()
