"""Where a data set is pulled from, as typed data: one model a kind of portal, told apart by `kind`.

Only facts of the publisher stand here. How each kind of portal behaves is in `orchestration.sources`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Unknown fields are errors: a typing slip must not pass for a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Portal(Strict):
    """What all portals share. Paths that the publisher's robots.txt forbids are never asked for."""

    robots_disallow: list[str] = Field([], description="Path prefixes, such as /api/.")

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that stand in the city file: its own, as opposed to those that a portal answers with."""
        return ()

    @property
    def lands_as(self) -> str | None:
        """The format in which rows come from there; None where it is that of the files."""
        return None

    @property
    def gives_changes(self) -> bool:
        """Whether a set that only gains rows is pulled by what has changed, and not whole each time."""
        return self.lands_as is not None


class Socrata(Portal):
    """Data sets of a Socrata portal, by their four-by-four ids; several (one a year) make one data set.

    `api: "3"` asks the newer, token-bound interface. `scheme: http` is for a portal inside the house.
    """

    kind: Literal["socrata"]
    scheme: Literal["https", "http"] = "https"
    domain: str = Field(pattern=r"^[a-z0-9.-]+(:\d+)?$")
    ids: list[Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]] = Field(min_length=1)
    where: str | None = Field(None, description="A SoQL condition that the rows must meet.")
    api: Literal["2", "3"] = "2"

    @property
    def addresses(self) -> tuple[str, ...]:
        """See `Portal`."""
        return (f"{self.scheme}://{self.domain}",)

    @property
    def lands_as(self) -> str | None:
        """See `Portal`."""
        return "csv"


class ArcGIS(Portal):
    """Layers of an ArcGIS FeatureServer or MapServer, by the address that ends in the layer's number."""

    kind: Literal["arcgis"]
    layers: list[Annotated[str, Field(pattern=r"^https?://.+/(FeatureServer|MapServer)/\d+$")]] = Field(min_length=1)
    where: str = "1=1"

    @property
    def addresses(self) -> tuple[str, ...]:
        """See `Portal`."""
        return tuple(self.layers)

    @property
    def lands_as(self) -> str | None:
        """See `Portal`."""
        return "arcgis_json"


class Ckan(Portal):
    """Resources of a CKAN portal, by id; several (one a year) make one data set.

    `use: datastore` pages through the datastore; `download` takes the file as published.
    """

    kind: Literal["ckan"]
    portal: str = Field(pattern=r"^https?://")
    resources: list[str] = Field(min_length=1)
    use: Literal["download", "datastore"] = "download"

    @property
    def addresses(self) -> tuple[str, ...]:
        """See `Portal`."""
        return (self.portal, *(entry for entry in self.resources if entry.startswith(("http://", "https://"))))

    @property
    def lands_as(self) -> str | None:
        """See `Portal`."""
        return "csv" if self.use == "datastore" else None

    @property
    def gives_changes(self) -> bool:
        """See `Portal`."""
        return False


class Open311(Portal):
    """A GeoReport v2 endpoint: the address before `/requests.json`."""

    kind: Literal["open311"]
    endpoint: str = Field(pattern=r"^https?://")
    jurisdiction: str | None = None
    answer: Literal["json", "xml"] = "json"
    first_day: date = Field(description="Where the first pull begins; servers answer by windows of days.")

    @property
    def addresses(self) -> tuple[str, ...]:
        """See `Portal`."""
        return (self.endpoint,)

    @property
    def lands_as(self) -> str | None:
        """See `Portal`."""
        return f"open311_{self.answer}"


class Files(Portal):
    """Files by address: https, sftp, s3, gs, file …; an address may be a glob where the storage can list."""

    kind: Literal["files"]
    urls: list[str] = Field(min_length=1)

    @property
    def addresses(self) -> tuple[str, ...]:
        """See `Portal`."""
        return tuple(self.urls)


PortalSource = Annotated[Socrata | ArcGIS | Ckan | Open311 | Files, Field(discriminator="kind")]
