"""Guards demand.fct_calls: one row a canonical call, finite durations, located calls in a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.mart_rules import fact_expectations, fact_profile

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.fct_calls"


def profile(columns: dict[str, str]) -> str:
    return fact_profile(TABLE, columns)


def expectations() -> list[Expectation]:
    return fact_expectations(TABLE, "calls")
