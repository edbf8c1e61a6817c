"""Raw exports from a folder: what `footprint run --from DIR` reads, and the drop folder of each city."""

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError, from_system
from orchestration.settings import Settings
from orchestration.sources.base import Delivered, Delivery, Last, delivered, refuse_odd_name

UNFINISHED = (".", "~$")  # names that systems and office programs give to files of their own
# What the command line of this process was given: whoever types a folder there could read it anyway.
_named_by_hand: set[Path] = set()


def name_by_hand(folder: Path) -> None:
    """Let this process read exports from a folder: its own command line names it."""
    _named_by_hand.add(folder.resolve())


def refuse_foreign(folder: Path, home: Settings) -> None:
    """SourceError where a run names a folder that the warehouse's keeper has not: a web page may have filled it in."""
    allowed = [home.incoming.resolve(), *(path.expanduser().resolve() for path in home.export_folders), *_named_by_hand]
    if any(folder.resolve().is_relative_to(parent) for parent in allowed):
        return
    raise SourceError(
        file=str(folder),
        found="a folder that runs started from the web pages may not read",
        expected=f"a folder inside {home.incoming}, or inside one that FOOTPRINT_EXPORT_FOLDERS names",
        mend="put the exports there, add the folder to FOOTPRINT_EXPORT_FOLDERS and start footprint ui again, or run "
        f"footprint run --from {folder} on the command line",
    )


@dataclass(frozen=True)
class FolderSource:
    """Files of one city in one folder, found by the patterns of the city file."""

    folder: Path
    resumes: bool = False

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered:
        """Copy the data set's files; a pattern without a match, or an empty file, is a SourceError."""
        return Delivered([_copy(path, into / name) for name, path in self.files(data_set).items()])

    def holds(self, data_set: DataSet) -> bool:
        """Whether any file of a data set lies in the folder."""
        return any(
            path.is_file() and not path.name.startswith(UNFINISHED)
            for pattern in data_set.files
            for path in self.folder.glob(pattern)
        )

    def files(self, data_set: DataSet) -> dict[str, Path]:
        """The files of a data set by the name they land under, in order of their paths."""
        found = {path: None for pattern in data_set.files for path in self._matches(pattern, data_set)}
        for path in found:
            if path.stat().st_size == 0:
                raise SourceError(
                    file=str(path),
                    found="the file is empty (0 bytes)",
                    expected=f"{data_set.title} as {data_set.format}",
                    mend="export it again; the transfer probably broke off",
                )
        # Two folders may hold files of one name, such as 2023/calls.csv and 2024/calls.csv.
        is_distinct = max(Counter(path.name for path in found).values()) == 1
        names = {path: path.name if is_distinct else "__".join(path.relative_to(self.folder).parts) for path in found}
        for path, name in names.items():
            refuse_odd_name(name, str(path))
        return {name: path for path, name in names.items()}

    def _matches(self, pattern: str, data_set: DataSet) -> list[Path]:
        try:
            candidates = [path for path in sorted(self.folder.glob(pattern)) if not path.name.startswith(UNFINISHED)]
            files = [path for path in candidates if path.is_file()]
            found = self._what_is_there(candidates)
        except OSError as error:
            raise from_system(error, str(self.folder)) from error
        if not files:
            raise SourceError(
                file=str(self.folder / pattern),
                found=found,
                expected=f"{data_set.title} ({data_set.city}, {data_set.format})",
                mend="put the export into that folder under this name, or change `files` in the city file",
            )
        return files

    def _what_is_there(self, candidates: list[Path]) -> str:
        if not self.folder.is_dir():
            return "no such folder" if not self.folder.exists() else "a file where the folder of exports should be"
        if any(path.is_dir() for path in candidates):
            return "a folder of that name, not a file"
        if candidates:
            return "a link that leads nowhere"
        names = sorted(path.name for path in self.folder.iterdir() if not path.name.startswith(UNFINISHED))
        others = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        return f"no such file; the folder holds {others or 'nothing'}"


def _copy(path: Path, target: Path) -> Delivery:
    """Copy one file, refusing one that somebody is still writing."""
    try:
        before = path.stat()
        shutil.copyfile(path, target)
        after = path.stat()
    except OSError as error:
        raise from_system(error, str(path)) from error
    if _version(before) != _version(after) or target.stat().st_size != after.st_size:
        raise SourceError(
            file=str(path),
            found="the file changed while it was copied",
            expected="a finished export",
            mend="wait until the export is written, and run again",
        )
    return delivered(target, path.name)


def _version(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
