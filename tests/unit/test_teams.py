"""Queues, people, teams and their cost against values of another route, and what must hold whatever goes in."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.statistics.capacity import (
    HOURS_A_YEAR,
    available_hours,
    full_time_equivalents,
    queue,
    relief_factor,
)
from orchestration.statistics.diversion import Factor, Factors, Simulation, left_share
from orchestration.statistics.programme import Programme, balance
from orchestration.statistics.teams import Pattern, attended_when_staffed, wanted_when_staffed

CASES = Path(__file__).parents[3] / "shared" / "reference_cases"
DEMAND, ALTERNATIVE = Path(__file__).parents[1] / "reference_cases" / "01_demand", CASES / "08_alternative_response"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/reference_cases beside the checkout")
SIMULATED = 0.005
SHARES = st.floats(0, 1)
FACTORS = Factors(
    coverage=Factor(0.5, 0.7, 0.9),
    uptake=Factor(0.4, 0.6, 0.8),
    substitution=Factor(0.35, 0.6, 0.9),
    backup=Factor(0.005, 0.03, 0.1),
)


def expected(folder: Path, name: str = "expected.json") -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))["expected"]


def near(value: float | None) -> Any:
    """A value of a case within its tolerance; files give ten significant digits."""
    return None if value is None else pytest.approx(value, rel=1e-9)


@needs_cases
def test_queues() -> None:
    for value in expected(ALTERNATIVE)["erlang_c"]:
        found = queue(2.4, 0.75, value["teams"])
        assert found.offered == near(value["offered"])
        assert found.utilisation == near(value["utilisation"])
        assert found.share_waiting == near(value["p_wait"])
        assert found.mean_wait_minutes == near(value["mean_wait_min"])
        assert found.share_waiting_longer == near(value.get("p_wait_over_15min"))
        assert (found.status, found.reason) == (value["status"], value["reason"])


@given(st.floats(0.01, 50), st.floats(0.1, 4), st.integers(1, 250))
def test_one_more_team_never_lengthens_the_queue(calls: float, hours: float, teams: int) -> None:
    here, more = queue(calls, hours, teams), queue(calls, hours, teams + 1)
    if here.share_waiting is None:
        assert here.mean_wait_minutes is None
        return
    assert more.share_waiting is not None
    assert 0 <= more.share_waiting <= here.share_waiting <= 1
    if here.mean_wait_minutes is not None:
        assert more.mean_wait_minutes is not None
        assert more.mean_wait_minutes <= here.mean_wait_minutes


def test_a_team_for_each_unit_of_load_is_not_enough() -> None:
    found = queue(2, 1, 2)
    assert (found.status, found.reason, found.share_waiting) == ("not_estimable", "unstable", None)


def test_queues_at_their_edges() -> None:
    idle = queue(0, 1, 1)
    assert (idle.share_waiting, idle.mean_wait_minutes, idle.share_waiting_longer, idle.status) == (0, 0, 0, "ok")
    nobody = queue(1, 1, 0)
    assert (nobody.utilisation, nobody.share_waiting, nobody.status) == (None, None, "not_estimable")
    with pytest.raises(ValueError, match="hours above 0"):
        queue(1, 0, 1)


def test_people() -> None:
    values = expected(DEMAND, "expected_fte_cost.json")
    available = available_hours(2080, 160, 56, 60, 36)
    assert available == values["net_available_hours_per_fte"]
    for utilisation in (0.5, 0.6, 1.0):
        assert full_time_equivalents(52_000, available, utilisation) == near(
            values[f"fte_at_utilisation_{utilisation}"]
        )
    assert relief_factor(available) == near(values["shift_relief_factor_24x7_post"])
    assert relief_factor(available, 8 * 365) == near(values["shift_relief_factor_8h_post_365d"])


def programme(inputs: dict[str, Any], teams: int) -> Programme:
    """The programme of the case with so many teams."""
    return Programme(
        teams=teams,
        staff_per_team=inputs["staff_per_team"],
        net_hours=inputs["hours_per_paid_year"],
        loaded_pay=inputs["loaded_salary"],
        vehicle_cost=inputs["vehicle"],
    )


def hours_per_call() -> float:
    """Mean officer-hours of the case's screened calls."""
    moderate = expected(ALTERNATIVE)["scenarios"]["moderate"]
    return float(moderate["screened_hours"] / moderate["screened_calls"])


