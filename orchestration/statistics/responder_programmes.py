"""demand.responder_programmes: what a number of teams attends, diverts and costs, how long callers wait for them.

The busy hour decides how many teams it takes, not the mean; the hours staffed decide both what is diverted and what it
costs, and teams divert no more than they have the hours for (methods, 8.5 and 8.6). Time value is not savings: it
becomes money only as far as positions are given up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from orchestration.statistics.alternative_response import CALLS, HOURS
from orchestration.statistics.assumptions import Assumptions
from orchestration.statistics.capacity import Queue, queue
from orchestration.statistics.diversion import Drawn
from orchestration.statistics.marts import Mart
from orchestration.statistics.patterns import READS as PATTERN_READS
from orchestration.statistics.patterns import Load, Wanted, wanted_calls
from orchestration.statistics.plans import RESPONDER, Known, Plan, Price, plan_of

NOT_SAVINGS = "time value is not savings: hours freed cost the same until positions are given up"
NO_PHASE = "(none)"
# Teams are listed up to the first number with which so few callers wait; more change nothing.
FEW_WAIT = 0.05
MOST_TEAMS = 200
WAITS_LONG_MINUTES = 15

_PERCENTILES = {"p05": "5th percentile", "p50": "median", "p95": "95th percentile"}


def _simulated(name: str, text: str) -> dict[str, tuple[str, str]]:
    """A number at the modes of all factors, and its percentiles over the draws."""
    return {
        name: ("double", f"{text}, with every factor at its mode."),
        **{f"{name}_{p}": ("double", f"The same, {words} of the simulation.") for p, words in _PERCENTILES.items()},
    }


PROGRAMMES = Mart(
    "demand.responder_programmes",
    "One row per city, scheme of who could answer, budget phase and number of teams, until hardly anybody waits: how "
    "busy the responders would be in the busy hour of the week (90th percentile), how long callers would wait "
    "(Erlang C), which calls the teams would attend and divert in a year of 8,760 hours, what that costs and what the "
    "police time it frees is worth. The share of hours staffed is one number for what is diverted and what it costs, "
    "and calls beyond the teams' hours are not diverted. Only calls that responders go to. Time value is not savings: "
    "hours freed cost the same until positions are given up (methods, 8.5 and 8.6).",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "scheme": ("varchar", "Scheme (codebooks.response_schemes); without eligible calls it has no row."),
        "phase": ("varchar", "Budget phase that prices police time: proposed, adopted or actual; (none) without a budget."),
        "teams": ("integer", "Responder teams on duty in every hour that is staffed."),
        "busy_hour_calls": ("double", "Calls an hour that teams are sent to in the busy hour: eligible (halfway) times uptake; NULL where the hours of the calls are not known."),
        "offered": ("double", "Teams that these calls keep busy, on average of the busy hour."),
        "offered_low": ("double", "The same with the low likelihood and uptake."),
        "offered_high": ("double", "The same with the high likelihood and uptake."),
        "utilisation": ("double", "offered over teams; from 1 on the queue grows without end."),
        "share_waiting": ("double", "Share of callers who wait for a team in the busy hour; NULL where the queue grows without end."),
        "share_waiting_long": ("double", f"Share who wait longer than {WAITS_LONG_MINUTES} minutes."),
        "mean_wait_minutes": ("double", "Mean wait of all callers for a team, driving not included."),
        "status": ("varchar", "Of the busy hour, busy_hour_calls to mean_wait_minutes: ok, unreliable, insufficient_data, or not_estimable where the teams cannot carry it."),
        "reason": ("varchar", "Why the status is not ok; unstable: the queue grows without end."),
        "staffed_share": ("double", "Share of the year's hours that is staffed: the mode of coverage in assumptions.yml. Decides what is diverted and what it costs."),
        "staffed_hours": ("double", "staffed_share of 8,760 hours."),
        "eligible_calls": ("double", "Calls a year that need no sworn officer, halfway between the low and the high likelihood."),
        "wanted_calls": ("double", "Of these, calls in staffed hours that dispatchers send to teams: times coverage and uptake."),
        "capacity_calls": ("double", "Calls the teams have the hours for in a year: teams times staffed_hours over hours per call."),
        "attended_calls": ("double", "wanted_calls that the teams have the hours for, hour of the week by hour of the week."),
        "utilisation_in_year": ("double", "Share of the staffed hours that teams are on a call: attended_calls over capacity_calls."),
        "share_of_draws_capped": ("double", "Share of the simulation's draws in which teams lack the hours for some calls."),
        **_simulated("diverted_calls", "Calls a year that police do not go to: attended, times substitution, less backup"),
        **_simulated("programme_cost", "US dollars a year: pay of all who fill the staffed hours, and vehicles"),
        **_simulated("cost_per_diverted_call", "US dollars a call diverted"),
        **_simulated("police_hours_freed", "Officer-hours a year freed: diverted calls times the mean of timed calls"),
        "cost_per_paid_hour": ("double", "US dollars a paid hour of a sworn officer (budget.police_hour_cost)."),
        **_simulated("time_value", "police_hours_freed at that price, US dollars. Time value is not savings"),
        **_simulated("time_value_less_cost", "time_value less programme_cost of the same draw. Time value is not savings"),
        "cashable_less_cost_low": ("double", "What of time_value becomes money at the low value of cashable (assumptions.yml), less programme_cost."),
        "cashable_less_cost": ("double", "The same at the mode of cashable, by default nothing."),
        "cashable_less_cost_high": ("double", "The same at the high value of cashable."),
        "break_even_calls": ("double", "Calls diverted at which the time value would equal the cost; above diverted_calls_p95 the teams hardly get there."),
        "programme_status": ("varchar", "Of what is attended, diverted and paid, staffed_share to cost_per_diverted_call_p95: ok, unreliable or insufficient_data."),
        "programme_reason": ("varchar", "Why programme_status is not ok."),
        "money_status": ("varchar", "Of what stands on the time and price of police, police_hours_freed to break_even_calls: ok, unreliable or insufficient_data."),
        "money_reason": ("varchar", "Why money_status is not ok."),
        "draws": ("bigint", "Draws of the simulation."),
        "seed": ("bigint", "Seed of the simulation (PCG64)."),
        "note": ("varchar", "How to read the money."),
    },
)  # fmt: skip
READS = (*PATTERN_READS, "budget.police_hour_cost")
PRICES = """
select city, phase, cost_per_paid_hour, fiscal_year = work_year as is_same_year
from budget.police_hour_cost order by city, phase
"""


def responder_programmes(
    connection: duckdb.DuckDBPyConnection, assumed: Assumptions, response: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of demand.responder_programmes; `response` are those of demand.alternative_response."""
    wanted, prices = wanted_calls(connection), police_prices(connection)
    drawn = assumed.simulated().drawn(RESPONDER)
    return [
        row
        for (city, scheme), known in known_of(response).items()
        if (found := wanted.get((city, scheme)))
        for row in programme_rows(
            found,
            known,
            prices.get(city, [Price(NO_PHASE, None, None)]),
            assumed,
            drawn,
            {"city": city, "scheme": scheme},
        )
    ]


