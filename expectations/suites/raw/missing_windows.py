"""Guards raw.missing_windows: a portal answered for all of the time asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where
from expectations.thresholds import MISSING_TIME

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.missing_windows"


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "window_answered",
            "true",
            severity="warning",
            why="Records of a time that the portal does not answer for are missing from every number of that time.",
            expected="The portal answers for every window of time.",
            message="{city} / {data_set}: the portal does not answer for {begins:%Y-%m-%d %H:%M} to "
            "{ends:%Y-%m-%d %H:%M} UTC; what was made then is missing.",
            mend="It is asked for again at each pull; if it stays so, tell the publisher which window fails.",
        ),
        no_rows(
            "missing_time_is_short",
            f"""
            select city, data_set, sum(seconds) / 3600 as hours, any_value(asked_seconds) / 3600 as asked_hours
            from {{batch}}
            group by city, data_set
            having sum(seconds) > {MISSING_TIME.value} * any_value(asked_seconds)
            """,
            severity="critical",
            why=MISSING_TIME.reason,
            expected=f"At most {MISSING_TIME.value:.0%} of the time pulled is missing.",
            message="{city} / {data_set}: the portal did not answer for {hours:,.1f} of {asked_hours:,.0f} hours.",
            mend="Run again later; if it stays so, take a download of the records as a file.",
        ),
    ]
