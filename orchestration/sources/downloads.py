"""Files that somebody else has made, brought one by one: only those that are new, and all of them where all belong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.sources.base import Delivered, Delivery, Last, delivered, progress, refuse_odd_name
from orchestration.sources.state import BytesTold, Part, State
from orchestration.sources.web import Web


@dataclass(frozen=True)
class Fetched:
    """A file that has been written: the publisher's mark of its state, "" where there is none, and rows if counted."""

    version: str
    rows: int | None = None


class Remote(Protocol):
    """One file somewhere else. `name` is the one it lands under, `origin` its address."""

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> str: ...

    def fetch(self, target: Path, known: str, state: State, told: BytesTold) -> Fetched | None:
        """Write the file to `target`; None where its mark is still `known`. "" is known of nothing."""
        ...


def deliver_files(remotes: Sequence[Remote], data_set: DataSet, into: Path, last: Last | None) -> Delivered | None:
    """Bring what is new since `last`: of yearly files the new ones, of all others every file as soon as one is new."""
    keys = keys_of([remote.name for remote in remotes])
    known = last.versions if last else {}
    state = State(into)

    def fetch(remote: Remote, unless: str) -> tuple[Delivery, str] | None:
        return _fetch(remote, unless, data_set, into, state)

    found = {remote.name: fetch(remote, known.get(keys[remote.name], "")) for remote in remotes}
    if data_set.growth != "yearly_files" and (any(found.values()) or set(known) != set(keys.values())):
        found = {remote.name: found[remote.name] or fetch(remote, "") for remote in remotes}
    files = [file for file in found.values() if file]
    if not files:
        return None
    versions = {keys[name]: file[1] if file else known[keys[name]] for name, file in found.items()}
    return Delivered([delivery for delivery, _ in files], complete=len(files) == len(remotes), versions=versions)


def _fetch(remote: Remote, unless: str, data_set: DataSet, into: Path, state: State) -> tuple[Delivery, str] | None:
    """One file and its mark; None where it has the mark `unless`. What a pull that was cut off brought is not sent again."""
    target = into / remote.name
    here = state.part(remote.name, remote.origin)
    is_here = here.is_whole and target.exists() and target.stat().st_size == here.bytes
    told = BytesTold(data_set, remote.name)
    fetched = remote.fetch(target, here.version if is_here else unless, state, told)
    if fetched is None and is_here:
        return (delivered(target, remote.origin, here.rows or None), here.version) if here.version != unless else None
    if fetched is None:
        return None
    size = target.stat().st_size
    if size == 0:
        raise SourceError(
            file=remote.origin,
            found="the file is empty (0 bytes)",
            expected=f"{data_set.title} as {data_set.format}",
            mend="open the address in a browser; tell the publisher if it is empty there, too",
        )
    whole = Part(asked=remote.origin, version=fetched.version, bytes=size, rows=fetched.rows or 0, is_whole=True)
    state.save(remote.name, whole)
    progress.info("%s/%s: %s, %s bytes", data_set.city, data_set.name, remote.name, f"{size:,}")
    return delivered(target, remote.origin, fetched.rows), fetched.version


def names_of(addresses: Sequence[str]) -> list[str]:
    """Names for files to land under: the last part of each address, more of it where that is not enough."""
    paths = [PurePosixPath(unquote(urlsplit(address).path)) for address in addresses]
    names = [path.name.lstrip(".") or "file" for path in paths]
    if max(Counter(names).values()) > 1:
        whole = ["__".join(part.lstrip(".") for part in path.parts if part != "/") for path in paths]
        names = [
            name if whole.count(name) == 1 else f"{number:04d}_{name}" for number, name in enumerate(whole, start=1)
        ]
    for name, address in zip(names, addresses, strict=True):
        refuse_odd_name(name, address)
    return names


def keys_of(names: Sequence[str]) -> dict[str, str]:
    """By which a file's mark is kept: the stem of its name, the whole name where files share a stem."""
    stems = Counter(Path(name).stem for name in names)
    return {name: Path(name).stem if stems[Path(name).stem] == 1 else name for name in names}


@dataclass(frozen=True)
class WebFile:
    """A file on a web server. Its mark is an ETag or the time of its last change."""

    name: str
    origin: str
    web: Web

    def fetch(self, target: Path, known: str, state: State, told: BytesTold) -> Fetched | None:
        """See `Remote`; the server itself is asked whether there is news."""
        headers = self.web.download(self.origin, target, headers=_only_if_changed(known), on_bytes=told)
        if headers is None:
            return None
        version = headers.get("etag") or headers.get("last-modified") or ""
        return None if known and version == known else Fetched(version)


def _only_if_changed(known: str) -> dict[str, str]:
    if known.startswith(('"', "W/")):
        return {"If-None-Match": known}
    try:
        parsedate_to_datetime(known)
    except ValueError:
        return {}
    return {"If-Modified-Since": known}
