"""Who else could answer, against values that another route computed: reference_cases/08_alternative_response.

The case's calls take the place of demand.fct_calls; dbt screens them, Python makes shares, net diversion and money of
the counts. Its closed forms are compared one by one in unit/test_statistics.py.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.settings import DBT_PROJECT_DIR, Settings
from orchestration.statistics.alternative_response import alternative_response
from orchestration.statistics.assumptions import FILE, Assumptions
from orchestration.statistics.responder_programmes import responder_programmes

CASE = Path(__file__).parents[3] / "shared" / "reference_cases" / "08_alternative_response"
pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="needs ../shared/reference_cases beside the checkout")
EXACT, SIMULATED = 1e-9, 0.005
MODELS = DBT_PROJECT_DIR / "models" / "marts"
# A call of every type of the case; those with a weapon or violence were taken as such.
FILL = f"""
create schema codebooks;
create table codebooks.topic_categories as
select call_type as topic_category, 'a group' as topic_group, null::varchar as screened_as
from read_csv('{CASE / "call_types.csv"}')
union all select 'violence', 'violent', 'violence_or_weapon';
create schema intermediate;
create table intermediate.int_reference_days as
select 'case' as city, 'calls' as measure, date '2024-01-01' as period_start, date '2024-12-30' as period_end,
    365 as covered_days, 'ok' as period_status, date '2024-01-01' + range::integer as day from range(365);
"""
FILL_MARTS = f"""
create table types as from read_csv('{CASE / "call_types.csv"}');
insert into demand.calls_by_hour_of_week by name
select 'case' as city, range::integer as hour_of_week, if(range < 24, 53, 52) as exposure_hours from range(168);
insert into demand.fct_calls by name
-- Evenly over the week, as the case has it; 2024-06-03 is a Monday.
select 'case' as city, call_type || i as call_id,
    timestamp '2024-06-03 00:30:00' + to_hours(row_number() over (order by call_type, i) % 168) as call_at_local,
    date '2024-06-01' as month, 'demand' as population, 'community' as initiation, 'sent' as sent_status, 3 as priority_level, call_type as topic_category,
    'a group' as topic_group, 'a group' as initial_topic_group, 'units' as time_basis,
    if(i < round(calls * weapon_or_violence_share), 'violence', call_type) as initial_topic_category,
    officer_hours * 60.0 / calls as officer_minutes_low, 1.0 as eligible_low, 1.0 as eligible_high
