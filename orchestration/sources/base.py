"""The one thing every source does: deliver a data set's bytes, unchanged, into a folder.

A folder of files is the first kind of source; portals fit the same shape. Nothing here knows Dagster or DuckDB.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from orchestration.catalog.model import DataSet


@dataclass(frozen=True)
class Delivery:
    """One file as it arrived: its name, where it came from, and what its bytes hash to."""

    name: str
    origin: str
    bytes: int
    sha256: str


class Source(Protocol):
    """Where raw exports come from."""

    def deliver(self, data_set: DataSet, into: Path) -> list[Delivery]:
        """Write the data set's files into the empty folder `into`.

        Raises:
            SourceError: nothing was there, or not what the data set promises.
        """
        ...


def write_stream(chunks: Iterable[bytes], target: Path, origin: str) -> Delivery:
    """Write chunks to `target`, hashing on the way; memory stays at one chunk."""
    digest = hashlib.sha256()
    size = 0
    with target.open("xb") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return Delivery(target.name, origin, size, digest.hexdigest())
