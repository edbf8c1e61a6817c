"""Guards enforcement.contacts_by_zone_month: zones add up to the contacts of the month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.mart_rules import by_month_expectations, by_month_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "enforcement.contacts_by_zone_month"


def profile(columns: dict[str, str]) -> str:
    return by_month_profile(TABLE, columns, count="records")


def expectations() -> list[Expectation]:
    return by_month_expectations(TABLE, "enforcement.fct_contacts")
