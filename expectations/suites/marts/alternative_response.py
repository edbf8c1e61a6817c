"""Guards demand.alternative_response: each share within the wider one, a range in order, every call in the total."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where, not_finite
from expectations.mart_rules import numbers_are_finite

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.alternative_response"
_NARROWING = ("diverted_least", "diverted_p05", "diverted_p50", "diverted_p95", "diverted_most", "eligible_high")
_ORDER = (*_NARROWING, "screened", "gross", "total")
_OUT_OF_ORDER = " or ".join(f"{less} > {more} * (1 + 1e-9)" for less, more in pairwise(_ORDER))
ESTIMATES = ("total", "gross_share", "screened_share", "eligible_low_share", "diverted_p50", "diverted_share_p50")


def profile(columns: dict[str, str]) -> str:
    return f"select *, {not_finite(columns, aggregate=False)} as not_finite from {TABLE}"


def expectations() -> list[Expectation]:
    return [
        numbers_are_finite(TABLE),
        no_rows_where(
            "range_in_order",
            f"{_OUT_OF_ORDER} or eligible_low > eligible_high or gross_share not between 0 and 1 or total < 0 "
            "or diverted_least < 0 or diverted_p05_if_correlated > diverted_p95_if_correlated",
            severity="critical",
            why="A part that exceeds its whole, or a range that is out of order, is made of two different sets of calls.",
            expected="diverted within its envelope, below eligible, below screened, below gross, below the total.",
            message="{city}, {denominator}, {scheme}, {path}, {unit}: diverted {diverted_p05} to {diverted_p95}, eligible "
            "{eligible_low} to {eligible_high}, screened {screened}, gross {gross} of {total}.",
            mend="See that all numbers of a row are made of the same counts in "
            "orchestration/statistics/alternative_response.py.",
        ),
        no_rows(
            "totals_match_calls",
            """
            select r.city, r.denominator, any_value(r.total) as total, any_value(c.calls) as calls
            from {batch} as r
            left join (
                select city, denominator, sum(calls) as calls from demand.calls_by_type
                where final_type = '(all)' group by all
            ) as c on r.city = c.city and c.denominator = case r.denominator
                -- Calls of unknown initiation are among those that could be diverted.
                when 'community' then 'community_or_unknown' else r.denominator end
            where r.unit = 'calls' and r.total is not null and r.total is distinct from c.calls
            group by r.city, r.denominator
            """,
            severity="critical",
            why="A share of fewer calls than there were is too high; of repeated ones too low.",
            expected="The total of calls is that of demand.calls_by_type under the same denominator.",
            message="{city}, {denominator}: shares are of {total:,.0f} calls, demand.calls_by_type has {calls:,}.",
            mend="See that no call is lost or doubled in the model of demand.calls_screened.",
        ),
        no_rows_where(
            "estimate_matches_status",
            " or ".join(f"({name} is null) = (status in ('ok', 'unreliable'))" for name in ESTIMATES)
            + " or (reason is null) <> (status = 'ok')",
            severity="critical",
            why="A reader must be able to trust that a missing estimate is explained, and a doubtful one marked.",
            expected="There are estimates exactly where the status is ok or unreliable, and a reason where it is not ok.",
            message="{city}, {denominator}, {scheme}, {path}, {unit}: status {status} ({reason}) with a median of "
            "{diverted_p50}.",
            mend="Correct the order of the rules of judge in orchestration/statistics/alternative_response.py.",
        ),
    ]
