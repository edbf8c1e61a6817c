"""A place to build what must be whole or absent: filled here, then renamed to where it belongs.

Each process at work holds a shared lock on the parent folder, so that what a killed one left behind can be told
from what another is still writing.
"""

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from orchestration.durable import sync, sync_tree

PREFIX = ".incoming-"
PARTIAL = ".partial"


@contextlib.contextmanager
def incoming(home: Path) -> Iterator[Path]:
    """An empty folder inside `home`, gone at the end unless it was settled."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _at_work(home):
        folder = home / f"{PREFIX}{uuid.uuid4().hex}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def resumable(home: Path) -> Iterator[Path]:
    """A folder inside `home` that outlives a failure, so that whoever comes next can go on from what is in it.

    It is gone where the work ended well. Who finds another process at work in it gets an `incoming` folder instead.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / f"{PARTIAL}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with incoming(home) as folder:
                yield folder
            return
        folder = home / PARTIAL
        folder.mkdir(mode=0o700, exist_ok=True)
        yield folder
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, final: Path) -> None:
    """Rename a finished folder to its final name; where another process was faster, its work stands."""
    sync_tree(folder)
    try:
        folder.rename(final)
    except OSError:
        if not final.is_dir():
            raise
    sync(final.parent)


@contextlib.contextmanager
def _at_work(home: Path) -> Iterator[None]:
    handle = os.open(home, os.O_RDONLY)
    try:
        _sweep(home, handle)
        # A file system without locks cannot be swept either, so nothing is lost by going on.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def sweep(home: Path) -> int:
    """Delete what killed processes left in `home`, if no other is at work there. Returns how many folders that was."""
    handle = os.open(home, os.O_RDONLY)
    try:
        found = len(list(home.glob(f"{PREFIX}*")))
        _sweep(home, handle)
        return found - len(list(home.glob(f"{PREFIX}*")))
    finally:
        os.close(handle)


def _sweep(home: Path, handle: int) -> None:
    """Delete what killed processes left, if no other is at work here."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    for leftover in home.glob(f"{PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
