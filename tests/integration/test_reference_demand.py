"""The demand models against values that another route computed: reference_cases/01_demand.

The case's calls and units take the place of the canonical tables; everything after them is built by dbt. Response times,
which Python estimates, are compared in unit/test_waits.py and unit/test_statistics.py.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from orchestration.settings import DBT_PROJECT_DIR, Settings
from tests.integration.empty_warehouse import create, create_inputs, dbt

CASE = Path(__file__).parents[1] / "reference_cases" / "01_demand"
# Where the case and the warehouse call the same thing by different names.
POPULATIONS = {"cancelled_pre_dispatch": "cancelled_before_dispatch"}
POISSON_POPULATION = 1000
DAYS = 7
EXPOSURE = POISSON_POPULATION / 1000 * DAYS / 365.25
# One zone per count of the table of intervals, with as many calls.
COUNTS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 1000)

MODELS = (
    "garwood_limits fqn:footprint.intermediate fct_calls officers_busy_by_hour fct_contacts fct_offenses calls_by_zone_month calls_by_month "
    "contacts_by_zone_month offenses_by_zone_month measures_by_zone_month dim_zone dispersion border_counts measure_doubts zone_summary dim_city "
    "call_type_hours calls_by_type calls_by_hour_of_week repeats_by_window fct_budget_lines budget_by_function police_hour_cost "
    "cost_per_call_hour staffing_equivalents"
)
FILL = f"""
insert into canonical.calls by name
select 'case' as city, incident_id as call_id, received_utc as call_at_utc, received_utc as received_at_utc,
    timezone('America/Denver', timezone('UTC', received_utc)) as call_at_local, 'received' as call_time_basis,
    if(source = 'officer', 'officer', 'community') as initiation, call_type as final_type, disposition,
    block_id as block_address, ascii(zone) as longitude, 1 as latitude
from read_csv('{CASE / "calls.csv"}');

insert into canonical.unit_responses by name
select 'case' as city, incident_id as call_id, incident_id || '/' || unit_id as unit_response_id,
    officers as crew_size, dispatched_utc as dispatched_at_utc, arrived_utc as arrived_at_utc,
    cleared_utc as cleared_at_utc
from read_csv('{CASE / "unit_responses.csv"}');

insert into codebooks.topic_categories by name
select distinct call_type as topic_category, category as topic_group from read_csv('{CASE / "calls.csv"}');
insert into codebooks.call_type_crosswalk by name
select distinct 'case' as city, trim(regexp_replace(upper(call_type), '[^A-Z0-9]+', ' ', 'g')) as call_type,
    call_type as topic_category, 'police_required' as answer_axis,
    if(call_type = 'MEAL BREAK', 'administrative', null) as initiation_implied
from (select distinct call_type from read_csv('{CASE / "calls.csv"}'));
insert into codebooks.disposition_rules
values ('case', 'TST', 'test'), ('case', 'DUP', 'duplicate'), ('case', 'CAN', 'cancelled');

-- The zone of a call is given, not drawn: a place stands for each zone, and Z for none.
insert into enrich.point_zones
select distinct 'case', 'tract', ascii(zone), 1, if(zone = 'Z', null, zone) from read_csv('{CASE / "calls.csv"}')
where zone is not null;
insert into canonical.zones by name
select 'case' as city, 'tract' as zone_kind, zone as zone_id from read_csv('{CASE / "zones.csv"}');
insert into canonical.zone_attributes by name
select 'case' as city, 'tract' as zone_kind, zone as zone_id, 'B01003_001' as variable, population as estimate
from read_csv('{CASE / "zones.csv"}');

insert into canonical.calls by name
select 'poisson' as city, k || '-' || i as call_id, timestamp '2024-03-01 12:00:00' as call_at_utc,
    call_at_utc as call_at_local, 'community' as initiation, k as longitude, 1 as latitude
