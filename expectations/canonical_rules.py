"""What holds for every canonical entity: complete against staging, inside its city, at times of its own.

`entity_profile` condenses a table in one scan to one row a city and data set, and `entity_expectations` reads
that. Rules of a single entity stay in its suite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where
from expectations.thresholds import (
    CLOCK_ROWS,
    FUTURE_ROWS,
    FUTURE_TOLERANCE_HOURS,
    IMPOSSIBLE_PLACES,
    LOCATED_ROWS,
    ON_THE_HOUR,
    ONE_INSTANT,
    ONE_INSTANT_ROWS,
    ONE_INSTANT_STOPS,
    ONE_INSTANT_TIMES_OTHERS,
    ONE_MINUTE_OF_THE_DAY,
    OUTSIDE_CITY,
    Threshold,
)

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

    from expectations.checks import Severity

_OUTSIDE = """location_status = 'located' and not coalesce(
    longitude between west and east and latitude between south and north, false)"""


def entity_profile(
    table: str,
    *,
    time: str | None,
    located: bool,
    zone: str | None = None,
    clock: str | None = None,
    measures: str = "",
) -> str:
    """One row a city and data set of `table`.

    `zone` is a column that can stand in for a coordinate, `clock` one of local times.
    """
    placed = "location_status = 'located'" + (f" or {zone} is not null" if zone else "")
    columns = ["count(*) as rows"]
    if time:
        tolerance = f"interval {FUTURE_TOLERANCE_HOURS.value:.0f} hours"
        future = f"{time} > cast(getvariable('checked_at') as timestamp) + {tolerance}"
        columns += [
            f"count(*) filter (where {future}) as future",
            f"max({time}) as latest",
            f"count({time}) as timed_rows",
            # Any instant that holds more than a hundredth of the rows is surely among so many.
            f"approx_top_k({time}, 40)[1] as commonest",
            f"approx_count_distinct({time}) as instants",
        ]
    if clock:
        minute = f"extract(hour from {clock}) * 60 + extract(minute from {clock})"
        columns += [
            f"list_max(map_values(histogram({minute}))) as in_one_minute",
            f"mode({minute}) as minute_of_day",
            f"count(*) filter (where extract(minute from {clock}) = 0) as on_the_hour",
        ]
    if located:
        columns += [
            "count(*) filter (where location_status = 'impossible') as impossible",
            f"count(*) filter (where {placed}) as placed",
            "count(*) filter (where location_status = 'located') as located",
            f"count(*) filter (where {_OUTSIDE}) as outside",
            f"avg(longitude) filter (where {_OUTSIDE}) as lon",
            f"avg(latitude) filter (where {_OUTSIDE}) as lat",
            "any_value(west) as west",
            "any_value(south) as south",
            "any_value(east) as east",
            "any_value(north) as north",
        ]
    columns += [measures] if measures else []
    boxes = "left join raw.cities using (city)" if located else ""
    profile = f"""
        select city, source_dataset, {", ".join(columns)}
        from {table} {boxes}
        group by city, source_dataset
    """
    if not time:
        return profile
    return f"""
        with profile as materialized ({profile})
        select profile.*, counted.at_commonest
        from profile
        left join (
            select {table}.city, {table}.source_dataset, count(*) as at_commonest
            from {table}
            join profile
                on {table}.city = profile.city and {table}.source_dataset = profile.source_dataset
                    and {time} = profile.commonest
            group by all
        ) as counted using (city, source_dataset)
    """


def entity_expectations(table: str, *, time: str | None, located: bool, clock: str | None = None) -> list[Expectation]:
    """The expectations that fit a profile made with the same arguments."""
    return [
        _rows_match_staging(table),
        *([_not_in_the_future(), *_own_times()] if time else []),
        *([_clock_goes_round()] if clock else []),
        *([_inside_the_city(), _places_are_possible(), _located_share()] if located else []),
    ]


def _rows_match_staging(table: str) -> Expectation:
    entity = table.split(".")[1]
    return no_rows(
        "rows_match_staging",
        f"""
        select city, source_dataset, coalesce(s.accepted, 0) as accepted, coalesce(c.rows, 0) as found,
            coalesce(c.rows, 0) - coalesce(s.accepted, 0) as difference
        from (
            select city, source_dataset, sum(rows) as accepted from canonical.staged_rows
            where entity = '{entity}' and row_status = 'accepted' group by all
        ) as s
        full join {{batch}} as c using (city, source_dataset)
        where coalesce(s.accepted, 0) <> coalesce(c.rows, 0)
        """,
        severity="critical",
        why="A row that staging accepted and the canonical layer lacks, or has twice, makes every count wrong.",
        expected=f"{table} has exactly the rows that staging accepted.",
        message=f"{{city}} / {{source_dataset}}: staging accepted {{accepted:,}} rows, {table} has "
        f"{{found:,}} "
        "({difference:+,}).",
        mend=f"See that dbt_project/models/{table.replace('.', '/')}.sql names every staging model of the city once.",
    )


def _not_in_the_future() -> Expectation:
    return no_rows_where(
        "not_in_the_future",
        f"future > {FUTURE_ROWS.value} * rows",
        severity="critical",
        why=FUTURE_ROWS.reason,
        expected=f"At most {FUTURE_ROWS.value:.1%} of a data set's rows lie in the future.",
        message="{city} / {source_dataset}: {future:,} of {rows:,} rows lie in the future, the latest on "
        "{latest:%Y-%m-%d}.",
        mend="Compare the export's date format and time zone with the city's staging model and catalog file.",
    )


def _own_times() -> list[Expectation]:
    return [
        _no_instant_of_many("times_of_their_own", ONE_INSTANT, "warning"),
        _no_instant_of_many("times_are_no_default", ONE_INSTANT_STOPS, "critical"),
    ]


def _no_instant_of_many(name: str, limit: Threshold, severity: Severity) -> Expectation:
    return no_rows(
        name,
        f"""
        select *, at_commonest / timed_rows as share
        from {{batch}}
        where at_commonest > {limit.value} * timed_rows and at_commonest >= {ONE_INSTANT_ROWS.value}
            and case when at_commonest < timed_rows
                then at_commonest > {ONE_INSTANT_TIMES_OTHERS.value} * (timed_rows - at_commonest) / (instants - 1)
                -- A file of one day without a clock has one time, on the full hour.
                else minute(commonest) > 0 or second(commonest) > 0 end
        """,
        severity=severity,
        why=limit.reason,
        expected=f"At most {limit.value:.0%} of a data set's rows share one instant, unless its other rows do as well.",
        message="{city} / {source_dataset}: {at_commonest:,} of {timed_rows:,} rows ({share:.1%}) are of one instant, "
        "{commonest:%Y-%m-%d %H:%M:%S} UTC.",
        mend="Look at these rows in the export: if the time is a default for one that is not known, let the city's "
        "staging model read it as missing; if the rows were entered together, look for the column with their own time.",
    )


def _clock_goes_round() -> Expectation:
    return no_rows(
        "clock_goes_round",
        f"""
        select *, in_one_minute / rows as share, on_the_hour / rows as share_on_the_hour,
            lpad(cast(minute_of_day // 60 as varchar), 2, '0') || ':'
                || lpad(cast(minute_of_day % 60 as varchar), 2, '0') as clock
        from {{batch}}
        where rows >= {CLOCK_ROWS.value:.0f} and (
            in_one_minute > {ONE_MINUTE_OF_THE_DAY.value} * rows or on_the_hour > {ON_THE_HOUR.value} * rows
        )
        """,
        severity="warning",
        why=ONE_MINUTE_OF_THE_DAY.reason,
        expected=f"At most {ONE_MINUTE_OF_THE_DAY.value:.0%} of a data set's rows stand at one minute of the day, and at "
        f"most {ON_THE_HOUR.value:.0%} on the hour.",
        message="{city} / {source_dataset}: {in_one_minute:,} of {rows:,} rows ({share:.1%}) stand at {clock}, "
        "{share_on_the_hour:.1%} on the hour: hours of the day are not those of what happened.",
        mend="See whether another column of the export holds the clock, and read both in the city's staging model; if "
        "only the day is published, say so in the catalog's notes.",
    )


def _places_are_possible() -> Expectation:
    return no_rows_where(
        "places_are_possible",
        f"impossible > {IMPOSSIBLE_PLACES.value} * rows",
        severity="critical",
        why=IMPOSSIBLE_PLACES.reason,
        expected=f"At most {IMPOSSIBLE_PLACES.value:.0%} of a data set's rows have coordinates that are no degrees.",
        message="{city} / {source_dataset}: {impossible:,} of {rows:,} rows have a longitude beyond 180 or a latitude "
        "beyond 90 degrees: exchanged columns, or projected feet or metres.",
        mend="Compare the coordinate columns of the export with the city's staging model; projected ones need crs in the "
        "city's catalog file.",
    )


def _inside_the_city() -> Expectation:
    return no_rows(
        "inside_the_city",
        f"""
        select *, outside / located as share, round(lon, 1) as mean_lon, round(lat, 1) as mean_lat,
            case when abs(lon) < 1 and abs(lat) < 1
                    then 'in the ocean where both are 0, so missing places were written as zeros'
                when lon between south and north and lat between west and east
                    then 'where longitude and latitude have been exchanged'
                when abs(lon) > 180 or abs(lat) > 90
                    then 'nowhere on Earth, so they are projected feet or metres rather than degrees'
                else 'far off or in the ocean' end as place
        from {{batch}}
        where outside > {OUTSIDE_CITY.value} * located
        """,
        severity="critical",
        why=OUTSIDE_CITY.reason,
        expected=f"At most {OUTSIDE_CITY.value:.0%} of a data set's located rows lie outside the city's box.",
        message="{city} / {source_dataset}: {outside:,} of {located:,} located rows ({share:.1%}) lie "
        "outside the city (longitude {west:.2f} to {east:.2f}, latitude {south:.2f} to {north:.2f}), on "
        "average near longitude {mean_lon:.1f}, latitude {mean_lat:.1f}: {place}.",
        mend="Compare the coordinate columns of the export with the city's staging model; if the box is "
        "wrong, correct boundary in the city's catalog file.",
    )


def _located_share() -> Expectation:
    return no_rows(
        "located_share",
        f"select *, placed / rows as share from {{batch}} where placed < {LOCATED_ROWS.value} * rows",
        severity="warning",
        why=LOCATED_ROWS.reason,
        expected=f"At least {LOCATED_ROWS.value:.0%} of a data set's rows have a place.",
        message="{city} / {source_dataset}: only {placed:,} of {rows:,} rows ({share:.1%}) have a place.",
        mend="See location_status: if the publisher withholds places, say so in the catalog's notes; if not, "
        "check the coordinate columns in the city's staging model.",
    )
