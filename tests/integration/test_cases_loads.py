"""Second deliveries: what may replace what is released, and what is said where it may not."""

import duckdb
import pytest

from tests.integration.conftest import DraftedCities


def calls_of(analyst: duckdb.DuckDBPyConnection, city: str) -> int:
    """Calls of a city in the release that stands after the second delivery."""
    return int(analyst.execute("select count(*) from demand.fct_calls where city = ?", [city]).fetchall()[0][0])


def warned(drafted: DraftedCities, city: str) -> str:
    """What the gates said of a city in the second run without stopping it."""
    found = [one for one in drafted.second.gates if not one["success"] and one["severity"] != "critical"]
    return "\n".join(str(one["message"]) for one in found if city in one["cities"])


@pytest.mark.parametrize(
    ("city", "said"),
    [
        ("older_by_its_name", "its name is of 2024-03-01, that of the one in use of 2024-03-15"),
        ("older_by_its_records", "its newest record is of 2023-12-09, that of the one in use of 2023-12-28"),
        ("older_snapshot", "its newest record is of 2023-12-09"),
    ],
)
def test_an_older_export_does_not_replace_a_newer_one(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection, city: str, said: str
) -> None:
    assert calls_of(drafted_analyst, city) == 400
    assert said in warned(drafted_cities, city)


@pytest.mark.parametrize(
    ("city", "expectation", "said", "calls"),
    [
        (
            "growing_set_lacks_a_stretch",
            "rows_kept",
            "5% of the rows are gone (380 now, 400 in the current release)",
            400,
        ),
        ("another_year_under_the_name", "rows_kept", "100% of the rows are gone (420 now, 400 in", 400),
        ("month_cut_short", "file_rows_kept", "calls_2024_03.csv has 30 rows now, 168 in the current release", 1008),
        ("month_older", "file_is_no_older", "calls_2024_03.csv ends on 2024-03-27 (162 rows)", 1008),
        ("month_missing", "file_kept", "calls_2024_03.csv (168 rows in the current release) is not in the new", 1008),
    ],
)
def test_what_would_take_rows_away_is_stopped(
    drafted_cities: DraftedCities,
    drafted_analyst: duckdb.DuckDBPyConnection,
    city: str,
    expectation: str,
    said: str,
    calls: int,
) -> None:
    stops = [
        one
        for one in drafted_cities.second.gates
        if city in one["cities"] and not one["success"] and one["expectation"] == expectation
    ]
    assert [said in one["message"] for one in stops] == [True]
    assert calls_of(drafted_analyst, city) == calls


def test_months_that_would_go_are_named(drafted_cities: DraftedCities) -> None:
    said = drafted_cities.stopped("growing_set_lacks_a_stretch", drafted_cities.second)
    assert "Most in 2023-04 (" in said


@pytest.mark.parametrize(("city", "calls"), [("month_corrected", 1005), ("month_added", 1176)])
def test_sound_deliveries_are_taken(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection, city: str, calls: int
) -> None:
    assert drafted_cities.stopped(city, drafted_cities.second, ("critical",)) == ""
    assert calls_of(drafted_analyst, city) == calls


def test_the_same_feed_under_two_names_is_not_counted_twice(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    city = "same_feed_two_names"
    assert "stand word for word in another file" in drafted_cities.stopped(city, drafted_cities.second)
    found = drafted_analyst.execute("select count(*) from crime.fct_offenses where city = ?", [city]).fetchall()
    assert found == [(300,)]
