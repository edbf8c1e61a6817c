"""The one thing every source does: deliver a data set's bytes, unchanged, into a folder.

A folder of files is the first kind of source; portals fit the same shape. Nothing here knows Dagster or DuckDB.
"""

from dataclasses import dataclass
from hashlib import file_digest
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


def delivered(file: Path, origin: str) -> Delivery:
    """Describe a file that has just been written: the digest is of what lies in landing, not of what was sent."""
    with file.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
    return Delivery(file.name, origin, file.stat().st_size, digest)
