"""What a file holds and what was read of it: every row accounted for, no column about persons, each file its columns."""

import json

import duckdb
import pytest

from orchestration.settings import Settings
from tests.cases.text import PEOPLE
from tests.integration.conftest import DraftedCities


def calls_of(analyst: duckdb.DuckDBPyConnection, city: str) -> int:
    ((rows,),) = analyst.execute("select count(*) from demand.fct_calls where city = ?", [city]).fetchall()
    return int(rows)


@pytest.mark.parametrize("city", ["stray_quotes", "values_of_several_lines", "key_stands_twice"])
def test_every_row_is_read(drafted_analyst: duckdb.DuckDBPyConnection, city: str) -> None:
    assert calls_of(drafted_analyst, city) == 400


def test_rows_between_stray_quotes_are_told(drafted_cities: DraftedCities) -> None:
    told = [gate for gate in drafted_cities.first.gates if gate["expectation"] == "quotes_pair"]
    assert "stray_quotes / calls" in json.dumps(told) and "76 lines" in json.dumps(told)
    assert "values_of_several_lines" not in json.dumps(told)


def test_a_file_cut_in_its_last_column_replaces_nothing(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    said = drafted_cities.stopped("cut_in_its_last_column", drafted_cities.second)
    assert "ends within line 401" in said and "calls.csv" in said
    assert calls_of(drafted_analyst, "cut_in_its_last_column") == 400


def test_a_column_renamed_in_one_year_stops_and_is_named(drafted_cities: DraftedCities) -> None:
    said = drafted_cities.stopped("renamed_in_one_year", drafted_cities.second)
    for column, new in (("call_type", "nature"), ("longitude", "x_wgs")):
        assert f"\\u201c{column}\\u201d is not in calls_2024.csv. It is probably called \\u201c{new}\\u201d now" in said


def test_columns_about_persons_are_dropped_in_any_spelling(drafted_cities: DraftedCities) -> None:
    (drafted,) = [one for one in drafted_cities.drafts["people_in_camel_case"]["data_sets"] if one["entity"] == "calls"]
    assert set(drafted["drop"]) == {name.lower() for name in PEOPLE if name != "StreetName"}


def test_new_columns_about_persons_never_reach_raw(drafted_cities: DraftedCities) -> None:
    home = Settings(home=drafted_cities.home)
    stored = list((home.raw / "new_columns_name_callers").rglob("*.parquet"))
    content = b"".join(path.read_bytes() for path in stored)
    assert stored and b"Pat Example" not in content and b"515-555" not in content and b"556-0" not in content
    told = json.dumps([gate for gate in drafted_cities.second.gates if gate["expectation"] == "column_decided"])
    for name in ("caller_name", "callbackphone", "extra"):
        assert f"new_columns_name_callers / calls: the column \\u201c{name}\\u201d was left out of raw" in told
    assert "facility_name" not in told
