"""Cities whose exports lack days: what is said of the rest, and what is not said."""

import datetime as dt
import json
from typing import Any

import duckdb
import pytest

from orchestration.publish.releases import read_manifest
from tests.cases.coverage import A_DAY, TODAY
from tests.integration.conftest import DraftedCities, run_footprint

RESIDENTS = 4 * 4_000


def rows(analyst: duckdb.DuckDBPyConnection, query: str, city: str) -> list[tuple[Any, ...]]:
    """The rows of a query about a city."""
    return analyst.execute(query, [city]).fetchall()


def months(analyst: duckdb.DuckDBPyConnection, city: str) -> dict[str, tuple[Any, ...]]:
    """Covered days, status, calls and calls a day of each month."""
    found = rows(
        analyst,
        "select strftime(month, '%Y-%m'), covered_days, status, calls, calls_per_day from demand.calls_by_month "
        "where city = ? order by 1",
        city,
    )
    return {month: tuple(told) for month, *told in found}


def period(analyst: duckdb.DuckDBPyConnection, city: str) -> tuple[Any, ...]:
    """Kind, first and last day, covered days, number and status of the period of a city's calls."""
    (found,) = rows(
        analyst,
        "select kind, cast(period_start as varchar), cast(period_end as varchar), covered_days, n, status "
        "from zones.reference_periods where city = ? and measure = 'calls'",
        city,
    )
    return found


def the_same_pace(analyst: duckdb.DuckDBPyConnection, city: str, covered: int) -> None:
    """Every number a day, an hour and a resident is that of eight calls a day over the covered days."""
    ((calls, hours),) = rows(
        analyst, "select sum(calls), sum(exposure_hours) from demand.calls_by_hour_of_week where city = ?", city
    )
    assert (calls, hours) == (A_DAY * covered, pytest.approx(24 * covered, abs=1))
    a_year = A_DAY * 365.25 / RESIDENTS * 1000
    ((n, residents, events, days),) = rows(
        analyst,
        "select sum(n), sum(population), sum(rate_per_1000 * population / 1000), any_value(covered_days) "
        "from zones.zone_summary where city = ? and zone_kind = 'tract' and measure = 'calls'",
        city,
    )
    assert (n, days) == (A_DAY * covered, covered)
    # A draft may not know how many live there; then there is no rate to be wrong.
    if residents is not None:
        assert events / residents * 1000 == pytest.approx(a_year)
    for (rate,) in rows(
        analyst,
        "select rate_per_1000 from demand.calls_by_type where city = ? and final_type = '(all)' and "
        "denominator = 'community' and rate_per_1000 is not null",
        city,
    ):
        assert rate == pytest.approx(a_year)


