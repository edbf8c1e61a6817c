"""What a city publishes, as typed data: the shape of `cities/<city>.yml` and how it is read.

A fact about a source has its home in the city file; code never names a city.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CITIES_DIR = Path(__file__).parent / "cities"

Format = Literal["csv", "arcgis_json", "open311_json", "geojson", "shapefile", "xlsx"]
Growth = Literal["snapshot", "append", "yearly_files"]
Entity = Literal[
    "calls",
    "unit_responses",
    "contacts",
    "offenses",
    "requests",
    "zones",
    "budget_lines",
    "resources",
    "survey_responses",
]


class CatalogError(ValueError):
    """A city file that cannot be used; the message names the file and the field."""


class Strict(BaseModel):
    """Unknown fields are errors: a typing slip must not pass for a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Boundary(Strict):
    """Box around the city, WGS84 degrees; a located row outside it is in the wrong place."""

    west: float = Field(ge=-180, le=180)
    south: float = Field(ge=-90, le=90)
    east: float = Field(ge=-180, le=180)
    north: float = Field(ge=-90, le=90)


class DataSet(Strict):
    """One published data set of a city.

    `columns` and `key` use normalised names (see `orchestration.ingest.columns`): the columns that must be there
    and those that identify a row. `drop` never goes past landing. `encoding: latin-1` reads Windows-1252, too.
    """

    name: str = Field("", pattern=r"^[a-z0-9_]*$")
    city: str = ""
    title: str
    entity: Entity
    files: list[str] = Field(min_length=1)
    format: Format
    url: str | None = None
    license: str
    grain: str
    growth: Growth
    key: list[str] = []
    columns: list[str] = Field(min_length=1)
    drop: list[str] = []
    crs: str | None = None
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    delimiter: str = ","
    notes: str = ""

    @property
    def table(self) -> str:
        """Name of the view in schema raw."""
        return f"{self.city}__{self.name}"


class City(Strict):
    """One city file."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    time_zone: str
    boundary: Boundary
    data_sets: dict[str, DataSet] = Field(min_length=1)
    notes: str = ""


def read_city(path: Path) -> City:
    """Read and check one city file; CatalogError names the file and each wrong field."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, data_set in content["data_sets"].items():
            data_set |= {"name": name, "city": content["name"]}
        city = City.model_validate(content)
    except yaml.YAMLError as error:
        raise CatalogError(f"{path}: not valid YAML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CatalogError(f"{path}: {wrong}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogError(f"{path}: expected a mapping with name, title, time_zone, boundary, data_sets") from error
    if city.name != path.stem:
        raise CatalogError(f"{path}: name: the file is called {path.stem}, the city {city.name}; make them the same")
    return city


@cache
def cities() -> dict[str, City]:
    """Every city of the catalog, by name."""
    return {path.stem: read_city(path) for path in sorted(CITIES_DIR.glob("*.yml"))}


def city(name: str) -> City:
    """One city; CatalogError names those there are."""
    known = cities()
    if name not in known:
        raise CatalogError(f"no city called {name!r}: the catalog ({CITIES_DIR}) has {', '.join(known)}")
    return known[name]
