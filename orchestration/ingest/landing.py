"""Landing: a delivery kept byte for byte, with its manifest, under a name made from its content.

The same bytes land once; changed bytes land beside the old ones; nothing is overwritten. The manifest is written
last and the folder renamed into place, so that a landing is either whole or absent.
"""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError, from_system
from orchestration.ingest.incoming import incoming, resumable, settle
from orchestration.sources.base import Delivery, Last, Source

MANIFEST = "manifest.json"


class LandedFile(BaseModel):
    """One landed file: see `Delivery`."""

    name: str
    origin: str
    bytes: int
    sha256: str
    rows: int | None = None
    names: dict[str, str] = {}


class Landing(BaseModel):
    """One delivery of a data set; the content of its manifest. Times are UTC.

    `complete`, `versions` and `changed_since` are those of `Delivered`; the pull began at `began_at`.
    """

    city: str
    data_set: str
    content_id: str
    began_at: datetime | None = None  # None in manifests of before pulls from portals
    landed_at: datetime
    url: str | None
    license: str
    terms: str = ""
    complete: bool = True
    changed_since: datetime | None = None
    versions: dict[str, str] = {}
    files: list[LandedFile]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)


def land(
    source: Source, data_set: DataSet, landing_root: Path, last: Last | None = None
) -> tuple[Landing, Path] | None:
    """Bring a data set in. Returns its landing and folder, None where nothing is new since `last`.

    A delivery already there is left as it was. What a pull that breaks off has brought is kept, apart from all
    landings, for the next one to go on from.

    Raises:
        SourceError: there is nothing to land, or no room for it.
    """
    home = landing_root / data_set.city / data_set.name
    began_at = datetime.now(UTC)
    try:
        with (resumable if source.resumes else incoming)(home) as arriving:
            delivery = source.deliver(data_set, arriving, last)
            if delivery is None:
                return None
            if any(file.name == MANIFEST for file in delivery.files):
                raise SourceError(
                    file=MANIFEST,
                    found="a file with the name that landing keeps for its own manifest",
                    expected="exports under other names",
                    mend="rename it, and `files` in the city file with it",
                )
            folder = home / content_id(delivery.files)
            if not folder.exists():
                landing = Landing(
                    city=data_set.city,
                    data_set=data_set.name,
                    content_id=folder.name,
                    began_at=began_at,
                    landed_at=datetime.now(UTC),
                    url=data_set.url,
                    license=data_set.license,
                    terms=data_set.terms,
                    complete=delivery.complete,
                    changed_since=delivery.changed_since,
                    versions=delivery.versions,
                    files=[LandedFile(**vars(file)) for file in delivery.files],
                )
                _keep_only(arriving, {file.name for file in delivery.files})
                (arriving / MANIFEST).write_text(landing.model_dump_json(indent=2), encoding="utf-8")
                settle(arriving, folder)
            return read_landing(folder), folder
    except OSError as error:
        raise from_system(error, str(home)) from error


def _keep_only(folder: Path, names: set[str]) -> None:
    """Throw away what a source wrote for itself."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in names:
            path.unlink()


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
