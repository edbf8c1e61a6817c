"""What `footprint city check` tells of the clocks of a city's records: constant ones, and those without minutes."""

import duckdb

from orchestration.catalog.model import City
from orchestration.cities.clocks import ENOUGH, MOST_ON_THE_HOUR, clock_of
from orchestration.ingest.sql import quoted

Told = tuple[str, str, str, str]  # rule, table, found, mend: the fields of a `check.Finding`

AT = {
    "calls": "call_at_local",
    "requests": "requested_at_local",
    "offenses": "offense_at_local",
    "contacts": "contact_at_local",
}
SAMPLE = 5_000  # values
MANY = 0.5  # of the records, at one minute of the day
CLOCKS = """
select source_dataset, count(*), mode(strftime({at}, '%H:%M')),
    avg((strftime({at}, '%H:%M') = usual)::int), avg((extract(minute from {at}) = 0 and extract(second from {at}) = 0)::int)
from (select *, mode(strftime({at}, '%H:%M')) over (partition by source_dataset) as usual
      from canonical.{entity} where city = $city and {at} is not null)
group by 1 having count(*) >= {enough} order by 1
"""


def told(connection: duckdb.DuckDBPyConnection, city: City) -> list[Told]:
    """Data sets of which the records stand at one clock, or at full hours."""
    found: list[Told] = []
    for entity, at in AT.items():
        has_it = connection.execute(
            "select 1 from duckdb_columns() where schema_name = 'canonical' and table_name = ? and column_name = ?",
            [entity, at],
        ).fetchall()
        query = CLOCKS.format(at=at, entity=entity, enough=ENOUGH)
        for data_set, rows, clock, share, hours in (
            connection.execute(query, {"city": city.name}).fetchall() if has_it else ()
        ):
            if share >= MANY:
                found.append(
                    ("constant_clock", f"{entity} of {data_set}", f"{share:.0%} of {rows:,} records stand at {clock}, so their "
                     "hour is not known", _where_the_clock_is(connection, city, data_set))
                )  # fmt: skip
            elif hours >= MOST_ON_THE_HOUR:
                found.append(
                    ("on_the_hour", f"{entity} of {data_set}", f"{hours:.0%} of {rows:,} records stand at a full hour: the minutes "
                     "were cut off", "Take no wait shorter than an hour from them, and ask the publisher for the minutes.")
                )  # fmt: skip
    return found


def _where_the_clock_is(connection: duckdb.DuckDBPyConnection, city: City, data_set: str) -> str:
    """What to do about a clock that says nothing: the columns of the export that hold one are named."""
    known = city.data_sets.get(data_set)
    clocks = [name for name in known.columns if _is_clock(connection, known.table, name)] if known else []
    if clocks:
        return (
            f"A clock stands in {', '.join(clocks)}: join it to the day with macro day_and_clock in the staging model, or draft "
            f"again with --time DAY+{clocks[0].upper()}."
        )
    return "No column of the export holds a clock of 24 hours, or one with AM and PM: take no hours of the day from these records, and ask the publisher for them."


def _is_clock(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> bool:
    values = f"(select {quoted(name)} as v from raw.{quoted(table)} where trim({quoted(name)}) <> '' limit {SAMPLE})"
    clock = clock_of(connection, values, None)
    return clock.way is not None and ":" in clock.way and not clock.is_half
