"""Shares of few events, and ratios of two rates: what closed forms in SQL do not cover (methods, 0.6 and 8.4)."""

from dataclasses import dataclass

from scipy.stats import beta
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson_2indep

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate between its limits."""

    estimate: float
    lower: float
    upper: float


def share(events: int, of: int) -> Interval | None:
    """Share of `events` in `of` trials with Wilson's 95 % limits; None where there are no trials."""
    if of == 0:
        return None
    lower, upper = proportion_confint(events, of, alpha=1 - CONFIDENCE, method="wilson")
    return Interval(events / of, float(lower), float(upper))


def largest_likely_share(events: int, of: int) -> float | None:
    """Exact one-sided upper 95 % limit of a share: what a programme without an event has not ruled out."""
    if of == 0:
        return None
    return 1.0 if events == of else float(beta.ppf(CONFIDENCE, events + 1, of - events))


def rate_ratio(events: int, exposure: float, other_events: int, other_exposure: float) -> Interval | None:
    """Ratio of two Poisson rates with score limits (95 %); None where either rate has no events or no exposure."""
    if min(events, other_events) == 0 or min(exposure, other_exposure) <= 0:
        return None
    lower, upper = confint_poisson_2indep(
        events, exposure, other_events, other_exposure, compare="ratio", method="score", alpha=1 - CONFIDENCE
    )
    return Interval((events / exposure) / (other_events / other_exposure), float(lower), float(upper))
