"""Guards crime.fct_offenses: one row a canonical offense, located offenses in a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.mart_rules import fact_expectations, fact_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "crime.fct_offenses"


def profile(columns: dict[str, str]) -> str:
    return fact_profile(TABLE, columns)


def expectations() -> list[Expectation]:
    return fact_expectations(TABLE, "offenses")
