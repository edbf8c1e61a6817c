"""How many calls another responder would really take from the police (methods, 8.1 to 8.3).

The share that is eligible is never the share that is diverted: a call is diverted only if the responder is on duty
there (coverage), the dispatcher sends it (uptake), police would otherwise have gone (substitution), and police are not
called after all (backup). How many are eligible is itself a range, because the data cannot see all that rules a call
out: it is judged by type, from low to high.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import pi, sin
from typing import TypeVar

import numpy as np
import numpy.typing as npt

# Weight of the mode in a PERT distribution.
PERT_LAMBDA = 4.0
PERCENTILES = (5, 50, 95)
ELIGIBILITY = "eligibility"  # the judgment by type, as a factor beside the others

Draws = npt.NDArray[np.float64]
Share = TypeVar("Share", float, npt.NDArray[np.float64])


@dataclass(frozen=True)
class Factor:
    """A share between 0 and 1 that is known as a range with a most likely value."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.mode <= self.high <= 1:
            raise ValueError(f"a factor must have 0 <= low <= mode <= high <= 1, found {self}")

    @property
    def mean(self) -> float:
        """Mean of its PERT distribution."""
        return (self.low + PERT_LAMBDA * self.mode + self.high) / (PERT_LAMBDA + 2)

    def draw(self, generator: np.random.Generator, draws: int) -> Draws:
        """Values from its PERT distribution, a beta between low and high."""
        width = self.high - self.low
        if not width:
            return np.full(draws, self.mode)
        before, after = PERT_LAMBDA * (self.mode - self.low) / width, PERT_LAMBDA * (self.high - self.mode) / width
        return self.low + width * generator.beta(1 + before, 1 + after, draws)


@dataclass(frozen=True)
class Factors:
    """What stands between eligible and diverted."""

    coverage: Factor
    uptake: Factor
    substitution: Factor
    backup: Factor


@dataclass(frozen=True)
class Eligible:
    """Calls, or hours, that need no sworn officer, by the low and the high judgment of their types."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"eligible calls must have 0 <= low <= high, found {self}")

    @property
    def middle(self) -> float:
        """Halfway: no value between the two is known to be likelier."""
        return (self.low + self.high) / 2


def percentiles(draws: Draws) -> Draws:
    """PERCENTILES of some draws, interpolated as numpy.percentile does; sorted whole, which is three times as fast."""
    ordered = np.sort(draws)
    places = np.array(PERCENTILES) / 100 * (len(ordered) - 1)
    below = np.floor(places).astype(int)
    low, high = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    with np.errstate(invalid="ignore"):
        found: Draws = np.where(low == high, low, low + (places - below) * (high - low))
    return found


@dataclass(frozen=True)
class Band:
    """5th, 50th and 95th percentile of what is simulated."""

    p05: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Drawn:
    """Draws of one path, each with its own coverage: what a programme costs and what it diverts share it.

    `judgment` is the eligibility, 0 for low to 1 for high; `left` is what of attended calls police do not go to.
    """

    judgment: Draws
    coverage: Draws
    uptake: Draws
    left: Draws


@dataclass(frozen=True)
class Swing:
    """What one factor alone does to the calls diverted, the others at their modes."""

    factor: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the result moves."""
        return abs(self.at_high - self.at_low)


def diverted_share(coverage: Share, uptake: Share, substitution: Share, backup: Share) -> Share:
    """Share of eligible calls that leave the police, where teams have the hours for all they are sent to."""
    return coverage * uptake * left_share(substitution, backup)


def left_share(substitution: Share, backup: Share) -> Share:
    """Share of the calls attended by others that police do not go to."""
    return substitution * (1 - backup)


def envelope(eligible: Eligible, factors: Factors) -> tuple[float, float, float]:
    """Calls diverted with every factor at its worst, its mode and its best: nothing can lie outside."""
    worst = diverted_share(factors.coverage.low, factors.uptake.low, factors.substitution.low, factors.backup.high)
    mode = diverted_share(factors.coverage.mode, factors.uptake.mode, factors.substitution.mode, factors.backup.mode)
    best = diverted_share(factors.coverage.high, factors.uptake.high, factors.substitution.high, factors.backup.low)
    return eligible.low * worst, eligible.middle * mode, eligible.high * best


