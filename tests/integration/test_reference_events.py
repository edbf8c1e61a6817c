"""Events, calls nobody was sent to and officers busy against values that another route computed: reference case 01f.

The case is three cities: as it is; `silent`, where nobody says whether units were sent to calls that have none; and
`untimed`, where no unit has a time of clearance. Its covered hours take the place of those of the calendar.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.settings import Settings
from tests.integration.empty_warehouse import create, create_inputs, dbt

CASE = Path(__file__).parents[1] / "reference_cases" / "01_demand"
EXPECTED: dict[str, Any] = json.loads((CASE / "expected_events.json").read_text(encoding="utf-8"))["expected"]
CITIES = ("case", "silent", "untimed")
# Where the case and the warehouse call the same thing by different names.
POPULATIONS = {"cancelled_pre_dispatch": "cancelled_before_dispatch"}
MODELS = (
    "garwood_limits event_scenes int_call_types__mapped int_calls__mapped int_calls__classified int_blocks__located "
    "int_blocks__next_to int_calls__placed int_calls__repeat_pairs int_repeat_rules int_calls__repeats int_calls__unit_times "
    "int_unit_responses__timed int_calls__event_members int_calls__events int_calls__merged int_places__zoned officers_busy_by_hour fct_calls fct_unit_responses dim_zone "
    "dim_city call_type_hours calls_by_type staffing_equivalents"
)
FILL = f"""
create table cities as select unnest({list(CITIES)}) as city;
insert into raw.cities by name select city, city as title, 'America/Denver' as time_zone from cities;

insert into canonical.calls by name
select city, incident_id as call_id, 'calls' as source_dataset, received_utc as call_at_utc, call_at_utc as received_at_utc,
    timezone('America/Denver', timezone('UTC', call_at_utc)) as call_at_local, 'received' as call_time_basis,
    if(source = 'officer', 'officer', 'community') as initiation, call_type as final_type, priority, disposition,
    parent_id as parent_call_id, block_id as block_address, answered_by
from cities, read_csv('{CASE / "events_calls.csv"}', types = {{'priority': 'varchar'}});

-- Calls about one thing on one block, of which one comes as late as a repeat may, and one a second later.
insert into canonical.calls by name
select 'edge' as city, call_id, 'calls' as source_dataset, timestamp '2024-06-04 08:00:00' + seconds * interval 1 second
    as call_at_utc, call_at_utc as received_at_utc, call_at_utc as call_at_local, 'community' as initiation,
    'NOISES' as type_group, '1 MAIN' as block_address
from (values ('first', 0), ('at_the_edge', 600), ('past_it', 1201)) as t(call_id, seconds);

insert into canonical.unit_responses by name
select city, incident_id as call_id, incident_id || '/' || unit_id as unit_response_id, officers as crew_size,
    dispatched_utc as dispatched_at_utc, arrived_utc as arrived_at_utc,
    if(city = 'untimed', null, cleared_utc) as cleared_at_utc
from cities, read_csv('{CASE / "events_unit_responses.csv"}');

insert into codebooks.topic_categories by name
select distinct call_type as topic_category, category as topic_group from read_csv('{CASE / "events_calls.csv"}');
insert into codebooks.call_type_crosswalk by name
select distinct city, trim(regexp_replace(upper(call_type), '[^A-Z0-9]+', ' ', 'g')) as call_type,
    call_type as topic_category, 'police_required' as answer_axis
from cities, read_csv('{CASE / "events_calls.csv"}');
insert into codebooks.disposition_rules by name
select city, disposition, meaning
from cities, (values ('DUP', 'duplicate'), ('CAN', 'cancelled')) as rules(disposition, meaning);

-- All days the case touches are covered, of which some hours only.
create schema intermediate;
create table intermediate.int_reference_days as
select city, 'calls' as measure, cast(day as date) as day, date '2024-06-03' as period_start, date '2024-06-05' as period_end,
    3 as covered_days, 'ok' as period_status
