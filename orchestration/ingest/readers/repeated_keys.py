"""JSON objects with a key that stands in them twice: each of its values under a name of its own, as in a repeated header.

What JSON means by it is nowhere laid down, so no value is preferred and none is lost.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import Note, RawFile


class RepeatedKeyError(SourceError):
    """A key stands twice in an object; the file is to be read with its keys numbered."""


class Numbering:
    """Reads JSON texts with repeated keys numbered (status, status_2), and remembers which were."""

    def __init__(self) -> None:
        self.repeated: Counter[str] = Counter()

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The object of these pairs: what json.loads takes as its `object_pairs_hook`."""
        found: dict[str, Any] = {}
        taken = {key for key, _ in pairs}
        if len(taken) == len(pairs):
            return dict(pairs)
        for key, value in pairs:
            name, number = key, 1
            while name in found or (number > 1 and name in taken):
                number += 1
                name = f"{key}_{number}"
            self.repeated[key] += number > 1
            found[name] = value
        return found

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is to be told."""
        keys = {key: count for key, count in self.repeated.items() if count}
        if not keys:
            return ()
        told = ", ".join(f"{key} ({count:,} times)" for key, count in list(keys.items())[:5])
        found = f"keys that stand in one object more than once: {told}; the further values are columns {next(iter(keys))}_2 …"
        return (Note(kind="repeated_key", count=sum(keys.values()), found=found),)


def numbered(file: RawFile, target: Path) -> RawFile:
    """A document written again with its repeated keys numbered."""
    numbering = Numbering()
    content = json.loads(file.path.read_bytes(), object_pairs_hook=numbering.object)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return replace(file, path=target, notes=(*file.notes, *numbering.notes))


def numbered_lines(lines: Iterable[bytes], target: Path) -> tuple[Note, ...]:
    """JSON Lines written again with their repeated keys numbered; lines that hold no object stay as they are."""
    numbering = Numbering()
    with target.open("xb") as out:
        for line in lines:
            try:
                content = json.loads(line, object_pairs_hook=numbering.object)
            except ValueError:
                content = None
            if not isinstance(content, dict):
                out.write(line)
                continue
            end = b"\n" if line.endswith(b"\n") else b""
            out.write(json.dumps(content, ensure_ascii=False).encode() + end)
    return numbering.notes
