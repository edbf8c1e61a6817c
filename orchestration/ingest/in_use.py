"""Which loads a data set consists of: its last pull alone, or a chain of pulls that add up.

How a data set grows (`DataSet.growth`) says what a new pull replaces. Nothing here deletes: a load that is no longer
in use stays in raw, with its landing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.catalog.model import Growth
from orchestration.ingest.loads import Load
from orchestration.ingest.readers.base import FileRead


@dataclass(frozen=True)
class InUse:
    """The loads of one data set that a run uses, oldest first.

    `replaced` is the load that the newest one took the place of, None where it only adds to others or is not new.
    `before` is the newest load of the current release, None before the first.
    """

    loads: tuple[Load, ...]
    before: Load | None = None
    replaced: Load | None = None
    shrink_accepted: bool = False

    @property
    def newest(self) -> Load:
        """The last load."""
        return self.loads[-1]


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


def files_in_use(growth: Growth, loads: Sequence[Load]) -> list[list[FileRead]]:
    """The files of each load whose rows count: all, or of yearly files the newest of each part."""
    if growth != "yearly_files":
        return [load.files for load in loads]
    newest = {part_of(file.file): number for number, load in enumerate(loads) for file in load.files}
    return [[file for file in load.files if newest[part_of(file.file)] == number] for number, load in enumerate(loads)]


def part_of(file: str) -> str:
    """What a file is the whole of, or with other pages: its name without the number of its page."""
    return re.sub(r"-\d{6}(?=\.[^./]+$)", "", file)
