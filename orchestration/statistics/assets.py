"""Dagster assets of statistics: estimates made in Python that stand beside the marts and pass the same gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import dagster as dg
import duckdb

from orchestration import second_process
from orchestration.settings import Settings, settings
from orchestration.statistics.marts import Mart, write_mart
from orchestration.statistics.waits import READS, RESPONSE_TIMES, response_times

if TYPE_CHECKING:
    import pandas as pd

OWNER = ["team:data-engineering"]
GROUP = "statistics"

Make = Callable[[duckdb.DuckDBPyConnection], "pd.DataFrame"]


def mart_asset(mart: Mart, make: Make, reads: Iterable[str]) -> dg.AssetsDefinition:
    """A mart made by `make` out of the marts it `reads`, in the analyst database.

    What it reads must not be guarded by the gate of the marts, or that gate would have to come before and after it.
    """

    @dg.asset(
        key=mart.key,
        deps=[dg.AssetKey(table.split(".")) for table in reads],
        group_name=GROUP,
        owners=OWNER,
        kinds={"python", "duckdb"},
        description=mart.description,
        pool="warehouse_writer",
    )
    def estimates() -> dg.MaterializeResult:  # type: ignore[type-arg]
        rows = second_process.call(make_mart, mart, make, settings())
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows,
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(name, kind, description=text) for name, (kind, text) in mart.columns.items()]
                ),
            }
        )

    return estimates


def make_mart(mart: Mart, make: Make, home: Settings) -> int:
    """Make the mart in the analyst database; its number of rows."""
    with duckdb.connect(str(home.analyst_database), config={"memory_limit": home.memory_limit}) as connection:
        connection.execute("set timezone = 'UTC'")
        frame = make(connection)
        write_mart(connection, mart, frame)
    return len(frame)


def assets() -> list[dg.AssetsDefinition]:
    """The assets of statistics."""
    return [mart_asset(RESPONSE_TIMES, response_times, reads=READS)]
