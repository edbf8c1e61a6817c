"""The one thing every source does: deliver a data set's bytes, unchanged, into a folder.

A folder of files and each kind of portal are sources. Nothing here knows Dagster or DuckDB.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Protocol, runtime_checkable

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError

LONGEST_NAME = 200  # bytes: what is noted beside a file has longer names than it
progress = logging.getLogger("footprint.pull")  # how far a pull has come, for whoever listens


@dataclass(frozen=True)
class Delivery:
    """One file as it arrived: its name, where it came from, and what its bytes hash to.

    `rows` is what the portal counted, None where it counts none. `names` maps the names in the file to those of the
    portal's interface where they differ (an export with display names, say).
    """

    name: str
    origin: str
    bytes: int
    sha256: str
    rows: int | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """What a pull brought.

    `versions` holds the publisher's own mark of each part (an ETag, a time of last update), by the stem of its file.
    Where `complete` is false the files hold only some of the data set: what changed since `changed_since` (UTC), or
    those of its yearly files that are new. `by_change` says that what changed comes whenever a record was made;
    otherwise older records are not read again. `missing` are windows of time (UTC) that the portal did not answer.
    """

    files: list[Delivery]
    complete: bool = True
    versions: dict[str, str] = field(default_factory=dict)
    changed_since: datetime | None = None
    by_change: bool = False
    missing: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Last:
    """The last pull that was published: the marks of its parts, when it began (UTC), and windows it could not get.

    `whole` asks for all rows where anything is new, and not only for what has changed.
    """

    versions: dict[str, str]
    began_at: datetime
    whole: bool = False
    missing: tuple[tuple[datetime, datetime], ...] = ()


class Source(Protocol):
    """Where raw exports come from."""

    @property
    def resumes(self) -> bool:
        """Whether it can go on from what a cut-off pull has left."""
        ...

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Write the data set's files into the folder `into`; None where nothing is new since `last`.

        `into` may hold what an earlier pull of the same data set left when it was cut off; whatever is not among the
        delivered files when this returns is thrown away.

        Raises:
            SourceError: nothing was there, or not what the data set promises.
        """
        ...


@runtime_checkable
class Counts(Protocol):
    """A portal that counts its rows, so that a chain of pulls can be compared with it."""

    def count(self, data_set: DataSet) -> int | None:
        """All rows that the portal has of the data set; None where it does not tell."""
        ...

    def identity(self, data_set: DataSet) -> "Identity | None":
        """What tells its rows apart in raw; None where nothing does."""
        ...


@runtime_checkable
class ListsKeys(Counts, Protocol):
    """A portal that lists the keys of its rows."""

    def list_keys(self, data_set: DataSet, target: Path) -> int:
        """Write all keys as Parquet (part, key). Returns how many they are.

        Raises:
            SourceError: not as many keys came as the portal counts.
        """
        ...


@dataclass(frozen=True)
class Identity:
    """Columns of raw that tell rows apart, within one part of a data set or `across_parts`."""

    columns: tuple[str, ...]
    across_parts: bool = False


def delivered(file: Path, origin: str, rows: int | None = None, names: dict[str, str] | None = None) -> Delivery:
    """Describe a file that has just been written: the digest is of what lies in landing, not of what was sent."""
    with file.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
    return Delivery(file.name, origin, file.stat().st_size, digest, rows, names or {})


def refuse_odd_name(name: str, origin: str) -> None:
    """SourceError where no file can land under a name: zero bytes and line breaks in it, no text, or too long."""
    odd = None
    if any(ord(sign) < 32 or sign in "/\x7f" for sign in name):
        odd = "with signs that no file's name may hold"
    elif any("\ud800" <= sign <= "\udfff" for sign in name):
        odd = "that is not UTF-8"
    elif len(name.encode()) > LONGEST_NAME:
        odd = f"of {len(name.encode()):,} bytes"
    if odd:
        shown = name[:80].encode("unicode_escape", "backslashreplace").decode("ascii")
        raise SourceError(
            file=origin[:200].encode("utf-8", "backslashreplace").decode(),
            found=f"a file's name {odd}: {shown}",
            expected=f"a name of at most {LONGEST_NAME} bytes of UTF-8, without control characters",
            mend="rename the file, or name another address in the city file",
        )
