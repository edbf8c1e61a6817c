"""Guards demand.response_times: waits that can be true, limits around them, an estimate or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import negative, no_rows, no_rows_where, not_finite
from expectations.mart_rules import no_negative_counts, numbers_are_finite
from expectations.thresholds import ARRIVALS_FOR_MEDIAN, ARRIVALS_FOR_P90

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.response_times"
_OUTCOMES = "without_received_time + desk_only + arrivals + invalid + unreached"
_OUT_OF_ORDER = " or ".join(
    f"{low} > {high} + 1e-9"
    for low, high in (
        ("median_minutes", "p90_minutes"),
        ("median_censored", "p90_censored"),
        *(
            (f"{name}_{low}", f"{name}_{high}")
            for name in ("median", "p90")
            for low, high in (
                ("lo", "minutes"),
                ("minutes", "hi"),
                ("lowest", "highest"),
                ("lowest", "censored"),
                ("censored_lo", "censored"),
                ("censored", "censored_hi"),
            )
        ),
    )
)


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
        no_rows_where(
            "outcomes_add_up",
            f"calls <> {_OUTCOMES} or unreached_without_end > unreached",
            severity="critical",
            why="A call that falls out of the sum is a caller whose wait nobody counted.",
            expected="Every call was reached, unreached, invalid, answered by others without a unit or without a known receipt.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: the outcomes do not add up to {calls:,} calls.",
            mend="See that every outcome of demand.response_waits is counted in orchestration/statistics/waits.py.",
        ),
        no_rows(
            "zones_match_city",
            """
            select city, zone_kind, any_value(c.calls) as city_calls, sum(z.calls) as zone_calls
            from {batch} as z
            join (select city, sum(calls) as calls from {batch} where zone_kind = 'city' group by all) as c using (city)
            where zone_kind <> 'city'
            group by city, zone_kind
            having sum(z.calls) <> any_value(c.calls)
            """,
            severity="critical",
            why="Callers whose place is unknown waited too; without them the zones look better than the city.",
            expected="The zones of a zoning, with (unmatched), add up to the calls of the city.",
            message="{city}: the city has {city_calls:,} demand calls, its zones of kind {zone_kind} {zone_calls:,}.",
            mend="See that calls without a zone are kept as (unmatched) in orchestration/statistics/waits.py.",
        ),
        no_rows_where(
            "limits_in_order",
            f"{_OUT_OF_ORDER} or share_never_arrived not between 0 and 1",
            severity="critical",
            why="A limit on the wrong side of its estimate comes from two different sets of calls.",
            expected="Every estimate lies within its limits, and the median is no longer than the 90th percentile.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: median {median_minutes} minutes, 90th percentile "
            "{p90_minutes}; a limit is out of order.",
            mend="See that all estimates of a row are made of the same waits.",
        ),
        no_rows_where(
            "estimate_matches_status",
            " or ".join(
                f"({name}_{column} is null) = ({name}_{of}status in ('ok', 'unreliable')) "
                f"or ({name}_{of}reason is null) <> ({name}_{of}status = 'ok')"
                for name in ("median", "p90")
                for column, of in (("minutes", ""), ("censored", "censored_"))
            )
            + " or (reason is null) <> (status = 'ok')",
            severity="critical",
            why="A reader must be able to trust that a missing estimate is explained, and a doubtful one marked.",
            expected="There are estimates exactly where the status is ok or unreliable, and a reason where it is not ok.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: median {median_minutes} is {median_status} "
            "({median_reason}), p90 {p90_minutes} is {p90_status} ({p90_reason}); with the unreached {median_censored} "
            "({median_censored_status}) and {p90_censored} ({p90_censored_status}).",
            mend="See Waits.quantile in orchestration/statistics/response_times.py and _estimates in waits.py.",
        ),
        no_rows_where(
            "few_arrivals_are_no_ok",
            f"arrivals < {ARRIVALS_FOR_MEDIAN.value:.0f} and 'ok' in (median_status, median_censored_status, status) "
            f"or arrivals < {ARRIVALS_FOR_P90.value:.0f} and 'ok' in (p90_status, p90_censored_status, status)",
            severity="critical",
            why="A quantile of a few calls is chance; the further out it lies, the more calls it takes.",
            expected=f"A median is ok from {ARRIVALS_FOR_MEDIAN.value:.0f} arrivals on, a 90th percentile from "
            f"{ARRIVALS_FOR_P90.value:.0f}.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: of {arrivals} arrivals the median is "
            "{median_status}, the 90th percentile {p90_status}.",
            mend="See RELIABLE_ARRIVALS in orchestration/statistics/waits.py, and the limits in expectations/thresholds.py.",
        ),
        no_rows_where(
            "no_estimate_without_the_unreached",
            "unreached_without_end > 0 and (median_censored is not null or p90_censored is not null)",
            severity="critical",
            why="An estimate that is to count the unreached in, and leaves some out, makes a service look faster.",
            expected="No Kaplan-Meier estimate where some unreached call has no end.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: {unreached_without_end} unreached calls have no "
            "end, yet there is a median of {median_censored}.",
            mend="See Waits.quantile in orchestration/statistics/response_times.py.",
        ),
        no_rows_where(
            "methods_are_named",
            "interval_method is distinct from 'order statistics' "
            "or censored_method is distinct from 'Kaplan-Meier, log-log bands'",
            severity="critical",
            why="Limits mean something only by the way they are made.",
            expected="Each row names the method of its limits.",
            message="{city}, {zone_kind} {zone_id}, priority {priority}: limits by {interval_method} and "
            "{censored_method}.",
            mend="See METHODS in orchestration/statistics/waits.py.",
        ),
    ]
