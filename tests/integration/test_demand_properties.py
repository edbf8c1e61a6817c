"""What must hold for demand whatever a city publishes: nothing is lost, nothing counts twice, shares add up.

Hypothesis invents small cities at the canonical layer, with holes where real exports have them: no zone, zones that
nobody lives in or that no census knows, no type, no times, no positions. The models run as dbt compiled them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.crosswalk.seed import SEEDS
from orchestration.settings import Settings
from tests.integration.empty_warehouse import Step, compiled, create, create_inputs

MODELS = (
    "fqn:footprint.intermediate fct_calls officers_busy_by_hour fct_unit_responses fct_requests fct_contacts fct_offenses calls_by_zone_month "
    "calls_by_month contacts_by_zone_month offenses_by_zone_month measures_by_zone_month reference_periods dim_zone dim_city "
    "dispersion border_counts measure_doubts zone_summary "
    "call_type_hours calls_by_type calls_by_hour_of_week exclusion_ledger demand_by_channel call_type_transitions repeats_by_window "
    "response_waits crosswalk_coverage fct_budget_lines budget_by_function police_hour_cost cost_per_call_hour "
    "staffing_equivalents"
)
NEAR = 1e-9
# Zones by what is known of who lives there; the last is of no layer.
RESIDENTS = {"lived_in": 4000, "small": 300, "nobody": 0, "unknown": None}
NOT_A_ZONE = "elsewhere"
TYPES = {"ROBBERY": "violent", "NOISE": "disorder", "CRISIS": "behavioral_health", "MEAL": "administrative"}
PUBLISHED_TYPES = [*TYPES, "NEVER HEARD OF", None]
START = datetime(2024, 1, 1, 8)


@dataclass(frozen=True)
class Call:
    """One call record."""

    minute: int
    zone: str | None
    block: str | None
    initial: str | None
    final: str | None
    initiation: str
    disposition: str | None
    units: list[tuple[int | None, int | None]]
    parent: str | None
    answered_by: str | None


CALLS = st.builds(
    Call,
    minute=st.one_of(st.integers(0, 40), st.integers(0, 600_000)),
    zone=st.sampled_from([*RESIDENTS, NOT_A_ZONE, None]),
    block=st.sampled_from(["1 MAIN", "2 MAIN", None]),
    initial=st.sampled_from(PUBLISHED_TYPES),
    final=st.sampled_from(PUBLISHED_TYPES),
    initiation=st.sampled_from(["community", "community", "community", "officer", "alarm", "unknown"]),
    disposition=st.sampled_from([None, None, "TEST", "DUP", "CANCEL", "REPORT"]),
    units=st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-5, 1500)), st.sampled_from([None, 1, 2])), min_size=0, max_size=2
    ),
    # Numbers of other calls, earlier or later, of itself, or of none that is there.
    parent=st.sampled_from([None] * 8 + ["0", "1", "2", "3", "elsewhere"]),
    answered_by=st.sampled_from([None, None, None, "telephone"]),
)
REQUESTS = st.lists(
    st.tuples(st.sampled_from(["311", "211", "411"]), st.sampled_from([*RESIDENTS, None]), st.integers(0, 600_000)),
    max_size=6,
)
BUDGETS = st.lists(
    st.tuples(st.sampled_from(["adopted", "actual"]), st.floats(1e5, 1e8), st.one_of(st.none(), st.integers(1, 500))),
    max_size=3,
)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    """The models, as dbt compiles them over empty inputs."""
    home = Settings(home=tmp_path_factory.mktemp("properties"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        create_inputs(warehouse)
    # No day is still filling: every record is of a covered day.
    return compiled(home, MODELS, "--vars", "{default_delay_days: 0}")


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Both databases in memory, with the inputs that dbt does not make."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; attach ':memory:' as analyst; use warehouse")
        create_inputs(connection)
        limits = SEEDS / "garwood_limits.csv"
        connection.execute(f"create table codebooks.garwood_limits as from '{limits}'")
        connection.execute("""
            insert into raw.cities values ('a', 'A', 'America/Denver', 0, 0, 9, 9);
            insert into codebooks.disposition_rules
            values ('a', 'TEST', 'test'), ('a', 'DUP', 'duplicate'), ('a', 'CANCEL', 'cancelled');
            insert into codebooks.police_departments values ('a', 'Police');
        """)
        connection.executemany(
            "insert into codebooks.topic_categories by name select ? as topic_category, ? as topic_group",
            [[kind, group] for kind, group in TYPES.items()],
        )
        connection.executemany(
            "insert into codebooks.call_type_crosswalk by name select 'a' as city, ? as call_type, call_type as "
            "topic_category, if(call_type = 'MEAL', 'administrative', null) as initiation_implied",
            [[kind] for kind in TYPES],
        )
        for number, (zone, residents) in enumerate([*RESIDENTS.items(), (NOT_A_ZONE, None)]):
            known = zone != NOT_A_ZONE
            connection.execute(
                "insert into enrich.point_zones values ('a', 'tract', ?, 1, ?)", [number, zone if known else None]
            )
            if known:
                connection.execute(
                    "insert into canonical.zones by name select 'a' as city, 'tract' as zone_kind, ? as zone_id", [zone]
                )
                connection.execute(
                    "insert into canonical.zone_attributes by name select 'a' as city, 'tract' as zone_kind, "
                    "? as zone_id, 'B01003_001' as variable, ?::double as estimate",
                    [zone, residents],
                )
        connection.execute("use analyst")
        for table in ("row_accounting", "loads"):
            connection.execute(create("marts/audit", table, "audit"))
        connection.execute(
            "insert into audit.loads by name select 'a' as city, 'calls' as data_set, 'l' as load_id, 'calls' as entity"
        )
        connection.execute("use warehouse")
        yield connection


def fill(
    connection: duckdb.DuckDBPyConnection,
    calls: list[Call],
    requests: list[tuple[str, str | None, int]],
    budget: list[tuple[str, float, int | None]],
    set_aside: int,
) -> None:
    """Put one invented city into the canonical tables."""
    place = {zone: number for number, zone in enumerate([*RESIDENTS, NOT_A_ZONE])}
    for table in ("calls", "unit_responses", "requests", "budget_lines"):
        connection.execute(f"delete from canonical.{table}")
    for number, call in enumerate(calls):
        at = START + timedelta(minutes=call.minute)
        connection.execute(
            "insert into canonical.calls by name select 'a' as city, ? as call_id, 'calls' as source_dataset, "
            "?::timestamp as call_at_utc, call_at_utc as received_at_utc, timezone('America/Denver', timezone('UTC', "
            "call_at_utc)) as call_at_local, 'received' as call_time_basis, ? as initiation, ? as initial_type, "
            "? as final_type, ? as disposition, ? as parent_call_id, ? as block_address, ?::double as longitude, "
            "if(longitude is null, null, 1) as latitude, if(longitude is null, 'missing', 'located') as location_status, "
            "'l' as load_id, ? as answered_by",
            [
                str(number),
                at,
                call.initiation,
                call.initial,
                call.final,
                call.disposition,
                call.parent,
                call.block,
                None if call.zone is None else place[call.zone],
                call.answered_by,
            ],
        )
        for unit, (minutes, crew) in enumerate(call.units):
            cleared = None if minutes is None else at + timedelta(minutes=minutes)
            connection.execute(
                "insert into canonical.unit_responses by name select 'a' as city, ? as call_id, ? as unit_response_id, "
                "?::integer as crew_size, ?::timestamp as dispatched_at_utc, ?::timestamp as cleared_at_utc",
                [str(number), f"{number}/{unit}", crew, at, cleared],
            )
    for number, (channel, zone, minute) in enumerate(requests):
        connection.execute(
            "insert into canonical.requests by name select 'a' as city, 'requests' as source_dataset, ? as channel, "
            "? as request_id, ?::timestamp as requested_at_utc, requested_at_utc as requested_at_local, ? as published_zone_id",
            [channel, str(number), START + timedelta(minutes=minute), zone],
        )
    for number, (phase, amount, positions) in enumerate(budget):
        connection.execute(
            "insert into canonical.budget_lines by name select 'a' as city, ? as budget_line_id, 2024 as fiscal_year, "
            "? as phase, 'Police' as department, ? as amount, ? as sworn_fte",
            [str(number), phase, amount, positions],
        )
    connection.execute("delete from analyst.audit.row_accounting")
    for fate, rows in (("accepted", len(calls)), ("quarantined", set_aside), ("excluded", set_aside)):
        connection.execute(
            "insert into analyst.audit.row_accounting by name select 'a' as city, 'calls' as data_set, 'l' as load_id, "
            "? as fate, ? as rows",
            [fate, rows],
        )


def run(connection: duckdb.DuckDBPyConnection, steps: list[Step]) -> None:
    """Make every model anew."""
    for step in steps:
        connection.execute(f"create schema if not exists {step.schema}")
        connection.execute(f"create or replace table {step.relation} as {step.query}")


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query of the analyst database."""
    return connection.execute(f"use analyst; {query}").fetchall()


