"""How many calls another responder would really take from the police (methods, 8.1 to 8.3).

The share that is eligible is never the share that is diverted: a call is diverted only if the responder is on duty
there (coverage), the dispatcher sends it (uptake), police would otherwise have gone (substitution), and police are not
called after all (backup).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

DRAWS = 200_000
# Weight of the mode in a PERT distribution.
PERT_LAMBDA = 4.0
PERCENTILES = (5, 50, 95)


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

    def draw(self, generator: np.random.Generator, draws: int) -> npt.NDArray[np.float64]:
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
class Swing:
    """What one factor alone does to the calls diverted, the others at their modes."""

    factor: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the result moves."""
        return abs(self.at_high - self.at_low)


def diverted_share(coverage: float, uptake: float, substitution: float, backup: float) -> float:
    """Share of eligible calls that leave the police."""
    return coverage * uptake * substitution * (1 - backup)


def envelope(eligible: float, factors: Factors) -> tuple[float, float, float]:
    """Calls diverted with every factor at its worst, its mode and its best: nothing can lie outside."""
    worst = diverted_share(factors.coverage.low, factors.uptake.low, factors.substitution.low, factors.backup.high)
    mode = diverted_share(factors.coverage.mode, factors.uptake.mode, factors.substitution.mode, factors.backup.mode)
    best = diverted_share(factors.coverage.high, factors.uptake.high, factors.substitution.high, factors.backup.low)
    return eligible * worst, eligible * mode, eligible * best


def mean_diverted(eligible: float, factors: Factors) -> float:
    """Mean of the simulated calls diverted, in closed form: the factors are independent."""
    f = factors
    return eligible * diverted_share(f.coverage.mean, f.uptake.mean, f.substitution.mean, f.backup.mean)


def simulated(eligible: float, factors: Factors, *, seed: int, draws: int = DRAWS) -> tuple[float, float, float]:
    """5th, 50th and 95th percentile of the calls diverted, the factors drawn independently."""
    generator = np.random.Generator(np.random.PCG64(seed))
    values = [getattr(factors, field.name).draw(generator, draws) for field in fields(factors)]
    p05, p50, p95 = np.percentile(eligible * diverted_share(*values), PERCENTILES)
    return float(p05), float(p50), float(p95)


def tornado(eligible: float, factors: Factors) -> list[Swing]:
    """The calls diverted as each factor goes from low to high, the widest swing first."""
    return sorted(_swings(eligible, factors), key=lambda swing: swing.width, reverse=True)


def _swings(eligible: float, factors: Factors) -> Iterator[Swing]:
    modes = {field.name: getattr(factors, field.name).mode for field in fields(factors)}
    for field in fields(factors):
        factor: Factor = getattr(factors, field.name)
        low, high = (diverted_share(**{**modes, field.name: value}) for value in (factor.low, factor.high))
        yield Swing(field.name, eligible * low, eligible * high)


def implied_substitution(handled_share: float, diverted_low: float, diverted_high: float) -> tuple[float, float]:
    """Substitution a programme's own figures imply: the share it says it diverted over the share it handled."""
    return diverted_low / handled_share, diverted_high / handled_share
