"""Guards raw.held_back: what was delivered is newer than what it would replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.held_back"


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "delivery_is_newer",
            "true",
            severity="warning",
            why="Deliveries come in any order; the newest state of a data set counts, not the last one to arrive.",
            expected="A whole delivery is newer than the one in use.",
            message="{city} / {data_set}: load {load_id} ({rows:,} rows) is not used, as it is older than what is in "
            "use ({kept_load_id}, {kept_rows:,} rows): {reason}.",
            mend="Nothing is to be done if it came late. If it is right and the other is not, accept the shrink when "
            "you run it again (--accept-shrink).",
        ),
    ]
