"""demand.responder_programmes: how many teams a scheme's calls keep busy, what they cost, and what police time is worth.

The busy hour decides how many teams it takes, not the mean; money is a range because the diverted calls are one
(methods, 8.5 and 8.6). Time value is not savings: it becomes money only as far as positions are given up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.statistics.alternative_response import CALLS, HOURS
from orchestration.statistics.assumptions import Assumptions
from orchestration.statistics.capacity import Queue, queue
from orchestration.statistics.marts import Mart
from orchestration.statistics.programme import Balance, Programme, balance

RESPONDER = "responder"
NOT_SAVINGS = "time value is not savings: hours freed cost the same until positions are given up"
NO_PHASE = "(none)"
# Teams are listed up to the first number with which so few callers wait; more change nothing.
FEW_WAIT = 0.05
MOST_TEAMS = 200
WAITS_LONG_MINUTES = 15
BUSY = 90  # percentile of the hours of the week
HOURS_OF_WEEK = 168

PROGRAMMES = Mart(
    "demand.responder_programmes",
    "One row per city, scheme of who could answer, budget phase and number of teams, until hardly anybody waits: how "
    "busy the responders would be in the busy hour of the week (90th percentile), how long callers would wait "
    "(Erlang C), what the programme costs and what the police time it frees is worth. Only calls that responders go "
    "to. Time value is not savings: hours freed cost the same until positions are given up (methods, 8.5 and 8.6).",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "scheme": ("varchar", "Scheme (codebooks.response_schemes); without eligible calls it has no row."),
        "phase": ("varchar", "Budget phase that prices police time: proposed, adopted or actual; (none) without a budget."),
        "teams": ("integer", "Responder teams on duty around the clock."),
        "busy_hour_calls": ("double", "Calls an hour that teams are sent to in the busy hour: eligible (halfway) times uptake."),
        "offered": ("double", "Teams that these calls keep busy, on average of the busy hour."),
        "offered_low": ("double", "The same with the low likelihood and uptake."),
        "offered_high": ("double", "The same with the high likelihood and uptake."),
        "utilisation": ("double", "offered over teams; from 1 on the queue grows without end."),
        "share_waiting": ("double", "Share of callers who wait for a team in the busy hour."),
        "share_waiting_long": ("double", f"Share who wait longer than {WAITS_LONG_MINUTES} minutes."),
        "mean_wait_minutes": ("double", "Mean wait of all callers for a team, driving not included."),
        "status": ("varchar", "ok, unreliable, or not_estimable where the teams cannot carry the busy hour."),
        "reason": ("varchar", "Why the status is not ok."),
        "programme_cost": ("double", "US dollars a year: pay of all who fill the posts, and vehicles."),
        **{f"diverted_calls_{p}": ("double", f"Calls diverted in the reference year, {text}.") for p, text in (
            ("p05", "5th percentile"), ("p50", "median"), ("p95", "95th percentile"))},
        **{f"cost_per_diverted_call{p}": ("double", f"US dollars a call diverted, at {text} of the calls diverted; see status.")
           for p, text in (("_lo", "the 95th percentile"), ("", "the median"), ("_hi", "the 5th percentile"))},
        **{f"police_hours_freed_{p}": ("double", f"Officer-hours freed: diverted_calls_{p} times the mean of timed calls.")
           for p in ("p05", "p50", "p95")},
        "cost_per_paid_hour": ("double", "US dollars a paid hour of a sworn officer (budget.police_hour_cost)."),
        **{f"time_value_{p}": ("double", f"police_hours_freed_{p} at that price. Time value is not savings.")
           for p in ("p05", "p50", "p95")},
        "time_value_less_cost": ("double", "time_value_p50 less programme_cost. Time value is not savings."),
        "cashable_less_cost": ("double", "What of the time value becomes money (cashable in assumptions.yml, by default nothing), less programme_cost."),
        "cashable_less_cost_high": ("double", "The same at the high value of cashable."),
        "break_even_calls": ("double", "Calls diverted at which the time value would equal the cost."),
        "money_status": ("varchar", "Of what stands on the time and price of police, police_hours_freed_p05 to break_even_calls: ok, unreliable, not_estimable or insufficient_data."),
        "money_reason": ("varchar", "Why money_status is not ok."),
        "note": ("varchar", "How to read the money."),
    },
)  # fmt: skip
READS = ("demand.calls_screened", "codebooks.response_schemes", "budget.police_hour_cost")
RATES = """
select c.city, schemes.scheme, c.hour_of_week,
    cast(sum(cast(c.eligible_calls_low as decimal(28, 9))) as double) / any_value(c.exposure_hours) as low,
    cast(sum(cast(c.eligible_calls_high as decimal(28, 9))) as double) / any_value(c.exposure_hours) as high
