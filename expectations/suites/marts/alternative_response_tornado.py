"""Guards demand.alternative_response_tornado: factors between 0 and 1, the widest swing first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.alternative_response_tornado"


def expectations() -> list[Expectation]:
    return [
        no_rows(
            "swings_in_order",
            """
            select * from (
                select *, lag(swing) over (partition by city, scheme, path order by rank) as wider from {batch}
            )
            where swing > wider + 1e-9 or not (0 <= factor_low and factor_low <= factor_mode
                and factor_mode <= factor_high and factor_high <= 1) or diverted_at_low < 0 or diverted_at_high < 0
                or not isfinite(swing) or coalesce(source, '') = ''
            """,
            severity="critical",
            why="The factor on top is the one a planner looks into first.",
            expected="Factors rise from low to high between 0 and 1, each with its source; swings fall with rank.",
            message="{city}, {scheme}, {path}: {factor} of {factor_low} to {factor_high} at rank {rank} swings {swing}.",
            mend="See _swings in orchestration/statistics/alternative_response.py and the ranges of assumptions.yml.",
        ),
    ]
