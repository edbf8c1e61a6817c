"""Keys that stand for two things, and exports without a key: nothing vanishes, and nothing counts twice unsaid."""

import re

import duckdb

from tests.integration.conftest import DraftedCities
from tests.integration.test_cases_time import fates


def test_a_key_used_for_many_other_calls_stops_the_run(drafted_cities: DraftedCities) -> None:
    told = drafted_cities.stopped("same_number_another_call", drafted_cities.first)
    assert "quarantined" in told and "same_key_other_content" in told


def test_a_key_used_for_a_few_other_calls_sets_both_aside(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    assert fates(drafted_analyst, "few_numbers_another_call") == {"accepted": 397, "same_key_other_content": 6}
    told = drafted_cities.stopped("few_numbers_another_call", drafted_cities.first)
    assert re.search("6 rows share a key with a row that says something else", told)


def test_one_zone_number_of_two_outlines_stops_the_run(drafted_cities: DraftedCities) -> None:
    assert "same_key_other_content" in drafted_cities.stopped("short_tract_numbers", drafted_cities.first)


def test_equal_rows_without_a_key_are_counted_apart(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    assert fates(drafted_analyst, "repeats_without_an_id", "crimes") == {"accepted": 300, "repeated_content": 12}
    told = drafted_cities.stopped("repeats_without_an_id", drafted_cities.first)
    assert "of 312 rows, 12 that say the same as another are left out" in told


def test_equal_rows_of_a_key_are_one(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    assert fates(drafted_analyst, "repeats_of_a_key") == {"accepted": 400, "repeated_row": 5}


def test_ids_of_rows_without_a_key_say_nothing_of_them(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute(
        "select offense_id from crime.fct_offenses where city = 'repeats_without_an_id' order by 1 limit 3"
    ).fetchall()
    assert found == [("crimes-1",), ("crimes-10",), ("crimes-100",)]
