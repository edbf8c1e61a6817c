"""Guards budget.cost_per_call_hour: both allocations come to the whole budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, not_finite
from expectations.mart_rules import numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "budget.cost_per_call_hour"


def profile(columns: dict[str, str]) -> str:
    return f"select *, {not_finite(columns, aggregate=False)} as not_finite from {TABLE}"


def expectations() -> list[Expectation]:
    return [
        numbers_are_finite(TABLE),
        no_rows(
            "allocations_come_to_the_budget",
            """
            select city, phase, allocation, any_value(budget) as budget, sum(cost) as cost
            from {batch}
            group by city, phase, allocation
            having abs(sum(cost) - any_value(budget)) > 0.01 + 1e-9 * any_value(budget)
            """,
            severity="critical",
            why="Dollars that no category and no rest carries make every cost too low; doubled ones too high.",
            expected="The costs of an allocation, with (unallocated), add up to the police budget of the phase.",
            message="{city}, {phase}, {allocation}: costs add up to {cost:,.0f} of a budget of {budget:,.0f} dollars.",
            mend="See that shares of time add up to 1 and that phases are not mixed.",
        ),
    ]
