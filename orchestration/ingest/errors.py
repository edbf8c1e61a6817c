"""The error of a source that cannot be used, told so that whoever sent the file can mend it."""

import errno
from dataclasses import dataclass

import duckdb

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(eq=False)  # exceptions are compared and hashed by identity
class SourceError(Exception):
    """What was found in which file, what was expected, and how to mend it.

    `passing` is trouble that may pass by itself, such as a portal that is down.
    """

    file: str
    found: str
    expected: str
    mend: str
    passing: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.found.rstrip('.')}. Expected: {self.expected}. To mend: {self.mend}."

    def facts(self) -> dict[str, str]:
        """The four parts by name."""
        return {name: getattr(self, name) for name in ("file", "found", "expected", "mend")}


def from_system(error: OSError, file: str) -> SourceError:
    """The operating system's refusal, in the same words."""
    name = str(error.filename or file)
    if error.errno in FULL:
        return no_room(name)
    if isinstance(error, PermissionError):
        return SourceError(
            file=name,
            found="permission denied",
            expected="a file that the account running footprint may read",
            mend="give that account read permission for the file and its folder",
        )
    return SourceError(
        file=name,
        found=f"the operating system says: {error.strerror or error}",
        expected="a file that can be read to its end",
        mend="check the disk or network share it lies on, and run again",
    )


def from_database(error: Exception, file: str, expected: str) -> SourceError:
    """What DuckDB could not do with a file, in the same words."""
    first = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return SourceError(
            file=file,
            found="too large a piece to read at once within the memory limit",
            expected=expected,
            mend="raise FOOTPRINT_MEMORY_LIMIT, or export it in smaller pages",
        )
    if isinstance(error, duckdb.IOException) and ("space left" in first or "too large" in first):
        return no_room(file)
    return SourceError(
        file=file,
        found=f"a file that cannot be read ({first[:200]})",
        expected=expected,
        mend="export it again; if the message stays, look at the place it names",
    )


def no_room(file: str) -> SourceError:
    """The disk is full."""
    return SourceError(
        file=file,
        found="no room left on the disk of the warehouse folder",
        expected="room for the file as received and about half of it again",
        mend="free some space and run again; nothing half-written was kept",
    )