from demand.calls_screened as c
inner join codebooks.response_schemes as schemes on c.topic_category = schemes.topic_category
where schemes.path = 'responder' and c.screen = 'passed' and c.exposure_hours > 0 and c.hour_of_week is not null
group by all
order by c.city, schemes.scheme, c.hour_of_week
"""
PRICES = """
select city, phase, cost_per_paid_hour, fiscal_year = work_year as is_same_year
from budget.police_hour_cost order by city, phase
"""


@dataclass(frozen=True)
class Load:
    """Calls an hour that need no sworn officer, in the busy hour of the week."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Diverted:
    """Calls diverted in the reference year as percentiles; mean officer-hours of such a call, None where unknown."""

    p05: float
    p50: float
    p95: float
    hours_per_call: float | None
    doubt: str | None
    doubt_of_hours: str | None


@dataclass(frozen=True)
class Price:
    """A paid hour of a sworn officer in a budget phase, US dollars; None where positions are not published."""

    phase: str
    cost_per_paid_hour: float | None
    doubt: str | None


def responder_programmes(
    connection: duckdb.DuckDBPyConnection, assumed: Assumptions, response: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of demand.responder_programmes; `response` are those of demand.alternative_response."""
    loads, prices = busy_loads(connection), police_prices(connection)
    return [
        row
        for (city, scheme), diverted in diverted_calls(response).items()
        if diverted.p95 > 0 and (load := loads.get((city, scheme)))
        for price in prices.get(city, [Price(NO_PHASE, None, None)])
        for row in programme_rows(load, diverted, price, assumed, {"city": city, "scheme": scheme})
    ]


def busy_loads(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Load]:
    """The busy hour of each city and scheme; hours of the week without a call count as hours with none."""
    import numpy as np

    rates: dict[tuple[str, str], Any] = {}
    for city, scheme, hour, low, high in connection.execute(RATES).fetchall():
        rates.setdefault((city, scheme), np.zeros((HOURS_OF_WEEK, 3)))[hour] = low, (low + high) / 2, high
    return {key: Load(*map(float, np.percentile(found, BUSY, axis=0))) for key, found in rates.items()}


def police_prices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Price]]:
    """What an hour of police costs, by city; one price a budget phase."""
    prices: dict[str, list[Price]] = {}
    for city, phase, cost, is_same_year in connection.execute(PRICES).fetchall():
        doubt = None if is_same_year else "the calls are of another year than the budget"
        prices.setdefault(city, []).append(Price(phase, cost, doubt))
    return prices


def diverted_calls(response: list[dict[str, Any]]) -> dict[tuple[str, str], Diverted]:
    """Of demand.alternative_response, the calls that responders would divert, by city and scheme."""
    rows = {
        (row["city"], row["scheme"], row["unit"]): row
        for row in response
        if row["path"] == RESPONDER and row["denominator"] == "community" and row["status"] != "insufficient_data"
    }
    return {
        (city, scheme): Diverted(
            p05=row["diverted_p05"],
            p50=row["diverted_p50"],
            p95=row["diverted_p95"],
            hours_per_call=_mean_hours(rows.get((city, scheme, HOURS))),
            doubt=row["reason"],
            doubt_of_hours=rows.get((city, scheme, HOURS), row)["reason"],
        )
        for (city, scheme, unit), row in rows.items()
        if unit == CALLS
    }


def _mean_hours(timed: dict[str, Any] | None) -> float | None:
    calls_timed = timed["n"] * timed["time_coverage"] if timed and timed["n"] else 0
    return timed["screened"] / calls_timed if timed and calls_timed else None


def programme_rows(
    load: Load, diverted: Diverted, price: Price, assumed: Assumptions, key: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """One row a number of teams, from one team to so many that hardly anybody waits."""
    uptake, hours = assumed.paths["responder"].uptake, assumed.programme.hours_per_call.value
    calls = load.middle * uptake.mode
    for teams in range(1, MOST_TEAMS + 1):
        found = queue(calls, hours, teams, WAITS_LONG_MINUTES)
        is_carried = found.status == "ok"
        unable = None if is_carried else f"the calls of the busy hour keep {found.offered:.1f} teams busy"
        yield {
            **key,
            "phase": price.phase,
            "teams": teams,
            "busy_hour_calls": calls,
            "offered": found.offered,
            "offered_low": load.low * uptake.low * hours,
            "offered_high": load.high * uptake.high * hours,
            "utilisation": found.utilisation,
            **(_waits(found) if is_carried else {}),
            "status": "not_estimable" if unable else "unreliable" if diverted.doubt else "ok",
            "reason": unable or diverted.doubt,
            **money(teams, diverted, price, assumed, unable),
            "note": NOT_SAVINGS,
        }
        if is_carried and found.share_waiting < FEW_WAIT:
            return


def _waits(found: Queue) -> dict[str, float | None]:
    return {
        "share_waiting": found.share_waiting,
        "share_waiting_long": found.share_waiting_longer,
        "mean_wait_minutes": found.mean_wait_minutes,
    }


def money(teams: int, diverted: Diverted, price: Price, assumed: Assumptions, unable: str | None) -> dict[str, Any]:
    """Cost of the teams against the police time they free, at the percentiles of the calls diverted."""
    given = assumed.programme
    cost = Programme(
        teams=teams,
        staff_per_team=given.staff_per_team.value,
        relief_factor=given.relief_factor.value,
        loaded_pay=given.loaded_pay.value,
        vehicle_cost=given.vehicle_cost.value,
    ).cost
    missing = None
    if price.cost_per_paid_hour is None:
        missing = "no police budget with sworn positions is known"
    elif diverted.hours_per_call is None:
        missing = "no time on calls is known"
    doubt = diverted.doubt or diverted.doubt_of_hours or price.doubt

    def weighed(calls: float, cashable: float) -> Balance:
        return balance(
            cost,
            calls,
            diverted.hours_per_call or 0.0,
            price.cost_per_paid_hour or 0.0,
            units_per_call=given.units_per_call.value,
            cashable_share=cashable,
        )

    low, middle, high = (weighed(calls, given.cashable.mode) for calls in (diverted.p05, diverted.p50, diverted.p95))
    per_call = {
        "cost_per_diverted_call_lo": high.cost_per_diverted_call,
        "cost_per_diverted_call": middle.cost_per_diverted_call,
        "cost_per_diverted_call_hi": low.cost_per_diverted_call,
    }
    value = {
        "police_hours_freed_p05": low.police_hours,
        "police_hours_freed_p50": middle.police_hours,
        "police_hours_freed_p95": high.police_hours,
        "time_value_p05": low.time_value,
        "time_value_p50": middle.time_value,
        "time_value_p95": high.time_value,
        "time_value_less_cost": middle.time_value_less_cost,
        "cashable_less_cost": middle.cashable_less_cost,
        "cashable_less_cost_high": weighed(diverted.p50, given.cashable.high).cashable_less_cost,
        "break_even_calls": middle.break_even_calls,
    }
    return {
        "programme_cost": cost,
        "diverted_calls_p05": diverted.p05,
        "diverted_calls_p50": diverted.p50,
        "diverted_calls_p95": diverted.p95,
        **({} if unable else per_call),
        "cost_per_paid_hour": price.cost_per_paid_hour,
        **({} if unable or missing else value),
        "money_status": "not_estimable"
        if unable
        else "insufficient_data"
        if missing
        else "unreliable"
        if doubt
        else "ok",
        "money_reason": unable or missing or doubt,
    }
