"""Builders of expectations: each carries a name, a severity and the words a reader of a failed gate needs.

The words live in `meta` beside the expectation: `why` it is checked, what is `expected`, a `message` for one
unexpected row (a template over that row's columns) and how to `mend` it. Queries return aggregates or keys of
public things (data sets, loads, zones), never a person's row, because their rows are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Severity = Literal["critical", "warning", "info"]


def words(name: str, *, why: str, expected: str, message: str, mend: str) -> dict[str, str]:
    """The `meta` of an expectation."""
    return {"name": name, "why": why, "expected": expected, "message": message, "mend": mend}


def no_rows(
    name: str, query: str, *, severity: Severity, why: str, expected: str, message: str, mend: str
) -> Expectation:
    """Expects that `query` returns no row; `{batch}` in it is the suite's table or profile."""
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.expectations.metadata_types import FailureSeverity

    return UnexpectedRowsExpectation(
        unexpected_rows_query=query,
        severity=FailureSeverity(severity),
        meta=words(name, why=why, expected=expected, message=message, mend=mend),
    )


def no_rows_where(
    name: str, condition: str, *, severity: Severity, why: str, expected: str, message: str, mend: str
) -> Expectation:
    """Expects that no row of the suite's table or profile meets `condition`."""
    return no_rows(
        name,
        "select * from {batch} where " + condition,
        severity=severity,
        why=why,
        expected=expected,
        message=message,
        mend=mend,
    )


def not_empty(table: str, *, why: str, mend: str) -> Expectation:
    """Expects at least one row: a gate over an empty table would check nothing and pass."""
    from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
        ExpectTableRowCountToBeBetween,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    return ExpectTableRowCountToBeBetween(
        min_value=1,
        severity=FailureSeverity.CRITICAL,
        meta=words(
            "not_empty",
            why=why,
            expected=f"{table} has at least one row.",
            message=f"{table} has {{observed_value}} rows.",
            mend=mend,
        ),
    )


def not_empty_where_zoned(table: str, zones: str, *, why: str, mend: str) -> Expectation:
    """Expects at least one row where any city has zones (the rows of `zones`): without any there is nothing to sum up."""
    return no_rows(
        "not_empty_where_zoned",
        f"select 0 as rows from {{batch}} having count(*) = 0 and (select count(*) from {zones}) > 0",
        severity="critical",
        why=why,
        expected=f"{table} has rows where a city has zones.",
        message=f"{table} has {{rows}} rows.",
        mend=mend,
    )


def not_finite(columns: dict[str, str], *, aggregate: bool) -> str:
    """SQL text naming the double columns that hold inf or nan, '' if none; over a group or over one row."""
    doubles = [name for name, kind in columns.items() if kind in ("DOUBLE", "FLOAT")]
    found = [f"bool_or(not isfinite({name}))" if aggregate else f"not isfinite({name})" for name in doubles]
    return _names_where(doubles, found)


def negative(columns: dict[str, str], *, aggregate: bool) -> str:
    """SQL text naming the integer columns below zero, '' if none; over a group or over one row."""
    integers = [name for name, kind in columns.items() if kind in ("BIGINT", "INTEGER", "HUGEINT")]
    found = [f"min({name}) < 0" if aggregate else f"{name} < 0" for name in integers]
    return _names_where(integers, found)


def _names_where(names: list[str], conditions: list[str]) -> str:
    named = [f"case when {condition} then '{name}' end" for name, condition in zip(names, conditions, strict=True)]
    return f"concat_ws(', ', {', '.join(named)})" if named else "''"