def shares_add_up(connection: duckdb.DuckDBPyConnection) -> None:
    for _, _, calls, times, status in rows(
        connection,
        "select denominator, final_type = '(all)', sum(share_calls), sum(share_time), any_value(share_status) "
        "from demand.calls_by_type group by all",
    ):
        assert (calls is None) == (status == "insufficient_data")
        assert calls is None or calls == pytest.approx(1, abs=NEAR)
        # Of the groups whose time is known; where none is, no share is.
        assert times is None or times == pytest.approx(1, abs=NEAR)
    for column, key in (("share_of_initial_type", "initial_type"), ("share_of_final_type", "final_type")):
        for (share,) in rows(connection, f"select sum({column}) from demand.call_type_transitions group by {key}"):
            assert share == pytest.approx(1, abs=NEAR)
    for (share,) in rows(
        connection, "select sum(share_of_phase) from budget.budget_by_function group by fiscal_year, phase"
    ):
        assert share == pytest.approx(1, abs=NEAR)


def totals_reconcile_with_the_source(connection: duckdb.DuckDBPyConnection, calls: list[Call], requests: int) -> None:
    populations = dict(rows(connection, "select population, count(*) from demand.fct_calls group by 1"))
    assert sum(populations.values()) == len(calls)
    columns = {
        "demand_calls": ["demand"],
        "officer_initiated_calls": ["officer_initiated"],
        "duplicate_calls": ["duplicate_explicit", "duplicate_inferred"],
        "cancelled_calls": ["cancelled_before_dispatch"],
        "administrative_calls": ["administrative"],
        "test_calls": ["test"],
    }
    for column, names in columns.items():
        ((counted,),) = rows(connection, f"select coalesce(sum({column}), 0) from demand.calls_by_zone_month")
        assert counted == sum(populations.get(name, 0) for name in names), column
    contacts = dict(rows(connection, "select channel, sum(contacts) from demand.demand_by_channel group by 1"))
    of_police = contacts.pop("police_call", 0), contacts.pop("police_record_unknown_initiation", 0)
    assert sum(of_police) == populations.get("demand", 0)
    assert of_police[1] == sum(
        n for (n,) in rows(connection, "select coalesce(sum(unknown_initiation_calls), 0) from demand.calls_by_month")
    )
    assert contacts.pop("officer_initiated", 0) == populations.get("officer_initiated", 0)
    assert sum(contacts.values()) == requests
    ((by_month,),) = rows(connection, "select coalesce(sum(calls), 0) from demand.calls_by_month")
    assert by_month == populations.get("demand", 0)
    ((counted, of_year),) = rows(
        connection,
        "select (select coalesce(sum(calls), 0) from demand.calls_by_hour_of_week), "
        "(select coalesce(sum(n), 0) from zones.reference_periods where measure = 'calls')",
    )
    assert counted == of_year
    ((waits, by_type),) = rows(
        connection,
        "select (select coalesce(sum(calls), 0) from demand.response_waits), (select coalesce(sum(calls), 0) "
        "from demand.calls_by_type where denominator = 'community_or_unknown' and final_type = '(all)')",
    )
    assert waits == by_type == of_year


