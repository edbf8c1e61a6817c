"""Guards audit.coverage: gaps, late ends and periods cut short are told before anybody divides by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "audit.coverage"
GAPS_NAMED = 5
GAPS = f"""
    select city, data_set, string_agg(strftime(first_day, '%Y-%m-%d') || ' to ' || strftime(last_day, '%Y-%m-%d'), ', '
        order by first_day) filter (where place <= {GAPS_NAMED}) as named
    from (
        select *, row_number() over (partition by city, data_set, entity order by length_days desc, first_day) as place
        from audit.coverage_gaps
    )
    group by city, data_set, entity
"""


def expectations() -> list[Expectation]:
    return [
        no_rows(
            "days_add_up",
            """
            select * from {batch}
            where covered_days < 0 or records_on_covered_days > records
                or covered_days + gap_days > coalesce(date_diff('day', first_record, covered_to) + 1, 0)
                or (covered_days = 0) <> (covered_to is null)
            """,
            severity="critical",
            why="Every rate divides by covered days: a day too many or too few is in all of them.",
            expected="Covered days and gaps are no more than the days from the first record to the covered end.",
            message="{city} / {data_set}: {covered_days:,} covered days and {gap_days:,} in gaps from {first_record} to "
            "{covered_to}; {records_on_covered_days:,} of {records:,} records are on covered days.",
            mend="Look in int_data_sets__stretches for stretches that overlap.",
        ),
        no_rows(
            "no_gaps",
            f"""
            select c.*, g.named, case when c.gaps > {GAPS_NAMED} then ', the longest ones' else '' end as which
            from {{batch}} as c join ({GAPS}) as g using (city, data_set)
            where c.gaps > 0
            order by c.gap_days desc
            """,
            severity="warning",
            why="Days without any record where ten or more were to be expected are missing, not quiet.",
            expected="No data set lacks a run of days.",
            message="{city} / {data_set}: {gap_days:,} days are missing, in {gaps} gap(s), between {first_record} and "
            "{last_record}: {named}{which}.",
            mend="Ask the publisher for the missing days. Until then they count neither as records nor as time; months "
            "that lack them are partial_period (audit.coverage_gaps lists them all).",
        ),
        no_rows(
            "no_late_end",
            "select *, records - records_on_covered_days as late from {batch} where coalesce(covered_to, date "
            "'0001-01-01') < last_record and records > records_on_covered_days order by late desc",
            severity="info",
            why="The last days before a pull are still filling, and would pass for a fall.",
            expected="No records are of days younger than the reporting delay.",
            message="{city} / {data_set}: {late:,} records are of days younger than {delay_days} days when the data "
            "landed on {landed_on} (delay_from {delay_from}); they are in no number of a month or a year.",
            mend="Nothing to do: the next pull has these days whole.",
        ),
        no_rows(
            "samples_are_told",
            "select * from {batch} where is_sample",
            severity="warning",
            why="A few records of many years do not make those years whole.",
            expected="No data set has less than a fifth as many records a day as another of the same measure.",
            message="{city} / {data_set}: {records:,} records on {covered_days:,} days are a sample beside a denser data "
            "set of {entity}; days that only it covers count neither as records nor as time.",
            mend="Bring in the whole data set of those days, or take the sample out of the city file.",
        ),
        no_rows(
            "periods_are_whole_years",
            """
            select p.* from zones.reference_periods as p join (select distinct city, entity from {batch}) as c
                on p.city = c.city and p.measure = c.entity
            where p.kind = 'none'
            """,
            severity="warning",
            why="What covers no whole year cannot be compared as a year: seasons differ.",
            expected="Every measure has a calendar year, or twelve months in a row, that is covered whole.",
            message="{city}, {measure}: {reason}; {covered_days:,} days between {period_start} and {period_end} are "
            "covered, and numbers of a year are {status}.",
            mend="Bring in the rest of a year, or compare numbers a day only.",
        ),
    ]
