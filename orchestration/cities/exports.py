"""What `footprint city check` tells of the columns of a city's exports: empty, undecided, unread, constant or double
ones, and a key that is none."""

import re

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.sql import quoted
from orchestration.settings import DBT_PROJECT_DIR

Told = tuple[str, str, str, str]  # rule, table, found, mend: the fields of a `check.Finding`


def told(connection: duckdb.DuckDBPyConnection, data_set: DataSet) -> list[Told]:
    """Everything doubtful about the columns of one data set."""
    return [*_without_news(connection, data_set), *_unread(data_set), *_grain(connection, data_set)]


def undecided(connection: duckdb.DuckDBPyConnection, city: str) -> list[Told]:
    """Columns left out of raw, because they look as if they were about persons and the city file does not name them."""
    return [
        (
            "undecided_column", data_set, f"the column {column} was left out of raw: {reason}",
            "Enter it in the city file, under `drop`, under `columns` and `hash`, or, if it is about nobody, under `optional`.",
        )
        for data_set, column, reason in connection.execute(
            "select distinct data_set, column_name, after from raw.column_changes where city = ? and change = 'withheld' "
            "order by all", [city],
        ).fetchall()
    ]  # fmt: skip


def _without_news(connection: duckdb.DuckDBPyConnection, data_set: DataSet) -> list[Told]:
    """Columns that no row has a value in, that always say one thing, or that say what another does."""
    names = data_set.columns
    table = f"raw.{quoted(data_set.table)}"
    values = ", ".join(
        f"count(nullif(trim({quoted(name)}), '')), approx_count_distinct({quoted(name)}), any_value({quoted(name)}), "
        f"bit_xor(hash(_place || ' ' || coalesce({quoted(name)}, chr(0))))"
        for name in names
    )
    (row,) = connection.execute(
        f"select count(*), {values} from (select *, row_number() over () as _place from {table})"
    ).fetchall()
    rows = row[0]
    looked = {name: row[1 + 4 * place : 5 + 4 * place] for place, name in enumerate(names)}
    empty = [name for name, (filled, *_) in looked.items() if not filled]
    constant = {
        name: value for name, (filled, distinct, value, _) in looked.items() if distinct == 1 and filled == rows > 1
    }
    first_with: dict[int, str] = {}
    same: dict[str, str] = {}
    for name, (*_, content) in looked.items():
        if name not in empty and name not in constant:
            other = first_with.setdefault(content, name)
            same |= {name: other} if other != name else {}
    found: list[Told] = []
    if rows and empty:
        found.append(
            ("never_filled", data_set.name, f"columns of the export that are never filled: {', '.join(empty)}",
             "Ask the publisher for them, or take them out of `columns` in the city file.")
        )  # fmt: skip
    if constant and data_set.entity != "zones":  # whose state and county are the same, of course
        shown = ", ".join(f"{name} ({str(value)[:30]})" for name, value in constant.items())
        found.append(
            ("constant_columns", data_set.name, f"columns of the export that always say one thing: {shown}",
             "Look whether the export was filtered by them, or a default was written for what is not known.")
        )  # fmt: skip
    if same:
        shown = ", ".join(f"{name} says the same as {other}" for name, other in same.items())
        found.append(
            ("double_columns", data_set.name, f"columns of the export that say nothing of their own: {shown}",
             "Look whether one of them was meant to hold something else.")
        )  # fmt: skip
    return found


def _unread(data_set: DataSet) -> list[Told]:
    """Columns of the city file that no staging model of the city, and no macro, speaks of."""
    folder = DBT_PROJECT_DIR / "models" / "staging" / data_set.city
    models = sorted(folder.glob("*.sql"))
    if not models:
        return []
    texts = [
        path.read_text(encoding="utf-8") for path in (*models, *sorted((DBT_PROJECT_DIR / "macros").glob("*.sql")))
    ]
    words = {word for text in texts for word in re.findall(r"[a-z0-9_]+", re.sub(r"(?s)\{#.*?#\}", "", text))}
    unread = [
        name for name in data_set.columns if name not in words and not re.fullmatch(r"b\d{5}[a-z]*_\d{3}[em]", name)
    ]
    if not unread:
        return []
    return [
        ("unread_columns", data_set.name, f"needed columns that no staging model reads: {', '.join(unread)}",
         "Map what they say in the staging model, or move them to `optional` in the city file: an export without them "
         "would be refused for nothing.")
    ]  # fmt: skip


def _grain(connection: duckdb.DuckDBPyConnection, data_set: DataSet) -> list[Told]:
    """Whether the key tells rows apart, and whether one row is what the city file says."""
    table = f"raw.{quoted(data_set.table)}"
    if not data_set.key:
        return []
    columns = ", ".join(map(quoted, data_set.key))
    ((rows, distinct),) = connection.execute(
        f"select count(*), count(distinct ({columns})) from {table} where {quoted(data_set.key[0])} is not null "
        f"and _load_number = (select max(_load_number) from {table})"
    ).fetchall()
    if rows <= distinct:
        return []
    return [
        ("key_not_unique", data_set.name,
         f"{rows - distinct:,} of {rows:,} rows of one load repeat the key {', '.join(data_set.key)}; the city file says: "
         f"{data_set.grain}",
         "Add the column that tells them apart to `key`, and say in `grain` what one row is.")
    ]  # fmt: skip
