"""Guards canonical.contacts: complete, in the city, not in the future. Its personal columns are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.contacts"


def profile(columns: dict[str, str]) -> str:
    return entity_profile(TABLE, time="contact_at_utc", located=True, clock="contact_at_local")


def expectations() -> list[Expectation]:
    return entity_expectations(TABLE, time="contact_at_utc", located=True, clock="contact_at_local")
