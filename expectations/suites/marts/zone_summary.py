"""Guards zones.zone_summary: counts and rates that can be true, and a rate only where its status has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import negative, no_rows_where, not_empty_where_zoned, not_finite
from expectations.mart_rules import no_negative_counts, numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "zones.zone_summary"


def profile(columns: dict[str, str]) -> str:
    return f"""
        select *,
            {not_finite(columns, aggregate=False)} as not_finite,
            {negative(columns, aggregate=False)} as negative
        from zones.zone_summary
    """


def expectations() -> list[Expectation]:
    return [
        not_empty_where_zoned(
            TABLE,
            "warehouse.canonical.zones",
            why="An empty summary would publish a map without numbers.",
            mend="See that the city has zones (canonical.zones) and that zones.zone_summary was built after them.",
        ),
        numbers_are_finite(TABLE),
        no_negative_counts(TABLE),
        no_rows_where(
            "rate_within_interval",
            "rate_lo > rate_per_1000 or rate_hi < rate_per_1000 or (rate_lo is null) <> (rate_hi is null)",
            severity="critical",
            why="An interval that does not hold its own rate comes from two different counts.",
            expected="Every rate lies within its interval, which has both ends or none.",
            message="{city}, {zone_kind} {zone_id}, {measure}: the rate {rate_per_1000:.3f} is not within "
            "its interval {rate_lo:.3f} to {rate_hi:.3f} ({ci_method}).",
            mend="See that rate and interval are computed from the same count, population and period.",
        ),
        no_rows_where(
            "rate_matches_status",
            "(rate_per_1000 is null) = coalesce(status in ('ok', 'partial_period', 'unreliable'), false)",
            severity="critical",
            why="A reader must be able to trust that a missing rate is explained, and a refused one not shown.",
            expected="There is a rate exactly where the status is ok, partial_period or unreliable.",
            message="{city}, {zone_kind} {zone_id}, {measure}: status {status} ({reason}) with rate "
            "{rate_per_1000:.3f}.",
            mend="Correct the order of the status rules in the model of zones.zone_summary.",
        ),
    ]
