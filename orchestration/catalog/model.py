"""What a city publishes, as typed data: the shape of `cities/<city>.yml`.

A fact about a source has its home in the city file; code never names a city.
"""

from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from orchestration.catalog.portals import PortalSource, Strict
from orchestration.catalog.reading import CatalogError, FieldError, read_checked
from orchestration.catalog.reference_systems import kind_of

CITIES_DIR = Path(__file__).parent / "cities"

Format = Literal[
    "csv",
    "json",
    "jsonl",
    "parquet",
    "arcgis_json",
    "open311_json",
    "open311_xml",
    "geojson",
    "shapefile",
    "xlsx",
]
# Columns that the reader of a format adds to the publisher's.
ADDED_COLUMNS = {"xlsx": ["sheet"], "geojson": ["geometry_wkt"], "shapefile": ["geometry_wkt"]}
Column = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")]
Growth = Literal["snapshot", "append", "rolling_window", "yearly_files"]
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


class Boundary(Strict):
    """Box around the city, WGS84 degrees; a located row outside it is in the wrong place."""

    west: float = Field(ge=-180, le=180)
    south: float = Field(ge=-90, le=90)
    east: float = Field(ge=-180, le=180)
    north: float = Field(ge=-90, le=90)

    @model_validator(mode="after")
    def _has_area(self) -> Self:
        if self.west >= self.east or self.south >= self.north:
            raise ValueError("west must be below east and south below north")
        return self


