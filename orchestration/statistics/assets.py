"""Dagster assets of statistics: estimates made in Python that stand beside the marts and pass the same gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import dagster as dg
import duckdb

from orchestration import second_process
from orchestration.catalog.reading import CatalogError
from orchestration.settings import Settings, settings
from orchestration.statistics import alternative_response, responder_programmes, scenario, waits
from orchestration.statistics.marts import Mart, write_mart

if TYPE_CHECKING:
    import pandas as pd

OWNER = ["team:data-engineering"]
GROUP = "statistics"

# A function of a module, not a closure: it runs in the second process.
Make = Callable[[duckdb.DuckDBPyConnection], "Sequence[pd.DataFrame]"]


def family_asset(marts: Sequence[Mart], make: Make, reads: Iterable[str]) -> dg.AssetsDefinition:
    """Marts that one computation makes out of the marts it `reads`; `make` gives a frame for each, in their order.

    What it reads must not be guarded by the gate of the marts, or that gate would have to come before and after it.
    """

    @dg.multi_asset(
        name=marts[0].table.replace(".", "__"),
        specs=[
            dg.AssetSpec(
                mart.key,
                deps=[dg.AssetKey(table.split(".")) for table in reads],
                group_name=GROUP,
                owners=OWNER,
                kinds={"python", "duckdb"},
                description=mart.description,
            )
            for mart in marts
        ],
        pool="warehouse_writer",
    )
    def estimates() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        try:
            counts = second_process.call(make_marts, marts, make, settings())
        except CatalogError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for mart, rows in zip(marts, counts, strict=True):
            yield dg.MaterializeResult(
                asset_key=mart.key,
                metadata={
                    "dagster/row_count": rows,
                    "dagster/column_schema": dg.TableSchema(
                        [dg.TableColumn(name, kind, description=text) for name, (kind, text) in mart.columns.items()]
                    ),
                },
            )

    return estimates


def make_marts(marts: Sequence[Mart], make: Make, home: Settings) -> list[int]:
    """Make the marts in the analyst database; the number of rows of each."""
    with duckdb.connect(str(home.analyst_database), config={"memory_limit": home.memory_limit}) as connection:
        connection.execute("set timezone = 'UTC'")
        frames = make(connection)
        for mart, frame in zip(marts, frames, strict=True):
            write_mart(connection, mart, frame)
    return [len(frame) for frame in frames]


def _response_times(connection: duckdb.DuckDBPyConnection) -> Sequence[pd.DataFrame]:
    return [waits.response_times(connection)]


def _alternative_response(connection: duckdb.DuckDBPyConnection) -> Sequence[pd.DataFrame]:
    import pandas as pd

    from orchestration.statistics.assumptions import assumptions

    assumed = assumptions()
    response, swings = alternative_response.alternative_response(connection, assumed)
    programmes = responder_programmes.responder_programmes(connection, assumed, response)
    return [
        pd.DataFrame(rows, columns=list(mart.columns))
        for rows, mart in zip((response, swings, programmes), ALTERNATIVE_RESPONSE, strict=True)
    ]


def _scenario(connection: duckdb.DuckDBPyConnection) -> Sequence[pd.DataFrame]:
    from orchestration.statistics.scenario_files import scenarios

    return [scenario.scenario_frame(connection, scenarios(settings().scenarios.expanduser().absolute()))]


ALTERNATIVE_RESPONSE = (
    alternative_response.ALTERNATIVE_RESPONSE,
    alternative_response.TORNADO,
    responder_programmes.PROGRAMMES,
)


def assets() -> list[dg.AssetsDefinition]:
    """The assets of statistics."""
    return [
        family_asset([waits.RESPONSE_TIMES], _response_times, reads=waits.READS),
        family_asset(ALTERNATIVE_RESPONSE, _alternative_response, reads=responder_programmes.READS),
        family_asset([scenario.SCENARIO], _scenario, reads=scenario.READS),
    ]
