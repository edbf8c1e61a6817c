"""Coverage against values that another route computed: reference_cases/00_coverage.

Each source of the case is a city whose calls take the place of the canonical table; what follows is built by dbt. Months
come from demand.calls_by_month, rates from zones.zone_summary, which has one where there is no reference period and so
all covered days are counted.
"""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.settings import DBT_PROJECT_DIR, Settings
from tests.integration.empty_warehouse import create_inputs, dbt

CASE = Path(__file__).parents[1] / "reference_cases" / "00_coverage"
EXPECTED: dict[str, Any] = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))
SOURCES = sorted(EXPECTED["expected"])
MODELS = (
    "garwood_limits fqn:footprint.intermediate coverage coverage_gaps days_seen fct_calls fct_unit_responses fct_contacts fct_offenses "
    "calls_by_zone_month contacts_by_zone_month offenses_by_zone_month measures_by_zone_month reference_periods "
    "dim_zone dim_city dispersion border_counts measure_doubts zone_summary calls_by_month"
)
FILL = f"""
insert into raw.cities by name
select source as city, source as title, 'America/Denver' as time_zone from read_csv('{CASE / "sources.csv"}');
insert into raw.loads by name
select source as city, 'calls' as data_set, 'calls' as entity, 'newest' as load_id, 1 as load_number,
    timezone('UTC', timezone('America/Denver', load_date + interval 23 hour)) as landed_at
from read_csv('{CASE / "sources.csv"}');
insert into raw.days_seen by name
select source as city, 'calls' as data_set, load_date::varchar as load_id, load_date as landed_on, record_date as day,
    n_seen as records
from read_csv('{CASE / "earlier_loads.csv"}');
insert into canonical.calls by name
select source as city, date || '/' || i as call_id, date + interval 12 hour as call_at_local,
    timezone('UTC', timezone('America/Denver', call_at_local)) as call_at_utc, 'community' as initiation,
    'calls' as source_dataset, 1 as longitude, 1 as latitude
from read_csv('{CASE / "daily_counts.csv"}'), range(n) as records(i);
insert into enrich.point_zones select source, 'tract', 1, 1, 'z' from read_csv('{CASE / "sources.csv"}');
insert into canonical.zones by name
select source as city, 'tract' as zone_kind, 'z' as zone_id from read_csv('{CASE / "sources.csv"}');
insert into canonical.zone_attributes by name
select source as city, 'tract' as zone_kind, 'z' as zone_id, 'B01003_001' as variable, population as estimate
from read_csv('{CASE / "sources.csv"}');
"""


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's databases, the analysts' in use."""
    home = Settings(home=tmp_path_factory.mktemp("coverage"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        create_inputs(warehouse)
        warehouse.execute(FILL)
    dbt(home, "build", MODELS, "--resource-type", "model", "--resource-type", "seed")
    with duckdb.connect() as opened:
        for database in (home.warehouse_database, home.analyst_database):
            opened.execute(f"attach '{database}' as {database.stem} (read_only)")
        opened.execute("use analyst")
        yield opened


def row(connection: duckdb.DuckDBPyConnection, query: str, city: str) -> dict[str, Any]:
    """The one row of a query."""
    found = connection.execute(query, [city])
    names = [column[0] for column in found.description or []]
    (values,) = found.fetchall()
    return dict(zip(names, values, strict=True))


def near(value: float | None) -> Any:
    """A value of the case, which has ten significant digits."""
    return None if value is None else pytest.approx(value, rel=EXPECTED["tolerance"])


def test_the_rules_have_the_parameters_of_the_case() -> None:
    variables = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    given = EXPECTED["parameters"]
    assert variables["gap_neighbour_days"] == given["neighbour_days"]
    assert variables["gap_needs_expected_records"] == given["gap_needs_expected_records"]
    assert variables["full_from"] == given["full_from"]
    assert variables["default_delay_days"] == given["default_delay_days"]
    assert variables["minimum_covered_days"] == given["min_days_annual_rate"]


@pytest.mark.parametrize("city", SOURCES)
def test_coverage_of_a_data_set(connection: duckdb.DuckDBPyConnection, city: str) -> None:
    expected = EXPECTED["expected"][city]
    found = row(connection, "select * from audit.coverage where city = ?", city)
    for name in ("first_record", "last_record", "covered_to"):
        assert found[name] == date.fromisoformat(expected[name]), name
    for name in ("delay_days", "delay_from", "covered_days", "records", "records_on_covered_days"):
        assert found[name] == expected[name], name
    gaps = connection.execute(
        "select first_day::varchar, last_day::varchar from audit.coverage_gaps where city = ? order by 1", [city]
    ).fetchall()
    assert gaps == [(gap["first"], gap["last"]) for gap in expected["gaps"]]
    assert found["gaps"] == len(gaps)


@pytest.mark.parametrize("city", SOURCES)
def test_months_and_years(connection: duckdb.DuckDBPyConnection, city: str) -> None:
    columns = ["days", "covered_days", "calls", "calls_per_day", "status"]
    rows = connection.execute(
        f"select strftime(month, '%Y-%m'), {', '.join(columns)} from demand.calls_by_month where city = ? order by 1",
        [city],
    ).fetchall()
    expected = EXPECTED["expected"][city]
    assert {month: values for month, *values in rows} == {
        month: [values["days"], values["covered_days"], values["n"], near(values["per_day"]), values["status"]]
        for month, values in expected["months"].items()
    }
    for year, values in expected["years"].items():
        months = [month for month in rows if month[0].startswith(year)]
        covered, calls = (sum(month[place] for month in months) for place in (2, 3))
        assert (covered, calls, near(values["per_day"])) == (values["covered_days"], values["n"], calls / covered)


@pytest.mark.parametrize("city", SOURCES)
def test_reference_period(connection: duckdb.DuckDBPyConnection, city: str) -> None:
    found = row(
        connection,
        "select kind, strftime(period_start, '%Y-%m') as first, strftime(period_end, '%Y-%m') as last, status "
        "from zones.reference_periods where city = ? and measure = 'calls'",
        city,
    )
    expected = EXPECTED["expected"][city]["reference_period"]
    assert found["kind"] == expected["kind"]
    if expected["kind"] == "none":
        # The case says insufficient_data of the period; the mart counts all covered days and says whether they are many.
        many = EXPECTED["expected"][city]["covered_days"] >= EXPECTED["parameters"]["min_days_annual_rate"]
        assert found["status"] == ("partial_period" if many else "insufficient_data")
    else:
        assert (found["first"], found["last"], found["status"]) == (expected["first"], expected["last"], "ok")


@pytest.mark.parametrize("city", [s for s in SOURCES if EXPECTED["expected"][s]["reference_period"]["kind"] == "none"])
def test_annual_rate_over_covered_days(connection: duckdb.DuckDBPyConnection, city: str) -> None:
    expected = EXPECTED["expected"][city]["annual_rate_per_1000"]
    found = row(connection, "select * from zones.zone_summary where city = ? and zone_id = 'z'", city)
    assert (found["n"], found["population"], found["covered_days"]) == (
        expected["n"],
        expected["population"],
        expected["covered_days"],
    )
    assert found["rate_per_1000"] == near(expected["rate"])
    if expected["rate"] is None:
        assert (found["rate_lo"], found["rate_hi"], found["status"]) == (None, None, "insufficient_data")
        return
    # Byar's closed form stands in for Garwood's limits from five events on (methods, 0.6).
    assert found["rate_lo"] == pytest.approx(expected["lo"], rel=2e-3)
    assert found["rate_hi"] == pytest.approx(expected["hi"], rel=2e-3)
    assert found["status"] == "partial_period"


def test_the_case_is_read_whole(connection: duckdb.DuckDBPyConnection) -> None:
    with (CASE / "daily_counts.csv").open(encoding="utf-8", newline="") as lines:
        total = sum(int(day["n"]) for day in csv.DictReader(lines))
    assert connection.execute("select cast(sum(records) as bigint) from audit.coverage").fetchall() == [(total,)]
