"""Whether the warehouse's releases are what their manifests say, and from which one a run may start.

A run starts from the newest sound release: from less, what other cities had would be gone without a word. Sizes are
looked at whenever a command begins; digests when asked for (`thorough`), as every byte is read.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from orchestration.durable import sha256
from orchestration.publish.releases import CURRENT, MANIFEST, SEAL, Release, read_manifest, swap

REPAIR = "Run: footprint repair. It makes the newest sound release current, and says what it did."
SET_ASIDE = ".set-aside-"  # what a repair took out of the way


class BrokenReleaseError(RuntimeError):
    """What readers would get is not what was released."""


@dataclass(frozen=True)
class State:
    """How the releases stand. `current` is the folder that readers get, `newest` the newest sound one.

    `wrong` says in words what is not as it should be, of `current` first.
    """

    current: Path | None
    newest: Path | None
    wrong: tuple[str, ...] = ()


def kept_releases(releases: Path) -> list[Path]:
    """The folders of all finished releases, the newest first, sound or not."""
    if not releases.is_dir():
        return []
    return sorted(
        (
            path
            for path in releases.iterdir()
            if path.is_dir() and not path.is_symlink() and path.name[0] != "." and path.name != CURRENT
        ),
        reverse=True,
    )


def faults(folder: Path, thorough: bool = False) -> list[str]:
    """What is wrong with one release; nothing where it is sound."""
    try:
        manifest = read_manifest(folder)
    except FileNotFoundError:
        return ["its manifest is missing"]
    except (ValidationError, UnicodeDecodeError, OSError):
        return ["its manifest cannot be read: it is cut short or damaged"]
    if manifest.release_id != folder.name:
        return [f"its manifest is that of release {manifest.release_id}"]
    if (seal := folder / SEAL).exists() and seal.read_text(encoding="utf-8", errors="replace").split()[:1] != [
        sha256(folder / MANIFEST)
    ]:
        return ["its manifest was changed since it was written"]
    return list(_faults_of_files(folder, manifest, thorough))


def _faults_of_files(folder: Path, manifest: Release, thorough: bool) -> Iterator[str]:
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            yield f"{file.name} is missing"
        elif (size := path.stat().st_size) != file.bytes:
            yield f"{file.name} has {size:,} bytes, {file.bytes:,} were released"
        elif thorough and sha256(path) != file.sha256:
            yield f"{file.name} holds other bytes than were released"
    if not {"analyst.duckdb", "public.duckdb"} <= {file.name for file in manifest.files}:
        yield "its manifest names no databases"


def state(releases: Path, thorough: bool = False) -> State:
    """How the releases stand; releases older than the newest sound one are not looked at."""
    found = {}
    for folder in kept_releases(releases):
        found[folder] = faults(folder, thorough)
        if not found[folder]:
            break
    newest = next((folder for folder, wrong in found.items() if not wrong), None)
    link = releases / CURRENT
    current, told = _current(link, found, thorough)
    if current is None and not told and found:
        told = f"{link} is missing beside {_releases(len(kept_releases(releases)))}"
    wrong = [told] if told else []
    if current and newest and newest.name > current.name and not told:
        wrong.append(f"{link} names {current.name}, and the newest sound release is {newest.name}")
    wrong += [f"release {folder.name}: {'; '.join(of)}" for folder, of in found.items() if of and folder != current]
    return State(None if told else current, newest, tuple(wrong))


def _current(link: Path, found: dict[Path, list[str]], thorough: bool) -> tuple[Path | None, str]:
    """The folder that `current` names, and what is wrong with it."""
    if not os.path.lexists(link):
        return None, ""
    if not link.is_symlink():
        kind = "a folder" if link.is_dir() else "a file"
        return None, f"{link} is {kind}, not a link to a release"
    folder = link.resolve()
    if not folder.is_dir():
        return None, f"{link} points to {link.readlink()}, which is not there"
    if folder.parent != link.parent.resolve():
        return None, f"{link} points to {folder}, which is no release of this warehouse"
    folder = link.parent / folder.name
    wrong = found[folder] if folder in found else faults(folder, thorough)
    return folder, f"release {folder.name}, which is current: {'; '.join(wrong)}" if wrong else ""


def _releases(number: int) -> str:
    return f"{number} release{'' if number == 1 else 's'}"


def finish_swap(releases: Path) -> None:
    """Make current what a run that was killed on its very last step was about to; other beginnings are swept away.

    Whoever calls this holds the lock of the warehouse folder.
    """
    for link in sorted(releases.glob(f".{CURRENT}-*")):
        folder, now = releases / link.name.removeprefix(f".{CURRENT}-"), (releases / CURRENT).resolve()
        if folder.is_dir() and not faults(folder) and (now.parent != releases.resolve() or now.name < folder.name):
            swap(releases, folder)
        link.unlink(missing_ok=True)


def refuse_less(releases: Path, from_current: bool = False) -> None:
    """BrokenReleaseError where a run would start from less than the newest sound release, unless it was told to."""
    found = state(releases)
    behind = found.current is None or (found.newest is not None and found.newest.name > found.current.name)
    if not found.wrong or not behind or (from_current and _can_start(releases / CURRENT)):
        return
    raise BrokenReleaseError(
        f"{found.wrong[0]}. {REPAIR} To start from what {CURRENT} names all the same, were it nothing: "
        "footprint run --from-current"
    )


def _can_start(link: Path) -> bool:
    """Whether a run can tell which loads `current` stands for: those of its manifest, or none where it names nothing."""
    if not link.exists():
        return link.is_symlink() or not os.path.lexists(link)
    try:
        return link.is_symlink() and bool(read_manifest(link.resolve()))
    except (ValidationError, UnicodeDecodeError, OSError):
        return False


def refuse_broken(releases: Path) -> None:
    """BrokenReleaseError where readers have no sound release, and there are or were some."""
    found = state(releases)
    if found.current is None and found.wrong:
        raise BrokenReleaseError(f"{found.wrong[0]}. {REPAIR}")