def mean_diverted(eligible: Eligible, factors: Factors) -> float:
    """Mean of the simulated calls diverted, in closed form: the factors are independent."""
    f = factors
    return eligible.middle * diverted_share(f.coverage.mean, f.uptake.mean, f.substitution.mean, f.backup.mean)


class Simulation:
    """Draws of the factors of some paths, made once and then asked about any number of eligible calls.

    The factors are independent (PCG64). As a sensitivity the same draws are put in an order in which the ranks of
    coverage and uptake correlate. The judgment of eligibility is uniform between low and high, and one for all types
    and paths: who judges too boldly does so throughout, so the errors do not cancel out.
    """

    def __init__(self, factors: Mapping[str, Factors], *, seed: int, draws: int, rank_correlation: float = 0.5) -> None:
        generator = np.random.Generator(np.random.PCG64(seed))
        self._judgment = generator.random(draws)
        self._shares = {}
        self._drawn = {}
        for path, each in factors.items():
            drawn = {field.name: getattr(each, field.name).draw(generator, draws) for field in fields(each)}
            self._shares[path, False] = diverted_share(**drawn)
            left = left_share(drawn["substitution"], drawn["backup"])
            self._drawn[path] = Drawn(self._judgment, drawn["coverage"], drawn["uptake"], left)
            drawn["coverage"], drawn["uptake"] = _tied(drawn["coverage"], drawn["uptake"], generator, rank_correlation)
            self._shares[path, True] = diverted_share(**drawn)
        self._asked: dict[tuple[bool, tuple[tuple[str, Eligible], ...]], Band] = {}

    def drawn(self, path: str) -> Drawn:
        """The draws of one path, draw by draw."""
        return self._drawn[path]

    def diverted(self, eligible: Mapping[str, Eligible], *, correlated: bool = False) -> Band:
        """Percentiles of what is diverted over all paths of `eligible`, in its unit."""
        some = tuple((path, calls) for path, calls in eligible.items() if calls.high > 0)
        if not some:
            return Band(0.0, 0.0, 0.0)
        if (correlated, some) not in self._asked:
            diverted = np.zeros_like(self._judgment)
            for path, calls in some:
                diverted += (calls.low + self._judgment * (calls.high - calls.low)) * self._shares[path, correlated]
            self._asked[correlated, some] = Band(*(float(p) for p in percentiles(diverted)))
        return self._asked[correlated, some]


def _tied(one: Draws, other: Draws, generator: np.random.Generator, rank_correlation: float) -> tuple[Draws, Draws]:
    """The same values in an order in which their ranks correlate as asked, by a normal copula."""
    pearson = 2 * sin(pi * rank_correlation / 6)
    leading = np.sort(generator.standard_normal(len(one)))
    following = pearson * leading + np.sqrt(1 - pearson**2) * generator.standard_normal(len(one))
    ordered = np.empty_like(other)
    ordered[np.argsort(following)] = np.sort(other)
    return np.sort(one), ordered


def tornado(eligible: Eligible, factors: Factors) -> list[Swing]:
    """The calls diverted as each factor, and the judgment of eligibility, goes from low to high; widest swing first.

    Swings that agree to nine digits are equal, in order of their names: the last digits are chance.
    """
    return sorted(_swings(eligible, factors), key=lambda swing: (-float(f"{swing.width:.9g}"), swing.factor))


def _swings(eligible: Eligible, factors: Factors) -> Iterator[Swing]:
    modes = {field.name: getattr(factors, field.name).mode for field in fields(factors)}
    for field in fields(factors):
        factor: Factor = getattr(factors, field.name)
        low, high = (diverted_share(**{**modes, field.name: value}) for value in (factor.low, factor.high))
        yield Swing(field.name, eligible.middle * low, eligible.middle * high)
    share = diverted_share(**modes)
    yield Swing(ELIGIBILITY, eligible.low * share, eligible.high * share)


def implied_substitution(handled_share: float, diverted_low: float, diverted_high: float) -> tuple[float, float]:
    """Substitution a programme's own figures imply: the share it says it diverted over the share it handled."""
    return diverted_low / handled_share, diverted_high / handled_share