from unnest({list(COUNTS)}) as counts(k), range(k) as calls(i);
insert into enrich.point_zones select 'poisson', 'tract', k, 1, k from unnest({list(COUNTS)}) as counts(k);
insert into canonical.zones by name
select 'poisson' as city, 'tract' as zone_kind, k as zone_id from unnest({list(COUNTS)}) as counts(k);
insert into canonical.zone_attributes by name
select 'poisson' as city, 'tract' as zone_kind, k as zone_id, 'B01003_001' as variable, {POISSON_POPULATION} as estimate
from unnest({list(COUNTS)}) as counts(k);
"""
# Two weeks with the spring change of the clock: calls in the two cells the case names, the rest at another hour.
HOURS = {"2024-03-17 02:30:00": 12, "2024-03-17 03:30:00": 24, "2024-03-06 12:00:00": 6 * 335 - 36}
FILL_HOURS = f"""
insert into raw.cities by name
select city, city as title, 'America/Denver' as time_zone from (values ('case'), ('hours'), ('cost')) as t(city);
insert into canonical.calls by name
select 'hours' as city, started || '/' || i as call_id, timezone('UTC', timezone('America/Denver', started)) as call_at_utc,
    started as call_at_local, 'community' as initiation
from (values {", ".join(f"(timestamp '{at}', {calls})" for at, calls in HOURS.items())}) as t(started, calls), range(calls) as n(i);
"""
# Every day of the periods below is covered, and so is the rest of their months.
GIVEN = ("int_covered_days", "int_covered_months", "int_reference_periods")
FILL_DAYS = """
create schema intermediate;
create table intermediate.int_covered_days as
select city, 'calls' as measure, cast(day as date) as day
from (values ('case'), ('poisson'), ('hours'), ('cost')) as t(city),
    unnest(generate_series(date '2023-01-01', date '2024-12-31', interval 1 day)) as days(day);
create table intermediate.int_covered_months as
select city, measure, cast(date_trunc('month', day) as date) as month, cast(count(*) as integer) as days,
    cast(count(*) as integer) as covered_days, 731 as covered_days_of_measure
from intermediate.int_covered_days group by all;
"""
FILL_COST = Path(__file__).with_name("reference_cost.sql")
# The case's rates are of a week, though one call comes after it. A week says nothing of a year (methods, 0.11), so for the
# arithmetic no days are too few.
GIVEN_PERIODS = f"""
select city, 'calls' as measure, 'none' as kind, date '2024-03-01' as period_start, date '2024-03-31' as period_end,
    {DAYS} as covered_days, 'ok' as status
from (values ('case'), ('poisson')) as t(city)
union all
select city, 'calls' as measure, kind, period_start, period_end, covered_days, 'ok' as status from (values
    ('hours', 'none', date '2024-03-04', date '2024-03-17', 14),
    ('cost', 'calendar_year', date '2023-01-01', date '2023-12-31', 365)
) as t(city, kind, period_start, period_end, covered_days)
"""
PERIODS = f"insert into zones.reference_periods by name select *, 1 as share_in_zones from ({GIVEN_PERIODS});"


def values_of(name: str) -> dict[str, Any]:
    """The expected values of a file of the case."""
    values: dict[str, Any] = json.loads((CASE / name).read_text(encoding="utf-8"))["expected"]
    return values


def fill_cost(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Calls, units and a budget that have the totals of the case."""
    inputs = values_of("expected_fte_cost.json")["inputs"]
    warehouse.execute("create temp table categories (category varchar, calls bigint, hours double)")
    rows = [[name, inputs["calls"][name], hours] for name, hours in inputs["hours"].items()]
    warehouse.executemany("insert into categories values (?, ?, ?)", rows)
    for statement in FILL_COST.read_text(encoding="utf-8").split(";")[:-1]:
        given = {"budget": inputs["budget"], "fte": inputs["fte"]} if "$budget" in statement else {}
        warehouse.execute(statement, given)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A build whose canonical tables hold the case."""
    home = Settings(home=tmp_path_factory.mktemp("reference"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        create_inputs(warehouse)
        warehouse.execute(FILL)
        warehouse.execute(FILL_HOURS)
        warehouse.execute(FILL_DAYS)
        warehouse.execute(f"create table intermediate.int_reference_periods as {GIVEN_PERIODS}")
        fill_cost(warehouse)
    with duckdb.connect(str(home.analyst_database)) as analyst:
        analyst.execute(create("marts/zones", "reference_periods", "zones") + PERIODS)
    dbt(home, "build", MODELS, "--resource-type", "model", "--resource-type", "seed", "--exclude", *GIVEN)
    return home


@pytest.fixture(scope="module")
def connection(build: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's databases."""
    with duckdb.connect() as opened:
        for database in (build.warehouse_database, build.analyst_database):
            opened.execute(f"attach '{database}' as {database.stem} (read_only)")
        yield opened


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """The values of the case."""
    return values_of("expected.json")


