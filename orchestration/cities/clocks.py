"""What the values of a column say of the time of day: whether they are clocks, and whether a time has one at all."""

from dataclasses import dataclass

import duckdb

from orchestration.ingest.sql import literal

ENOUGH = 20  # values, before anything is said of their clocks
NEARLY_ALL = 0.98
MOST_ON_THE_HOUR = 0.9  # one minute in sixty would be 2 %
# A bare clock, without a day; the more usual way first. %H%M is a number of one to four digits.
CLOCK_FORMATS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f", "%H%M")
READS_CLOCK = {
    **{form: f"try_strptime(v, '{form}') is not null" for form in CLOCK_FORMATS[:-1]},
    "%H%M": "regexp_full_match(v, '([01]?[0-9]|2[0-3])?[0-5]?[0-9]')",
}
CLOCK_IN_A_TIME = r"[ T](\d{1,2}:\d\d(:\d\d)?(\.\d+)?( ?[AaPp][Mm])?)"
HALF_DAY = r"(0?[1-9]|1[0-2]):\d\d(:\d\d)?"


@dataclass(frozen=True)
class Clock:
    """What a column says of the time of day.

    `way` is how its values write a bare clock; `is_half` says that they run from 1 to 12 without AM or PM. Of times with
    a day, `always` is the one clock that nearly all have, and `on_the_hour` the share of those that are full hours.
    """

    way: str | None = None
    is_half: bool = False
    always: str | None = None
    on_the_hour: float = 0.0


NO_CLOCK = Clock()


def clock_of(connection: duckdb.DuckDBPyConnection, sample: str, time: str | None) -> Clock:
    """The clock of a column, from a query of its values (`v`) and the way that its times are written."""
    return _of_times(connection, sample, time) if time else _of_clocks(connection, sample)


def _of_clocks(connection: duckdb.DuckDBPyConnection, sample: str) -> Clock:
    shares = ", ".join(f"coalesce(avg(({reads})::int), 0)" for reads in READS_CLOCK.values())
    ((values, distinct, half, *found),) = connection.execute(
        f"select count(*), count(distinct v), coalesce(avg(regexp_full_match(v, {literal(HALF_DAY)})::int), 0), {shares} "
        f"from (select trim(v) as v from {sample})"
    ).fetchall()
    way, share = max(zip(READS_CLOCK, map(float, found), strict=True), key=lambda one: one[1])
    if not values or share < NEARLY_ALL:
        return NO_CLOCK
    return Clock(way, is_half=values >= ENOUGH and distinct > 1 and float(half) == 1)


def _of_times(connection: duckdb.DuckDBPyConnection, sample: str, time: str) -> Clock:
    if time.startswith("epoch"):
        seconds = "try_cast(v as bigint)" + (" // 1000" if time == "epoch_ms" else "")
        clock, is_hour = f"strftime(make_timestamp({seconds} * 1000000), '%H:%M:%S')", f"{seconds} % 3600 = 0"
    else:
        clock = f"nullif(regexp_extract(v, {literal(CLOCK_IN_A_TIME)}, 1), '')"
        is_hour = f"regexp_matches({clock}, '^\\d+:00(:00)?(\\.0+)?( |[AaPp]|$)')"
    ((values, usual, share, hours),) = connection.execute(
        f"select count(c), mode(c), coalesce(avg((c = usual)::int), 0), coalesce(avg((h)::int), 0) from ("
        f"select {clock} as c, {is_hour} as h, mode(c) over () as usual from {sample}) where c is not null"
    ).fetchall()
    if values < ENOUGH:
        return NO_CLOCK
    return Clock(always=usual if float(share) >= NEARLY_ALL else None, on_the_hour=float(hours))
