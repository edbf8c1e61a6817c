"""The lock of the warehouse folder: one run at a time builds in it, whoever started it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_held: set[Path] = set()  # by this process: the command line holds it around Dagster's own run


class RunUnderWayError(RuntimeError):
    """Another run is building in the same warehouse folder."""


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Hold the warehouse folder for one run; the lock goes with the process, however it ends.

    Raises:
        RunUnderWayError: another process holds it.
    """
    if root in _held:
        yield
        return
    with (root / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunUnderWayError(
                f"another run is under way in {root}; wait until it has ended, or set FOOTPRINT_HOME to another folder"
            ) from error
        _held.add(root)
        try:
            yield
        finally:
            _held.discard(root)
