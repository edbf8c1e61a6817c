"""What `footprint city check` tells of the days that a city's data sets cover."""

from datetime import date

import duckdb

GAPS_NAMED = 5
Told = tuple[str, str, str, str]  # rule, table, found, mend: the fields of a `check.Finding`

GAPS = """
select data_set, entity, count(*), sum(length_days),
    list([first_day, last_day] order by length_days desc, first_day)
from intermediate.int_data_sets__gaps as gaps
where city = $city and first_day <= (
    select max(covered_to) from intermediate.int_data_sets__stretches as stretches
    where stretches.city = gaps.city and stretches.entity = gaps.entity and stretches.data_set = gaps.data_set
)
group by all order by all
"""
LATE = """
select days.data_set, days.entity, sum(days.records), min(days.day), max(delays.delay_days), max(delays.delay_from),
    max(delays.landed_on)
from intermediate.int_data_sets__days as days
join intermediate.int_data_sets__delays as delays using (city, data_set)
where days.city = $city and days.day > delays.landed_on - delays.delay_days
group by all order by all
"""
SAMPLES = """
select data_set, measure, part, records, covered_days
from intermediate.int_measures__data_sets where city = $city and is_sample order by all
"""
PERIODS = """
select measure, min(period_start), max(period_end), max(covered_days), any_value(period_status)
from intermediate.int_reference_days where city = $city and period_status <> 'ok' group by all order by all
"""


def told(connection: duckdb.DuckDBPyConnection, city: str) -> list[Told]:
    """Gaps, late ends, samples, and measures of which no whole year is covered."""

    def rows(query: str) -> list[tuple]:  # type: ignore[type-arg]
        return connection.execute(query, {"city": city}).fetchall()

    return [
        *(_gaps(*row) for row in rows(GAPS)),
        *(_late(*row) for row in rows(LATE)),
        *(_sample(*row) for row in rows(SAMPLES)),
        *(_no_year(*row) for row in rows(PERIODS)),
    ]


def _gaps(data_set: str, entity: str, gaps: int, days: int, longest: list[list[date]]) -> Told:
    named = ", ".join(f"{first} to {last}" for first, last in sorted(longest[:GAPS_NAMED]))
    which = f", the longest {GAPS_NAMED} of them" if gaps > GAPS_NAMED else ""
    return (
        "gaps",
        f"{entity} of {data_set}",
        f"{gaps} gaps of {days:,} days without any record: {named}{which}",
        "Ask the publisher for the missing days; until then they count neither as records nor as time.",
    )


def _late(data_set: str, entity: str, records: int, first: date, delay: int, delay_from: str, landed_on: date) -> Told:
    seen = "as earlier loads show" if delay_from == "earlier_loads" else "the default, before earlier loads show it"
    return (
        "late_end",
        f"{entity} of {data_set}",
        f"{records:,} records from {first} on were younger than {delay} days when they landed on {landed_on} ({seen})",
        "These days may still be filling: they are in no number until the next pull has them.",
    )


def _sample(data_set: str, measure: str, part: str, records: int, days: int) -> Told:
    of = measure if part == measure else f"{measure} ({part})"
    return (
        "sample",
        f"{measure} of {data_set}",
        f"{records:,} records on {days:,} days are a sample beside a denser data set of {of}",
        "Days that only it covers are in no number; bring in all records of those days, or take it out of the city file.",
    )


def _no_year(measure: str, first: date, last: date, days: int, status: str) -> Told:
    pace = (
        "no number of a year is given"
        if status == "insufficient_data"
        else "numbers of a year are their pace over a year, status partial_period"
    )
    return (
        "no_whole_year",
        measure,
        f"no calendar year and no twelve months in a row are covered whole; {days:,} days between {first} and {last} "
        f"are, and {pace}",
        "Bring in the rest of a year, or compare numbers a day only.",
    )
