"""Guards canonical.requests: complete, in the city or in a published zone, not in the future."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.requests"


def profile(columns: dict[str, str]) -> str:
    return entity_profile(
        TABLE, time="requested_at_utc", located=True, clock="requested_at_local", zone="published_zone_id"
    )


def expectations() -> list[Expectation]:
    return entity_expectations(TABLE, time="requested_at_utc", located=True, clock="requested_at_local")
