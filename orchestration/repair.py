"""`footprint repair`: the newest sound release is current again, and what it was made from can be read again.

Nothing is thrown away that cannot be made anew: what is broken is set aside inside its folder, for a person to look at.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.catalog.model import cities
from orchestration.durable import sync
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import arrivals, refuse_damaged
from orchestration.ingest.listings import read_listing
from orchestration.ingest.loads import sound_load
from orchestration.publish.releases import CURRENT, Release, ReleasedLoad, read_manifest, swap, sweep
from orchestration.publish.soundness import SET_ASIDE, faults, finish_swap, kept_releases
from orchestration.run_lock import only_run
from orchestration.settings import Settings


@dataclass(frozen=True)
class Repaired:
    """What a repair did, step by step; what it could not mend; and the release that readers get now."""

    done: list[str]
    left: list[str]
    release: Path | None


def repair(home: Settings) -> Repaired:
    """Mend releases, then the loads and lists of keys that the newest sound one was made from."""
    home.create_folders()
    with only_run(home.root):
        done = list(_mend_releases(home.releases))
        release = (home.releases / CURRENT).resolve() if (home.releases / CURRENT).exists() else None
        if release is None:
            kept = any(home.raw.glob("*/*/*/manifest.json"))
            return Repaired(done, ["there is no sound release; restore one from a backup"] if kept else [], None)
        mended, left = _mend_loads(home, read_manifest(release))
        return Repaired([*done, *mended], left, release)


def _mend_releases(releases: Path) -> Iterator[str]:
    """Look at every byte of every release, and point `current` at the newest that is what its manifest says."""
    finish_swap(releases)
    if swept := sweep(releases):
        yield f"swept away {', '.join(swept)}, which killed runs had left"
    link = releases / CURRENT
    if os.path.lexists(link) and not link.is_symlink():
        yield _put_in_order(link, releases)
    sound = None
    for folder in kept_releases(releases):
        if wrong := faults(folder, thorough=True):
            yield f"set aside release {folder.name}: {'; '.join(wrong)} (now {_set_aside(folder).name})"
        else:
            sound = sound or folder
    if sound is None:
        if os.path.lexists(link):
            link.unlink()
            yield f"took away {CURRENT}, which named no sound release"
    elif not link.is_symlink() or link.readlink().name != sound.name:
        was = f"; it named {link.readlink()}" if link.is_symlink() else ""
        swap(releases, sound)
        yield f"made release {sound.name} current, the newest sound one{was}"


def _put_in_order(current: Path, releases: Path) -> str:
    """A copy of a release where the link should be, as some backups make it, gets its own name back."""
    if current.is_dir() and (current / "manifest.json").is_file():
        try:
            name = read_manifest(current).release_id
        except ValueError:
            name = ""
        if name and Path(name).name == name and not (releases / name).exists():
            current.rename(releases / name)
            sync(releases)
            return f"gave the folder {CURRENT} its name as a release, {name}"
    return f"set aside {CURRENT}, which was no link (now {_set_aside(current).name})"


def _set_aside(path: Path) -> Path:
    target = path.with_name(f"{SET_ASIDE}{path.name}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(target)
    sync(target.parent)
    return target


def _mend_loads(home: Settings, manifest: Release) -> tuple[list[str], list[str]]:
    """Read again from landing what is damaged of the loads of a release."""
    done, left = [], []
    for one in manifest.loads:
        name = f"load {one.city}/{one.data_set}/{one.load_id}"
        if one.city not in cities() or one.data_set not in cities()[one.city].data_sets:
            left.append(f"{name} was not looked at: no city file tells of it")
            continue
        try:
            _, wrong = sound_load(home, cities()[one.city].data_sets[one.data_set], one.load_id, thorough=True)
        except SourceError as error:
            left.append(f"{name}: {error}")
            continue
        left += _fault_of_landing(home, one)
        if wrong:
            done.append(f"read {name} again from landing: {wrong}")
    for listing in manifest.listings:
        try:
            read_listing(home.landing, listing.city, listing.data_set, listing.listing_id)
        except SourceError as error:
            left.append(str(error))
    return done, left


def _fault_of_landing(home: Settings, load: ReleasedLoad) -> list[str]:
    """What is wrong with the landed bytes of a sound load: it could not be read again."""
    folder = home.landing / load.city / load.data_set / load.load_id.partition("-")[0]
    try:
        if not folder.is_dir():
            return [f"{folder}: no such landing; its load is sound, and could not be read again"]
        refuse_damaged(arrivals(folder)[0], folder)
    except SourceError as error:
        return [f"{error} Its load is sound"]
    return []
