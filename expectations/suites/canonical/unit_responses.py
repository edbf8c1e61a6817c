"""Guards canonical.unit_responses: complete, not in the future, and no unit there before its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile
from expectations.checks import no_rows, no_rows_where
from expectations.thresholds import ARRIVAL_SAMPLE_CALLS, ARRIVED_BEFORE_RECEIVED, CREW_SIZE

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.unit_responses"


def profile(columns: dict[str, str]) -> str:
    """Calls are sampled by a hash of their key: the same at every run, and on both sides of the join."""
    counted = entity_profile(
        TABLE,
        time="coalesce(dispatched_at_utc, arrived_at_utc)",
        located=False,
        measures=f"""
            count(*) filter (where crew_size not between 1 and {CREW_SIZE.value:.0f}) as odd_crews,
            max(crew_size) as largest_crew
        """,
    )
    # `every` has the type of a hash: with any other, the remainder is taken in 128 bits, ten times as slowly.
    return f"""
        with counted as ({counted}),
        sample as (
            select cast(greatest(1, count(*) // {ARRIVAL_SAMPLE_CALLS.value:.0f}) as ubigint) as every
            from canonical.calls
        ),
        arrivals as (
            select city, source_dataset, call_id, arrived_at_utc
            from canonical.unit_responses cross join sample
            where hash(call_id) % every = 0 and arrived_at_utc is not null
        ),
        receipts as (
            select city, call_id, received_at_utc
            from canonical.calls cross join sample
            where hash(call_id) % every = 0 and received_at_utc is not null
        ),
        compared as (
            select city, arrivals.source_dataset, count(*) as timed,
                count(*) filter (where arrived_at_utc < received_at_utc) as early
            from arrivals join receipts using (city, call_id)
            group by city, arrivals.source_dataset
        )
        select * from counted left join compared using (city, source_dataset)
    """


def expectations() -> list[Expectation]:
    return [
        *entity_expectations(TABLE, time="dispatched_at_utc", located=False),
        no_rows_where(
            "crews_are_possible",
            "odd_crews > 0",
            severity="critical",
            why=CREW_SIZE.reason + " One slip of a digit makes more officer-hours than a year has.",
            expected=f"Every crew is of 1 to {CREW_SIZE.value:.0f} officers.",
            message="{city} / {source_dataset}: {odd_crews:,} of {rows:,} responses have a crew that cannot be, the largest "
            "of {largest_crew:,} officers.",
            mend="Read the column with number_of and number_reason in the city's staging model, which set such rows aside.",
        ),
        no_rows(
            "arrival_after_receipt",
            f"select *, early / timed as share from {{batch}} where early > {ARRIVED_BEFORE_RECEIVED.value} * timed",
            severity="critical",
            why=ARRIVED_BEFORE_RECEIVED.reason,
            expected=f"At most {ARRIVED_BEFORE_RECEIVED.value:.0%} of units arrive before their call came in.",
            message="{city} / {source_dataset}: of {timed:,} responses compared with their call, {early:,} "
            "({share:.1%}) arrived before the call was received.",
            mend="See in the city's staging models whether the time columns are exchanged or calls and "
            "responses are read in different time zones.",
        ),
    ]
