"""Guards demand.responder_programmes: queues that can be, money in order, an estimate or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where, not_finite
from expectations.mart_rules import numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.responder_programmes"
_RISING = (
    ("offered_low", "offered"),
    ("offered", "offered_high"),
    ("share_waiting_long", "share_waiting"),
    ("diverted_calls_p05", "diverted_calls_p50"),
    ("diverted_calls_p50", "diverted_calls_p95"),
    ("cost_per_diverted_call_lo", "cost_per_diverted_call"),
    ("cost_per_diverted_call", "cost_per_diverted_call_hi"),
    ("time_value_p05", "time_value_p50"),
    ("time_value_p50", "time_value_p95"),
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
            why="A range out of order, or a share of callers beyond all of them, comes from numbers that do not belong together.",
            expected="Every range rises, and shares of callers lie between 0 and 1.",
            message="{city}, {scheme}, {phase}, {teams} teams: a range is out of order.",
            mend="See that the ends of a range are made in order in orchestration/statistics/responder_programmes.py.",
        ),
        no_rows_where(
            "estimate_matches_status",
            "(share_waiting is null) = (status in ('ok', 'unreliable')) "
            "or (time_value_p50 is null) = (money_status in ('ok', 'unreliable')) "
            "or (reason is null) <> (status = 'ok') or (money_reason is null) <> (money_status = 'ok') "
            "or status <> 'not_estimable' and utilisation >= 1",
            severity="critical",
            why="A queue that grows without end has no wait; shown with one, too few teams look enough.",
            expected="Waits exactly where the teams can carry the busy hour, money exactly where its status says so.",
            message="{city}, {scheme}, {phase}, {teams} teams: status {status}, share waiting {share_waiting}, money "
            "{money_status}.",
            mend="See programme_rows and money in orchestration/statistics/responder_programmes.py.",
        ),
    ]
