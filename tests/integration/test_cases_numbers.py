"""Numbers that cannot be: the rows stay, the numbers do not."""

import duckdb


def test_impossible_places_are_none(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute("""
        select location_status, count(*), count(zone_id) from demand.fct_calls
        where city = 'impossible_places' group by 1 order by 1
    """).fetchall()
    assert found == [("impossible", 3, 0), ("located", 395, 395), ("missing", 2, 0)]
