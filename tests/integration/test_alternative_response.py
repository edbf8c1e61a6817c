"""Who else could answer, in the demo city's release: against its own calls counted another way, and by the command."""

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.crosswalk.seed import SEEDS
from orchestration.settings import SHIPPED_SCENARIOS
from tests.integration.conftest import run_footprint

MARTS = (
    "demand.calls_screened",
    "demand.alternative_response",
    "demand.alternative_response_tornado",
    "demand.responder_programmes",
    "budget.police_hour_cost",
    "budget.scenario",
    "codebooks.response_schemes",
)
NOT_SAVINGS = "ime value is not savings"


@pytest.fixture(scope="module")
def analyst(demo_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database, read only."""
    with duckdb.connect(str(demo_release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_column_is_described(analyst: duckdb.DuckDBPyConnection) -> None:
    for mart in MARTS:
        schema, name = mart.split(".")
        texts = analyst.execute(
            "select comment from duckdb_columns() where schema_name = ? and table_name = ? "
            "union all select comment from duckdb_tables() where schema_name = ? and table_name = ?",
            [schema, name] * 2,
        ).fetchall()
        assert len(texts) > 4, mart
        assert all(text for (text,) in texts), mart


def counted_call_by_call(analyst: duckdb.DuckDBPyConnection, scheme: str) -> dict[str, float]:
    """Shares of demand calls of the reference year, one call after the other and without the mart of counts."""
    members = {row["topic_category"] for row in seed("response_schemes") if row["scheme"] == scheme}
    screened_as = {row["topic_category"]: row["screened_as"] for row in seed("topic_categories")}
    found = analyst.execute(
        "select topic_category, initial_topic_category, topic_group, initial_topic_group, priority_level, "
        "eligible_low, eligible_high, answered_by from demand.fct_calls where population = 'demand' and year(month) = "
        "(select distinct year(period_start) from demand.response_times)"
    ).fetchall()
    counts = {"total": len(found), "gross": 0.0, "screened": 0.0, "eligible_low": 0.0, "eligible_high": 0.0}
    for topic, initial, group, initial_group, priority, low, high, answered_by in found:
        if topic in members and not answered_by:
            counts["gross"] += 1
            is_emergency = priority == 1 and "behavioral_health" not in (group, initial_group)
            if not (screened_as.get(topic) or screened_as.get(initial) or is_emergency):
                counts["screened"] += 1
                counts["eligible_low"] += low or 0
                counts["eligible_high"] += high or 0
    return counts


@pytest.mark.parametrize("scheme", sorted({row["scheme"] for row in seed("response_schemes")}))
def test_shares_are_those_of_the_calls(analyst: duckdb.DuckDBPyConnection, scheme: str) -> None:
    expected = counted_call_by_call(analyst, scheme)
    found = analyst.execute(
        f"select {', '.join(expected)} from demand.alternative_response "
        "where scheme = ? and path = '(all)' and unit = 'calls' and denominator = 'community'",
        [scheme],
    ).fetchone()
    assert found == pytest.approx(tuple(expected.values()), rel=1e-9)
    assert expected["gross"] > expected["screened"] > expected["eligible_high"] > expected["eligible_low"] > 0


def test_what_a_crisis_team_or_a_desk_answered_is_a_row_of_its_own(analyst: duckdb.DuckDBPyConnection) -> None:
    members = {row["topic_category"] for row in seed("response_schemes") if row["scheme"] == "expansive"}
    by_call = analyst.execute(
        "select count(*) from demand.fct_calls where population = 'demand' and answered_by is not null "
        "and list_contains(?, topic_category) "
        "and year(month) = (select distinct year(period_start) from demand.response_times)",
        [sorted(members)],
    ).fetchone()
    found = analyst.execute(
        "select gross, screened, diverted_most from demand.alternative_response where scheme = 'expansive' "
        "and path = 'already_answered' and unit = 'calls' and denominator = 'community'"
    ).fetchone()
    assert by_call is not None
    assert by_call[0] > 0
    assert found == (by_call[0], 0, 0)


def test_teams_divert_no_more_than_they_can_go_to(analyst: duckdb.DuckDBPyConnection) -> None:
    rows = analyst.execute(
        "select scheme, phase, teams, diverted_calls, attended_calls, wanted_calls, capacity_calls, programme_cost, "
        "programme_status from demand.responder_programmes order by scheme, phase, teams"
    ).fetchall()
    assert {row[-1] for row in rows} == {"ok"}
    for _, _, _, diverted, attended, wanted, capacity, _, _ in rows:
        assert 0 < diverted <= attended <= min(wanted, capacity) * (1 + 1e-9)
    for here, more in pairwise(rows):
        if here[:2] == more[:2]:
            assert here[3] <= more[3] * (1 + 1e-9)
            assert here[7] < more[7]


def test_the_gross_share_is_far_from_what_is_diverted(analyst: duckdb.DuckDBPyConnection) -> None:
    rows = analyst.execute(
        "select screened_share, diverted_share_p05, diverted_share_p95, status from demand.alternative_response "
        "where scheme_kind = 'scenario' and path = '(all)'"
    ).fetchall()
    assert len(rows) == 3 * 2 * 2
    assert {row[-1] for row in rows} == {"ok"}
    for screened, p05, p95, _ in rows:
        assert 0 < p05 < p95 < 0.5 * screened


def test_hours_and_calls_have_shares_of_their_own(analyst: duckdb.DuckDBPyConnection) -> None:
    total = analyst.execute(
        "select r.total, c.hours from (select total, denominator from demand.alternative_response "
        "where unit = 'officer_hours' and scheme = 'moderate' and path = '(all)') as r "
        "join (select denominator, sum(hours) as hours from demand.calls_by_type where final_type = '(all)' "
        "group by all) as c on c.denominator = if(r.denominator = 'community', 'community_or_unknown', r.denominator)"
    ).fetchall()
    assert len(total) == 2
    for hours, by_type in total:
        assert hours == pytest.approx(by_type, rel=1e-9)


def test_money_says_that_time_value_is_not_savings(analyst: duckdb.DuckDBPyConnection) -> None:
    for mart in ("demand.responder_programmes", "budget.scenario"):
        notes = analyst.execute(f"select distinct note from {mart}").fetchall()
        schema, name = mart.split(".")
        comment = analyst.execute(
            "select comment from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]
        ).fetchone()
        assert len(notes) == 1
        assert comment is not None
        assert NOT_SAVINGS in notes[0][0]
        assert NOT_SAVINGS in comment[0]


def test_before_and_after_reconcile_with_the_budget(analyst: duckdb.DuckDBPyConnection) -> None:
    rows = analyst.execute(
        "select s.phase, s.cost_per_paid_hour, s.spending_before, b.cost_per_paid_hour, b.budget, s.money_status, "
        "s.spending_after_mode - s.spending_before, s.responder_cost_mode "
        "from budget.scenario as s join (select distinct phase, cost_per_paid_hour, budget "
        "from budget.cost_per_call_hour) as b using (phase) where s.move = 0"
    ).fetchall()
    assert {row[0] for row in rows} == {"proposed", "adopted", "actual"}
    for _, price, before, hour, budget, status, more, cost in rows:
        assert (price, before, status) == (hour, budget, "ok")
        # Nothing is cashable by default, so what the city spends grows by the responders.
        assert more == pytest.approx(cost)


def test_the_command_computes_what_a_run_does(
    analyst: duckdb.DuckDBPyConnection, demo_release_home: Path, tmp_path: Path
) -> None:
    (example,) = SHIPPED_SCENARIOS.glob("*.yml")
    answer = run_footprint(demo_release_home, "scenario", str(example), "--json")
    assert answer.returncode == 0, answer.stderr
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    names = ["phase", "move", "calls", "calls_moved_mode", "police_hours_freed_high", "spending_after_low"]
    stored = analyst.execute(f"select {', '.join(names)} from budget.scenario order by phase, move").fetchall()
    told = sorted((tuple(row.get(name) for name in names) for row in rows), key=lambda row: row[:2])
    assert len(told) == len(stored) == 3 * 3
    for here, there in zip(told, stored, strict=True):
        assert (here[0], here[-1] is None) == (there[0], there[-1] is None)
        known = len(here) - (here[-1] is None)
        assert here[1:known] == pytest.approx(there[1:known], rel=1e-9)
    shown = run_footprint(demo_release_home, "scenario", str(example))
    assert NOT_SAVINGS in shown.stdout
    broken = tmp_path / "broken.yml"
    broken.write_text(example.read_text(encoding="utf-8").replace("noise", "noises"), encoding="utf-8")
    refused = run_footprint(demo_release_home, "scenario", str(broken))
    assert refused.returncode == 1
    assert "no category of the codebook topic_categories; near it: noise (found 'noises')" in refused.stderr


def test_a_mistake_in_a_scenario_file_is_told_before_a_run(demo_exports: Path, tmp_path: Path) -> None:
    (tmp_path / "slip.yml").write_text("title: x\nmoves: []\n", encoding="utf-8")
    arguments = ("run", "--city", "riverbend", "--from", str(demo_exports))
    refused = run_footprint(tmp_path / "warehouse", *arguments, FOOTPRINT_SCENARIOS=str(tmp_path))
    assert refused.returncode == 1
    assert "slip.yml:2: moves: List should have at least 1 item" in refused.stderr
    assert not (tmp_path / "warehouse").exists()