def near(value: float | None) -> Any:
    """A value of the case, within its tolerance; the file gives ten significant digits."""
    tolerance = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))["tolerance"]
    return None if value is None else pytest.approx(value, rel=tolerance)


def by_call(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    """A column of demand.fct_calls for the calls of the case."""
    return dict(
        connection.execute(f"select call_id, {column} from analyst.demand.fct_calls where city = 'case'").fetchall()
    )


def zone_rows(connection: duckdb.DuckDBPyConnection, city: str) -> dict[str, dict[str, Any]]:
    """zones.zone_summary of a city, by zone."""
    frame = connection.execute("select * from analyst.zones.zone_summary where city = ?", [city])
    names = [column[0] for column in frame.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in frame.fetchall()]
    return {row["zone_id"]: row for row in rows}


def test_each_call_falls_to_the_first_rule_that_fits(
    connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]
) -> None:
    populations = expected["population_by_incident"]
    assert by_call(connection, "population") == {
        call: POPULATIONS.get(population, population) for call, population in populations.items()
    }


def test_repeats_point_to_the_first_call_of_their_event(connection: duckdb.DuckDBPyConnection) -> None:
    found = {call: first for call, first in by_call(connection, "duplicate_of_call_id").items() if first}
    assert found == {"C02": "C01", "C03": "C01"}


def test_callers_of_an_event_are_counted(connection: duckdb.DuckDBPyConnection) -> None:
    assert {call: callers for call, callers in by_call(connection, "callers").items() if callers > 1} == {"C01": 3}
    rows = connection.execute(
        "select window_minutes, repeats from analyst.demand.repeats_by_window where city = 'case' order by 1"
    ).fetchall()
    # 08:00, 08:04 and 08:13: five minutes join one, ten minutes and more both.
    assert rows == [(5, 1), (10, 2), (15, 2), (30, 2)]