class DataSet(Strict):
    """One published data set of a city.

    `columns` and `key` use normalised names (see `orchestration.ingest.columns`): the columns that must be there,
    in every file, and those that identify a row. `optional` are kept where a file has them, and NULL where it has not.
    `also_called` gives other names that a column has had, in other years or exports.
    `drop` never goes past landing; `hash` goes on only as keyed hashes, by domain (person, officer …). A column that is
    none of these, and looks as if it were about persons, is left out until one of them decides on it.
    `encoding: latin-1` reads Windows-1252, too. No time of a row lies before `first_day`, which is the city's where it
    is not given. Where no column is a key, `repeats` says whether equal rows of a load are one record or several.

    Growth: a `snapshot` is whole each time; `append` only gains rows, which may change for `changes_for_days`;
    a `rolling_window` loses its oldest rows at the portal, but not here; of `yearly_files` each is whole.
    What is pulled by changes is held against the whole of its portal every `compared_every_days` (0: never): by a
    list of its keys, or where the portal gives none, by a whole pull.
    """

    name: str = Field("", pattern=r"^[a-z0-9_]*$")
    city: str = ""
    title: str
    entity: Entity
    source: PortalSource | None = None
    files: list[str] = Field(min_length=1)
    format: Format
    url: str | None = None
    license: str
    terms: str = ""
    grain: str
    growth: Growth
    changes_for_days: int = Field(0, ge=0)
    compared_every_days: int = Field(7, ge=0)
    date_column: str | None = Field(None, description="The portal's own name of the column that windows filter on.")
    dates: Literal["utc", "local", "text"] = "utc"
    fresh_for_hours: float | None = Field(None, gt=0)
    key: list[str] = []
    repeats: Literal["exclude", "keep"] = "exclude"
    first_day: date | None = None
    columns: list[Column] = Field(min_length=1)
    optional: list[Column] = []
    also_called: dict[str, list[Column]] = {}
    drop: list[Column] = []
    hash: dict[str, Literal["person", "officer", "plate", "address", "phone"]] = {}
    crs: str | None = None
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    notes: str = ""

    @property
    def decided(self) -> set[str]:
        """The columns that the city file has decided to keep, by every name they go by."""
        called = {name for names in self.also_called.values() for name in names}
        return {*self.columns, *self.optional, *self.hash, *called, *ADDED_COLUMNS.get(self.format, [])}

    @property
    def table(self) -> str:
        """Name of the view in schema raw."""
        return f"{self.city}__{self.name}"

    @field_validator("files")
    @classmethod
    def _stay_in_the_folder(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            path = PurePosixPath(pattern)
            if not pattern or path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{pattern or 'an empty name'} is no name or pattern inside the folder of exports")
        return patterns

    @field_validator("crs")
    @classmethod
    def _is_known(cls, code: str | None) -> str | None:
        if code is not None and kind_of(code) is None:
            raise ValueError(f"{code} is no coordinate reference system, such as EPSG:4326")
        return code

    @model_validator(mode="after")
    def _fits_its_source(self) -> Self:
        if self.source is None or (expected := self.source.lands_as) in (None, self.format):
            return self
        raise FieldError("format", f"{self.format}, but what comes from {self.source.kind} is {expected}")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            raise FieldError("columns", f"names {', '.join(twice)} more than once")
        if both := sorted(set(self.drop) & set(self.columns)):
            raise FieldError("drop", f"{', '.join(both)} cannot be both needed (columns) and dropped")
        if both := sorted(set(self.optional) & {*self.columns, *self.drop}):
            raise FieldError("optional", f"{', '.join(both)} cannot be both optional and needed (columns) or dropped")
        if strangers := sorted(set(self.hash) - {*self.columns, *self.optional}):
            raise FieldError(
                "hash", f"names {', '.join(strangers)}, which is not among columns: nothing would be hashed"
            )
        if taken := sorted(
            {name for names in self.also_called.values() for name in names} & {*self.columns, *self.optional}
        ):
            raise FieldError("also_called", f"names {', '.join(taken)}, which is a needed column of its own")
        if strangers := [name for name in self.also_called if name not in [*self.columns, *self.optional]]:
            raise FieldError("also_called", f"names {', '.join(strangers)}, which is not among columns")
        if strangers := [name for name in self.key if name not in [*self.columns, *ADDED_COLUMNS.get(self.format, [])]]:
            raise FieldError("key", f"names {', '.join(strangers)}, which is not among columns")
        if both := sorted(set(self.drop) & set(self.hash)):
            raise FieldError("hash", f"{', '.join(both)} cannot be both dropped and hashed")
        if self.growth == "rolling_window" and not self.key:
            raise FieldError("key", "a rolling window needs a key: without one a row seen twice would count twice")
        if self.growth == "append" and self.source and self.source.gives_changes and not self.key:
            raise FieldError("key", "pulls of changes need a key: without one a row that changed would count twice")
        return self


class City(Strict):
    """One city file. `live` is the day its portals were last pulled with it; None where that has not been tried."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    time_zone: str
    projection: str = Field(description="A projected reference system in metres or feet for the city, as EPSG:n.")
    boundary: Boundary
    first_day: date = Field(date(1950, 1, 1), description="No row of the city's data can be older.")
    data_sets: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], DataSet] = Field(min_length=1)
    live: date | None = None
    notes: str = ""

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in time_zones():
            raise ValueError(f"{name} is no time zone of the IANA database, such as America/New_York")
        return name

    @field_validator("projection")
    @classmethod
    def _is_of_a_plane(cls, code: str) -> str:
        if (kind := kind_of(code)) != "projected":
            found = f"{kind}, in degrees" if kind and kind.startswith("geographic") else (kind or "not known")
            raise ValueError(f"{code} is {found}; a projected system in metres or feet is needed, such as EPSG:26916")
        return code

    @property
    def zone_info(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def has_portal(self) -> bool:
        """Whether any of its data sets can be pulled."""
        return any(data_set.source for data_set in self.data_sets.values())


@cache
def time_zones() -> set[str]:
    """The names of the IANA database: a folder to look through, once."""
    return available_timezones()


def read_city(path: Path) -> City:
    """Read and check one city file; CatalogError names the file and, of each mistake, the line and field."""
    city = read_checked(path, City)
    if city.name != path.stem:
        raise CatalogError(f"{path}: name: the file is called {path.stem}, the city {city.name}; make them the same")
    return city.model_copy(
        update={
            "data_sets": {
                name: data_set.model_copy(
                    update={"name": name, "city": city.name, "first_day": data_set.first_day or city.first_day}
                )
                for name, data_set in city.data_sets.items()
            }
        }
    )


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
