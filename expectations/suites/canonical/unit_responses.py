"""Guards canonical.unit_responses: complete, not in the future, and no unit there before its call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile
from expectations.checks import no_rows
from expectations.thresholds import ARRIVAL_SAMPLE_CALLS, ARRIVED_BEFORE_RECEIVED

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.unit_responses"


def profile(columns: dict[str, str]) -> str:
    """Calls are sampled by a hash of their key: the same at every run, and on both sides of the join."""
    every = f"(select greatest(1, count(*) // {ARRIVAL_SAMPLE_CALLS.value:.0f}) from canonical.calls)"
    counted = entity_profile(TABLE, time="coalesce(dispatched_at_utc, arrived_at_utc)", located=False)
    return f"""
        with counted as ({counted}),
        compared as (
            select u.city, u.source_dataset, count(*) as timed,
                count(*) filter (where u.arrived_at_utc < c.received_at_utc) as early
            from canonical.unit_responses as u
            join canonical.calls as c on u.call_id = c.call_id and u.city = c.city
            where hash(u.call_id) % {every} = 0 and hash(c.call_id) % {every} = 0
                and u.arrived_at_utc is not null and c.received_at_utc is not null
            group by all
        )
        select * from counted left join compared using (city, source_dataset)
    """


def expectations() -> list[Expectation]:
    return [
        *entity_expectations(TABLE, time="dispatched_at_utc", located=False),
        no_rows(
            "arrival_after_receipt",
            f"select *, early / timed as share from {{batch}} where early > {ARRIVED_BEFORE_RECEIVED.value} "
            f"* timed",
            severity="critical",
            why=ARRIVED_BEFORE_RECEIVED.reason,
            expected=f"At most {ARRIVED_BEFORE_RECEIVED.value:.0%} of units arrive before their call came "
            f"in.",
            message="{city} / {source_dataset}: of {timed:,} responses compared with their call, {early:,} "
            "({share:.1%}) arrived before the call was received.",
            mend="See in the city's staging models whether the time columns are exchanged or calls and "
            "responses are read in different time zones.",
        ),
    ]
