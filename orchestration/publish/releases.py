"""Releases: folders that never change once `current` points to them.

A release is written beside the others under a name of its own, checked, and made current by replacing one link in
one step. Who holds an older release keeps reading it. Nothing here knows Dagster.
"""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from orchestration.durable import sha256, sync, sync_tree

CURRENT = "current"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"  # the digest of the manifest, for who looks whether it is as it was written
UNFINISHED = ".unfinished-"


class ReleasedLoad(BaseModel):
    """A load that a release was made from; of one data set, the oldest stands first."""

    city: str
    data_set: str
    load_id: str


class Gap(BaseModel):
    """A run of days that a data set lacks."""

    first_day: date
    last_day: date
    length_days: int


class Coverage(BaseModel):
    """Which days a data set of a release covers (audit.coverage)."""

    city: str
    data_set: str
    entity: str
    first_record: date
    last_record: date
    covered_to: date | None
    covered_days: int
    delay_days: int | None
    delay_from: str | None
    gaps: list[Gap]


class ReleasedListing(BaseModel):
    """A list of a portal's keys that a release was held against."""

    city: str
    data_set: str
    listing_id: str


class PublishedPeriod(BaseModel):
    """What is published of a city and measure, and whether it is new (audit.published_periods)."""

    city: str
    measure: str
    period_start: date
    period_end: date
    outcome: str
    since_release: str | None
    lines_kept: int


class ReleasedFile(BaseModel):
    """A file of a release."""

    name: str
    bytes: int
    sha256: str


class Release(BaseModel):
    """A release's manifest. Times are UTC."""

    release_id: str
    run_id: str
    created_at: datetime
    version: str
    loads: list[ReleasedLoad]
    coverage: list[Coverage] = []  # absent in manifests of before it
    listings: list[ReleasedListing] = []
    published: list[PublishedPeriod] = []
    tables: dict[str, int]
    gates: list[dict[str, Any]]
    files: list[ReleasedFile]


def current_release(releases: Path) -> Path | None:
    """The folder that `current` points to, or None before the first release."""
    link = releases / CURRENT
    return link.resolve() if link.exists() else None


def read_manifest(folder: Path) -> Release:
    """A release's manifest."""
    return Release.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))


def released_loads(releases: Path) -> dict[tuple[str, str], list[str]]:
    """Load ids of the current release by (city, data set), oldest first."""
    folder = current_release(releases)
    found: dict[tuple[str, str], list[str]] = {}
    for load in read_manifest(folder).loads if folder else []:
        found.setdefault((load.city, load.data_set), []).append(load.load_id)
    return found


def released_listings(releases: Path) -> dict[tuple[str, str], str]:
    """Ids of the lists of keys of the current release by (city, data set)."""
    folder = current_release(releases)
    return {
        (listing.city, listing.data_set): listing.listing_id
        for listing in (read_manifest(folder).listings if folder else [])
    }


def new_release_id(now: datetime, run_id: str) -> str:
    """A name that sorts by time and tells which run made it."""
    return f"{now:%Y%m%dT%H%M%S}Z-{run_id[:8]}"


def prepare(releases: Path, release_id: str) -> Path:
    """An empty folder for a release under way; what killed runs left behind is swept away."""
    sweep(releases)
    folder = releases / f"{UNFINISHED}{release_id}"
    folder.mkdir(mode=0o700)
    return folder


def sweep(releases: Path) -> list[str]:
    """Delete the releases that killed runs did not finish. Returns their names."""
    leftovers = sorted(releases.glob(f"{UNFINISHED}*"))
    for leftover in leftovers:
        shutil.rmtree(leftover, ignore_errors=True)
    return [leftover.name for leftover in leftovers]


def describe_files(folder: Path) -> list[ReleasedFile]:
    """Every file below `folder`, with its digest."""
    described = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (MANIFEST, SEAL)):
        name = path.relative_to(folder).as_posix()
        described.append(ReleasedFile(name=name, bytes=path.stat().st_size, sha256=sha256(path)))
    return described


def publish(releases: Path, folder: Path, manifest: Release) -> Path:
    """Seal a prepared folder and make it current: two renames, either of which may be the last thing a run does.

    Between them stands a link that says what was about to become current, so that the next run can finish it.
    """
    (folder / MANIFEST).write_text(json.dumps(manifest.model_dump(mode="json"), indent=2), encoding="utf-8")
    (folder / SEAL).write_text(f"{sha256(folder / MANIFEST)}  {MANIFEST}\n", encoding="ascii")
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o400)
    sync_tree(folder)
    final = releases / manifest.release_id
    _next(releases, final)
    folder.rename(final)
    sync(releases)
    swap(releases, final)
    return final


def swap(releases: Path, final: Path) -> None:
    """Point `current` at a release in one step."""
    _next(releases, final).replace(releases / CURRENT)
    sync(releases)


def _next(releases: Path, final: Path) -> Path:
    """The link that is to become `current`."""
    link = releases / f".{CURRENT}-{final.name}"
    link.unlink(missing_ok=True)
    link.symlink_to(final.name, target_is_directory=True)
    return link


def prune(releases: Path, keep: int) -> list[str]:
    """Delete all but the newest `keep` releases; the current one always stays. Returns what was deleted."""
    current = current_release(releases)
    finished = sorted(
        path for path in releases.iterdir() if path.is_dir() and not path.is_symlink() and path.name[0] != "."
    )
    doomed = [path for path in finished[:-keep] if path != current]
    for path in doomed:
        shutil.rmtree(path)
    return [path.name for path in doomed]


def utc_now() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
