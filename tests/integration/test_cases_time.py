"""Clocks as cities write them: the hour a call came, whatever way its time was written."""

import duckdb

from tests.integration.conftest import DraftedCities


def hours(analyst: duckdb.DuckDBPyConnection, city: str) -> list[tuple[int, int]]:
    """The local hours of a city's calls, with the calls of each."""
    return analyst.execute(
        "select extract(hour from call_at_local), count(*) from demand.fct_calls where city = ? group by 1", [city]
    ).fetchall()


def fates(analyst: duckdb.DuckDBPyConnection, city: str, data_set: str = "calls") -> dict[str, int]:
    """How many rows of a data set ended how, by reason where there is one."""
    return dict(
        analyst.execute(
            "select coalesce(reason, fate), rows from audit.row_accounting where city = ? and data_set = ?",
            [city, data_set],
        ).fetchall()
    )


def test_an_offset_is_never_dropped(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    assert hours(drafted_analyst, "offset_on_some_rows") == [(22, 400)]


def test_a_year_of_two_digits_is_of_this_century(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute(
        "select distinct year(call_at_local) from demand.fct_calls where city = 'two_digit_years'"
    ).fetchall()
    assert found == [(2014,)]


def test_waits_across_the_hour_that_comes_twice(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute("""
        select is_ambiguous_time, response_status, round(response_minutes, 6), round(officer_minutes_low, 6), count(*)
        from demand.fct_calls where city = 'clock_goes_back' group by all order by all
    """).fetchall()
    assert {(status, minutes, busy) for _, status, minutes, busy, _ in found} == {("ok", 10, 36)}
    assert sum(n for ambiguous, *_, n in found if ambiguous) >= 24
    assert sum(n for *_, n in found) == 400


def test_the_hour_that_comes_twice_is_read_in_the_order_of_each_calls_times(
    drafted_analyst: duckdb.DuckDBPyConnection,
) -> None:
    found = drafted_analyst.execute("""
        select min(call_at_utc), max(call_at_utc) from demand.fct_calls
        where city = 'clock_goes_back' and call_at_local between '2023-11-05 00:00' and '2023-11-05 02:30'
    """).fetchall()
    assert [[str(at) for at in row] for row in found] == [["2023-11-05 05:00:00", "2023-11-05 08:25:00"]]


def test_a_day_written_as_an_instant_begins_at_midnight(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    assert hours(drafted_analyst, "utc_at_local_midnight") == [(0, 400)]


def test_days_without_a_clock_are_told(drafted_cities: DraftedCities) -> None:
    assert "stand at 00:00" in drafted_cities.stopped("utc_at_local_midnight", drafted_cities.first)
    assert "stand at" not in drafted_cities.stopped("two_digit_years", drafted_cities.first)


def test_each_value_is_read_by_what_it_is(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    assert hours(drafted_analyst, "four_ways_in_one_column") == [(22, 398)]
    assert fates(drafted_analyst, "four_ways_in_one_column") == {"accepted": 398, "unreadable_time": 2}


def test_marks_for_no_time_are_missing_times(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    assert fates(drafted_analyst, "placeholders_of_time") == {
        "accepted": 386, "missing_time": 12, "before_first_day": 2,
    }  # fmt: skip
    found = drafted_analyst.execute("""
        select response_status, count(*), avg(response_minutes) from demand.fct_calls
        where city = 'placeholders_of_time' group by 1 order by 1
    """).fetchall()
    assert found == [("no_arrival", 13, None), ("ok", 373, 10)]


def test_milliseconds_are_instants(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute("""
        select count(*) from demand.fct_calls as a join demand.fct_calls as b using (call_id, call_at_utc)
        where a.city = 'milliseconds_as_text' and b.city = 'impossible_places'
    """).fetchall()
    assert found == [(400,)]
