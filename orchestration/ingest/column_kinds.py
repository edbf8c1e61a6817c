"""What the values of each column look like, so that a change of type or of date format is noticed.

Raw is text throughout; a column's kind is what all of its sampled values have in common.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.ingest.sql import path_literal, quoted

SAMPLE = 10_000  # rows looked at
# Kinds from the narrowest to the widest; a column has the first that fits all its sampled values.
KINDS = {
    "whole number": r"[+-]?\d+",
    "number": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
    "ISO date or time": r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?",
    "date or time with slashes": r"\d{1,2}/\d{1,2}/\d{2,4}(\s.*)?",
    "text": ".*",
}
EMPTY = "no value"


def column_kinds(connection: duckdb.DuckDBPyConnection, parquet: Path, columns: Sequence[str]) -> dict[str, str]:
    """The kind of each column of a Parquet file of texts, from its first rows."""
    if not columns:
        return {}
    fits = ", ".join(
        f"bool_and({quoted(name)} is null or trim({quoted(name)}) = '' "
        f"or regexp_full_match(trim({quoted(name)}), '{pattern}', 's'))"
        for name in columns
        for pattern in KINDS.values()
    )
    filled = ", ".join(f"count(nullif(trim({quoted(name)}), ''))" for name in columns)
    sample = f"(select * from read_parquet({path_literal(parquet)}, hive_partitioning = false) limit {SAMPLE})"
    found = connection.execute(f"select {filled}, {fits} from {sample}").fetchall()[0]
    kinds = {}
    for position, name in enumerate(columns):
        start = len(columns) + position * len(KINDS)
        narrowest = next(kind for kind, fit in zip(KINDS, found[start : start + len(KINDS)], strict=True) if fit)
        kinds[name] = narrowest if found[position] else EMPTY
    return kinds


def wider(one: str, other: str) -> str:
    """The kind of a column that is of one kind in one file and of another in the next."""
    if EMPTY in (one, other):
        return other if one == EMPTY else one
    if one == other:
        return one
    return "number" if {one, other} == {"number", "whole number"} else "text"
