"""The families of marts made in Python: what each computation makes, and out of which marts.

They run in the second process, so this module and what it imports stay clear of Dagster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from orchestration.settings import Settings, settings
from orchestration.statistics import alternative_response, responder_programmes, scenario, waits
from orchestration.statistics.marts import Mart, write_mart

if TYPE_CHECKING:
    import pandas as pd

Make = Callable[[duckdb.DuckDBPyConnection], "Sequence[pd.DataFrame]"]


@dataclass(frozen=True)
class Family:
    """Marts that one computation makes; `make` gives a frame for each, in their order.

    What it reads must not be guarded by the gate of the marts, or that gate would have to come before and after it.
    """

    marts: Sequence[Mart]
    make: Make
    reads: Sequence[str]


def make_marts(family: Family, home: Settings) -> list[int]:
    """Make the marts in the analyst database; the number of rows of each."""
    with duckdb.connect(str(home.analyst_database), config={"memory_limit": home.memory_limit}) as connection:
        connection.execute("set timezone = 'UTC'")
        frames = family.make(connection)
        for mart, frame in zip(family.marts, frames, strict=True):
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

    return [scenario.scenario_frame(connection, scenarios(settings().scenario_folder))]


ALTERNATIVE_RESPONSE = (
    alternative_response.ALTERNATIVE_RESPONSE,
    alternative_response.TORNADO,
    responder_programmes.PROGRAMMES,
)
FAMILIES = (
    Family([waits.RESPONSE_TIMES], _response_times, waits.READS),
    Family(ALTERNATIVE_RESPONSE, _alternative_response, responder_programmes.READS),
    Family([scenario.SCENARIO], _scenario, scenario.READS),
)
