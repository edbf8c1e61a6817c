"""Cities nobody prepared: what their drafts say, and that what is released is right."""

import json

import duckdb
import pytest

from tests.cases.writing import moment
from tests.integration.conftest import DraftedCities, run_footprint
from tests.integration.test_cases_time import fates

HOURS = sorted(moment(number).hour for number in range(400))


def data_set(drafted: DraftedCities, city: str, name: str) -> dict[str, object]:
    """What a draft answered of a data set."""
    answer = drafted.drafts[city]
    return next(one for one in answer["data_sets"] if one["name"] == name)


@pytest.mark.parametrize("city", ["clock_beside", "clocks_of_numbers", "zipped_without_an_id"])
def test_hours_of_the_day_are_right(drafted_analyst: duckdb.DuckDBPyConnection, city: str) -> None:
    found = drafted_analyst.execute(
        "select extract(hour from call_at_local) from demand.fct_calls where city = ? order by 1", [city]
    ).fetchall()
    assert [hour for (hour,) in found] == HOURS


def test_milliseconds_and_names_in_camel_case(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute("""
        select count(*), count(distinct contact_id), min(contact_at_local)::varchar from enforcement.fct_contacts
        where city = 'milliseconds_in_camel_case'
    """).fetchall()
    assert found == [(400, 400, "2023-01-01 06:00:00")]


def test_a_packed_title_gives_type_and_group(drafted_cities: DraftedCities) -> None:
    with duckdb.connect(str(drafted_cities.home / "build" / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute("""
            select type_group, final_type, count(*) from canonical.calls where city = 'zipped_without_an_id'
            group by all order by all
        """).fetchall()
    assert found == [
        ("EMS", "EMS: BACK PAINS/INJURY", 134), ("Fire", "Fire: GAS-ODOR/LEAK", 133), ("Traffic", "Traffic: VEHICLE ACCIDENT -", 133),
    ]  # fmt: skip


def test_a_month_that_is_only_a_header(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    drafted = data_set(drafted_cities, "months_one_empty", "calls")
    assert (drafted["growth"], drafted["rows"]) == ("yearly_files", 240)
    assert "24-4.csv: no row, only a header" in str(drafted["doubts"])
    # The second delivery lacks March, which stays.
    found = drafted_analyst.execute("select count(*) from demand.fct_calls where city = 'months_one_empty'").fetchall()
    assert found == [(240,)]


@pytest.mark.parametrize("city", ["zones_lost_their_zero", "titles_above_the_header", "clock_beside"])
def test_each_tract_has_its_calls_and_a_rate(drafted_analyst: duckdb.DuckDBPyConnection, city: str) -> None:
    found = drafted_analyst.execute(
        "select zone_id, count(*) from demand.fct_calls where city = ? group by 1 order by 1", [city]
    ).fetchall()
    assert [calls for _, calls in found] == [100] * 4
    rates = drafted_analyst.execute(
        "select distinct population, rate_per_1000 is not null from zones.zone_summary where city = ? and measure = 'calls' "
        "and zone_id <> '(unmatched)'",
        [city],
    ).fetchall()
    assert rates == [(4000, True)]


def test_census_variables_of_outlines_are_attributes(drafted_cities: DraftedCities) -> None:
    with duckdb.connect(str(drafted_cities.home / "build" / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute("""
            select variable, estimate, margin_of_error, count(*) from canonical.zone_attributes where city = 'only_zones'
            group by all
        """).fetchall()
    assert found == [("B01003_001", 4000, 100, 4)]


def test_lost_zeros_are_told(drafted_cities: DraftedCities) -> None:
    columns = data_set(drafted_cities, "zones_lost_their_zero", "calls")["columns"]
    assert isinstance(columns, dict)
    assert "0 of 4 values are a zone: a leading 0 is missing" in columns["published_zone_id"]["why"]


def test_a_key_that_stands_twice_in_an_object(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    drafted = data_set(drafted_cities, "repeated_key", "requests_311")
    assert "status_2" in drafted["unread"] and "status (300 times)" in str(drafted["doubts"])  # type: ignore[operator]
    found = drafted_analyst.execute("select count(*) from demand.fct_requests where city = 'repeated_key'").fetchall()
    assert found == [(300,)]


def test_only_zones(drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    draft = drafted_cities.drafts["only_zones"]
    assert (draft["time_zone"], draft["projection"]) == ("America/Chicago", "EPSG:32615")
    found = drafted_analyst.execute("select count(*) from zones.dim_zone where city = 'only_zones'").fetchall()
    assert found == [(4,)]


def test_a_month_for_a_time_is_refused(drafted_cities: DraftedCities) -> None:
    said = drafted_cities.drafts["months_for_times"]["passed_over"]["2024-03-city-street.csv"]
    assert "month holds months (such as 2024-03)" in said


def test_an_id_that_a_third_lacks_is_no_key(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    drafted = data_set(drafted_cities, "no_id_for_a_third", "crimes")
    assert drafted["key"] == [] and "crime_id is empty in 100 of 300 rows" in str(drafted["doubts"])
    assert drafted["constant"] == {"crime_type": "Burglary", "falls_within": "City Police"}
    assert fates(drafted_analyst, "no_id_for_a_third", "crimes") == {"accepted": 300}


def test_half_a_clock_is_told(drafted_cities: DraftedCities) -> None:
    drafted = data_set(drafted_cities, "half_clock", "calls")
    assert "it has no clock, so hours of the day cannot be told" in str(drafted["doubts"])
    assert drafted["unread"] == {"call_time": "a clock from 1 to 12 without AM or PM"}
    assert "stand at 00:00" in drafted_cities.stopped("half_clock", drafted_cities.first)


def test_check_tells_what_a_run_has_shown(drafted_cities: DraftedCities) -> None:
    done = run_footprint(
        drafted_cities.home, "city", "check", "minutes_cut_off", "--json", PYTHONPATH=str(drafted_cities.project)
    )
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    rules = {finding["rule"]: finding["found"] for finding in answer["findings"]}
    assert {"on_the_hour", "unknown_initiation", "constant_columns", "zones_never_used"} <= rules.keys()
    assert "19001000500" in rules["zones_never_used"] and answer["next"]
