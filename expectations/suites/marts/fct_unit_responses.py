"""Guards demand.fct_unit_responses: one row a canonical unit response, finite durations, calls that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, not_finite
from expectations.mart_rules import numbers_are_finite
from expectations.thresholds import UNITS_WITHOUT_CALL

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.fct_unit_responses"


def profile(columns: dict[str, str]) -> str:
    return f"""
        select city, source_dataset, count(*) as rows, count(*) filter (where not is_call_known) as without_call,
            {not_finite(columns, aggregate=True)} as not_finite
        from {TABLE}
        group by city, source_dataset
    """


def expectations() -> list[Expectation]:
    return [
        no_rows(
            "rows_match_canonical",
            """
            select city, source_dataset, coalesce(c.rows, 0) as canonical_rows, coalesce(f.rows, 0) as fact_rows
            from (
                select city, source_dataset, count(*) as rows from warehouse.canonical.unit_responses group by all
            ) as c
            full join {batch} as f using (city, source_dataset)
            where coalesce(c.rows, 0) <> coalesce(f.rows, 0)
            """,
            severity="critical",
            why="A unit that is lost or doubled on the way makes the time on calls wrong.",
            expected="demand.fct_unit_responses has exactly the rows of canonical.unit_responses.",
            message="{city} / {source_dataset}: canonical.unit_responses has {canonical_rows:,} rows, the mart "
            "{fact_rows:,}.",
            mend="See that call_id is unique in demand.fct_calls within a city.",
        ),
        numbers_are_finite(TABLE),
        no_rows(
            "units_have_a_call",
            f"select * from {{batch}} where without_call > {UNITS_WITHOUT_CALL.value} * rows",
            severity="warning",
            why=UNITS_WITHOUT_CALL.reason,
            expected=f"At most {UNITS_WITHOUT_CALL.value:.0%} of units were sent to a call that is not in the export.",
            message="{city} / {source_dataset}: {without_call:,} of {rows:,} units were sent to a call that is not there.",
            mend="Compare the call numbers of the two exports, and the period each covers.",
        ),
    ]
