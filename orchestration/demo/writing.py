"""Moving rows between Python, DuckDB and files.

What belongs here: loading a small table, and writing a large one piece by piece, so that memory is bounded
and the order of lines never depends on threads. What does not: what the rows mean.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

import duckdb

PIECE_ROWS = 500_000
Columns = Mapping[str, tuple[str, Sequence[object]]]


def fresh_folder(path: Path) -> Path:
    """An empty folder, whatever an interrupted run may have left there."""
    remove_folder(path)
    path.mkdir(parents=True)
    return path


def remove_folder(path: Path) -> None:
    """Remove a folder if it is there."""
    if path.exists():
        shutil.rmtree(path)


def load_table(con: duckdb.DuckDBPyConnection, scratch: Path, name: str, columns: Columns) -> None:
    """Create a table from columns given as name -> (SQL type, values)."""
    # Through a text file: binding a list or an array would import pandas, which takes longer than all else.
    path = scratch / f"{name}.csv"
    rows = zip(*(values for _, values in columns.values()), strict=True)
    path.write_text("".join("|".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    types = ", ".join(f"'{column}': '{sql_type}'" for column, (sql_type, _) in columns.items())
    con.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv({quoted(path)}, delim = '|', header = false, "
        f"auto_detect = false, columns = {{{types}}})"
    )
    path.unlink()


def copy_piece(con: duckdb.DuckDBPyConnection, select: str, scratch: Path, target: IO[bytes]) -> int:
    """Append the rows of a query to an open CSV file; returns how many."""
    piece = scratch / "piece.csv"
    written = con.execute(f"COPY ({select}) TO {quoted(piece)} (FORMAT csv, HEADER false)").fetchone()
    with piece.open("rb") as source:
        shutil.copyfileobj(source, target, 1 << 22)
    piece.unlink()
    return int(written[0]) if written else 0


def json_piece(con: duckdb.DuckDBPyConnection, select: str, scratch: Path) -> bytes:
    """The rows of a query as JSON objects joined by commas."""
    piece = scratch / "piece.json"
    con.execute(f"COPY ({select}) TO {quoted(piece)} (FORMAT json, ARRAY false)")
    text = piece.read_bytes()
    piece.unlink()
    # A line break inside a JSON string is escaped, so a raw one only ever separates objects.
    return text.rstrip(b"\n").replace(b"\n", b",\n")


def pieces(rows: int, at_least: int = 1, size: int = PIECE_ROWS) -> list[tuple[int, int]]:
    """Half-open row ranges that cover rows."""
    number = max(at_least, -(-rows // size))
    edges = [rows * n // number for n in range(number + 1)]
    return list(pairwise(edges))


def write_lines(path: Path, header: str, lines: Iterable[str]) -> int:
    """A small CSV file from ready lines; returns how many."""
    body = list(lines)
    path.write_text("\n".join([header, *body]) + "\n", encoding="utf-8")
    return len(body)


def count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Rows of a table (with a condition, if given)."""
    row = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
    assert row is not None
    return int(row[0])


def quoted(value: object) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_list(texts: Iterable[str]) -> str:
    """A SQL list of texts."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"