def zones_keep_their_calls(connection: duckdb.DuckDBPyConnection, calls: list[Call]) -> None:
    expected: dict[str, int] = {}
    for number, zone, callers in rows(
        connection, "select call_id, coalesce(zone_id, '(unmatched)'), callers from demand.fct_calls"
    ):
        own = calls[int(number)].zone
        # An event of several records is where the earliest of them was.
        assert callers > 1 or zone == (own if own in RESIDENTS else "(unmatched)")
        expected[zone] = expected.get(zone, 0) + 1
    assert dict(rows(connection, "select zone_id, sum(records) from demand.calls_by_zone_month group by 1")) == expected
    of_year = rows(connection, "select n from zones.reference_periods where measure = 'calls'")
    if of_year:
        summary = rows(
            connection, "select zone_id, n, rate_per_1000, status from zones.zone_summary where measure = 'calls'"
        )
        if all(n is not None for _, n, _, _ in summary):
            assert sum(n for _, n, _, _ in summary) == of_year[0][0]
        for zone, _, rate, status in summary:
            assert (rate is not None) == (status in ("ok", "partial_period", "unreliable"))
            assert rate is None or RESIDENTS[zone]
    for zone, rate, status in rows(
        connection, "select zone_id, rate_per_1000, rate_status from demand.calls_by_zone_month"
    ):
        assert (rate is not None) == (status in ("ok", "partial_period", "unreliable"))
        assert rate is None or RESIDENTS[zone]


