"""Landing: a delivery kept byte for byte, with its manifest, under a name made from its content.

The same bytes land once; changed bytes land beside the old ones; nothing is overwritten. The manifest is written
last and the folder renamed into place, so that a landing is either whole or absent.

Bytes that come again from another place, or with another mark of their publisher, are not stored again, but that they
came is: beside the manifest of their first arrival stands one for each arrival that says something else.
"""

import hashlib
import re
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from orchestration.catalog.model import DataSet
from orchestration.durable import sha256, sync
from orchestration.ingest.errors import SourceError, from_system
from orchestration.ingest.incoming import incoming, resumable, settle
from orchestration.sources.base import Delivery, Last, Source

MANIFEST = "manifest.json"
OWN_NAMES = r"manifest\.json|arrival-[0-9a-f]{16}\.json"
SET_ASIDE = ".damaged-"
TIMES = {"began_at", "landed_at"}


class LandedFile(BaseModel):
    """One landed file: see `Delivery`."""

    name: str
    origin: str
    bytes: int
    sha256: str
    rows: int | None = None
    names: dict[str, str] = {}


class Landing(BaseModel):
    """One arrival of a delivery of a data set; the content of its manifest. Times are UTC.

    `complete`, `versions`, `changed_since`, `by_change` and `missing` are those of `Delivered`; the pull began at
    `began_at`.
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
    by_change: bool = False
    missing: list[tuple[datetime, datetime]] = []
    files: list[LandedFile]

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def facts(self) -> str:
        """A name for all that it says beside its times: two arrivals of one name differ in nothing that matters."""
        return _digest(self.model_dump_json(exclude=TIMES))

    @property
    def meaning(self) -> str:
        """A name for what decides how the bytes are read and counted: "" for whole files under names of their own.

        The same bytes may be the whole of a data set or a change of it, and headers may be display names.
        """
        names = {file.name: sorted(file.names.items()) for file in self.files if file.names}
        return "" if self.complete and not names else _digest(repr((self.complete, sorted(names.items()))))


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
            if taken := [file.name for file in delivery.files if re.fullmatch(OWN_NAMES, file.name)]:
                raise SourceError(
                    file=taken[0],
                    found="a file with a name that landing keeps for its own manifests",
                    expected="exports under other names",
                    mend="rename it, and `files` in the city file with it",
                )
            folder = home / content_id(delivery.files)
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
                by_change=delivery.by_change,
                missing=list(delivery.missing),
                files=[LandedFile(**vars(file)) for file in delivery.files],
            )
            _set_aside_damaged(folder)
            if not folder.exists():
                _keep_only(arriving, {file.name for file in delivery.files})
                _write(landing, arriving / MANIFEST)
                settle(arriving, folder)
            return _noted(landing, folder), folder
    except OSError as error:
        raise from_system(error, str(home)) from error


def _noted(landing: Landing, folder: Path) -> Landing:
    """The arrival as it is noted in the landing's folder; noted now where it says something new."""
    for known in arrivals(folder):
        if known.facts == landing.facts:
            return known
    _write(landing, folder / f"arrival-{landing.facts}.json")
    return landing


def _write(landing: Landing, file: Path) -> None:
    """Write a manifest whole or not at all."""
    arriving = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    arriving.write_text(landing.model_dump_json(indent=2), encoding="utf-8")
    sync(arriving)
    arriving.replace(file)
    sync(file.parent)


def _keep_only(folder: Path, names: set[str]) -> None:
    """Throw away what a source wrote for itself."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in names:
            path.unlink()


def refuse_damaged(landing: Landing, folder: Path) -> None:
    """SourceError where a landed file does not hold the bytes that landed."""
    mend = "restore the folder from a backup, or run again with the export at hand: it lands anew"
    for file in landing.files:
        path = folder / file.name
        size = path.stat().st_size if path.exists() else 0
        if size != file.bytes:
            raise SourceError(
                file=str(path),
                found=f"a landed file of {size:,} bytes",
                expected=f"the {file.bytes:,} bytes its manifest tells of",
                mend=mend,
            )
        if (digest := sha256(path)) != file.sha256:
            raise SourceError(
                file=str(path),
                found=f"other bytes than landed, though as many (SHA-256 {digest[:16]}…)",
                expected=f"those its manifest tells of (SHA-256 {file.sha256[:16]}…)",
                mend=mend,
            )


def _set_aside_damaged(folder: Path) -> None:
    """Make room for the same bytes where those that landed before are no longer what they were."""
    if not folder.exists():
        return
    try:
        landing = Landing.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
        arrivals(folder)
        refuse_damaged(landing, folder)
    except (SourceError, ValidationError, UnicodeDecodeError, OSError):
        folder.rename(folder.with_name(f"{SET_ASIDE}{folder.name}-{uuid.uuid4().hex[:8]}"))


def arrivals(folder: Path) -> list[Landing]:
    """All arrivals of a landing's bytes, the latest last."""
    files = [folder / MANIFEST, *(file for file in folder.glob("arrival-*.json") if re.fullmatch(OWN_NAMES, file.name))]
    try:
        found = [Landing.model_validate_json(file.read_text(encoding="utf-8")) for file in files]
    except (ValidationError, UnicodeDecodeError, FileNotFoundError) as error:
        raise SourceError(
            file=str(folder),
            found="a manifest that is missing, cut short or damaged",
            expected="the manifest written when the files landed",
            mend="restore the folder from a backup, or run again with the export at hand: it lands anew",
        ) from error
    return sorted(found, key=lambda landing: landing.landed_at)


def content_id(deliveries: list[Delivery]) -> str:
    """A name for the delivered bytes: the same files give the same name, whatever the order."""
    return _digest("".join(f"{d.name}\0{d.sha256}\n" for d in sorted(deliveries, key=lambda d: d.name)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