@needs_cases
def test_programme_against_the_time_it_frees() -> None:
    values = expected(ALTERNATIVE)["cost"]
    inputs, plan = values["inputs"], values["plan"]
    cost = programme(inputs, inputs["teams"]).cost(inputs["staffed_share"])
    assert cost == near(values["program_cost"])
    found = balance(
        cost,
        plan["diverted_calls"],
        hours_per_call(),
        inputs["police_cost_per_paid_hour"],
        units_per_call=inputs["units_multiplier"],
        cashable_share=0.2,
    )
    assert found.cost_per_diverted_call == near(values["cost_per_diverted_call"])
    assert found.police_hours == near(values["police_hours_freed"])
    assert found.time_value == near(values["police_time_value"])
    assert found.time_value_less_cost == pytest.approx(values["net_time_value_minus_cost"], rel=1e-8)
    assert found.break_even_calls == near(values["breakeven_diverted_calls"])
    assert found.cashable_less_cost == near(values["cashable_if_share_0_2"])


@needs_cases
def test_plans_of_teams_and_hours_staffed() -> None:
    case = expected(ALTERNATIVE)
    inputs, calls = case["cost"]["inputs"], case["net_diversion_moderate"]["eligible_calls"]
    for plan in case["plans"]:
        teams, staffed = plan["teams"], plan["staffed_share"]
        attended = teams_attend(Pattern.even(calls, calls, HOURS_A_YEAR), FACTORS, staffed, teams)
        assert staffed * wanted_when_staffed(Pattern.even(calls, calls, 1), 0.5, FACTORS.uptake.mode) == near(
            plan["wanted_calls"]
        )
        assert attended == near(plan["attended_calls"])
        diverted = attended * left_share(FACTORS.substitution.mode, FACTORS.backup.mode)
        assert diverted == near(plan["diverted_calls"])
        cost = programme(inputs, teams).cost(staffed)
        assert cost == near(plan["program_cost"])
        assert cost / diverted == near(plan["cost_per_diverted_call"])


def teams_attend(pattern: Pattern, factors: Factors, coverage: float, teams: int) -> float:
    """Calls attended at the modes but for the coverage."""
    return float(coverage * attended_when_staffed(pattern, 0.5, factors.uptake.mode, teams, 0.75))


@needs_cases
def test_each_draw_has_one_coverage() -> None:
    case = expected(ALTERNATIVE)
    values, inputs = case["net_diversion_moderate_two_teams"], case["cost"]["inputs"]
    calls = case["net_diversion_moderate"]["eligible_calls"]
    drawn = Simulation({"responder": FACTORS}, seed=1, draws=200_000).drawn("responder")
    pattern = Pattern.even(calls, calls, HOURS_A_YEAR)
    attended = attended_when_staffed(pattern, drawn.judgment, drawn.uptake, 2, inputs["team_hours_per_call"])
    wanted = wanted_when_staffed(pattern, drawn.judgment, drawn.uptake)
    capped = values["share_of_draws_capped"]
    assert (attended < wanted * (1 - 1e-12)).mean() == pytest.approx(capped, abs=4 * (capped / 200_000) ** 0.5)
    diverted, cost = drawn.coverage * attended * drawn.left, programme(inputs, 2).cost(drawn.coverage)
    worth = hours_per_call() * inputs["units_multiplier"] * inputs["police_cost_per_paid_hour"]
    for name, found in {
        "diverted_p05_p50_p95": diverted,
        "program_cost_p05_p50_p95": cost,
        "cost_per_diverted_call_p05_p50_p95": cost / diverted,
    }.items():
        assert np.percentile(found, (5, 50, 95)) == pytest.approx(values[name], rel=SIMULATED), name
    # A difference of two: its low end is small, and its error that of what it is made of.
    net = np.percentile(diverted * worth - cost, (5, 50, 95))
    slack = SIMULATED * float(np.median(diverted * worth))
    assert net == pytest.approx(values["net_time_value_minus_cost_p05_p50_p95"], abs=slack)


