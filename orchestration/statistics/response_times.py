"""How long callers wait, with those whom nobody reached (methods, 1.9).

Dropping calls that nobody reached makes a service look faster. So a quantile stands beside two guards: the limits it
would have if unknown waits were all the shortest or all the longest, and the Kaplan-Meier estimate, in which a call
closed without an arrival has waited at least until then. Where callers hang up because of the wait, that is still
optimistic; where a call has no end it cannot be made, for leaving such calls out is what it is to guard against.
Minutes in, minutes out; None where a value is not bounded by the data.
"""

from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, norm
from statsmodels.duration.survfunc import SurvfuncRight

Minutes = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

CONFIDENCE = 0.95
# A survival that equals 1 - p but for the last bits must not count as below it.
SURVIVAL_DIGITS = 12


# Above it the waits that are known are not the rule but the exception.
MOST = 0.5
NO_END = "unreached calls without an end"


@dataclass(frozen=True)
class Quantile:
    """A quantile of the waits that ended in an arrival, its guards, in minutes, and what can be said of each."""

    estimate: float
    lower: float | None
    upper: float | None
    lowest: float
    highest: float | None
    censored: float | None
    censored_lower: float | None
    censored_upper: float | None
    status: str
    reason: str | None
    censored_status: str
    censored_reason: str | None


class Waits:
    """The waits of one group of calls, sorted once for all that is asked of them.

    Args:
        minutes: distinct waits, in any order.
        arrived: whether the wait ended in an arrival; where not, the call was closed without one.
        calls: calls with that wait.
        without_end: calls without an arrival whose closing time is not known either.
        invalid: calls whose arrival is known to be wrong.
    """

    def __init__(
        self,
        minutes: Minutes,
        arrived: npt.NDArray[np.bool_],
        calls: Counts,
        without_end: int = 0,
        invalid: int = 0,
    ) -> None:
        self._minutes, self._arrived, self._calls = minutes, arrived, calls
        self._waits = np.sort(np.repeat(minutes[arrived], calls[arrived]))
        self._without_end = without_end
        self.arrived = len(self._waits)
        self.unreached = int(calls[~arrived].sum()) + without_end
        self.missing = self.unreached + invalid

    def quantile(self, p: float, needed: int = 1) -> Quantile | None:
        """The `p` quantile, reliable from `needed` arrivals on; None where nobody arrived."""
        if not self.arrived:
            return None
        lower, upper = self._order_statistics(p)
        lowest, highest = self.worst_cases(p)
        status, reason = self._reliability(needed)
        censored = None if self._without_end else self._survived(p)
        limits = self._survival_limits(p) if censored is not None else (None, None)
        unable = NO_END if self._without_end else f"{1 - p:.0%} or more of the callers were still waiting"
        return Quantile(
            estimate=float(np.quantile(self._waits, p)),
            lower=lower,
            upper=upper,
            lowest=lowest,
            highest=bounded(highest),
            censored=censored,
            censored_lower=limits[0],
            censored_upper=limits[1],
            status=status,
            reason=reason,
            censored_status="not_estimable" if censored is None else status,
            censored_reason=unable if censored is None else reason,
        )

    def _reliability(self, needed: int) -> tuple[str, str | None]:
        if self.arrived < needed:
            return "unreliable", f"fewer than {needed} arrivals"
        if self.unreached > MOST * (self.arrived + self.missing):
            return "unreliable", "most calls have no known arrival"
        return "ok", None

    def _survived(self, p: float) -> float | None:
        """The first wait by whose end fewer than 1 - p still wait, by Kaplan-Meier; None where none is."""
        return bounded(self._survival.quantile(p))

    def _survival_limits(self, p: float) -> tuple[float | None, float | None]:
        """Limits of that wait by log-log bands: where the survival stops to be above 1 - p, and where it is below it.

        The band ends at the last wait only because the data do; a survival of 0 has no band. Neither is a limit.
        """
        times, survival = self._survival.surv_times, self._survival.surv_prob
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.log(survival)
            distance = (np.log(-log) - np.log(-np.log(1 - p))) / (self._survival.surv_prob_se / survival / -log)
        far = norm.isf((1 - CONFIDENCE) / 2)
        is_zero = survival <= 0
        reached = np.flatnonzero((distance >= -far) | is_zero)
        below = np.flatnonzero((distance > far) | is_zero)
        return (
            float(times[reached[0]]) if len(reached) and not is_zero[reached[0]] else None,
            float(times[below[0]]) if len(below) and not is_zero[below[0]] else None,
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
