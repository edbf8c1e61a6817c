"""What Python adds to the marts: how a frame becomes a table of the analyst database, described like dbt's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Mart:
    """A table made in Python: its name, its grain in a sentence, and the type and meaning of each column."""

    table: str
    description: str
    columns: Mapping[str, tuple[str, str]]

    @property
    def key(self) -> list[str]:
        """Its asset key: schema, name."""
        return self.table.split(".")


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, frame: pd.DataFrame) -> None:
    """Make the table anew from a frame that has exactly its columns; nan and None become NULL."""
    if set(frame.columns) != set(mart.columns):
        raise ValueError(f"{mart.table}: frame and mart differ in {sorted(set(frame.columns) ^ set(mart.columns))}")
    schema, _ = mart.key
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in mart.columns.items())
    # One transaction: on its own, each comment would wait for the disk.
    connection.begin()
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create or replace table {mart.table} ({columns})")
    connection.register("made_in_python", frame)
    connection.execute(f"insert into {mart.table} by name from made_in_python")
    connection.unregister("made_in_python")
    connection.execute(f"comment on table {mart.table} is {_literal(mart.description)}")
    for name, (_, text) in mart.columns.items():
        connection.execute(f'comment on column {mart.table}."{name}" is {_literal(text)}')
    connection.commit()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
