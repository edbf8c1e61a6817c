"""What some teams can go to and divert: calls beyond their hours are nobody's (methods, 8.5).

One coverage for everything: the share of hours staffed decides what teams attend and, in `programme`, what they cost.
Calls come by hour of the week and a team cannot work off in the night what it could not take in the afternoon, so the
cap is by hour of the week:

    attended = coverage x sum over hours of min(eligible x uptake, teams x hours / team hours a call)
    diverted = attended x substitution x (1 - backup)
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.statistics.diversion import Draws

HOURS_OF_WEEK = 168


@dataclass(frozen=True)
class Pattern:
    """Eligible calls by the low and the high judgment of their types, and clock hours, of each hour of the week."""

    low: Draws
    high: Draws
    hours: Draws

    def __post_init__(self) -> None:
        if not (len(self.low) == len(self.high) == len(self.hours)):
            raise ValueError("a pattern needs low, high and hours of the same hours of the week")
        if (self.low < 0).any() or (self.low > self.high).any() or (self.hours < 0).any():
            raise ValueError("a pattern must have 0 <= low <= high and hours >= 0 in every hour of the week")

    @classmethod
    def even(cls, low: float, high: float, hours: float) -> "Pattern":
        """The calls of `hours` clock hours, spread evenly: where the hours of the calls are not known."""
        share = np.full(HOURS_OF_WEEK, 1 / HOURS_OF_WEEK)
        return cls(low * share, high * share, hours * share)


def wanted_when_staffed(pattern: Pattern, judgment: npt.ArrayLike, uptake: npt.ArrayLike) -> Draws:
    """Calls that teams on duty in every hour would be sent to; `judgment` is 0 for low to 1 for high."""
    low, high = pattern.low.sum(), pattern.high.sum()
    return np.asarray((low + np.asarray(judgment) * (high - low)) * np.asarray(uptake))


def attended_when_staffed(
    pattern: Pattern, judgment: npt.ArrayLike, uptake: npt.ArrayLike, teams: int, hours_per_call: float
) -> Draws:
    """Of these, calls for which the teams have the hours."""
    judged, sent = np.asarray(judgment, float), np.asarray(uptake, float)
    most = teams * pattern.hours / hours_per_call
    # Most hours of the week are below the cap in every draw or above it in every one: only the others are drawn.
    is_free = pattern.high * sent.max() <= most
    is_full = ~is_free & (pattern.low * sent.min() >= most)
    free, spread = pattern.low[is_free].sum(), (pattern.high - pattern.low)[is_free].sum()
    attended = (free + judged * spread) * sent + most[is_full].sum()
    for hour in np.flatnonzero(~is_free & ~is_full):
        wanted = (pattern.low[hour] + judged * (pattern.high[hour] - pattern.low[hour])) * sent
        attended = attended + np.minimum(wanted, most[hour])
    return np.asarray(attended)
