"""What holds for every fact table and every count by zone and month: totals agree, numbers are numbers.

Facts reconcile with the canonical layer of the attached `warehouse`, counts by zone and month with facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import negative, no_rows, not_finite
from expectations.thresholds import LOCATED_WITHOUT_ZONE

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

UNMATCHED = "(unmatched)"


def fact_profile(table: str, columns: dict[str, str]) -> str:
    """One row a city and data set of a fact table."""
    return f"""
        select city, source_dataset, count(*) as rows,
            count(*) filter (where location_status = 'located') as located,
            count(*) filter (
                where location_status = 'located' and coalesce(zone_id, '{UNMATCHED}') = '{UNMATCHED}'
            ) as without_zone,
            {not_finite(columns, aggregate=True)} as not_finite
        from {table}
        group by city, source_dataset
    """


def fact_expectations(table: str, entity: str) -> list[Expectation]:
    """The expectations of a fact table that has one row a row of canonical `entity`."""
    return [
        no_rows(
            "rows_match_canonical",
            f"""
            select city, source_dataset,
                coalesce(c.rows, 0) as canonical_rows,
                coalesce(f.rows, 0) as fact_rows,
                coalesce(f.rows, 0) - coalesce(c.rows, 0) as difference
            from (
                select city, source_dataset, count(*) as rows from warehouse.canonical.{entity} group by all
            ) as c
            full join {{batch}} as f using (city, source_dataset)
            where coalesce(c.rows, 0) <> coalesce(f.rows, 0)
            """,
            severity="critical",
            why="A join on the way to a mart can drop rows or double them, and every rate would follow.",
            expected=f"{table} has exactly the rows of canonical.{entity}.",
            message=f"{{city}} / {{source_dataset}}: canonical.{entity} has {{canonical_rows:,}} rows, "
            f"{table} has "
            "{fact_rows:,} ({difference:+,}).",
            mend="Look in the intermediate models for an inner join or a join on a key that is not unique.",
        ),
        numbers_are_finite(table),
        no_rows(
            "located_rows_have_a_zone",
            f"""
            select *, without_zone / located as share from {{batch}}
            where without_zone > {LOCATED_WITHOUT_ZONE.value} * located
            """,
            severity="warning",
            why=LOCATED_WITHOUT_ZONE.reason,
            expected=f"At most {LOCATED_WITHOUT_ZONE.value:.0%} of located rows are in no zone.",
            message="{city} / {source_dataset}: {without_zone:,} of {located:,} located rows ({share:.1%}) "
            "are in no zone.",
            mend="See that the zone boundaries cover the whole city and are of this city.",
        ),
    ]


def by_month_profile(table: str, columns: dict[str, str], count: str) -> str:
    """One row a city, kind of zone and month of a table of counts."""
    return f"""
        select city, zone_kind, month, coalesce(sum({count}), 0) + sum(records_of_uncovered_days) as total,
            {not_finite(columns, aggregate=True)} as not_finite,
            {negative(columns, aggregate=True)} as negative
        from {table}
        group by city, zone_kind, month
    """


def by_month_expectations(table: str, fact: str) -> list[Expectation]:
    """The expectations of a table of counts by zone and month made from `fact`."""
    return [
        no_rows(
            "months_match_fact",
            f"""
            select city, month, coalesce(f.rows, 0) as fact_rows, coalesce(m.total, 0) as total,
                coalesce(m.total, 0) - coalesce(f.rows, 0) as difference
            from (select city, month, count(*) as rows from {fact} group by all) as f
            full join (select * from {{batch}} where zone_kind <> 'beat') as m using (city, month)
            where coalesce(f.rows, 0) <> coalesce(m.total, 0)
            order by abs(difference) desc
            """,
            severity="critical",
            why="The map and the table of records must tell of the same events.",
            expected=f"The zones of a month, with {UNMATCHED} and the records of days that are not covered, add up to the "
            f"rows of {fact}.",
            message=f"{{city}}, {{month:%Y-%m}}: {fact} has {{fact_rows:,}} rows, the zones of {table} add "
            f"up to "
            "{total:,} ({difference:+,}).",
            mend=f"See that rows without a zone are kept as {UNMATCHED} and that no row falls into two zones.",
        ),
        numbers_are_finite(table),
        no_negative_counts(table),
    ]


def numbers_are_finite(table: str) -> Expectation:
    """For a profile with a column `not_finite` made by `checks.not_finite`."""
    return no_rows(
        "numbers_are_finite",
        "select distinct city, not_finite from {batch} where not_finite <> ''",
        severity="critical",
        why="An infinite or undefined number spreads to every sum and average that touches it.",
        expected=f"No number in {table} is infinite or not a number.",
        message="{city}: infinite or undefined values in {not_finite}.",
        mend="Look in the model for a division by zero, and return NULL there with nullif.",
    )


def no_negative_counts(table: str) -> Expectation:
    """For a profile with a column `negative` made by `checks.negative`."""
    return no_rows(
        "no_negative_counts",
        "select distinct city, negative from {batch} where negative <> ''",
        severity="critical",
        why="There are never fewer than no events.",
        expected=f"No count in {table} is below zero.",
        message="{city}: values below zero in {negative}.",
        mend="Look in the model for a subtraction of counts taken over different rows.",
    )
