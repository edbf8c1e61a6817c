"""Guards audit.row_accounting: every line of every load has exactly one fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, not_empty

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "audit.row_accounting"
# What a warehouse may do without: the records, their table, and the marts that are empty without them.
ABSENT = """
    select * from (
        select 'calls' as records, count(*) as n, 'demand but those of requests' as marts from demand.fct_calls
        union all
        select 'requests', count(*), 'requests' from demand.fct_requests
        union all
        select 'offenses', count(*), 'crime' from crime.fct_offenses
        union all
        select 'contacts', count(*), 'enforcement' from enforcement.fct_contacts
        union all
        select 'zones', count(*), 'zones' from zones.dim_zone
    )
    where n = 0 and exists (select 1 from {batch})
"""


def expectations() -> list[Expectation]:
    return [
        not_empty(
            TABLE,
            why="Without it nobody could say what became of a row.",
            mend="See that audit.row_accounting was built after the staging models.",
        ),
        no_rows(
            "rows_add_up",
            """
            select city, data_set, load_id,
                l.rows + l.rejected_lines as landed,
                coalesce(a.rows, 0) as accounted,
                coalesce(a.rows, 0) - coalesce(l.rows + l.rejected_lines, 0) as difference
            from warehouse.raw.loads as l
            full join (
                select city, data_set, load_id, sum(rows) as rows from {batch} group by all
            ) as a using (city, data_set, load_id)
            where coalesce(l.rows + l.rejected_lines, 0) <> coalesce(a.rows, 0)
            """,
            severity="critical",
            why="Accepted, quarantined, excluded and rejected rows must add up to what was received.",
            expected="The fates of a load's rows add up to its raw rows and rejected lines.",
            message="{city} / {data_set}: load {load_id} brought {landed:,} rows and rejected lines, the "
            "accounting explains {accounted:,} ({difference:+,}).",
            mend="Look for a row_reason without a fate in the model of audit.row_accounting.",
        ),
        no_rows(
            "every_kind_of_record",
            ABSENT,
            severity="warning",
            why="An empty mart must not be read as nothing happened.",
            expected="There are calls, requests, offenses, contacts and zones.",
            message="No {records} are in the warehouse: the marts of {marts} are empty.",
            mend="Nothing, where the cities of the warehouse publish none. Else see in audit.row_accounting what became of "
            "their rows.",
        ),
    ]
