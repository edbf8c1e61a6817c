"""Guards demand.crosswalk_coverage: what calls are about is known, in every city and in every zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows
from expectations.thresholds import MAPPED_RECORDS, MAPPED_RECORDS_IN_A_ZONE, ZONE_RECORDS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "demand.crosswalk_coverage"
TYPES_NAMED = 5
CITIES = """
    select city, sum(records) as records, sum(records - records_without_type) as typed,
        sum(unmapped_records) as unmapped,
        1 - sum(unmapped_records) / nullif(sum(records - records_without_type), 0) as share
    from {batch} where zone_kind <> 'beat' group by city
"""
TYPES = f"""
    select city, string_agg(coalesce(type, 'no type') || ' (' || n || ')', ', ' order by n desc, type) as types
    from (
        select city, coalesce(final_type, initial_type) as type, count(*) as n
        from demand.fct_calls where mapping_status = 'unmapped' group by city, type
        qualify row_number() over (partition by city order by n desc, type) <= {TYPES_NAMED}
    )
    group by city
"""
# A city counts as mapped once it has a row of its own: before that, suggestions need a release to read types from.
OWN_ROWS = "select distinct city from warehouse.codebooks.call_type_crosswalk where city <> '*'"
MESSAGE = (
    "{city}: {share:.2%} of {typed:,} records with a type are mapped, {unmapped:,} are not; the most frequent unmapped "
    "types are {types}."
)
MEND = (
    "Run footprint crosswalk suggest --city with the city's name, which reads the types of this run, decide on its "
    "proposals, take them over with footprint crosswalk review, and run again. A type whose words say nothing "
    "(Miscellaneous, Other) is decided as well: accept its proposal, unknown_trouble with confidence 1, which says that "
    "somebody looked and that the publisher does not tell."
)


def expectations() -> list[Expectation]:
    least = f"{MAPPED_RECORDS.value:.0%}"
    short = f"""
        select c.*, t.types from ({CITIES}) as c
        left join ({TYPES}) as t using (city)
        where share < {MAPPED_RECORDS.value} and city {{known}} in ({OWN_ROWS})
        order by share
    """
    return [
        no_rows(
            "records_match_calls",
            f"""
            select city, coalesce(c.records, 0) as records, coalesce(f.calls, 0) as calls
            from ({CITIES}) as c
            full join (select city, count(*) as calls from demand.fct_calls group by city) as f using (city)
            where coalesce(c.records, 0) <> coalesce(f.calls, 0)
            """,
            severity="critical",
            why="Without it, or by other records than those counted, nobody could say how much of demand the crosswalk "
            "speaks of.",
            expected="The zones of a city, with (unmatched), add up to the rows of demand.fct_calls.",
            message="{city}: the coverage counts {records:,} records, demand.fct_calls has {calls:,}.",
            mend="See that records without a zone are kept as (unmatched).",
        ),
        no_rows(
            "call_types_mapped",
            short.replace("{known} ", ""),
            severity="critical",
            why=MAPPED_RECORDS.reason,
            expected=f"At least {least} of the records of a city with crosswalk rows of its own are mapped.",
            message=MESSAGE,
            mend=MEND,
        ),
        no_rows(
            "call_types_of_a_new_city_mapped",
            short.replace("{known}", "not"),
            severity="warning",
            why="A city without crosswalk rows of its own is mapped only as far as shared wording goes.",
            expected=f"At least {least} of the records of a new city are mapped.",
            message=MESSAGE,
            mend=MEND,
        ),
        no_rows(
            "no_zone_is_a_hole",
            f"""
            select * from {{batch}}
            where records >= {ZONE_RECORDS.value:.0f} and mapped_share < {MAPPED_RECORDS_IN_A_ZONE.value}
                and city in ({OWN_ROWS})
            order by mapped_share
            """,
            severity="warning",
            why=MAPPED_RECORDS_IN_A_ZONE.reason,
            expected=f"At least {MAPPED_RECORDS_IN_A_ZONE.value:.0%} of the records of every zone with "
            f"{ZONE_RECORDS.value:.0f} records are mapped.",
            message="{city}, {zone_kind} {zone_id}: {mapped_share:.1%} of {records:,} records are mapped; the most "
            "frequent unmapped type is {most_frequent_unmapped_type}.",
            mend=MEND,
        ),
    ]
