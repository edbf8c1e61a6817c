"""The estimates of orchestration.statistics against values of another route, and what must hold whatever goes in."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import quantile_test
from statsmodels.stats.rates import confint_poisson

from orchestration.settings import DBT_PROJECT_DIR
from orchestration.statistics.capacity import (
    HOURS_A_YEAR,
    available_hours,
    full_time_equivalents,
    queue,
    relief_factor,
)
from orchestration.statistics.diversion import (
    Band,
    Eligible,
    Factor,
    Factors,
    Simulation,
    diverted_share,
    envelope,
    implied_substitution,
    left_share,
    mean_diverted,
    tornado,
)
from orchestration.statistics.programme import Programme, balance
from orchestration.statistics.proportions import largest_likely_share, rate_ratio, share
from orchestration.statistics.response_times import Waits
from orchestration.statistics.teams import Pattern, attended_when_staffed, wanted_when_staffed

CASES = Path(__file__).parents[3] / "shared" / "reference_cases"
DEMAND, ALTERNATIVE = Path(__file__).parents[1] / "reference_cases" / "01_demand", CASES / "08_alternative_response"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/reference_cases beside the checkout")
EXACT = 1e-9
SIMULATED = 0.005


def expected(folder: Path, name: str = "expected.json") -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))["expected"]


def near(value: float | None, tolerance: float = EXACT) -> Any:
    """A value of a case within its tolerance; files give ten significant digits."""
    return None if value in (None, "inf") else pytest.approx(value, rel=tolerance)


def waits(times: list[tuple[float, bool]], unknown: int = 0) -> Waits:
    minutes, arrived = zip(*times, strict=True) if times else ((), ())
    return Waits(np.array(minutes, float), np.array(arrived, bool), np.ones(len(times), np.int64), unknown)


# --- waits ---


@pytest.fixture(scope="module")
def case_waits() -> Waits:
    with (DEMAND / "response_times.csv").open(encoding="utf-8", newline="") as lines:
        return waits([(float(row["minutes"]), row["event"] == "1") for row in csv.DictReader(lines)])


@pytest.mark.parametrize(("name", "p"), [("q50", 0.5), ("q90", 0.9)])
def test_quantiles_of_waits_with_their_guards(case_waits: Waits, name: str, p: float) -> None:
    values, found = expected(DEMAND, "expected_response_times.json"), case_waits.quantile(p)
    assert found is not None
    assert found.estimate == near(values[f"naive_{name}"])
    assert [found.lower, found.upper] == [near(limit) for limit in values[f"orderstat_ci_{name}"]]
    assert [found.lowest, found.highest] == [near(limit) for limit in values[f"bounds_{name}"]]
    assert found.censored == near(values[f"km_{name}"])
    assert [found.censored_lower, found.censored_upper] == [near(limit) for limit in values[f"km_{name}_ci"]]


def test_waits_without_an_arrival_are_counted(case_waits: Waits) -> None:
    values = expected(DEMAND, "expected_response_times.json")
    assert case_waits.arrived == values["n_arrived"]
    assert case_waits.missing / (case_waits.arrived + case_waits.missing) == near(values["share_missing_arrival"])


def test_survival_of_the_waits(case_waits: Waits) -> None:
    # The quantile is the first wait by whose end fewer than 1 - p still wait, so each step of the table is one.
    before = 1.0
    for minutes, survival in expected(DEMAND, "expected_response_times.json")["km_table"]:
        for still_waiting in (before - 1e-6, survival + 1e-6):
            found = case_waits.quantile(1 - still_waiting)
            assert found is not None
            assert found.censored == minutes
        before = survival


def test_nobody_arrived_has_no_quantile() -> None:
    assert waits([(5.0, False), (9.0, False)]).quantile(0.5) is None
    assert waits([]).quantile(0.5) is None


def test_one_wait_is_its_own_quantile_and_bounds_nothing() -> None:
    found = waits([(5.0, True)]).quantile(0.9)
    assert found is not None
    assert (found.estimate, found.lowest, found.highest) == (5.0, 5.0, 5.0)
    assert (found.lower, found.upper) == (None, None)


def test_a_call_without_a_closing_time_widens_the_bounds_only() -> None:
    times = [(1.0, True), (2.0, True), (3.0, True)]
    with_it, without = waits(times, unknown=1).quantile(0.5), waits(times).quantile(0.5)
    assert with_it is not None
    assert without is not None
    assert (with_it.lowest, with_it.highest) == (1.0, 2.0)
    assert (with_it.estimate, with_it.censored) == (without.estimate, without.censored)


TIMES = st.lists(st.tuples(st.integers(0, 5000).map(lambda t: t / 60), st.booleans()), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(TIMES, st.integers(0, 5), st.sampled_from([0.5, 0.9]))
def test_a_quantile_lies_between_its_worst_cases(times: list[tuple[float, bool]], unknown: int, p: float) -> None:
    found = waits(times, unknown).quantile(p)
    if found is None:
        assert not any(arrived for _, arrived in times)
        return
    assert found.lower is None or found.lower <= found.estimate
    assert found.upper is None or found.estimate <= found.upper
    assert found.highest is None or found.lowest <= found.highest
    # A wait that ended without an arrival can only be longer than the times seen say.
    assert found.censored is None or found.censored >= found.lowest


@settings(max_examples=100, deadline=None)
@given(TIMES, st.floats(0.05, 0.95))
def test_limits_by_rank_are_the_librarys(times: list[tuple[float, bool]], p: float) -> None:
    found = waits(times).quantile(p)
    if found is not None:
        arrived = [minutes for minutes, has_arrived in times if has_arrived]
        limits = quantile_test(arrived, q=found.estimate, p=p).confidence_interval(0.95)
        assert [found.lower, found.upper] == [None if np.isnan(limit) else limit for limit in (limits.low, limits.high)]


@settings(max_examples=100, deadline=None)
@given(TIMES, st.sampled_from([0.5, 0.9]))
def test_repeated_waits_may_be_counted_instead_of_listed(times: list[tuple[float, bool]], p: float) -> None:
    distinct = sorted(set(times))
    counted = Waits(
        np.array([time for time, _ in distinct]),
        np.array([arrived for _, arrived in distinct], bool),
        np.array([times.count(wait) for wait in distinct], np.int64),
    )
    assert counted.quantile(p) == waits(times).quantile(p)


# --- shares and ratios ---


@needs_cases
def test_backup_rates() -> None:
    values = expected(ALTERNATIVE)["backup_rate"]
    none = values["0 of 748 (STAR pilot)"]
    found = share(0, 748)
    assert found is not None
    assert [found.estimate, found.lower, found.upper] == pytest.approx(none["wilson"], rel=EXACT, abs=1e-12)
    assert largest_likely_share(0, 748) == near(none["exact_upper_95_one_sided"])
    some = share(150, 24000)
    assert some is not None
    wilson = values["150 of 24000 (CAHOOTS 2019 as reported by the programme)"]["wilson"]
    assert [some.estimate, some.lower, some.upper] == pytest.approx(wilson, rel=EXACT)


def test_ratio_of_two_rates() -> None:
    values, found = expected(DEMAND)["rate_ratio_30per10_vs_12per8"], rate_ratio(30, 10, 12, 8)
    assert found is not None
    assert (found.estimate, found.lower, found.upper) == (near(values["ratio"]), near(values["lo"]), near(values["hi"]))


def test_nothing_counted_has_no_share_and_no_ratio() -> None:
    assert share(0, 0) is None
    assert largest_likely_share(0, 0) is None
    assert largest_likely_share(5, 5) == 1
    assert rate_ratio(0, 1, 3, 1) is None
    assert rate_ratio(3, 0, 3, 1) is None


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_within_its_limits(events: int, more: int) -> None:
    found, largest = share(events, events + more), largest_likely_share(events, events + more)
    assert found is not None
    assert largest is not None
    assert -1e-12 <= found.lower <= found.estimate + 1e-12
    assert found.estimate <= min(found.upper, largest) <= 1


def test_exact_limits_of_the_codebook_are_the_librarys() -> None:
    with (DBT_PROJECT_DIR / "seeds" / "codebooks" / "garwood_limits.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            lower, upper = confint_poisson(int(row["events"]), 1, method="exact-c", alpha=0.05)
            assert float(row["lower_limit"]) == pytest.approx(0 if row["events"] == "0" else lower, abs=1e-11)
            assert float(row["upper_limit"]) == pytest.approx(upper, abs=1e-11)


# --- alternative response ---

FACTORS = Factors(
    coverage=Factor(0.5, 0.7, 0.9),
    uptake=Factor(0.4, 0.6, 0.8),
    substitution=Factor(0.35, 0.6, 0.9),
    backup=Factor(0.005, 0.03, 0.1),
)


def known(calls: float) -> Eligible:
    """Eligible calls of which nothing is in doubt."""
    return Eligible(calls, calls)


def simulated(eligible: Eligible, factors: Factors, *, seed: int, draws: int = 200_000) -> Band:
    return Simulation({"responder": factors}, seed=seed, draws=draws).diverted({"responder": eligible})


@needs_cases
def test_net_diversion() -> None:
    values = expected(ALTERNATIVE)["net_diversion_moderate"]
    factors = Factors(**{name: Factor(*limits) for name, limits in values["parameters"].items()})
    assert factors == FACTORS
    eligible = known(values["eligible_calls"])
    assert envelope(eligible, factors) == pytest.approx(values["interval"], rel=EXACT)
    assert mean_diverted(eligible, factors) == near(values["mc_mean_analytic"])
    percentiles = [values["mc_p05"], values["mc_p50"], values["mc_p95"]]
    found = simulated(eligible, factors, seed=1)
    assert [found.p05, found.p50, found.p95] == pytest.approx(percentiles, rel=SIMULATED)


@needs_cases
def test_tornado() -> None:
    values = expected(ALTERNATIVE)
    found = tornado(known(values["net_diversion_moderate"]["eligible_calls"]), FACTORS)
    assert [swing.factor for swing in found] == ["substitution", "uptake", "coverage", "backup", "eligibility"]
    assert found.pop().width == 0
    for swing in found:
        assert [swing.at_low, swing.at_high] == pytest.approx(values["tornado_calls"][swing.factor], rel=EXACT)


@needs_cases
def test_substitution_that_a_programme_implies() -> None:
    values = expected(ALTERNATIVE)["cahoots_2021"]
    found = implied_substitution(16_479 / 109_855, 0.03, 0.08)
    assert near(values["gross_share"]) == 16_479 / 109_855
    assert found == pytest.approx(values["implied_substitution_range"], rel=EXACT)


@pytest.mark.parametrize("limits", [(0.5, 0.4, 0.9), (-0.1, 0.4, 0.9), (0.1, 0.4, 1.1), (0.1, 0.95, 0.9)])
def test_factors_out_of_order_are_refused(limits: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="low <= mode <= high"):
        Factor(*limits)


def test_known_factors_leave_nothing_to_simulate() -> None:
    sure = Factors(*(Factor(value, value, value) for value in (0.5, 0.5, 0.5, 0.2)))
    found = simulated(known(1000), sure, seed=1)
    assert (found.p05, found.p50, found.p95) == pytest.approx((100, 100, 100))
    assert envelope(known(1000), sure) == pytest.approx((100, 100, 100))


def test_the_judgment_of_eligibility_is_one_for_all_paths() -> None:
    sure = Factors(*(Factor(value, value, value) for value in (1, 1, 1, 0)))
    simulation = Simulation({"responder": sure, "administrative": sure}, seed=1, draws=200_000)
    found = simulation.diverted({"responder": Eligible(100, 200), "administrative": Eligible(0, 100)})
    # Uniform between 100 and 300; two judgments of their own would draw the ends towards the middle.
    assert (found.p05, found.p50, found.p95) == pytest.approx((110, 200, 290), rel=0.01)


def test_eligible_calls_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="low <= high"):
        Eligible(2, 1)


def test_what_goes_together_spreads_the_result() -> None:
    simulation = Simulation({"responder": FACTORS}, seed=1, draws=50_000, rank_correlation=0.5)
    eligible = {"responder": known(1000)}
    apart, tied = simulation.diverted(eligible), simulation.diverted(eligible, correlated=True)
    assert tied.p05 < apart.p05
    assert tied.p95 > apart.p95
    uncorrelated = Simulation({"responder": FACTORS}, seed=1, draws=50_000, rank_correlation=0)
    found = uncorrelated.diverted(eligible, correlated=True)
    assert [found.p05, found.p50, found.p95] == pytest.approx([apart.p05, apart.p50, apart.p95], rel=0.02)


SHARES = st.floats(0, 1)
RANGES = st.lists(SHARES, min_size=3, max_size=3).map(lambda limits: Factor(*sorted(limits)))


@settings(max_examples=60, deadline=None)
@given(
    st.builds(Factors, RANGES, RANGES, RANGES, RANGES),
    st.lists(st.floats(0, 1e6), min_size=2, max_size=2).map(lambda ends: Eligible(*sorted(ends))),
    st.floats(-1, 1),
)
def test_simulated_diversion_stays_in_its_envelope(factors: Factors, eligible: Eligible, correlation: float) -> None:
    worst, mode, best = envelope(eligible, factors)
    slack = 1e-9 * (1 + best)
    assert worst - slack <= mode <= best + slack <= eligible.high + slack * 2
    simulation = Simulation({"responder": factors}, seed=7, draws=2000, rank_correlation=correlation)
    for correlated in (False, True):
        found = simulation.diverted({"responder": eligible}, correlated=correlated)
        assert worst - slack <= found.p05 <= found.p50 <= found.p95 <= best + slack
    assert simulation.diverted({"responder": eligible}) == simulated(eligible, factors, seed=7, draws=2000)


@given(SHARES, SHARES, SHARES, SHARES, st.floats(0, 1), st.sampled_from(["coverage", "uptake", "substitution"]))
def test_diversion_grows_with_each_factor_and_falls_with_backup(
    coverage: float, uptake: float, substitution: float, backup: float, more: float, factor: str
) -> None:
    values = {"coverage": coverage, "uptake": uptake, "substitution": substitution, "backup": backup}
    here = diverted_share(**values)
    assert diverted_share(**{**values, factor: max(values[factor], more)}) >= here
    assert diverted_share(**{**values, "backup": max(backup, more)}) <= here


# --- queues, people, money ---


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
