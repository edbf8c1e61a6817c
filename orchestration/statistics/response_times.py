"""How long callers wait, with those whom nobody reached (methods, 1.9).

Dropping calls that nobody reached makes a service look faster. So a quantile stands beside two guards: the limits it
would have if unknown waits were all the shortest or all the longest, and the Kaplan-Meier estimate, in which a call
closed without an arrival has waited at least until then. Where callers hang up because of the wait, that is still
optimistic. Minutes in, minutes out; None where a value is not bounded by the data.
"""

from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import numpy.typing as npt
from scipy.stats import binom
from statsmodels.duration.survfunc import SurvfuncRight

Minutes = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

CONFIDENCE = 0.95
# A survival that equals 1 - p but for the last bits must not count as below it.
SURVIVAL_DIGITS = 12


@dataclass(frozen=True)
class Quantile:
    """A quantile of the waits that ended in an arrival, and its guards, in minutes."""

    estimate: float
    lower: float | None
    upper: float | None
    lowest: float
    highest: float | None
    censored: float | None
    censored_lower: float | None
    censored_upper: float | None


class Waits:
    """The waits of one group of calls, sorted once for all that is asked of them.

    Args:
        minutes: distinct waits, in any order.
        arrived: whether the wait ended in an arrival; where not, the call was closed without one.
        calls: calls with that wait.
        unknown: calls without an arrival whose closing time is not known either.
    """

    def __init__(self, minutes: Minutes, arrived: npt.NDArray[np.bool_], calls: Counts, unknown: int = 0) -> None:
        self._minutes, self._arrived, self._calls = minutes, arrived, calls
        self._waits = np.sort(np.repeat(minutes[arrived], calls[arrived]))
        self.arrived = len(self._waits)
        self.missing = int(calls[~arrived].sum()) + unknown

    def quantile(self, p: float) -> Quantile | None:
        """The `p` quantile; None where nobody arrived."""
        if not self.arrived:
            return None
        estimate = float(np.quantile(self._waits, p))
        order = self._order_statistics(p)
        lowest, highest = self.worst_cases(p)
        # Its limits are undefined where the survival is exactly 1 or 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            lower, upper = self._survival.quantile_ci(p, alpha=1 - CONFIDENCE)
        return Quantile(
            estimate=estimate,
            lower=order[0],
            upper=order[1],
            lowest=lowest,
            highest=bounded(highest),
            censored=bounded(self._survival.quantile(p)),
            censored_lower=bounded(lower),
            censored_upper=bounded(upper),
        )

    def _order_statistics(self, p: float) -> tuple[float | None, float | None]:
        """Limits of the quantile by its rank, as scipy.stats.quantile_test has them, without its frozen distribution."""
        tail = (1 - CONFIDENCE) / 2
        low, high = int(binom.ppf(tail, self.arrived, p)) - 1, int(binom.isf(tail, self.arrived, p))
        return (
            float(self._waits[low]) if low >= 0 else None,
            float(self._waits[high]) if high < self.arrived else None,
        )

    def worst_cases(self, p: float) -> tuple[float, float]:
        """The quantile (inverted CDF) if nobody missing had waited at all, and if all had waited for ever."""
        rank = int(np.ceil(np.round(p * (self.arrived + self.missing), 9)))
        return self._ranked(rank - self.missing, below=0.0), self._ranked(rank, below=0.0)

    def _ranked(self, rank: int, below: float) -> float:
        if rank < 1:
            return below
        return float(self._waits[rank - 1]) if rank <= self.arrived else float("inf")

    @cached_property
    def _survival(self) -> SurvfuncRight:
        # Not by its frequency weights: with them it gives another standard error than Greenwood's.
        survival = SurvfuncRight(
            np.repeat(self._minutes, self._calls), np.repeat(self._arrived, self._calls).astype(int)
        )
        survival.surv_prob = np.round(survival.surv_prob, SURVIVAL_DIGITS)
        return survival


def bounded(value: float) -> float | None:
    """The value, None where it is infinite or not a number."""
    return float(value) if isfinite(value) else None
