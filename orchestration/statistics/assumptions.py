"""What is assumed about alternative responders, as typed data: the shape of assumptions.yml, each value with its source."""

from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from orchestration.catalog.portals import Strict
from orchestration.catalog.reading import read_checked
from orchestration.statistics.diversion import Factor, Factors, Simulation

FILE = Path(__file__).with_name("assumptions.yml")

AnswerPath = Literal["responder", "administrative"]
PATHS: tuple[AnswerPath, ...] = ("responder", "administrative")


class Range(Strict):
    """Low, most likely and high value of a share."""

    low: float = Field(ge=0, le=1)
    mode: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError(f"low, mode and high must rise, found {self.low}, {self.mode}, {self.high}")
        return self


class SourcedRange(Range):
    """A range and where it is from."""

    source: str = Field(min_length=1)

    @property
    def factor(self) -> Factor:
        """For the computation."""
        return Factor(self.low, self.mode, self.high)


class PathFactors(Strict):
    """What stands between eligible and diverted on one path."""

    coverage: SourcedRange
    uptake: SourcedRange
    substitution: SourcedRange
    backup: SourcedRange

    @property
    def factors(self) -> Factors:
        """For the computation."""
        return Factors(self.coverage.factor, self.uptake.factor, self.substitution.factor, self.backup.factor)


class SimulationSettings(Strict):
    """How often and from which seed the factors are drawn."""

    draws: int = Field(ge=1000)
    seed: int = Field(ge=0)
    rank_correlation: float = Field(ge=-1, le=1)


class Sourced(Strict):
    """A value above zero and where it is from."""

    value: float = Field(gt=0)
    source: str = Field(min_length=1)


class ProgrammeAssumptions(Strict):
    """A programme of responder teams; money in US dollars a year. The hours staffed are the coverage of their path."""

    hours_per_call: Sourced
    units_per_call: Sourced
    staff_per_team: Sourced
    net_hours: Sourced
    loaded_pay: Sourced
    vehicle_cost: Sourced
    cashable: SourcedRange


class Assumptions(Strict):
    """The whole file."""

    paths: dict[AnswerPath, PathFactors]
    simulation: SimulationSettings
    programme: ProgrammeAssumptions

    @model_validator(mode="after")
    def _every_path(self) -> Self:
        if missing := [path for path in PATHS if path not in self.paths]:
            raise ValueError(f"paths has no factors of {', '.join(missing)}")
        return self

    @property
    def factors(self) -> dict[str, Factors]:
        """The factors of each path."""
        return {path: found.factors for path, found in self.paths.items()}

    def simulated(self) -> Simulation:
        """Its draws; the same each time."""
        given = self.simulation
        return Simulation(self.factors, seed=given.seed, draws=given.draws, rank_correlation=given.rank_correlation)


@cache
def assumptions() -> Assumptions:
    """The assumptions in use. Raises CatalogError naming line and field of a mistake."""
    return read_checked(FILE, Assumptions)
