"""The estimates of orchestration.statistics against values of another route, and what must hold whatever goes in."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson

from orchestration.settings import DBT_PROJECT_DIR
from orchestration.statistics.diversion import (
    PERCENTILES,
    Band,
    Eligible,
    Factor,
    Factors,
    Simulation,
    diverted_share,
    envelope,
    implied_substitution,
    mean_diverted,
    percentiles,
    tornado,
)
from orchestration.statistics.proportions import largest_likely_share, rate_ratio, share

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


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_percentiles_are_those_of_numpy(draws: list[float]) -> None:
    found = percentiles(np.array(draws))
    assert found == pytest.approx(np.percentile(draws, PERCENTILES), rel=1e-9, abs=1e-6)


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