def test_a_year_that_ends_in_october(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    city = "year_ends_in_october"
    assert period(drafted_analyst, city) == ("calendar_year", "2022-01-01", "2022-12-31", 365, 365 * A_DAY, "ok")
    the_same_pace(drafted_analyst, city, 365)
    found = months(drafted_analyst, city)
    assert len(found) == 22
    assert {status for _, status, _, _ in found.values()} == {"ok"}
    assert {a_day for *_, a_day in found.values()} == {A_DAY}
    assert rows(
        drafted_analyst,
        "select distinct status from zones.zone_summary where city = ? and zone_kind = 'tract' and measure = 'calls' "
        "and population is not null",
        city,
    ) in ([("ok",)], [])


def test_six_days_of_each_month(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    city = "six_days_of_each_month"
    assert period(drafted_analyst, city) == ("none", "2023-01-01", "2023-12-06", 66, 66 * A_DAY, "insufficient_data")
    found = months(drafted_analyst, city)
    assert found.pop("2023-05") == (0, "insufficient_data", None, None)
    assert set(found.values()) == {(6, "partial_period", 6 * A_DAY, A_DAY)}
    assert len(found) == 11
    gaps = rows(
        drafted_analyst,
        "select cast(first_day as varchar), cast(last_day as varchar), length_days from audit.coverage_gaps "
        "where city = ? order by 1",
        city,
    )
    assert len(gaps) == 10
    assert gaps[3] == ("2023-04-07", "2023-05-31", 55)
    # No number of a year.
    for table, numbers, where in (
        ("zones.zone_summary", "rate_per_1000", "measure = 'calls'"),
        ("demand.calls_by_type", "rate_per_1000", "true"),
        ("demand.calls_by_month", "rate_per_1000", "true"),
        ("demand.calls_by_zone_month", "rate_per_1000", "true"),
        ("budget.staffing_equivalents", "coalesce(hours_per_year, full_time_equivalents)", "true"),
    ):
        assert rows(drafted_analyst, f"select count({numbers}) from {table} where city = ? and {where}", city) == [(0,)]


@pytest.mark.parametrize(
    ("city", "first", "last", "covered"),
    [("half_a_year", "2023-01-01", "2023-06-30", 181), ("a_quarter", "2023-07-01", "2023-09-30", 92)],
)
def test_a_part_of_a_year(
    drafted_analyst: duckdb.DuckDBPyConnection, city: str, first: str, last: str, covered: int
) -> None:
    assert period(drafted_analyst, city) == ("none", first, last, covered, covered * A_DAY, "partial_period")
    the_same_pace(drafted_analyst, city, covered)
    assert {told[1] for told in months(drafted_analyst, city).values()} == {"ok"}
    statuses = rows(
        drafted_analyst,
        "select distinct status from zones.zone_summary where city = $1 and measure = 'calls' and population is not null "
        "union select distinct status from demand.calls_by_hour_of_week where city = $1",
        city,
    )
    assert statuses == [("partial_period",)]


def test_three_weeks_missing(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    city = "three_weeks_missing"
    assert period(drafted_analyst, city)[:4] == ("calendar_year", "2022-01-01", "2022-12-31", 365)
    the_same_pace(drafted_analyst, city, 365)
    found = months(drafted_analyst, city)
    assert found["2023-05"] == (10, "partial_period", 10 * A_DAY, A_DAY)
    assert found["2023-04"] == (30, "ok", 30 * A_DAY, A_DAY)
    assert rows(
        drafted_analyst, "select gaps, gap_days, covered_days from audit.coverage where city = ?", city
    ) == [(1, 21, 365 + 365 - 21)]  # fmt: skip


def test_days_that_are_still_filling(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    city = "still_filling"
    ((last, covered_to, delay, delay_from, records, kept),) = rows(
        drafted_analyst,
        "select last_record, covered_to, delay_days, delay_from, records, records_on_covered_days from audit.coverage "
        "where city = ?",
        city,
    )
    assert last == TODAY - dt.timedelta(days=1)
    assert (delay, delay_from) == (7, "default")
    # By the city's clock it may still be yesterday when the file lands.
    assert covered_to in (TODAY - dt.timedelta(days=7), TODAY - dt.timedelta(days=8))
    assert kept % A_DAY == 0
    assert 3 * A_DAY // 4 + 3 * A_DAY <= records - kept <= 3 * A_DAY // 4 + 4 * A_DAY
    found = months(drafted_analyst, city)
    assert {a_day for _, _, calls, a_day in found.values() if calls} == {A_DAY}
    assert rows(
        drafted_analyst,
        "select cast(sum(records_of_uncovered_days) as bigint) from demand.calls_by_month where city = ?",
        city,
    ) == [(records - kept,)]
    kind, _, end, days, n, _ = period(drafted_analyst, city)
    assert kind in ("twelve_months", "calendar_year")
    assert end <= str(covered_to)
    assert n == days * A_DAY
    seen = rows(
        drafted_analyst, "select max(day), cast(sum(records) as bigint) from audit.days_seen where city = ?", city
    )
    assert seen[0][0] == last
    assert seen[0][1] > 50 * A_DAY


def test_two_data_sets_of_one_measure_join(
    drafted_cities: DraftedCities, drafted_analyst: duckdb.DuckDBPyConnection
) -> None:
    city = "of_two_files"
    data_sets = drafted_cities.drafts[city]["data_sets"]
    assert [one["entity"] for one in data_sets].count("calls") == 2, data_sets
    assert period(drafted_analyst, city) == ("calendar_year", "2023-01-01", "2023-12-31", 365, 365 * A_DAY, "ok")
    the_same_pace(drafted_analyst, city, 365)
    assert rows(
        drafted_analyst, "select covered_days, is_sample from audit.coverage where city = ? order by 1", city
    ) == [(181, False), (184, False)]  # fmt: skip


def test_gaps_are_told_everywhere(drafted_cities: DraftedCities) -> None:
    city, gap = "three_weeks_missing", ("2023-05-10", "2023-05-30")
    manifest = read_manifest(drafted_cities.release)
    (told,) = [one for one in manifest.coverage if one.city == city]
    assert [(str(one.first_day), str(one.last_day), one.length_days) for one in told.gaps] == [(*gap, 21)]
    outcome = drafted_cities.second if drafted_cities.second.release else drafted_cities.first
    warnings = [one for one in manifest.gates if one["table"] == "audit.coverage" and not one["success"]]
    assert outcome.release  # of the cities that nothing stopped
    assert any(" to ".join(gap) in str(one) and city in str(one) for one in warnings), warnings
    assert {one["severity"] for one in warnings} <= {"warning", "info"}
    assert any("half_a_year" in str(one) and one["expectation"] == "periods_are_whole_years" for one in warnings)


def test_city_check_names_gaps_and_late_ends(drafted_cities: DraftedCities) -> None:
    def findings(city: str) -> dict[str, str]:
        done = run_footprint(
            drafted_cities.home, "city", "check", city, "--json", PYTHONPATH=str(drafted_cities.project)
        )
        assert done.returncode in (0, 1), done.stderr
        return {one["rule"]: one["found"] for one in json.loads(done.stdout)["findings"]}

    assert "2023-05-10 to 2023-05-30" in findings("three_weeks_missing")["gaps"]
    assert "younger than 7 days" in findings("still_filling")["late_end"]
    assert "66 days" in findings("six_days_of_each_month")["no_whole_year"]
