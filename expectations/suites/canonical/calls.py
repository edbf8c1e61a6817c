"""Guards canonical.calls: complete, in the city, not in the future, and received before anybody arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile
from expectations.checks import no_rows
from expectations.thresholds import ARRIVED_BEFORE_RECEIVED

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.calls"


def profile(columns: dict[str, str]) -> str:
    return entity_profile(
        TABLE,
        time="call_at_utc",
        located=True,
        clock="call_at_local",
        measures="""
            count(*) filter (where arrived_at_utc is not null and received_at_utc is not null) as timed,
            count(*) filter (where arrived_at_utc < received_at_utc) as early
        """,
    )


def expectations() -> list[Expectation]:
    return [
        *entity_expectations(TABLE, time="call_at_utc", located=True, clock="call_at_local"),
        no_rows(
            "arrival_after_receipt",
            f"select *, early / timed as share from {{batch}} where early > {ARRIVED_BEFORE_RECEIVED.value} * timed",
            severity="critical",
            why=ARRIVED_BEFORE_RECEIVED.reason,
            expected=f"At most {ARRIVED_BEFORE_RECEIVED.value:.0%} of calls show an arrival before the call came in.",
            message="{city} / {source_dataset}: on {early:,} of {timed:,} calls ({share:.1%}) somebody "
            "arrived before the call was received.",
            mend="See in the city's staging model whether the two time columns are exchanged or read in "
            "different time zones.",
        ),
    ]
