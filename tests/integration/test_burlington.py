"""The Burlington release against its file: the publisher's own hour, weekday and month prove the clock."""

import duckdb
import pandas as pd
import pytest

from tests.integration.real_exports import counted, fates, mapping, table

CITY = "burlington"


@pytest.fixture(scope="module")
def incidents(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "police_incidents_2022.csv")


def calls(analyst: duckdb.DuckDBPyConnection, key: str) -> dict[object, int]:
    """Calls by an expression."""
    return mapping(analyst, f"select {key}, count(*) from demand.fct_calls where city = '{CITY}' group by 1")


def test_every_incident_is_a_call(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    assert incidents["incident_number"].nunique() == len(incidents) == 10_830
    assert fates(real_analyst, CITY, "police_incidents") == {("accepted", None): 10_830}


def test_the_clock_is_that_of_the_published_parts(
    real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame
) -> None:
    hour = "extract(hour from call_at_local)"
    of_12 = f"cast(case when {hour} % 12 = 0 then 12 else {hour} % 12 end as integer)"
    assert calls(real_analyst, f"{of_12} || case when {hour} < 12 then ' am' else ' pm' end") == counted(
        incidents["Hour"]
    )
    assert calls(real_analyst, "dayname(call_at_local)") == counted(incidents["DayOfWeek"])
    assert calls(real_analyst, "monthname(call_at_local)") == counted(incidents["Month"])
    assert calls(real_analyst, "extract(year from call_at_local)") == {2022: 10_830}


def test_who_started_it(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    patrol = incidents["call_type"] == "Foot Patrol"
    officer = patrol | (incidents["call_origin"] == "Officer/Radio")
    unknown = ~officer & (incidents["call_origin"] == "NA")

    # Of those that say nothing, two alarms and two papers served tell by their type who started them.
    assert calls(real_analyst, "initiation") == {
        "officer": officer.sum(),
        "unknown": unknown.sum() - 4,
        "alarm": 2,
        "administrative": 2,
        "community": (~officer & ~unknown).sum(),
    }
    assert officer.sum() == 1_153


def test_places_withheld_are_told_from_places_missing(
    real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame
) -> None:
    located = int((incidents["Latitude"] != "NA").sum())
    found = calls(real_analyst, "location_status")
    domestic = calls(real_analyst, "case when final_type = 'Domestic Disturbance' then location_status end")

    assert found["located"] == located == 9_920
    assert found["withheld"] + found["missing"] == 910
    assert domestic["withheld"] == (incidents["call_type"] == "Domestic Disturbance").sum() == 262


def test_what_is_not_known_is_null(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    ((untyped, named),) = real_analyst.execute(
        f"""
        select count(*) filter (where final_type is null), count(*) filter (where final_type = 'NA')
        from demand.fct_calls where city = '{CITY}'
        """
    ).fetchall()

    assert (untyped, named) == ((incidents["call_type"] == "NA").sum(), 0)
