"""Whether the bare script and the pipeline made the same marts: without that, their times compare nothing."""

import math
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.ingest.sql import literal, quoted

NAMES_THE_LOAD = "load_id"  # the bare script has no loads
TOLERANCE = 1e-9  # sums of doubles depend on the order of rows


def differences(bare: Path, pipeline: Path, marts: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each mart that is not the same in both databases."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(bare))} as bare (read_only)")
        connection.execute(f"attach {literal(str(pipeline))} as pipeline (read_only)")
        return [
            f"{schema}.{name}: {difference}"
            for schema, name in marts
            if (difference := _difference(connection, f"{quoted(schema)}.{quoted(name)}"))
        ]


def _difference(connection: duckdb.DuckDBPyConnection, mart: str) -> str | None:
    bare, pipeline = (_columns(connection, f"{database}.{mart}") for database in ("bare", "pipeline"))
    if bare != pipeline:
        return f"columns {bare} against {pipeline}"
    doubles = [name for name, kind in bare.items() if kind in ("DOUBLE", "FLOAT")]
    query = _summary([name for name in bare if name not in doubles], doubles)
    rows = [connection.execute(f"{query} from {database}.{mart}").fetchall()[0] for database in ("bare", "pipeline")]
    exact = 2 + len(doubles)
    if rows[0][:exact] != rows[1][:exact]:
        return f"rows, digest, numbers known: {rows[0][:exact]} against {rows[1][:exact]}"
    for name, here, there in zip(doubles, rows[0][exact:], rows[1][exact:], strict=True):
        if not math.isclose(here or 0, there or 0, rel_tol=TOLERANCE):
            return f"sum of {name} {here} against {there}"
    return None


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = connection.execute(f"describe {table}").fetchall()
    return {name: kind for name, kind, *_ in found if name != NAMES_THE_LOAD}


def _summary(exact: list[str], doubles: list[str]) -> str:
    """Row count, a digest that does not depend on the order of rows, and of doubles how many and their sum."""
    digest = f"sum(hash({', '.join(map(quoted, exact))})::hugeint)"
    counts = [f"count({quoted(name)})" for name in doubles]
    sums = [f"sum({quoted(name)})" for name in doubles]
    return f"select {', '.join(['count(*)', digest, *counts, *sums])}"
