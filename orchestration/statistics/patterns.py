"""When in the week the calls come that teams could go to: out of demand.calls_screened, for a year of 8,760 hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from orchestration.statistics.capacity import HOURS_A_YEAR
from orchestration.statistics.teams import HOURS_OF_WEEK, Pattern

BUSY = 90  # percentile of the hours of the week
# Below these a rate by hour of the week stands on too little: 90 covered days, and most calls with a clock.
MINIMUM_COVERED_HOURS = 90 * 24
MINIMUM_WITH_HOUR = 0.7
# No hour of the day holds half of a city's calls; where one does, the clock is a day's beginning or a default.
MOST_IN_ONE_HOUR = 0.5

READS = ("demand.calls_screened", "codebooks.response_schemes")
WANTED = """
select c.city, schemes.scheme, if(c.exposure_hours > 0, c.hour_of_week, null) as hour_of_week,
    cast(sum(cast(c.eligible_calls_low as decimal(28, 9))) as double) as low,
    cast(sum(cast(c.eligible_calls_high as decimal(28, 9))) as double) as high
from demand.calls_screened as c
inner join codebooks.response_schemes as schemes on c.topic_category = schemes.topic_category
where schemes.path = 'responder' and c.screen = 'passed'
group by all
having high > 0
order by c.city, schemes.scheme, hour_of_week
"""
CLOCKS = """
select city, covered_days, hour_of_week, any_value(exposure_hours) as exposure_hours,
    cast(sum(calls) as double) as calls
from demand.calls_screened
where exposure_hours > 0 and hour_of_week is not null
group by all
order by city, hour_of_week
"""


@dataclass(frozen=True)
class Load:
    """Calls an hour that need no sworn officer, in the busy hour of the week."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Wanted:
    """Eligible calls of a year by hour of the week, and their busy hour; None where they cannot be told."""

    pattern: Pattern | None
    load: Load | None
    doubt: str | None = None


@dataclass(frozen=True)
class Clock:
    """The covered hours in all and of each hour of the week, and whether calls come with their own hour."""

    covered: float
    hours: Mapping[int, float]
    is_known: bool


NOTHING = Clock(0.0, {}, is_known=False)


def wanted_calls(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Wanted]:
    """What responders could be asked to go to, by city and scheme; a scheme without eligible calls is not there."""
    clocks = city_clocks(connection.execute(CLOCKS).fetchall())
    rows: dict[tuple[str, str], list[tuple[int | None, float, float]]] = {}
    for city, scheme, hour, low, high in connection.execute(WANTED).fetchall():
        rows.setdefault((city, scheme), []).append((hour, low, high))
    return {key: wanted_of(clocks.get(key[0], NOTHING), found) for key, found in rows.items()}


def city_clocks(rows: Iterable[tuple[Any, ...]]) -> dict[str, Clock]:
    """The clock of each city from its calls by hour of the week."""
    covered: dict[str, float] = {}
    hours: dict[str, dict[int, float]] = {}
    by_hour_of_day: dict[str, Any] = {}
    for city, days, hour, exposure, calls in rows:
        covered[city] = 24.0 * days
        hours.setdefault(city, {})[hour] = exposure
        by_hour_of_day.setdefault(city, np.zeros(24))[hour % 24] += calls
    return {
        city: Clock(
            covered[city], found, bool(by_hour_of_day[city].max() <= MOST_IN_ONE_HOUR * by_hour_of_day[city].sum())
        )
        for city, found in hours.items()
    }


def wanted_of(clock: Clock, rows: list[tuple[int | None, float, float]]) -> Wanted:
    """The calls of one scheme as a year has them. Calls without an hour come as those with one do."""
    if clock.covered < MINIMUM_COVERED_HOURS:
        return Wanted(None, None, "less than 90 days of calls are covered")
    a_year = HOURS_A_YEAR / clock.covered
    low, high = sum(row[1] for row in rows) * a_year, sum(row[2] for row in rows) * a_year
    with_hour = sum(row[2] for row in rows if row[0] is not None) * a_year
    if not clock.is_known or with_hour < MINIMUM_WITH_HOUR * high:
        doubt = "the hours of the calls are not known, so teams are taken to be asked evenly round the clock"
        return Wanted(Pattern.even(low, high, HOURS_A_YEAR), None, doubt)
    table = np.zeros((3, HOURS_OF_WEEK))
    table[2] = clock.covered / HOURS_OF_WEEK
    table[2, list(clock.hours)] = list(clock.hours.values())
    for hour, less, more in rows:
        if hour is not None:
            table[:2, hour] += less, more
    lows, highs, hours = table * a_year
    scale = high / with_hour
    pattern = Pattern(lows * scale, highs * scale, hours)
    return Wanted(pattern, busy_load(pattern))


def busy_load(pattern: Pattern) -> Load:
    """The busy hour; hours of the week without a call count as hours with none."""
    rates = [
        float(np.percentile(calls / pattern.hours, BUSY))
        for calls in (pattern.low, (pattern.low + pattern.high) / 2, pattern.high)
    ]
    return Load(*rates)
