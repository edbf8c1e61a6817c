"""Raw exports from a folder: what `footprint run --from DIR` reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.sources.base import Delivery, write_stream

CHUNK = 4 << 20


@dataclass(frozen=True)
class FolderSource:
    """Files of one city in one folder, found by the patterns of the city file."""

    folder: Path

    def deliver(self, data_set: DataSet, into: Path) -> list[Delivery]:
        """Copy the data set's files; a pattern without a match, or an empty file, is a SourceError."""
        return [write_stream(_chunks(path), into / path.name, path.name) for path in self.files(data_set)]

    def files(self, data_set: DataSet) -> list[Path]:
        """The files of a data set, in order of their names."""
        found: dict[str, Path] = {}
        for pattern in data_set.files:
            matches = sorted(path for path in self.folder.glob(pattern) if path.is_file())
            if not matches:
                raise SourceError(
                    file=str(self.folder / pattern),
                    found="no such file",
                    expected=f"{data_set.title} ({data_set.city}, {data_set.format})",
                    mend="put the export into that folder under this name, or change `files` in the city file",
                )
            found |= {path.name: path for path in matches}
        for path in found.values():
            if path.stat().st_size == 0:
                raise SourceError(
                    file=str(path),
                    found="the file is empty (0 bytes)",
                    expected=f"{data_set.title} as {data_set.format}",
                    mend="export it again; the transfer probably broke off",
                )
        return list(found.values())


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
