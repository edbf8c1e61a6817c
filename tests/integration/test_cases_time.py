"""Clocks as cities write them: the hour a call came, whatever way its time was written."""

import duckdb


def test_an_offset_is_never_dropped(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute(
        "select distinct extract(hour from call_at_local) from demand.fct_calls where city = 'offset_on_some_rows'"
    ).fetchall()
    assert found == [(22,)]


def test_a_year_of_two_digits_is_of_this_century(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute(
        "select distinct year(call_at_local) from demand.fct_calls where city = 'two_digit_years'"
    ).fetchall()
    assert found == [(2014,)]
