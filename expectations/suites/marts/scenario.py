"""Guards budget.scenario: what is freed and what is left come to what was, ranges in order, a number or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where, not_finite
from expectations.mart_rules import numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "budget.scenario"
_RANGES = (
    "calls_moved",
    "police_hours_after",
    "police_hours_freed",
    "responder_hours",
    "responder_cost",
    "police_cost_after",
    "time_value",
    "spending_after",
)


def profile(columns: dict[str, str]) -> str:
    return f"select *, {not_finite(columns, aggregate=False)} as not_finite from {TABLE}"


def expectations() -> list[Expectation]:
    return [
        numbers_are_finite(TABLE),
        no_rows_where(
            "range_in_order",
            " or ".join(
                f"{name}_{low} > {name}_{high} + 1e-9 * abs({name}_{high})"
                for name in _RANGES
                for low, high in (("low", "mode"), ("mode", "high"))
            )
            + " or calls_moved_high > calls + 1e-6 or calls_moved_low < 0 "
            "or abs(police_hours_freed_mode + police_hours_after_mode - police_hours_before) "
            "> 1e-6 * police_hours_before + 1e-9",
            severity="critical",
            why="Hours that are neither freed nor left, or calls moved that nobody made, make a plan that cannot be.",
            expected="Every range rises; hours freed and hours left come to the hours before.",
            message="{city}, {scenario}, {phase}, move {move}: {police_hours_before} hours before, {police_hours_freed_mode} "
            "freed, {police_hours_after_mode} left; {calls_moved_high} of {calls:,} calls moved.",
            mend="See row_of and spending_after in orchestration/statistics/scenario.py.",
        ),
        no_rows_where(
            "estimate_matches_status",
            "(police_hours_before is null) = (status in ('ok', 'unreliable')) "
            "or (time_value_mode is null) = (money_status in ('ok', 'unreliable')) "
            "or (spending_after_mode is null) = (money_status in ('ok', 'unreliable') and move = 0) "
            "or (reason is null) <> (status = 'ok') or (money_reason is null) <> (money_status = 'ok')",
            severity="critical",
            why="A reader must be able to trust that a missing number is explained, and a doubtful one marked.",
            expected="Hours and money exactly where their status is ok or unreliable, and a reason where it is not ok.",
            message="{city}, {scenario}, {phase}, move {move}: status {status} ({reason}), money {money_status} "
            "({money_reason}).",
            mend="Correct judge and row_of in orchestration/statistics/scenario.py.",
        ),
    ]