HOURLY = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.integers(1, 53)), min_size=1, max_size=168)


@settings(max_examples=100, deadline=None)
@given(HOURLY, st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=8), st.integers(1, 40), st.floats(0.1, 4))
def test_teams_cap_what_they_attend(
    hourly: list[tuple[float, float, int]], draws: list[tuple[float, float]], teams: int, hours: float
) -> None:
    pattern = Pattern(
        np.array([min(low, high) for low, high, _ in hourly]),
        np.array([max(low, high) for low, high, _ in hourly]),
        np.array([float(often) for *_, often in hourly]),
    )
    judgment, uptake = (np.array(values) for values in zip(*draws, strict=True))
    found = attended_when_staffed(pattern, judgment, uptake, teams, hours)
    wanted = wanted_when_staffed(pattern, judgment, uptake)
    slack = 1e-9 * (1 + wanted)
    assert (found >= 0).all()
    assert (found <= wanted + slack).all()
    assert (wanted <= pattern.high.sum() + slack).all()
    assert (found <= teams * pattern.hours.sum() / hours + slack).all()
    # Hour by hour, draw by draw, as the formula has it.
    by_hand = [
        sum(
            min((low + j * (high - low)) * u, teams * often / hours)
            for low, high, often in zip(pattern.low, pattern.high, pattern.hours, strict=True)
        )
        for j, u in draws
    ]
    assert found == pytest.approx(by_hand, rel=1e-9, abs=1e-9)
    assert (attended_when_staffed(pattern, judgment, uptake, teams + 1, hours) >= found - slack).all()
    # What is known to come unevenly can only be capped more than the same calls spread evenly.
    even = Pattern.even(pattern.low.sum(), pattern.high.sum(), pattern.hours.sum())
    assert (found <= attended_when_staffed(even, judgment, uptake, teams, hours) + slack).all()


@given(st.integers(1, 200), SHARES, SHARES)
def test_more_teams_and_more_hours_never_cost_less(teams: int, staffed: float, more: float) -> None:
    inputs = {"staff_per_team": 2, "hours_per_paid_year": 1768, "loaded_salary": 92_000, "vehicle": 38_000}
    here = programme(inputs, teams).cost(staffed)
    assert programme(inputs, teams + 1).cost(staffed) > here
    assert programme(inputs, teams).cost(max(staffed, more)) >= here


def test_a_pattern_of_nothing_is_attended_by_nobody() -> None:
    nothing = Pattern.even(0, 0, HOURS_A_YEAR)
    assert float(attended_when_staffed(nothing, 0.5, 0.6, 3, 0.75)) == 0
    empty = Pattern(np.array([]), np.array([]), np.array([]))
    assert float(attended_when_staffed(empty, 0.5, 0.6, 3, 0.75)) == 0
    assert float(attended_when_staffed(Pattern.even(100, 100, HOURS_A_YEAR), 0.5, 0.6, 0, 0.75)) == 0
    with pytest.raises(ValueError, match="low <= high"):
        Pattern(np.array([2.0]), np.array([1.0]), np.array([1.0]))
    with pytest.raises(ValueError, match="same hours"):
        Pattern(np.array([1.0]), np.array([1.0, 2.0]), np.array([1.0]))


def test_a_programme_that_diverts_nothing_has_no_cost_per_call() -> None:
    found = balance(100.0, 0, 0, 200.0)
    assert (found.cost_per_diverted_call, found.break_even_calls, found.time_value_less_cost) == (None, None, -100)
