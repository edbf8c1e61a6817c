"""Cutting any stretch of days out of the demo city's records leaves what is said of the rest as it was, or says why not.

The models run as dbt compiled them, over the canonical tables of the demo city's release less the days that are cut. A
month that keeps its days keeps its numbers; what is counted over the period is what a recount of its remaining days finds,
over their time; what stands for a year stays where it was, but for chance and season; and where it cannot be told it is
NULL with a status.
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from orchestration.settings import Settings
from tests.integration.empty_warehouse import Step, compiled

MODELS = (
    "fqn:footprint.intermediate fct_calls officers_busy_by_hour fct_unit_responses fct_requests fct_contacts fct_offenses calls_by_zone_month "
    "calls_by_month contacts_by_zone_month offenses_by_zone_month measures_by_zone_month reference_periods dim_zone "
    "zone_summary call_type_hours calls_by_type calls_by_hour_of_week demand_by_channel staffing_equivalents coverage coverage_gaps"
)
CUT = {
    "calls": "call_at_local",
    "contacts": "contact_at_local",
    "offenses": "offense_at_local",
    "requests": "requested_at_local",
}
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 31)
# A year may be another one, or half of one: demand of the demo city moves with the seasons.
SEASON = 0.35
SIGMAS = 5
STATUS = ("ok", "partial_period", "unreliable")


@dataclass(frozen=True)
class Figure:
    """A number a unit of time, and how many events it stands on; None with a status where it cannot be told."""

    value: float | None
    n: float
    status: str


@pytest.fixture(scope="module")
def steps_and_databases(
    demo_release_home: Path, demo_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Step], duckdb.DuckDBPyConnection]]:
    """The models as dbt compiles them, and a copy of the release whose canonical tables can be cut."""
    home = Settings(home=tmp_path_factory.mktemp("cut"))
    home.create_folders()
    shutil.copy(demo_release_home / "build" / home.warehouse_database.name, home.warehouse_database)
    shutil.copy(demo_release / home.analyst_database.name, home.analyst_database)
    home.analyst_database.chmod(0o600)
    steps = compiled(home, MODELS)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for database in (home.warehouse_database, home.analyst_database):
            connection.execute(f"attach '{database}' as {database.stem}")
        connection.execute("use warehouse; create schema whole; drop schema intermediate cascade")
        for entity in (*CUT, "unit_responses"):
            connection.execute(f"create table whole.{entity} as from canonical.{entity}")
            connection.execute(f"drop view canonical.{entity}")
        yield steps, connection


def figures(
    steps: list[Step], connection: duckdb.DuckDBPyConnection, first: dt.date, last: dt.date
) -> dict[str, dict[Any, Figure]]:
    """Every figure a day, an hour and a resident, from the records without those of some days."""
    connection.execute("use warehouse")
    for entity, time in CUT.items():
        connection.execute(
            f"create or replace table canonical.{entity} as from whole.{entity} "
            f"where cast({time} as date) not between ? and ?",
            [first, last],
        )
    connection.execute(
        "create or replace table canonical.unit_responses as "
        "from whole.unit_responses semi join canonical.calls using (city, call_id)"
    )
    for step in steps:
        connection.execute(f"create schema if not exists {step.schema}")
        connection.execute(f"create or replace table {step.relation} as {step.query}")

    def table(query: str) -> dict[Any, Figure]:
        return {tuple(key): Figure(*told) for *key, told in connection.execute(query).fetchall()}

    connection.execute("use analyst")
    return {
        "months": table("select month, row(calls_per_day, coalesce(calls, 0), status) from demand.calls_by_month"),
        "hours": table(
            "select hour_of_week, row(calls_per_hour, coalesce(calls, 0), status) from demand.calls_by_hour_of_week"
        ),
        "zones": table(
            "select measure, zone_id, row(rate_per_1000, coalesce(n, 0), status) from zones.zone_summary "
            "where zone_kind <> 'beat' and status <> 'not_applicable'"
        ),
        "types": table(
            "select denominator, call_type_group, row(rate_per_1000, calls, rate_status) from demand.calls_by_type "
            "where final_type = '(all)'"
        ),
        "officers": table(
            "select denominator, row(full_time_equivalents, 1000, status) from budget.staffing_equivalents "
            "where call_type_group = '(all)' and utilisation = 0.5"
        ),
    }


@pytest.fixture(scope="module")
def whole(
    steps_and_databases: tuple[list[Step], duckdb.DuckDBPyConnection],
) -> dict[str, dict[Any, Figure]]:
    """The figures without a cut; its calls are kept for recounts."""
    nowhere = dt.date(1990, 1, 1)
    found = figures(*steps_and_databases, nowhere, nowhere)
    steps_and_databases[1].execute(
        "create table warehouse.whole.demand as select cast(call_at_local as date) as day, zone_id, officer_minutes_low as officer_minutes "
        "from analyst.demand.fct_calls where population = 'demand'"
    )
    return found


def recount_agrees(connection: duckdb.DuckDBPyConnection, first: dt.date, last: dt.date) -> None:
    """What is counted over the period is what a recount of its days that were not cut finds, and so is the time."""
    ((start, end, covered, status),) = connection.execute(
        "select period_start, period_end, covered_days, status from zones.reference_periods where measure = 'calls'"
    ).fetchall()
    days = [start + dt.timedelta(days=number) for number in range((end - start).days + 1)]
    assert covered == len([day for day in days if not first <= day <= last])
    ((n, minutes),) = connection.execute(
        "select count(*), sum(officer_minutes) from warehouse.whole.demand "
        "where day between ? and ? and day not between ? and ?",
        [start, end, first, last],
    ).fetchall()
    ((calls, hours),) = connection.execute(
        "select sum(calls), sum(exposure_hours) from demand.calls_by_hour_of_week"
    ).fetchall()
    # A call just before midnight may lose or gain a repeat at the edge of the cut, and what is left may tell fewer.
    assert calls == pytest.approx(n, rel=0.005, abs=3)
    assert hours == pytest.approx(24 * covered, abs=2)
    for zones, exposure in connection.execute(
        "select sum(n), any_value(covered_days) from zones.zone_summary where zone_kind <> 'beat' and measure = 'calls'"
    ).fetchall():
        assert (zones, exposure) == (calls, covered)
    for rate, counted, population in connection.execute(
        "select rate_per_1000, n, population from zones.zone_summary where measure = 'calls' and rate_per_1000 is not null"
    ).fetchall():
        assert rate == pytest.approx(counted / (population / 1000 * covered / 365.25))
    ((a_year,),) = connection.execute(
        "select distinct hours_per_year from budget.staffing_equivalents "
        "where denominator = 'community_or_unknown' and call_type_group = '(all)'"
    ).fetchall()
    expected = None if status == "insufficient_data" else minutes / 60 / covered * 365.25
    assert a_year == (expected if expected is None else pytest.approx(expected, rel=0.02))


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@example(dt.date(2025, 11, 1), 61)  # the last year ends in October
@example(dt.date(2024, 7, 1), 600)  # half a year is left
@example(dt.date(2024, 3, 1), 700)  # two months
@example(dt.date(2025, 5, 10), 21)  # three weeks in the middle
@given(st.dates(FIRST, LAST), st.integers(1, 500))
def test_a_cut_changes_no_figure_of_the_rest(
    steps_and_databases: tuple[list[Step], duckdb.DuckDBPyConnection],
    whole: dict[str, dict[Any, Figure]],
    first: dt.date,
    length: int,
) -> None:
    last = first + dt.timedelta(days=length - 1)
    cut = figures(*steps_and_databases, first, last)
    recount_agrees(steps_and_databases[1], first, last)
    for (month,), figure in cut["months"].items():
        end = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        if last < month or end < first:
            # What is left may tell fewer repeats; the days are the same.
            before = whole["months"][month,]
            assert figure.status == before.status, month
            assert figure.value == pytest.approx(before.value, rel=1.96 / max(before.n, 1) ** 0.5), month
        else:
            assert figure.status in ("partial_period", "insufficient_data"), month
    compared = 0
    for kind, found in cut.items():
        for key, figure in found.items():
            assert (figure.value is not None) == (figure.status in STATUS), (kind, key, figure)
            before = whole[kind].get(key)
            if figure.value is None or before is None or before.value is None:
                continue
            compared += 1
            # What chance does to both, as shares of the number, beside the season.
            chance = SIGMAS * sqrt(1 / max(figure.n, 1) + 1 / max(before.n, 1))
            widest = (1 + SEASON) * (1 + chance)
            assert before.value / widest <= figure.value or figure.n < SIGMAS**2, (kind, key, before, figure)
            assert figure.value <= before.value * widest or before.n < SIGMAS**2, (kind, key, before, figure)
    assert compared
    if (kept := (LAST - FIRST).days + 1 - length) < 90 and last <= LAST:
        assert {figure.value for figure in cut["officers"].values()} == {None}, kept
