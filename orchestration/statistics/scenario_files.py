"""Scenario files: who could take which calls, what share of them and at what cost, as typed and checked data."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from orchestration.catalog.model import cities
from orchestration.catalog.portals import Strict
from orchestration.catalog.reading import CatalogError, read_checked
from orchestration.crosswalk.seed import topic_groups
from orchestration.statistics.assumptions import Range


def _category(name: str) -> str:
    if name not in topic_groups():
        raise ValueError("no category of the codebook topic_categories" + _hint(name, topic_groups()))
    return name


def _group(name: str) -> str:
    groups = set(topic_groups().values())
    if name not in groups:
        raise ValueError("no group of the codebook topic_categories" + _hint(name, groups))
    return name


def _city(name: str) -> str:
    if name not in cities():
        raise ValueError("no city of the catalog" + _hint(name, cities()))
    return name


def _hint(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=3)
    return f"; near it: {', '.join(near)}" if near else ""


class Dollars(Strict):
    """Low, most likely and high cost, US dollars."""

    low: float = Field(ge=0)
    mode: float = Field(ge=0)
    high: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError(f"low, mode and high must rise, found {self.low}, {self.mode}, {self.high}")
        return self


class Move(Strict):
    """Calls of some topic categories or groups that a responder takes over.

    `share` is of the calls that passed the screen of demand.calls_screened, or of all demand calls of the categories:
    what really leaves the police, not what is eligible. Costs are of the responder, per hour or per call taken.
    """

    responder: str = Field(min_length=1)
    categories: list[Annotated[str, AfterValidator(_category)]] = Field([])
    groups: list[Annotated[str, AfterValidator(_group)]] = Field([])
    calls: Literal["screened", "all"] = "screened"
    share: Range
    hours_per_call: float = Field(gt=0)
    cost_per_hour: Dollars | None = None
    cost_per_call: Dollars | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if not self.categories and not self.groups:
            raise ValueError("needs categories or groups: which calls move")
        if (self.cost_per_hour is None) == (self.cost_per_call is None):
            raise ValueError("needs either cost_per_hour or cost_per_call")
        return self

    @property
    def topics(self) -> frozenset[str]:
        """The topic categories that move."""
        of_groups = [category for category, group in topic_groups().items() if group in self.groups]
        return frozenset([*self.categories, *of_groups])

    @property
    def dollars_per_call(self) -> Dollars:
        """What a call costs its new responder."""
        if self.cost_per_call is not None:
            return self.cost_per_call
        hour = self.cost_per_hour or Dollars(low=0, mode=0, high=0)
        return Dollars(
            low=hour.low * self.hours_per_call,
            mode=hour.mode * self.hours_per_call,
            high=hour.high * self.hours_per_call,
        )


class Scenario(Strict):
    """One scenario file; its name is the file's."""

    name: str = Field("", pattern=r"^[a-z0-9_]*$")
    title: str = Field(min_length=1)
    cities: list[Annotated[str, AfterValidator(_city)]] = Field(
        [], description="Cities it is computed for; every city with calls where empty."
    )
    moves: list[Move] = Field(min_length=1)
    cashable: Range = Range(low=0, mode=0, high=0)

    @field_validator("moves")
    @classmethod
    def _moves_a_call_once(cls, moves: list[Move]) -> list[Move]:
        named = Counter(topic for move in moves for topic in move.topics)
        if twice := sorted(topic for topic, times in named.items() if times > 1):
            raise ValueError(f"{', '.join(twice)} would move twice: a category belongs in one move")
        return moves


def read_scenario(path: Path) -> Scenario:
    """Read and check one scenario file; CatalogError names the file and, of each mistake, the line and field."""
    scenario = read_checked(path, Scenario)
    try:
        return Scenario.model_validate({**scenario.model_dump(), "name": path.stem})
    except ValueError as error:
        raise CatalogError(
            f"{path}: the file's name is the scenario's: lower-case letters, digits and _ before .yml"
        ) from error


def scenarios(folder: Path) -> list[Scenario]:
    """The scenarios of a folder's *.yml files, by name; CatalogError where there is no such folder."""
    if not folder.is_dir():
        raise CatalogError(f"{folder}: no such folder; FOOTPRINT_SCENARIOS names the folder of scenario files (*.yml)")
    return [read_scenario(path) for path in sorted(folder.glob("*.yml"))]