def an_event_counts_once(connection: duckdb.DuckDBPyConnection, calls: list[Call]) -> None:
    populations = dict(rows(connection, "select call_id, population from demand.fct_calls"))
    out_of_events = {call for call, population in populations.items() if population in ("test", "administrative")}
    # Records are joined by what they name, whoever comes first, and by what was inferred.
    event = {call: call for call in populations}

    def first(call: str) -> str:
        while event.setdefault(call, call) != call:
            call = event[call]
        return call

    for number, call in enumerate(calls):
        if call.parent and str(number) not in out_of_events:
            named = f"no call {call.parent}" if call.parent in out_of_events else call.parent
            event[first(str(number))] = first(named)
    for repeat, of in rows(
        connection, "select call_id, first_call_id from warehouse.intermediate.int_calls__repeats where is_repeat"
    ):
        event[first(repeat)] = first(of)
    members: dict[str, list[str]] = {}
    for call in populations:
        members.setdefault(first(call), []).append(call)
    for of_event in members.values():
        counted = [call for call in of_event if not populations[call].startswith("duplicate")]
        with_a_say = [call for call in of_event if calls[int(call)].disposition != "DUP"]
        if not out_of_events & set(of_event):
            assert len(counted) == bool(with_a_say), of_event
        else:
            assert len(of_event) == 1
    # Units count at the event, and all of them do.
    hours = {
        table: dict(
            rows(
                connection,
                f"select population, round(sum(officer_minutes), 6) as minutes from demand.{table} "
                "group by 1 having minutes is not null",
            )
        )
        for table in ("fct_calls", "fct_unit_responses")
    }
    assert hours["fct_calls"] == hours["fct_unit_responses"]
    ((busy, minutes),) = rows(
        connection,
        "select (select sum(officers_busy) from demand.officers_busy_by_hour), "
        "(select sum(officer_minutes) / 60 from demand.fct_unit_responses)",
    )
    assert busy == (None if minutes is None else pytest.approx(minutes, abs=1e-6))


