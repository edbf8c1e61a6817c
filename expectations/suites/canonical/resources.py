"""Guards canonical.resources: complete, and in the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.resources"


def profile(columns: dict[str, str]) -> str:
    return entity_profile(TABLE, time=None, located=True)


def expectations() -> list[Expectation]:
    return entity_expectations(TABLE, time=None, located=True)
