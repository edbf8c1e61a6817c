"""The error of a source that cannot be used, told so that whoever sent the file can mend it."""

from dataclasses import dataclass


@dataclass
class SourceError(Exception):
    """What was found in which file, what was expected, and how to mend it."""

    file: str
    found: str
    expected: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.found}. Expected: {self.expected}. To mend: {self.mend}."
