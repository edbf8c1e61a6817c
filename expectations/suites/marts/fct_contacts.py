"""Guards enforcement.fct_contacts: one row a canonical contact, located contacts in a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.mart_rules import fact_expectations, fact_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "enforcement.fct_contacts"


def profile(columns: dict[str, str]) -> str:
    return fact_profile(TABLE, columns)


def expectations() -> list[Expectation]:
    return fact_expectations(TABLE, "contacts")