from types, range(calls) as n(i);
create schema codebooks;
create table codebooks.response_schemes as
select scheme, 'scenario' as scheme_kind, call_type as topic_category, disposition_path as path
from (unpivot types on conservative, moderate, expansive into name scheme value is_in) where is_in = 1;
"""


def create(path: str) -> str:
    """A mart without rows, as its contract promises it."""
    model = yaml.safe_load((MODELS / f"{path}.yml").read_text(encoding="utf-8"))["models"][0]
    columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
    schema = path.split("/")[0]
    return f"create schema if not exists {schema}; create table {schema}.{model['name']} ({columns});"


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """The values of the case."""
    found: dict[str, Any] = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))["expected"]
    return found


@pytest.fixture(scope="module")
def assumed(values: dict[str, Any]) -> Assumptions:
    """The shipped assumptions with the factors and costs of the case in their place."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for factor, limits in values["net_diversion_moderate"]["parameters"].items():
        content["paths"]["responder"][factor].update(zip(("low", "mode", "high"), limits, strict=True))
    inputs = values["cost"]["inputs"]
    for name, value in {
        "staff_per_team": inputs["staff_per_team"],
        "net_hours": inputs["hours_per_paid_year"],
        "loaded_pay": inputs["loaded_salary"],
        "vehicle_cost": inputs["vehicle"],
        "units_per_call": inputs["units_multiplier"],
    }.items():
        content["programme"][name]["value"] = value
    return Assumptions.model_validate(content)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An analyst database in which dbt has screened the calls of the case."""
    home = Settings(home=tmp_path_factory.mktemp("reference"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        warehouse.execute(FILL)
    with duckdb.connect(str(home.analyst_database)) as analyst:
        for mart in ("demand/calls_by_hour_of_week", "demand/fct_calls"):
            analyst.execute(create(mart))
        analyst.execute(FILL_MARTS)
        analyst.execute(create("budget/police_hour_cost"))
        analyst.execute(create("zones/reference_periods"))
        analyst.execute(
            "insert into budget.police_hour_cost by name select 'case' as city, 'adopted' as phase, "
            "2024 as fiscal_year, 2024 as work_year, ?::double as cost_per_paid_hour",
            [values["cost"]["inputs"]["police_cost_per_paid_hour"]],
        )
    project = ["--project-dir", DBT_PROJECT_DIR, "--profiles-dir", DBT_PROJECT_DIR]
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", *project, "--select", "calls_screened"],
        cwd=home.root,
        env=os.environ | home.dbt_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    with duckdb.connect(str(home.analyst_database), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(connection: duckdb.DuckDBPyConnection, assumed: Assumptions) -> list[dict[str, Any]]:
    """The rows of demand.alternative_response."""
    found, _ = alternative_response(connection, assumed)
    return found


def row_of(rows: list[dict[str, Any]], scheme: str, path: str, unit: str) -> dict[str, Any]:
    """The one row of a scheme, path and unit under the community denominator."""
    key = {"scheme": scheme, "path": path, "unit": unit, "denominator": "community"}
    (found,) = [row for row in rows if key.items() <= row.items()]
    assert (found["status"], found["reason"]) == ("ok", None)
    return found


@pytest.mark.parametrize("scheme", ["conservative", "moderate", "expansive"])
def test_gross_and_screened_shares(rows: list[dict[str, Any]], values: dict[str, Any], scheme: str) -> None:
    expected = values["scenarios"][scheme]
    calls, hours = (row_of(rows, scheme, "(all)", unit) for unit in ("calls", "officer_hours"))
    assert (calls["total"], calls["gross"], calls["screened"]) == (
        values["total_calls"],
        expected["gross_calls"],
        expected["screened_calls"],
    )
    assert calls["gross_share"] == pytest.approx(expected["gross_share_calls"], rel=EXACT)
    assert calls["screened_share"] == pytest.approx(expected["screened_share_calls"], rel=EXACT)
    assert hours["total"] == pytest.approx(values["total_officer_hours"], rel=EXACT)
    assert hours["screened"] == pytest.approx(expected["screened_hours"], rel=EXACT)
    assert hours["screened_share"] == pytest.approx(expected["screened_share_hours"], rel=EXACT)
    for path in ("responder", "administrative"):
        found = row_of(rows, scheme, path, "calls")["screened_share"]
        assert found == pytest.approx(expected[f"{path}_share_calls"], rel=EXACT)


def test_net_diversion_is_a_range(rows: list[dict[str, Any]], values: dict[str, Any]) -> None:
    expected = values["net_diversion_moderate"]
    calls, hours = (row_of(rows, "moderate", "(all)", unit) for unit in ("calls", "officer_hours"))
    assert calls["eligible_low"] == calls["eligible_high"] == expected["eligible_calls"]
    worst, _, best = expected["interval"]
    assert [calls["diverted_least"], calls["diverted_most"]] == pytest.approx([worst, best], rel=EXACT)
    worst, _, best = expected["interval_share_of_all_calls"]
    assert [calls["diverted_share_least"], calls["diverted_share_most"]] == pytest.approx([worst, best], rel=EXACT)
    band = [expected["mc_p05"], expected["mc_p50"], expected["mc_p95"]]
    names = ("diverted_p05", "diverted_p50", "diverted_p95")
    assert [calls[name] for name in names] == pytest.approx(band, rel=SIMULATED)
    assert [hours[name] for name in names] == pytest.approx(expected["officer_hours_freed_p05_p50_p95"], rel=SIMULATED)
    assert calls["draws"] == 200_000


def test_tornado_of_the_mart(
    connection: duckdb.DuckDBPyConnection, assumed: Assumptions, values: dict[str, Any]
) -> None:
    _, swings = alternative_response(connection, assumed)
    found = {row["factor"]: row for row in swings if (row["scheme"], row["path"]) == ("moderate", "responder")}
    assert sorted(found, key=lambda factor: found[factor]["rank"]) == [
        "substitution",
        "uptake",
        "coverage",
        "backup",
        "eligibility",
    ]
    for factor, ends in values["tornado_calls"].items():
        assert [found[factor]["diverted_at_low"], found[factor]["diverted_at_high"]] == pytest.approx(ends, rel=EXACT)


def test_cost_and_time_value(
    connection: duckdb.DuckDBPyConnection,
    rows: list[dict[str, Any]],
    assumed: Assumptions,
    values: dict[str, Any],
) -> None:
    expected, simulated = values["cost"], values["net_diversion_moderate_two_teams"]
    programmes = [row for row in responder_programmes(connection, assumed, rows) if row["scheme"] == "moderate"]
    (found,) = [row for row in programmes if row["teams"] == expected["inputs"]["teams"]]
    for name, value in {
        "staffed_share": expected["plan"]["staffed_share"],
        "staffed_hours": expected["plan"]["staffed_hours"],
        "wanted_calls": expected["plan"]["wanted_calls"],
        "attended_calls": expected["plan"]["attended_calls"],
        "capacity_calls": expected["plan"]["capacity_calls"],
        "utilisation_in_year": expected["plan"]["utilisation"],
        "diverted_calls": expected["plan"]["diverted_calls"],
        "programme_cost": expected["program_cost"],
        "cost_per_diverted_call": expected["cost_per_diverted_call"],
        "police_hours_freed": expected["police_hours_freed"],
        "time_value": expected["police_time_value"],
        "time_value_less_cost": expected["net_time_value_minus_cost"],
        "break_even_calls": expected["breakeven_diverted_calls"],
        "cashable_less_cost_high": expected["cashable_if_share_0_2"],
    }.items():
        assert found[name] == pytest.approx(value, rel=1e-8), name
    for name in ("cashable_less_cost", "cashable_less_cost_low"):
        assert found[name] == -found["programme_cost"]
    assert {found[name] for name in ("programme_status", "money_status")} == {"ok"}
    for name, value in {
        "diverted_calls": "diverted_p05_p50_p95",
        "programme_cost": "program_cost_p05_p50_p95",
        "cost_per_diverted_call": "cost_per_diverted_call_p05_p50_p95",
    }.items():
        ends = [found[f"{name}_{p}"] for p in ("p05", "p50", "p95")]
        assert ends == pytest.approx(simulated[value], rel=SIMULATED), name
    net = [found[f"time_value_less_cost_{p}"] for p in ("p05", "p50", "p95")]
    slack = SIMULATED * found["time_value"]
    assert net == pytest.approx(simulated["net_time_value_minus_cost_p05_p50_p95"], abs=slack)


def test_fewer_teams_divert_less(
    connection: duckdb.DuckDBPyConnection,
    rows: list[dict[str, Any]],
    assumed: Assumptions,
    values: dict[str, Any],
) -> None:
    plans = {plan["teams"]: plan for plan in values["plans"] if plan["staffed_share"] == 0.7}
    programmes = [row for row in responder_programmes(connection, assumed, rows) if row["scheme"] == "moderate"]
    for teams, plan in plans.items():
        (found,) = [row for row in programmes if row["teams"] == teams]
        for name, value in {
            "attended_calls": plan["attended_calls"],
            "diverted_calls": plan["diverted_calls"],
            "programme_cost": plan["program_cost"],
            "cost_per_diverted_call": plan["cost_per_diverted_call"],
        }.items():
            assert found[name] == pytest.approx(value, rel=1e-8), (teams, name)
        assert (found["share_of_draws_capped"] > 0.5) == plan["capped"]