def initiation_is_told_apart(connection: duckdb.DuckDBPyConnection) -> None:
    calls = {
        name: (n, status)
        for name, n, status in rows(
            connection,
            "select denominator, sum(calls), any_value(share_status) from demand.calls_by_type "
            "where final_type = '(all)' group by 1",
        )
    }
    known, unknown, either = (
        calls.get(name, (0, "ok")) for name in ("community", "unknown_initiation", "community_or_unknown")
    )
    assert known[0] + unknown[0] == either[0]
    share = unknown[0] / either[0] if either[0] else 0
    told = "insufficient_data" if share > 0.5 else "unreliable" if share > 0.05 else "ok"
    assert "community" not in calls or known[1] == told
    assert "community_or_unknown" not in calls or either[1] == ("ok" if told == "ok" else "unreliable")


def the_ledger_telescopes(connection: duckdb.DuckDBPyConnection, received: int) -> None:
    ledger = rows(
        connection,
        "select zone_kind, zone_id, step, rows_in, rows_removed, rows_out from demand.exclusion_ledger order by 1, 2, 3",
    )
    by_zone: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    for kind, zone, step, came, taken, left in ledger:
        assert came - taken == left >= 0
        by_zone.setdefault((kind, zone), []).append((step, came, taken, left))
    for steps_of_zone in by_zone.values():
        for (_, _, _, left), (_, came, _, _) in pairwise(steps_of_zone):
            assert came == left
    city = by_zone.pop(("city", "(all)"))
    assert city[0][1] == received
    ((demand, known),) = rows(
        connection,
        "select count(*), count(*) filter (where initiation <> 'unknown') from demand.fct_calls "
        "where population = 'demand'",
    )
    assert (city[-2][3], city[-1][3]) == (demand, known)
    for step, _, taken, left in city:
        zones = [row for steps_of_zone in by_zone.values() for row in steps_of_zone if row[0] == step]
        if zones:
            assert (sum(row[2] for row in zones), sum(row[3] for row in zones)) == (taken, left)


def money_is_all_there(connection: duckdb.DuckDBPyConnection) -> None:
    for allocation, budget, cost, refused in rows(
        connection,
        "select allocation, any_value(budget), sum(cost), bool_or(status = 'insufficient_data') "
        "from budget.cost_per_call_hour group by phase, allocation",
    ):
        assert refused == (cost is None), allocation
        assert refused or cost == pytest.approx(budget, rel=NEAR), allocation


def numbers_are_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    for schema, table, column in rows(
        connection,
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'analyst' "
        "and schema_name in ('demand', 'budget', 'zones') and data_type = 'DOUBLE'",
    ):
        assert not rows(connection, f'select 1 from {schema}.{table} where not isfinite("{column}") limit 1'), (
            table,
            column,
        )


@settings(
    max_examples=20,
    deadline=None,
    # A city takes a second, so shrinking one would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(st.lists(CALLS, min_size=1, max_size=25), REQUESTS, BUDGETS, st.integers(0, 9))
def test_nothing_is_lost_and_nothing_counts_twice(
    empty: duckdb.DuckDBPyConnection,
    steps: list[Step],
    calls: list[Call],
    requests: list[tuple[str, str | None, int]],
    budget: list[tuple[str, float, int | None]],
    set_aside: int,
) -> None:
    empty.execute("use warehouse")
    fill(empty, calls, requests, budget, set_aside)
    run(empty, steps)
    shares_add_up(empty)
    totals_reconcile_with_the_source(empty, calls, len(requests))
    zones_keep_their_calls(empty, calls)
    the_ledger_telescopes(empty, len(calls) + 2 * set_aside)
    an_event_counts_once(empty, calls)
    initiation_is_told_apart(empty)
    money_is_all_there(empty)
    numbers_are_numbers(empty)