def test_unit_times_and_why_they_are_missing(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    rows = connection.execute(
        "select unit_response_id, service_status, service_minutes, on_scene_status, on_scene_minutes "
        "from warehouse.intermediate.int_unit_responses__timed where city = 'case'"
    ).fetchall()
    found = {unit: values for unit, *values in rows}
    assert set(found) == set(expected["unit_status"])
    for unit, (service_status, service, scene_status, scene) in expected["unit_status"].items():
        assert found[unit] == [service_status, near(service), scene_status, near(scene)], unit


def test_officer_hours(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    found = by_call(connection, "officer_minutes / 60")
    assert set(found) == set(expected["officer_hours_by_incident"])
    for call, hours in expected["officer_hours_by_incident"].items():
        assert found[call] == near(hours), call


def test_response_times(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    found, populations = by_call(connection, "response_minutes"), by_call(connection, "population")
    for call, minutes in expected["response_min_by_incident"].items():
        # The case gives 0 where an officer was there already; methods, 1.4, call that not applicable.
        applies = populations[call] != "officer_initiated"
        assert found[call] == (near(minutes) if applies else None), call


def test_rates_of_zones(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    found = zone_rows(connection, "case")
    for zone, of_a_week in expected["rates"].items():
        rate = of_a_week | expected["rate_formula"].get(zone, {})
        row = found[zone]
        assert (row["n"], row["population"]) == (rate["n"], rate["population"])
        assert row["rate_per_1000"] == near(rate["rate_per_1000_year"]), zone
        assert row["rate_lo"] == near(rate.get("lo")), zone
        assert row["rate_hi"] == near(rate.get("hi")), zone
    assert found["C"]["status"] == expected["rates"]["C"]["status"] == "zero_denominator"
    # The case tells only whether there is a rate; with fewer than 10 events methods, 0.7, call it unreliable.
    assert {found[zone]["status"] for zone in "AB"} == {"unreliable"}


def test_call_in_no_zone_is_listed_without_a_rate(
    connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]
) -> None:
    found = zone_rows(connection, "case")
    assert set(found) == {*expected["rates"], "(unmatched)"}
    unmatched = found["(unmatched)"]
    assert (unmatched["n"], unmatched["rate_per_1000"], unmatched["status"]) == (1, None, "not_applicable")
    assert sum(row["n"] for row in found.values()) == expected["population_counts"]["demand"]


def test_limits_of_counts(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    found = zone_rows(connection, "poisson")
    table = expected["poisson_ci_table"]
    assert [row["k"] for row in table] == list(COUNTS)
    for row in table:
        method = "garwood" if row["k"] < 5 else "byar"
        zone = found[str(row["k"])]
        assert zone["n"] == row["k"]
        assert zone["ci_method"] == method
        assert zone["rate_lo"] * EXPOSURE == near(row[f"{method}_lo"]), row["k"]
        assert zone["rate_hi"] * EXPOSURE == near(row[f"{method}_hi"]), row["k"]


def test_closed_form_of_the_limits(expected: dict[str, Any]) -> None:
    macros = (DBT_PROJECT_DIR / "macros" / "intervals.sql").read_text(encoding="utf-8")
    limits = "{{ poisson_lower('k', 'null') }}, {{ poisson_upper('k', 'null') }}"
    query = f"select {Environment().from_string(macros + limits).render()} from (select ? as k)"
    for row in expected["poisson_ci_table"]:
        ((low, high),) = duckdb.execute(query, [row["k"]]).fetchall()
        assert high == near(row["byar_hi"]), row["k"]
        # At no event the form divides by 0; there the exact limit stands.
        assert row["k"] == 0 or low == near(row["byar_lo"]), row["k"]


@pytest.mark.parametrize(
    ("denominator", "name"),
    [("community", "community_only"), ("community_and_officer", "community_plus_officer")],
)
def test_shares_of_calls_and_time(
    connection: duckdb.DuckDBPyConnection, expected: dict[str, Any], denominator: str, name: str
) -> None:
    columns = {
        name: name
        for name in (
            "calls",
            "calls_sent",
            "calls_timed",
            "hours",
            "hours_scaled",
            "share_calls",
            "share_time",
            "intensity",
        )
    } | {"coverage": "time_coverage", "status": "time_status"}
    rows = connection.execute(
        f"select call_type_group, {', '.join(columns.values())} from analyst.demand.calls_by_type "
        "where city = 'case' and final_type = '(all)' and denominator = ?",
        [denominator],
    ).fetchall()
    found = {group: dict(zip(columns, values, strict=True)) for group, *values in rows}
    assert set(found) == set(expected[f"shares_{name}"])
    for group, values in expected[f"shares_{name}"].items():
        status = values.pop("status")
        assert found[group].pop("status") == status, group
        assert found[group] == {column: near(value) for column, value in values.items()}, group
    headline = expected[f"headline_{name}"]
    rows = connection.execute(
        "select distinct headline_status, calls_share_without_time from analyst.demand.calls_by_type "
        "where city = 'case' and denominator = ?",
        [denominator],
    ).fetchall()
    assert rows == [(headline["status"], near(headline["calls_share_without_time"]))]


def test_hour_of_the_week_of_each_call(connection: duckdb.DuckDBPyConnection, expected: dict[str, Any]) -> None:
    of_each = by_call(connection, "cast((isodow(call_at_local) - 1) * 24 + hour(call_at_local) as integer)")
    assert of_each == expected["hour_of_week_by_incident"]
    hours: dict[int, int] = {}
    for call, population in by_call(connection, "population").items():
        if population == "demand":
            hour = expected["hour_of_week_by_incident"][call]
            hours[hour] = hours.get(hour, 0) + 1
    found = connection.execute(
        "select hour_of_week, calls from analyst.demand.calls_by_hour_of_week where city = 'case' and calls > 0"
    ).fetchall()
    assert dict(found) == hours


def test_hours_of_the_week_under_daylight_saving(connection: duckdb.DuckDBPyConnection) -> None:
    expected = values_of("expected_hour_of_week.json")
    rows = connection.execute(
        "select hour_of_week, exposure_hours, call_index from analyst.demand.calls_by_hour_of_week where city = 'hours'"
    ).fetchall()
    exposure = {hour: hours for hour, hours, _ in rows}
    index = {hour: value for hour, _, value in rows}
    assert len(rows) == 168
    assert sum(exposure.values()) == expected["total_hours"]
    assert exposure[146] == expected["exposure_hours_cell_146_sun_0200"]
    assert set(exposure.values()) - {1} == {expected["exposure_hours_typical"]}
    assert (index[146], index[147]) == (near(expected["index_146"]), near(expected["index_147"]))


@pytest.mark.parametrize(
    ("allocation", "name"), [("full_absorption", "A_full_absorption"), ("activity", "B_activity_paid_hour")]
)
def test_cost_under_both_allocations(connection: duckdb.DuckDBPyConnection, allocation: str, name: str) -> None:
    expected = values_of("expected_fte_cost.json")
    rows = connection.execute(
        "select call_type_group, cost, cost_per_call, status from analyst.budget.cost_per_call_hour "
        "where city = 'cost' and phase = 'adopted' and allocation = ?",
        [allocation],
    ).fetchall()
    found = {group: values for group, *values in rows}
    unallocated = found.pop("(unallocated)", None)
    assert set(found) == set(expected[name])
    for group, values in expected[name].items():
        assert found[group] == [near(values["cost"]), near(values["cost_per_call"]), "ok"], group
    rest = near(expected["unallocated_B"])
    assert unallocated == ([rest, None, "ok"] if allocation == "activity" else None)
    ((share,),) = connection.execute(
        "select share_of_budget from analyst.budget.cost_per_call_hour "
        "where city = 'cost' and phase = 'adopted' and call_type_group = '(unallocated)'"
    ).fetchall()
    assert share == near(expected["unallocated_share_B"])


def test_cost_of_an_hour_and_officers_for_the_hours(connection: duckdb.DuckDBPyConnection) -> None:
    expected = values_of("expected_fte_cost.json")
    hour = connection.execute(
        "select distinct cost_per_paid_hour, cost_per_available_hour from analyst.budget.cost_per_call_hour "
        "where city = 'cost'"
    ).fetchall()
    assert hour == [(near(expected["rate_per_paid_hour"]), near(expected["rate_per_available_hour"]))]
    # The case's hours are those of a year; 2023 is a quarter of a day short of one.
    rows = connection.execute(
        "select utilisation, available_hours, full_time_equivalents * 365 / 365.25, relief_factor "
        "from analyst.budget.staffing_equivalents "
        "where city = 'cost' and call_type_group = '(all)' and denominator = 'community' order by utilisation"
    ).fetchall()
    assert [row[0] for row in rows] == [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    for utilisation, available, officers, relief in rows:
        assert available == expected["net_available_hours_per_fte"]
        assert relief == near(expected["shift_relief_factor_24x7_post"])
        if f"fte_at_utilisation_{utilisation}" in expected:
            assert officers == near(expected[f"fte_at_utilisation_{utilisation}"])


def test_case_is_read_whole(connection: duckdb.DuckDBPyConnection) -> None:
    with (CASE / "calls.csv").open(encoding="utf-8", newline="") as lines:
        calls = list(csv.DictReader(lines))
    assert set(by_call(connection, "city")) == {call["incident_id"] for call in calls}
