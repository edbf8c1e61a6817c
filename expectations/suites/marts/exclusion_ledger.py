"""Guards demand.exclusion_ledger: from the rows received to demand, each rule hands on what it did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import negative, no_rows
from expectations.mart_rules import no_negative_counts

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.exclusion_ledger"


def profile(columns: dict[str, str]) -> str:
    return f"select *, {negative(columns, aggregate=False)} as negative from {TABLE}"


def expectations() -> list[Expectation]:
    return [
        no_negative_counts(TABLE),
        no_rows(
            "begins_with_rows_received",
            """
            select city, coalesce(r.rows, 0) as received, l.rows_in
            from (select city, rows_in from {batch} where zone_kind = 'city' and step = 1) as l
            left join (
                select city, sum(rows + rejected_lines) as rows from warehouse.raw.loads where entity = 'calls' group by all
            ) as r using (city)
            where coalesce(r.rows, 0) <> l.rows_in
                -- Where calls are made of rows of another kind (one a unit), rows received are no calls to begin with.
                and city not in (
                    select f.city from demand.fct_calls as f
                    join warehouse.raw.loads as l on f.city = l.city and f.source_dataset = l.data_set
                    where l.entity <> 'calls'
                )
            """,
            severity="critical",
            why="A ledger that starts with fewer rows than were received has lost them before it began to count.",
            expected="A city's ledger begins with all raw rows and rejected lines of its call data sets.",
            message="{city}: {received:,} rows and rejected lines were received, the ledger begins with {rows_in:,}.",
            mend="Look for a fate in audit.row_accounting that demand.exclusion_ledger does not list.",
        ),
        no_rows(
            "ends_with_demand",
            """
            select city, zone_kind, rule, sum(l.rows_out) as rows_out, any_value(coalesce(f.calls, 0)) as calls
            from (
                select * from {batch} where rule in ('cancelled_before_dispatch', 'unknown_initiation')
            ) as l
            left join (
                select city, 'cancelled_before_dispatch' as rule, count(*) as calls
                from demand.fct_calls where population = 'demand' group by all
                union all
                select city, 'unknown_initiation', count(*)
                from demand.fct_calls where population = 'demand' and initiation <> 'unknown' group by all
            ) as f using (city, rule)
            group by city, zone_kind, rule
            having sum(l.rows_out) <> any_value(coalesce(f.calls, 0))
            """,
            severity="critical",
            why="What the rules let through must be the calls that every number of demand is made of.",
            expected="cancelled_before_dispatch hands on the demand calls of demand.fct_calls, unknown_initiation those "
            "known to be the community's, whatever the zoning.",
            message="{city}, zones of kind {zone_kind}: {rule} hands on {rows_out:,} calls, demand.fct_calls has "
            "{calls:,}.",
            mend="See that every population of demand.fct_calls has a rule, and that calls without a zone are (unmatched).",
        ),
    ]
