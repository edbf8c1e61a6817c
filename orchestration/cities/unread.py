"""Columns that a draft does not read, and what they would add: nothing where they always say one thing, or say again
what another column says."""

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingest.sql import quoted

if TYPE_CHECKING:
    from orchestration.cities.profile import Column

SHOWN = 60  # characters of a value


def constant_columns(columns: "Mapping[str, Column]", rows: int) -> dict[str, str]:
    """The columns that have one value in every row, with that value."""
    return {
        name: column.values[0][:SHOWN]
        for name, column in columns.items()
        if column.distinct == 1 and column.filled == rows > 1
    }


def same_columns(connection: duckdb.DuckDBPyConnection, columns: "Mapping[str, Column]") -> dict[str, str]:
    """The columns of view `everything` that say what an earlier one does: the same text, or another word for each."""
    found: dict[str, str] = {}
    alike: dict[tuple[int, int], list[str]] = {}
    for name, column in columns.items():
        if column.distinct > 1 and name != "geometry_wkt":
            alike.setdefault((column.filled, column.distinct), []).append(name)
    for (filled, distinct), names in alike.items():
        # Every id stands for every other one: of columns that hardly repeat a value, only equal texts say the same.
        is_told_by_pairs = distinct <= filled / 2
        for first, second in combinations(names, 2):
            if first in found or second in found:
                continue
            one, other = quoted(first), quoted(second)
            ((differ, pairs),) = connection.execute(
                f"select count(*) filter ({one} is distinct from {other}), count(distinct ({one}, {other})) from everything"
                if is_told_by_pairs
                else f"select count(*) filter ({one} is distinct from {other}), null from everything"
            ).fetchall()
            missing = int(is_told_by_pairs and filled < _rows(connection))
            if not differ or (pairs is not None and pairs == distinct + missing):
                found[second] = first
    return found


def _rows(connection: duckdb.DuckDBPyConnection) -> int:
    ((rows,),) = connection.execute("select count(*) from everything").fetchall()
    return int(rows)
