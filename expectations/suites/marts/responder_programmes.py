"""Guards demand.responder_programmes: queues that can be, money in order, an estimate or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where, not_finite
from expectations.mart_rules import numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.responder_programmes"
_SIMULATED = (
    "diverted_calls",
    "programme_cost",
    "cost_per_diverted_call",
    "police_hours_freed",
    "time_value",
    "time_value_less_cost",
)
_RISING = (
    ("offered_low", "offered"),
    ("offered", "offered_high"),
    ("share_waiting_long", "share_waiting"),
    ("diverted_calls", "attended_calls"),
    ("attended_calls", "wanted_calls"),
    ("attended_calls", "capacity_calls"),
    ("wanted_calls", "eligible_calls"),
    *((f"{name}_{low}", f"{name}_{high}") for name in _SIMULATED for low, high in (("p05", "p50"), ("p50", "p95"))),
    ("cashable_less_cost_low", "cashable_less_cost"),
    ("cashable_less_cost", "cashable_less_cost_high"),
)


def profile(columns: dict[str, str]) -> str:
    return f"select *, {not_finite(columns, aggregate=False)} as not_finite from {TABLE}"


def expectations() -> list[Expectation]:
    return [
        numbers_are_finite(TABLE),
        no_rows_where(
            "range_in_order",
            " or ".join(f"{low} > {high} + 1e-9 * abs({high})" for low, high in _RISING)
            + " or share_waiting not between 0 and 1 or mean_wait_minutes < 0 or programme_cost <= 0 or teams < 1",
            severity="critical",
            why="A range out of order, or teams that divert more calls than they can go to, is made of numbers that do not "
            "belong together.",
            expected="Every range rises; diverted calls are among the attended, these among those teams have the hours for.",
            message="{city}, {scheme}, {phase}, {teams} teams: a range is out of order.",
            mend="See that the ends of a range are made in order in orchestration/statistics/responder_programmes.py.",
        ),
        no_rows(
            "more_teams_divert_and_cost_more",
            """
            select * from (
                select *, lag(teams) over by_teams as fewer, lag(diverted_calls) over by_teams as diverted_by_fewer,
                    lag(programme_cost) over by_teams as cost_of_fewer
                from {batch}
                window by_teams as (partition by city, scheme, phase order by teams)
            )
            where diverted_calls < diverted_by_fewer * (1 - 1e-9) or programme_cost < cost_of_fewer
            """,
            severity="critical",
            why="Cost and effect of a number of teams stand on the same hours staffed, or one team always looks cheapest.",
            expected="With more teams neither the calls diverted nor the cost fall.",
            message="{city}, {scheme}, {phase}: {teams} teams divert {diverted_calls:,.0f} calls for {programme_cost:,.0f}, "
            "{fewer} teams {diverted_by_fewer:,.0f} for {cost_of_fewer:,.0f}.",
            mend="See plan_of in orchestration/statistics/plans.py.",
        ),
        no_rows_where(
            "estimate_matches_status",
            "(share_waiting is null) = (status in ('ok', 'unreliable')) "
            "or (diverted_calls_p50 is null) = (programme_status in ('ok', 'unreliable')) "
            "or (time_value_p50 is null) = (money_status in ('ok', 'unreliable')) "
            "or (reason is null) <> (status = 'ok') or (programme_reason is null) <> (programme_status = 'ok') "
            "or (money_reason is null) <> (money_status = 'ok') or status <> 'not_estimable' and utilisation >= 1",
            severity="critical",
            why="A queue that grows without end has no wait; shown with one, too few teams look enough.",
            expected="Waits exactly where the teams can carry the busy hour, calls and money exactly where their status says so.",
            message="{city}, {scheme}, {phase}, {teams} teams: status {status}, share waiting {share_waiting}, money "
            "{money_status}.",
            mend="See busy_hour, programme and money in orchestration/statistics/responder_programmes.py.",
        ),
    ]
