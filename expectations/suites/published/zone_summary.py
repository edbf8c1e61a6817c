"""Guards published.zone_summary: no small count, nothing beside a suppressed one, and the mart's totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where, not_empty_where_zoned
from expectations.thresholds import SMALLEST_PUBLISHED_COUNT

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "published.zone_summary"

_RATES = "(rate_per_1000 is not null or rate_lo is not null or rate_hi is not null)"


def expectations() -> list[Expectation]:
    largest_hidden = int(SMALLEST_PUBLISHED_COUNT.value) - 1
    return [
        not_empty_where_zoned(
            TABLE,
            "analyst.zones.dim_zone",
            why="An empty public release is a failure, not news.",
            mend="See that published.zone_summary was built after zones.zone_summary.",
        ),
        no_rows_where(
            "no_small_counts",
            f"n between 1 and {largest_hidden}",
            severity="critical",
            why=SMALLEST_PUBLISHED_COUNT.reason,
            expected=f"No published count lies between 1 and {largest_hidden}.",
            message="{city}, zone {zone_id}: the number of {measure} lies between 1 and "
            f"{largest_hidden} and is not suppressed.",
            mend="See that suppression is the last step of the model of published.zone_summary.",
        ),
        no_rows_where(
            "suppressed_rows_are_empty",
            f"status = 'suppressed' and (n is not null or {_RATES})",
            severity="critical",
            why="A status beside the number it should hide protects nobody.",
            expected="A suppressed row has no count, rate or interval.",
            message="{city}, zone {zone_id}, {measure}: the row is suppressed, but a count, rate or interval is there.",
            mend="Set n, rate_per_1000, rate_lo and rate_hi to NULL wherever the status is suppressed.",
        ),
        no_rows_where(
            "no_rate_without_count",
            f"n is null and {_RATES}",
            severity="critical",
            why="A rate times the population is the count again.",
            expected="A rate or interval is shown only beside its count.",
            message="{city}, zone {zone_id}, {measure}: a rate or interval is shown, but its count is hidden.",
            mend="Hide the rate and the interval with the count in the model of published.zone_summary.",
        ),
        no_rows(
            "totals_match_mart",
            """
            select p.city, p.zone_id, p.measure, p.n as published, m.n as mart
            from {batch} as p
            left join analyst.zones.zone_summary as m
                on p.city = m.city and p.zone_id = m.zone_id and p.measure = m.measure
                and m.zone_kind <> 'beat'
            where p.n is not null and p.n is distinct from m.n
            """,
            severity="critical",
            why="The public and the analysts must see the same number, or neither can be trusted.",
            expected="Every published count equals the mart's.",
            message="{city}, zone {zone_id}, {measure}: {published:,} is published, zones.zone_summary has {mart:,}.",
            mend="Build published.zone_summary from zones.zone_summary alone, for the primary zoning.",
        ),
    ]
