"""Files by address: over https, and from whatever storage fsspec knows (sftp, s3, gs, file …), globs included.

Who may read a storage is set where its library looks for it: keys of ssh and cloud accounts, `~/.ssh/known_hosts`,
and fsspec's own configuration (`FSSPEC_S3_ANON=true` for a public bucket, say). No secret belongs in a city file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Files
from orchestration.ingest.errors import SourceError
from orchestration.sources.base import Delivered, Last
from orchestration.sources.downloads import Fetched, Remote, WebFile, deliver_files, names_of
from orchestration.sources.state import BytesTold, State
from orchestration.sources.storage import Storage, open_storage
from orchestration.sources.web import TryAgain, Web

CHUNK = 1 << 20  # bytes
GLOB = "*?["


@dataclass(frozen=True)
class FilesSource:
    """Files by address. `options` are those of fsspec, by protocol."""

    portal: Files
    web: Web
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resumes: ClassVar[bool] = True

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Copy the files; see `Source`. Of yearly files only those that are new."""
        found = [address for url in self.portal.urls for address in self._addresses(url)]
        addresses = list(dict.fromkeys(found))
        remotes = [self._remote(name, address) for name, address in zip(names_of(addresses), addresses, strict=True)]
        return deliver_files(remotes, data_set, into, last)

    def _remote(self, name: str, address: str) -> Remote:
        if _is_web(address):
            return WebFile(name, address, self.web)
        return StoredFile(name, address, self.web, self.options)

    def _addresses(self, url: str) -> list[str]:
        """The address itself, or all that it stands for, in order."""
        if _is_web(url) or not any(sign in url for sign in GLOB):
            return [url]

        def listed() -> list[str]:
            with open_storage(url, self.options) as storage:
                return storage.matches()

        addresses = self.web.patiently(url, "a list of files", listed)
        if not addresses:
            raise SourceError(
                file=url,
                found="no file of such a name",
                expected="at least one",
                mend="look into that folder; correct `urls` in the city file",
            )
        return addresses


@dataclass(frozen=True)
class StoredFile:
    """A file in a storage. Its mark is what the storage tells of its state, and its size."""

    name: str
    origin: str
    web: Web
    options: Mapping[str, Mapping[str, Any]]

    def fetch(self, target: Path, known: str, state: State, told: BytesTold) -> Fetched | None:
        """See `Remote`. A copy that breaks off goes on with the byte it broke off at if the mark is still the same."""
        mark = target.with_name(f"{target.name}.mark")

        def copy() -> Fetched | None:
            with open_storage(self.origin, self.options) as storage:
                version, size = storage.version()
                if known and version == known:
                    return None
                if not (mark.exists() and version and mark.read_text() == version):
                    target.unlink(missing_ok=True)
                mark.write_text(version)
                told.size = size
                _copy(storage, target, size, told)
                if storage.version() != (version, size) or target.stat().st_size != size:
                    target.unlink()
                    raise TryAgain(f"the file changed while it was copied; {size:,} bytes were promised")
            mark.unlink()
            return Fetched(version)

        return self.web.patiently(self.origin, "a whole file", copy)


def _copy(storage: Storage, target: Path, size: int, told: BytesTold) -> None:
    with target.open("ab") as out, storage.opened(out.tell(), size) as read:
        while chunk := read.read(CHUNK):
            out.write(chunk)
            told(out.tell())


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