from cities, unnest(generate_series(date '2024-06-03', date '2024-06-05', interval 1 day)) as days(day);
create table intermediate.int_hours__covered as
select city, hour_utc, timezone('America/Denver', timezone('UTC', hour_utc)) as hour_local
from cities, read_csv('{CASE / "events_covered.csv"}') as covered,
    unnest(generate_series(covered.start_utc, covered.end_utc - interval 1 hour, interval 1 hour)) as hours(hour_utc);
"""
PERIODS = """
insert into zones.reference_periods by name
select unnest(['case', 'silent', 'untimed']) as city, 'calls' as measure, 'none' as kind, 3 as covered_days, 'ok' as status
"""


def near(value: float | None) -> Any:
    """A value of the case; the file gives ten significant digits."""
    return None if value is None else pytest.approx(value, rel=1e-9)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's databases."""
    home = Settings(home=tmp_path_factory.mktemp("events"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        create_inputs(warehouse)
        warehouse.execute(FILL)
    with duckdb.connect(str(home.analyst_database)) as analyst:
        analyst.execute(create("marts/zones", "reference_periods", "zones") + PERIODS)
        analyst.execute(create("marts/zones", "dispersion", "zones"))
    dbt(home, "build", MODELS, "--resource-type", "model", "--resource-type", "seed")
    with duckdb.connect(str(home.analyst_database)) as analyst:
        analyst.execute(
            "update demand.fct_calls set sent_status = 'unknown' where city = 'silent' and sent_status = 'nobody_sent'"
        )
    dbt(home, "run", "call_type_hours calls_by_type")
    with duckdb.connect() as opened:
        for database in (home.warehouse_database, home.analyst_database):
            opened.execute(f"attach '{database}' as {database.stem} (read_only)")
        opened.execute("use analyst")
        yield opened


def by_call(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    """A column of demand.fct_calls of the case."""
    return dict(
        connection.execute(f"select call_id, {column} from demand.fct_calls as calls where city = 'case'").fetchall()
    )


def test_population_of_each_record_and_its_event(connection: duckdb.DuckDBPyConnection) -> None:
    assert by_call(connection, "population") == {
        call: POPULATIONS.get(population, population) for call, population in EXPECTED["population_by_record"].items()
    }
    assert by_call(connection, "coalesce(duplicate_of_call_id, call_id)") == EXPECTED["event_by_record"]


def test_an_event_has_the_units_and_times_of_all_its_records(connection: duckdb.DuckDBPyConnection) -> None:
    arrived_or_cleared = {
        call: times
        for call, *times in connection.execute("""
            select coalesce(events.event_id, units.call_id), min(first_arrived_at_utc), max(last_cleared_at_utc)
            from warehouse.intermediate.int_calls__unit_times as units
            left join (select city, call_id, event_id from warehouse.intermediate.int_calls__events) as events
                using (city, call_id)
            where city = 'case' group by all
        """).fetchall()
    }
    queue = dict(
        connection.execute("""
            select event_call_id, epoch(min(units.dispatched_at_utc) - any_value(calls.call_at_utc)) / 60
            from demand.fct_unit_responses as units
            join demand.fct_calls as calls on units.city = calls.city and units.event_call_id = calls.call_id
            where units.city = 'case' group by all
        """).fetchall()
    )
    columns = {
        column: by_call(connection, column)
        for column in ("callers", "unit_count", "answered_by", "officer_minutes / 60", "response_minutes", "initiation")
    }
    for event, expected in EXPECTED["events"].items():
        assert columns["callers"][event] == expected["records"], event
        assert columns["unit_count"][event] == expected["units"], event
        assert columns["answered_by"][event] == expected["answered_by"], event
        assert columns["officer_minutes / 60"][event] == near(expected["officer_hours"]), event
        # The case gives 0 where an officer was there already; methods, 1.4, call that not applicable.
        waits = columns["initiation"][event] != "officer"
        assert columns["response_minutes"][event] == (near(expected["response_min"]) if waits else None), event
        assert queue.get(event) == near(expected["queue_min"]), event
        times = [
            expected[name] and datetime.fromisoformat(expected[name])
            for name in ("first_arrival_utc", "last_clearance_utc")
        ]
        assert arrived_or_cleared.get(event, [None, None]) == times, event
    # What repeats an event has no units of its own: they would count twice.
    repeats = set(EXPECTED["event_by_record"]) - set(EXPECTED["events"])
    assert {columns["unit_count"][call] for call in repeats} == {0}
    assert {columns["officer_minutes / 60"][call] for call in repeats} == {None}


@pytest.mark.parametrize(
    ("city", "denominator", "name"),
    [
        ("case", "community", "community_only"),
        ("case", "community_or_unknown", "community_only"),
        ("case", "community_and_officer", "community_plus_officer"),
        ("silent", "community", "community_only_units_unknown"),
    ],
)
def test_shares_of_calls_and_time(
    connection: duckdb.DuckDBPyConnection, city: str, denominator: str, name: str
) -> None:
    columns = {
        "calls": "calls", "calls_sent": "calls_sent", "calls_timed": "calls_timed", "coverage": "time_coverage",
        "hours": "hours", "hours_scaled": "hours_scaled", "share_calls": "share_calls", "share_time": "share_time",
        "intensity": "intensity", "status": "time_status",
    }  # fmt: skip
    found = {
        group: dict(zip(columns, values, strict=True))
        for group, *values in connection.execute(
            f"select call_type_group, {', '.join(columns.values())} from demand.calls_by_type "
            "where city = ? and denominator = ? and final_type = '(all)'",
            [city, denominator],
        ).fetchall()
    }
    assert set(found) == set(EXPECTED[f"shares_{name}"])
    for group, values in EXPECTED[f"shares_{name}"].items():
        for column, value in values.items():
            assert found[group][column] == (value if column == "status" else near(value)), (group, column)
    headline = EXPECTED[f"headline_{name}"]
    assert connection.execute(
        "select distinct headline_status, calls_share_without_time from demand.calls_by_type "
        "where city = ? and denominator = ?",
        [city, denominator],
    ).fetchall() == [(headline["status"], near(headline["calls_share_without_time"]))]


def test_officers_busy_by_clock_hour(connection: duckdb.DuckDBPyConnection) -> None:
    expected = EXPECTED["officers_busy"]
    hours = connection.execute("""
        select hour_utc, sum(officers_busy) from demand.officers_busy_by_hour where city = 'case' group by all
    """).fetchall()
    local = {
        datetime.fromisoformat(hour).astimezone(UTC).replace(tzinfo=None): near(busy)
        for hour, busy in expected["nonzero"].items()
    }
    assert dict(hours) == local
    assert sum(busy for _, busy in hours) == near(expected["officer_hours"])


def test_p90_counts_covered_hours_without_a_call_and_no_others(connection: duckdb.DuckDBPyConnection) -> None:
    found = {
        (city, denominator): p90
        for city, denominator, p90 in connection.execute("""
            select distinct city, denominator, officers_busy_p90 from budget.staffing_equivalents
            where call_type_group = '(all)'
        """).fetchall()
    }
    assert found["case", "community_and_officer"] == near(EXPECTED["officers_busy"]["p90"])
    assert found["untimed", "community_and_officer"] is EXPECTED["officers_busy"]["no_unit_timed"]["p90"] is None


def test_a_call_at_the_edge_of_the_window_is_a_repeat(connection: duckdb.DuckDBPyConnection) -> None:
    assert dict(
        connection.execute("select call_id, population from demand.fct_calls where city = 'edge'").fetchall()
    ) == {"first": "demand", "at_the_edge": "duplicate_inferred", "past_it": "demand"}
