"""How far what was counted stands for a year: the reference period of calls, as money and hours a year need it."""

from dataclasses import dataclass

import duckdb

READS = "zones.reference_periods"
PERIODS = f"""
select city, case when kind = 'none' then 365.25 / covered_days else 1 end, status, reason
from {READS} where measure = 'calls'
"""


@dataclass(frozen=True)
class Period:
    """What turns counts of the period into those of a year, and what to say of it.

    A reference period is a year; where there is none, all covered days stand for one (partial_period), unless they are
    too few to (insufficient_data).
    """

    to_a_year: float = 1.0
    status: str = "ok"
    reason: str | None = None

    @property
    def missing(self) -> str | None:
        """Why nothing can be said of a year."""
        return self.reason if self.status == "insufficient_data" else None

    @property
    def doubt(self) -> str | None:
        """Why what is said of a year stands on less than one."""
        return None if self.status == "ok" else self.reason or "no whole year is covered"


WHOLE_YEAR = Period()


def periods(connection: duckdb.DuckDBPyConnection) -> dict[str, Period]:
    """The period of each city's calls."""
    return {city: Period(*values) for city, *values in connection.execute(PERIODS).fetchall()}