def police_prices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Price]]:
    """What an hour of police costs, by city; one price a budget phase."""
    prices: dict[str, list[Price]] = {}
    for city, phase, cost, is_same_year in connection.execute(PRICES).fetchall():
        doubt = None if is_same_year else "the calls are of another year than the budget"
        prices.setdefault(city, []).append(Price(phase, cost, doubt))
    return prices


def known_of(response: list[dict[str, Any]]) -> dict[tuple[str, str], Known]:
    """Of demand.alternative_response, what is known of the calls that responders go to, by city and scheme."""
    rows = {
        (row["city"], row["scheme"], row["unit"]): row
        for row in response
        if row["path"] == RESPONDER and row["denominator"] == "community" and row["status"] != "insufficient_data"
    }
    return {
        (city, scheme): Known(
            hours_per_call=_mean_hours(rows.get((city, scheme, HOURS))),
            doubt=row["reason"],
            doubt_of_hours=rows.get((city, scheme, HOURS), row)["reason"],
        )
        for (city, scheme, unit), row in rows.items()
        if unit == CALLS
    }


def _mean_hours(timed: dict[str, Any] | None) -> float | None:
    return timed["screened"] / timed["calls_timed"] if timed and timed["calls_timed"] else None


def programme_rows(
    wanted: Wanted,
    known: Known,
    prices: Sequence[Price],
    assumed: Assumptions,
    drawn: Drawn,
    key: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """One row a number of teams and price, from one team to so many that hardly anybody waits."""
    for teams in range(1, MOST_TEAMS + 1):
        busy = busy_hour(wanted.load, known, assumed, teams)
        plan = plan_of(wanted.pattern, assumed, drawn, teams) if wanted.pattern else None
        for price in prices:
            yield {
                **key,
                "phase": price.phase,
                "teams": teams,
                **busy,
                **programme(plan, wanted, known),
                **money(plan, wanted, known, price, assumed),
                "draws": assumed.simulation.draws,
                "seed": assumed.simulation.seed,
                "note": NOT_SAVINGS,
            }
        if plan is None or is_enough(busy.get("share_waiting"), plan, wanted):
            return


def is_enough(share_waiting: float | None, plan: Plan, wanted: Wanted) -> bool:
    """Whether more teams would change nothing: hardly anybody waits or, where waits are not known, is turned away."""
    if wanted.load is None:
        return plan.share_of_draws_capped == 0
    return share_waiting is not None and share_waiting < FEW_WAIT


def busy_hour(load: Load | None, known: Known, assumed: Assumptions, teams: int) -> dict[str, Any]:
    """How busy the teams would be in the busy hour, and who would wait."""
    if load is None:
        return {"status": "insufficient_data", "reason": "the hours of the calls are not known"}
    uptake, hours = assumed.paths["responder"].uptake, assumed.programme.hours_per_call.value
    found = queue(load.middle * uptake.mode, hours, teams, WAITS_LONG_MINUTES)
    unable = f"{found.reason}: the calls of the busy hour keep {found.offered:.1f} teams busy"
    return {
        "busy_hour_calls": load.middle * uptake.mode,
        "offered": found.offered,
        "offered_low": load.low * uptake.low * hours,
        "offered_high": load.high * uptake.high * hours,
        "utilisation": found.utilisation,
        **_waits(found),
        "status": "unreliable" if found.status == "ok" and known.doubt else found.status,
        "reason": unable if found.reason else known.doubt,
    }


def _waits(found: Queue) -> dict[str, float | None]:
    return {
        "share_waiting": found.share_waiting,
        "share_waiting_long": found.share_waiting_longer,
        "mean_wait_minutes": found.mean_wait_minutes,
    }


def programme(plan: Plan | None, wanted: Wanted, known: Known) -> dict[str, Any]:
    """What the teams attend and divert, and what they cost."""
    doubt = known.doubt or wanted.doubt
    if plan is None:
        return {"programme_status": "insufficient_data", "programme_reason": wanted.doubt}
    return {
        **plan.columns(),
        "programme_status": "unreliable" if doubt else "ok",
        "programme_reason": doubt,
    }


def money(plan: Plan | None, wanted: Wanted, known: Known, price: Price, assumed: Assumptions) -> dict[str, Any]:
    """Cost of the teams against the police time they free."""
    missing = None
    if plan is None:
        missing = wanted.doubt
    elif price.cost_per_paid_hour is None:
        missing = "no police budget with sworn positions is known"
    elif known.hours_per_call is None:
        missing = "no time on calls is known"
    doubt = known.doubt or wanted.doubt or known.doubt_of_hours or price.doubt
    status = "insufficient_data" if missing else "unreliable" if doubt else "ok"
    told = {"cost_per_paid_hour": price.cost_per_paid_hour, "money_status": status, "money_reason": missing or doubt}
    if missing or plan is None or known.hours_per_call is None or price.cost_per_paid_hour is None:
        return told
    return told | plan.worth(known.hours_per_call, price.cost_per_paid_hour, assumed)
