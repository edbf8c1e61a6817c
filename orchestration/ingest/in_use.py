"""Which loads a data set consists of: its last pull alone, or a chain of pulls that add up.

How a data set grows (`DataSet.growth`) says what a new pull replaces, and what it contains whether it may: an older
export does not take the place of a newer one. Nothing here deletes: a load that is no longer in use stays in raw,
with its landing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.catalog.model import Growth
from orchestration.ingest.age import why_older
from orchestration.ingest.listings import Compared, Listing
from orchestration.ingest.loads import Load
from orchestration.ingest.parts import part_of
from orchestration.ingest.readers.base import FileRead


@dataclass(frozen=True)
class HeldBack:
    """A load that came and is not used, and why."""

    load: Load
    reason: str


@dataclass(frozen=True)
class InUse:
    """The loads of one data set that a run uses, oldest first.

    `replaced` is the load that the newest one took the place of, None where it only adds to others or is not new.
    `before` are the loads of the current release, oldest first. `held_back` came and is older than what is in use.
    `listing` are the keys that the portal last listed, `compared` what they say of the loads.
    `looked_at` is when this run asked the source, None where it did not.
    """

    loads: tuple[Load, ...]
    before: tuple[Load, ...] = ()
    replaced: Load | None = None
    shrink_accepted: bool = False
    held_back: HeldBack | None = None
    listing: Listing | None = None
    compared: Compared | None = None
    looked_at: datetime | None = None

    @property
    def newest(self) -> Load:
        """The last load."""
        return self.loads[-1]

    @property
    def former(self) -> Load | None:
        """The newest load of the current release, where this run has a newer one."""
        last = self.before[-1] if self.before else None
        return last if last and last.load_id != self.newest.load_id else None


def in_use(
    growth: Growth,
    released: Sequence[Load],
    pulled: Load | None,
    shrink_accepted: bool = False,
) -> InUse:
    """What a data set consists of once `pulled` has come."""
    before = tuple(released)
    held_back = None if shrink_accepted or pulled is None else _held_back(growth, before, pulled)
    loads = loads_after(growth, before, None if held_back else pulled)
    takes_its_place = before and not held_back and len(loads) == 1 and growth != "yearly_files"
    return InUse(loads, before, before[0] if takes_its_place else None, shrink_accepted, held_back)


def loads_after(growth: Growth, released: Sequence[Load], pulled: Load | None) -> tuple[Load, ...]:
    """The loads in use once `pulled` has come, oldest first.

    A whole pull of a snapshot or of a data set that only gains rows replaces all before it; one that holds only
    changes is added. A rolling window forgets its oldest rows, so every pull is added. Of yearly files, each stands
    until the same file comes again. A load that comes again is the newest again.
    """
    if pulled is None:
        return tuple(released)
    if pulled.complete and growth in ("snapshot", "append"):
        return (pulled,)
    chain = (*(load for load in released if load.load_id != pulled.load_id), pulled)
    if growth != "yearly_files":
        return chain
    return tuple(load for load, files in zip(chain, files_in_use(growth, chain), strict=True) if files)


def _held_back(growth: Growth, released: Sequence[Load], pulled: Load) -> HeldBack | None:
    """The pulled load, where it is an older state of what is released."""
    if not released or growth not in ("snapshot", "append") or not pulled.complete:
        return None
    kept = released[-1]
    if kept.load_id == pulled.load_id:
        return None
    reason = why_older(pulled, kept)
    return HeldBack(pulled, reason) if reason else None


def files_in_use(growth: Growth, loads: Sequence[Load]) -> list[list[FileRead]]:
    """The files of each load whose rows count: all, or of yearly files the newest of each part."""
    if growth != "yearly_files":
        return [load.files for load in loads]
    newest = {part_of(file.file): number for number, load in enumerate(loads) for file in load.files}
    return [[file for file in load.files if newest[part_of(file.file)] == number] for number, load in enumerate(loads)]
