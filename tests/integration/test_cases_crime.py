"""Places, offenses and contacts of cities nobody prepared: what is counted, where, and what is said of it."""

from typing import Any

import duckdb
import pytest

from tests.integration.conftest import DraftedCities, run_footprint


def summary(analyst: duckdb.DuckDBPyConnection, city: str) -> dict[str, dict[str, Any]]:
    """zones.zone_summary of a city over its tracts, by measure."""
    found = analyst.execute(
        """
        select measure, sum(n)::bigint as n, list(distinct status) as status, list(distinct caveat_codes) as caveats,
            max(reason) as reason
        from zones.zone_summary where city = ? and zone_id <> '(unmatched)' group by measure
        """,
        [city],
    )
    names = [column[0] for column in found.description or []]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def test_robberies_alone_are_not_the_citys_crime(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = summary(drafted_analyst, "robberies_alone")
    assert set(found) == {"offenses"}
    row = found["offenses"]
    assert row["n"] > 300
    assert all("ONE_OFFENSE_TYPE" in caveats for caveats in row["caveats"])
    assert "ok" not in row["status"]
    months = drafted_analyst.execute(
        "select distinct caveat_codes from crime.offenses_by_zone_month where city = 'robberies_alone'"
    ).fetchall()
    assert months == [("AMBIENT;MAUP;ONE_OFFENSE_TYPE;REPORTING",)]


def test_what_police_found_and_what_is_unfounded_stand_apart(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    counted = dict(
        drafted_analyst.execute(
            "select coalesce(measure, not_counted_reason), count(*) from crime.fct_offenses "
            "where city = 'offenses_of_all_kinds' group by 1"
        ).fetchall()
    )
    assert counted["offenses_police_generated"] == 80
    assert counted["unfounded"] == 40
    unknown = counted["offenses_unclassified"]
    assert 0 < unknown < 20
    assert counted["offenses"] == 400 - 80 - 40 - unknown
    found = summary(drafted_analyst, "offenses_of_all_kinds")
    assert set(found) == {"offenses", "offenses_police_generated", "offenses_unclassified"}
    assert all("DETECTION" in caveats for caveats in found["offenses_police_generated"]["caveats"])
    assert not any("DETECTION" in caveats for caveats in found["offenses"]["caveats"])
    assert not any("ONE_OFFENSE_TYPE" in caveats for caveats in found["offenses"]["caveats"])


def test_a_stop_that_ends_in_an_arrest_is_one_contact(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    ((records, contacts, stops, arrests),) = drafted_analyst.execute(
        "select count(*), count(*) filter (is_counted), count(*) filter (contact_kind = 'stop'), "
        "count(*) filter (contact_kind = 'arrest') from enforcement.fct_contacts where city = 'stops_and_arrests_linked'"
    ).fetchall()
    assert (records, stops, arrests) == (600, 400, 200)
    assert contacts == 400 + 200 - 133
    ((total, status),) = drafted_analyst.execute(
        "select sum(contacts), max(contacts_status) filter (covered_days > 0) from enforcement.contacts_by_zone_month "
        "where city = 'stops_and_arrests_linked'"
    ).fetchall()
    assert status == "ok"
    assert 0.9 * contacts < total <= contacts


def test_stops_and_arrests_without_a_number_have_no_sum(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    ((contacts, stops, arrests),) = drafted_analyst.execute(
        "select sum(contacts), sum(stops), sum(arrests) from enforcement.contacts_by_zone_month "
        "where city = 'stops_and_arrests_apart'"
    ).fetchall()
    assert contacts is None
    assert stops > 300 and arrests > 150
    row = summary(drafted_analyst, "stops_and_arrests_apart")["contacts"]
    assert (row["n"], row["status"]) == (None, ["not_estimable"])
    assert "no common number" in row["reason"]
    assert row["caveats"] == ["DETECTION;DOUBLE_CONTACTS;MAUP;RECORDING"]


def test_calls_on_a_line_are_the_first_tracts_and_said_to_be_doubtful(
    drafted_analyst: duckdb.DuckDBPyConnection,
) -> None:
    found = {
        zone: (total, low, high, caveats)
        for zone, total, low, high, caveats in drafted_analyst.execute(
            "select zone_id, n, n_low, n_high, caveat_codes from zones.zone_summary "
            "where city = 'calls_on_the_lines' and zone_id <> '(unmatched)' order by 1"
        ).fetchall()
    }
    first, second, *others = found.values()
    on_the_line, ten_metres_off = first[0] - first[1], second[0] - second[1]
    # All calls of covered days: 40 on the line, 20 beside it, give or take the days that are still filling.
    assert 35 <= on_the_line <= 40 and 17 <= ten_metres_off <= 20
    assert first[2] == first[0] + ten_metres_off
    assert second[2] == second[0] + on_the_line
    assert "BORDER" in first[3] and "BORDER" in second[3]
    assert all(total == low == high and "BORDER" not in caveats for total, low, high, caveats in others)


@pytest.mark.parametrize(
    ("city", "rule"),
    [
        ("robberies_alone", "one_offense_type"),
        ("offenses_of_all_kinds", "unclassified_offenses"),
        ("stops_and_arrests_apart", "contacts_perhaps_double"),
    ],
)
def test_city_check_says_what_the_numbers_are_not(drafted_cities: DraftedCities, city: str, rule: str) -> None:
    done = run_footprint(drafted_cities.home, "city", "check", city, "--json", PYTHONPATH=str(drafted_cities.project))
    assert f'"{rule}"' in done.stdout, done.stdout + done.stderr
