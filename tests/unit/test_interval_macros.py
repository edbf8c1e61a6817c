"""Limits in closed form, as SQL: what is unknown has no limits."""

import duckdb
import pytest
from jinja2 import Environment
from statsmodels.stats.proportion import proportion_confint

from orchestration.settings import DBT_PROJECT_DIR


def wilson(k: int | None, n: int | None) -> tuple[float | None, float | None]:
    """The limits of k of n, as the macros make them."""
    macros = (DBT_PROJECT_DIR / "macros" / "intervals.sql").read_text(encoding="utf-8")
    limits = Environment().from_string(macros + "{{ wilson_lower('k', 'n') }}, {{ wilson_upper('k', 'n') }}").render()
    ((low, high),) = duckdb.execute(f"select {limits} from (select ?::bigint as k, ?::bigint as n)", [k, n]).fetchall()
    return low, high


@pytest.mark.parametrize(("k", "n"), [(0, 7), (3, 7), (7, 7), (120, 4_000)])
def test_wilson_limits(k: int, n: int) -> None:
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(None, 7), (3, None), (0, 0), (None, None)])
def test_what_is_unknown_has_no_limits(k: int | None, n: int | None) -> None:
    # greatest(0, NULL) is 0 and least(1, NULL) is 1: limits that look right.
    assert wilson(k, n) == (None, None)
