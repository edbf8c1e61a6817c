"""Quantiles of waits with those whom nobody reached: against values of another route, and whatever goes in."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import quantile_test
from statsmodels.duration.survfunc import SurvfuncRight

from orchestration.statistics.response_times import Waits

CASE = Path(__file__).parents[1] / "reference_cases" / "01_demand"


def near(value: float | None) -> Any:
    """A value of a case within its tolerance; what it leaves open is None."""
    return None if value in (None, "inf") else pytest.approx(value, rel=1e-9)


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """The values of the case."""
    found: dict[str, Any] = json.loads((CASE / "expected_response_times.json").read_text(encoding="utf-8"))["expected"]
    return found


def waits(times: list[tuple[float, bool]], without_end: int = 0, invalid: int = 0) -> Waits:
    minutes, arrived = zip(*times, strict=True) if times else ((), ())
    return Waits(np.array(minutes, float), np.array(arrived, bool), np.ones(len(times), np.int64), without_end, invalid)


@pytest.fixture(scope="module")
def case_waits() -> Waits:
    with (CASE / "response_times.csv").open(encoding="utf-8", newline="") as lines:
        return waits([(float(row["minutes"]), row["event"] == "1") for row in csv.DictReader(lines)])


@pytest.mark.parametrize(("name", "p"), [("q50", 0.5), ("q90", 0.9)])
def test_quantiles_of_waits_with_their_guards(case_waits: Waits, values: dict[str, Any], name: str, p: float) -> None:
    found = case_waits.quantile(p)
    assert found is not None
    assert found.estimate == near(values[f"naive_{name}"])
    assert [found.lower, found.upper] == [near(limit) for limit in values[f"orderstat_ci_{name}"]]
    assert [found.lowest, found.highest] == [near(limit) for limit in values[f"bounds_{name}"]]
    assert found.censored == near(values[f"km_{name}"])
    assert [found.censored_lower, found.censored_upper] == [near(limit) for limit in values[f"km_{name}_ci"]]


def test_waits_without_an_arrival_are_counted(case_waits: Waits, values: dict[str, Any]) -> None:
    assert case_waits.arrived == values["n_arrived"]
    assert case_waits.missing / (case_waits.arrived + case_waits.missing) == near(values["share_missing_arrival"])


def test_survival_of_the_waits(case_waits: Waits, values: dict[str, Any]) -> None:
    # The quantile is the first wait by whose end fewer than 1 - p still wait, so each step of the table is one.
    before = 1.0
    for minutes, survival in values["km_table"]:
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


def test_a_call_without_a_closing_time_leaves_only_the_bounds() -> None:
    times = [(1.0, True), (2.0, True), (3.0, True)]
    with_it, without = waits(times, without_end=1).quantile(0.5), waits(times).quantile(0.5)
    assert with_it is not None
    assert without is not None
    assert (with_it.lowest, with_it.highest) == (1.0, 2.0)
    assert (with_it.estimate, without.censored) == (2.0, 2.0)
    assert (with_it.censored, with_it.censored_lower, with_it.censored_upper) == (None, None, None)
    assert (with_it.censored_status, with_it.censored_reason) == ("not_estimable", "unreached calls without an end")
    wrong = waits(times, invalid=1).quantile(0.5)
    assert wrong is not None
    assert (wrong.lowest, wrong.highest, wrong.censored, wrong.censored_status) == (1.0, 2.0, 2.0, "ok")


def test_the_last_wait_is_no_limit() -> None:
    # The last arrival takes the survival to 0: nothing bounds how long the next one may take.
    found = waits([(float(minutes), True) for minutes in range(1, 21)]).quantile(0.9)
    assert found is not None
    assert found.censored == 19
    assert found.censored_upper is None


def test_a_wait_that_all_share_is_its_own_limits() -> None:
    found = waits([(5.0, True)] * 300 + [(9.0, True)]).quantile(0.5)
    assert found is not None
    assert (found.censored, found.censored_lower, found.censored_upper) == (5.0, 5.0, 5.0)


TIMES = st.lists(st.tuples(st.integers(0, 5000).map(lambda t: t / 60), st.booleans()), min_size=1, max_size=60)


@settings(max_examples=150, deadline=None)
@given(TIMES, st.integers(0, 2), st.integers(0, 5), st.sampled_from([0.5, 0.9]))
def test_a_quantile_lies_between_its_worst_cases(
    times: list[tuple[float, bool]], without_end: int, invalid: int, p: float
) -> None:
    found = waits(times, without_end, invalid).quantile(p)
    if found is None:
        assert not any(arrived for _, arrived in times)
        return
    assert found.lower is None or found.lower <= found.estimate
    assert found.upper is None or found.estimate <= found.upper
    assert found.highest is None or found.lowest <= found.highest
    assert (found.censored is None) == (found.censored_status == "not_estimable")
    assert (found.censored_reason is None) == (found.censored_status == "ok")
    if found.censored is None:
        assert (found.censored_lower, found.censored_upper) == (None, None)
        return
    # A wait that ended without an arrival can only be longer than the times seen say: at least no wait at all, at
    # most for ever. Kaplan-Meier takes the first wait beyond p, so the longest is asked for in that way too.
    assert found.lowest <= found.censored
    seen = sorted(minutes for minutes, arrived in times if arrived)
    rank = int(np.floor(np.round(p * len(times), 9)))
    assert rank >= len(seen) or found.censored <= seen[rank]
    assert found.censored_lower is None or found.censored_lower <= found.censored
    if found.censored_upper is not None:
        assert found.censored <= found.censored_upper
        arrivals_beyond = [minutes for minutes in seen if minutes > found.censored_upper]
        ended_beyond = [minutes for minutes, arrived in times if not arrived and minutes >= found.censored_upper]
        # Somebody is still waiting there: the limit is no end of the data.
        assert arrivals_beyond or ended_beyond


@settings(max_examples=100, deadline=None)
@given(TIMES, st.sampled_from([0.5, 0.9]))
def test_survival_limits_are_the_librarys_where_it_has_some(times: list[tuple[float, bool]], p: float) -> None:
    found = waits(times).quantile(p)
    if found is None or found.censored is None:
        return
    minutes, arrived = zip(*times, strict=True)
    library = SurvfuncRight(np.array(minutes), np.array(arrived, int))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = library.quantile_ci(p, method="cloglog")
    if found.censored_lower is not None and not np.isnan(lower):
        assert found.censored_lower == lower
    if found.censored_upper is not None and np.isfinite(upper):
        assert found.censored_upper == upper


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
