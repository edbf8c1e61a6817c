"""Landing: a delivery kept byte for byte, with its manifest, under a name made from its content.

The same bytes land once; changed bytes land beside the old ones; nothing is overwritten. The manifest is written
last and the folder renamed into place, so that a landing is either whole or absent.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError, from_system
from orchestration.ingest.incoming import incoming, settle
from orchestration.sources.base import Delivery, Source

MANIFEST = "manifest.json"


class LandedFile(BaseModel):
    """One landed file."""

    name: str
    origin: str
    bytes: int
    sha256: str


class Landing(BaseModel):
    """One delivery of a data set; the content of its manifest. Times are UTC."""

    city: str
    data_set: str
    content_id: str
    landed_at: datetime
    url: str | None
    license: str
    files: list[LandedFile]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


def land(source: Source, data_set: DataSet, landing_root: Path) -> tuple[Landing, Path]:
    """Bring a data set in. Returns its landing and folder; a delivery already there is left as it was.

    Raises:
        SourceError: there is nothing to land, or no room for it; nothing half-written is left behind.
    """
    home = landing_root / data_set.city / data_set.name
    try:
        with incoming(home) as arriving:
            deliveries = source.deliver(data_set, arriving)
            if (arriving / MANIFEST).exists():
                raise SourceError(
                    file=MANIFEST,
                    found="a file with the name that landing keeps for its own manifest",
                    expected="exports under other names",
                    mend="rename it, and `files` in the city file with it",
                )
            folder = home / content_id(deliveries)
            if not folder.exists():
                landing = Landing(
                    city=data_set.city,
                    data_set=data_set.name,
                    content_id=folder.name,
                    landed_at=datetime.now(UTC),
                    url=data_set.url,
                    license=data_set.license,
                    files=[LandedFile(**vars(delivery)) for delivery in deliveries],
                )
                (arriving / MANIFEST).write_text(landing.model_dump_json(indent=2), encoding="utf-8")
                settle(arriving, folder)
            return read_landing(folder), folder
    except OSError as error:
        raise from_system(error, str(home)) from error


def refuse_damaged(landing: Landing, folder: Path) -> None:
    """SourceError where a landed file is not as long as it was when it landed."""
    for file in landing.files:
        path = folder / file.name
        size = path.stat().st_size if path.exists() else 0
        if size != file.bytes:
            raise SourceError(
                file=str(path),
                found=f"a landed file of {size:,} bytes",
                expected=f"the {file.bytes:,} bytes its manifest tells of",
                mend="restore the folder from a backup, or delete it and run again with the export at hand",
            )


def read_landing(folder: Path) -> Landing:
    """The manifest of a landing."""
    return Landing.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))


def content_id(deliveries: list[Delivery]) -> str:
    """A name for the delivered bytes: the same files give the same name, whatever the order."""
    digest = hashlib.sha256()
    for delivery in sorted(deliveries, key=lambda d: d.name):
        digest.update(f"{delivery.name}\0{delivery.sha256}\n".encode())
    return digest.hexdigest()[:16]
