"""Guards demand.calls_by_type: shares that add up to one, limits around them, hours that reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import negative, no_rows, no_rows_where, not_finite
from expectations.mart_rules import no_negative_counts, numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.calls_by_type"


def profile(columns: dict[str, str]) -> str:
    return f"""
        select *,
            {not_finite(columns, aggregate=False)} as not_finite,
            {negative(columns, aggregate=False)} as negative
        from {TABLE}
    """


def expectations() -> list[Expectation]:
    return [
        numbers_are_finite(TABLE),
        no_negative_counts(TABLE),
        no_rows(
            "shares_add_up",
            """
            select city, denominator, level, sum(share_calls) as calls, sum(share_time) as time
            from (select *, final_type = '(all)' as level from {batch})
            group by city, denominator, level
            having abs(sum(share_calls) - 1) > 1e-9 or abs(sum(share_time) - 1) > 1e-9
            """,
            severity="critical",
            why="Shares that do not add up to one have lost a category, or counted one twice.",
            expected="The shares of calls and of time of a denominator add up to 1, over groups and over types.",
            message="{city}, {denominator}: shares of calls add up to {calls}, shares of time to {time}.",
            mend="See that calls without a group are (unmapped) and that each call falls into one group.",
        ),
        no_rows_where(
            "limits_in_order",
            "share_calls_lo > share_calls + 1e-12 or share_calls > share_calls_hi + 1e-12 "
            "or rate_lo > rate_per_1000 or rate_per_1000 > rate_hi or hours > hours_high + 1e-9 "
            "or hours > hours_scaled + 1e-9 or time_coverage not between 0 and 1",
            severity="critical",
            why="An estimate outside its own limits comes from two different counts.",
            expected="Every share, rate and number of hours lies within its limits.",
            message="{city}, {denominator}, {call_type_group} / {final_type}: a limit is on the wrong side.",
            mend="See that estimate and limits are computed from the same count in the model.",
        ),
        no_rows_where(
            "rate_matches_status",
            "(rate_per_1000 is null) = coalesce(rate_status in ('ok', 'partial_period', 'unreliable'), false) "
            "or (share_calls is null) = coalesce(share_status in ('ok', 'unreliable'), false) "
            "or (share_time is null) = coalesce(time_status in ('ok', 'unreliable'), false)",
            severity="critical",
            why="A reader must be able to trust that a missing number is explained.",
            expected="Rate, share of calls and share of time are there exactly where their status is ok, unreliable or partial_period.",
            message="{city}, {denominator}, {call_type_group} / {final_type}: rate {rate_per_1000} is {rate_status}, "
            "share of time {share_time} is {time_status}.",
            mend="Correct the order of the status rules in the model of demand.calls_by_type.",
        ),
    ]
