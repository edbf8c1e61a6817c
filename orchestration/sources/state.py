"""What a pull has brought so far, kept beside its files, so that the next one can go on where it was cut off."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from orchestration.catalog.model import DataSet
from orchestration.sources.base import progress

STATE = ".state.json"


class Part(BaseModel):
    """How far one file has come. `asked` is all that decides what belongs in it, `version` what it turned out to be."""

    asked: str
    version: str = ""
    bytes: int = 0
    rows: int = 0
    is_whole: bool = False


_PARTS = TypeAdapter(dict[str, Part])


class State:
    """The parts of a pull by the names of their files. A part written with another question in mind is forgotten."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / STATE
        self.parts: dict[str, Part] = {}
        with contextlib.suppress(FileNotFoundError, ValidationError):
            self.parts = _PARTS.validate_json(self.path.read_bytes())

    def part(self, name: str, asked: str) -> Part:
        """What is there of a file; nothing if it was begun for another question."""
        part = self.parts.get(name)
        return part if part and part.asked == asked else Part(asked=asked)

    def save(self, name: str, part: Part) -> None:
        """Note how far a file has come; its bytes must be on the disk by then."""
        self.parts[name] = part
        self._write()

    def forget(self, name: str) -> None:
        """Begin a file anew."""
        if self.parts.pop(name, None):
            self._write()

    def _write(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(_PARTS.dump_json(self.parts))
        fresh.replace(self.path)


@dataclass
class BytesTold:
    """Tells, every few seconds, how much of a file has come. Of an answer made on the way nobody knows the size."""

    data_set: DataSet
    name: str
    size: int | None = None
    every: float = 5.0  # seconds
    clock: Callable[[], float] = time.monotonic
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.clock()

    def __call__(self, done: int) -> None:
        """`done` bytes are there by now."""
        if self.clock() - self.last >= self.every:
            self.last = self.clock()
            of = f" of {self.size / 1e6:,.0f}" if self.size else ""
            progress.info(
                "%s/%s: %s, %s%s MB", self.data_set.city, self.data_set.name, self.name, f"{done / 1e6:,.0f}", of
            )
