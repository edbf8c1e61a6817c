"""How a command fails: what a person can mend is one line and an exit code; anything else keeps its traceback."""

import errno
import json
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
NO_PERMISSION = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_FOLDER = (errno.ENOTDIR, errno.EEXIST)
DISK_FULL = ("no space left on device", "database or disk is full", "disk quota exceeded")
LEAST_ROOM = 1 << 20  # bytes; with less, nothing can be written
MEND_DISK_FULL = (
    "Free some space, or let FOOTPRINT_HOME name a folder on a larger disk. The current release is unchanged."
)
MEND_LOCK = "Close it there, or end that program, and try again. The current release is unchanged."
USAGE = 2
INTERRUPTED_MEND = "Readers get the release that is current; what was half-written is swept away by the next run."


class CommandError(Exception):
    """What stopped a command, and how to mend it; exit code 2 where it was called wrongly, else 1."""

    def __init__(self, message: str, mend: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.code = code


INTERRUPTED = CommandError("Interrupted.", INTERRUPTED_MEND)


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """Tell an error that a person can mend, on stderr; as JSON on stdout too if that was asked for."""
    import typer

    for number in (signal.SIGTERM, signal.SIGHUP):
        with suppress(ValueError):  # in another thread than the first
            signal.signal(number, _interrupt)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        _end_interrupted(interrupt, as_json)
    except Exception as error:
        if _is_interrupt(error):
            _end_interrupted(error, as_json)
        known = explain(error)
        if known is None:
            raise
        if as_json:
            print(json.dumps({"success": False, "error": known.message, "mend": known.mend}))
        tell(known)
        raise typer.Exit(known.code) from error


# The signals that asked this process to end: what one raises may be replaced on its way by a library's own error.
_asked_to_end: list[int] = []


def _interrupt(number: int, frame: FrameType | None) -> None:
    _asked_to_end.append(number)
    raise KeyboardInterrupt


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether a library has wrapped Ctrl-C in an error of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "DagsterExecutionInterruptedError":
            return True
        error = error.__cause__
    return False


def _end_interrupted(error: BaseException, as_json: bool) -> NoReturn:
    import typer

    if as_json:
        print(json.dumps({"success": False, "error": INTERRUPTED.message, "mend": INTERRUPTED.mend}))
    tell(INTERRUPTED)
    number = _asked_to_end[0] if _asked_to_end else signal.SIGINT
    raise typer.Exit(128 + number) from error


def lock_held(message: str) -> str:
    """Which program holds a database, where a library's message says that one does; else ""."""
    if "could not set lock" not in message.lower():
        return ""
    held = re.search(r"held in (.+?)(?: by user .+?)?[.;]?(?: See also|$)", message, re.DOTALL)
    return " ".join(held[1].split()) if held else "another program"


def tell(error: CommandError) -> None:
    """Print an error to stderr."""
    from rich.text import Text

    from orchestration.cli.console import stderr

    stderr().print(
        Text.assemble(("✗ ", "bold red"), (error.message, "bold"), f" {error.mend}" if error.mend else ""),
        soft_wrap=not sys.stderr.isatty(),
    )


def explain(error: BaseException) -> CommandError | None:
    """What an exception, or what caused it, means to the person at the terminal; None for a fault of the code."""
    cause: BaseException | None = error
    while cause is not None:
        if known := _explain_one(cause):
            return known
        cause = cause.__cause__
    return None


def disk_full(message: str) -> bool:
    """Whether a library's message says that the disk is full."""
    return any(words in message.lower() for words in DISK_FULL)


def _no_room(message: str) -> bool:
    """Whether SQLite's name for any failure to write means a full disk."""
    if "disk i/o error" not in message.lower():
        return False
    import shutil

    from orchestration.settings import settings

    return shutil.disk_usage(settings().root).free < LEAST_ROOM


def _explain_one(error: BaseException) -> CommandError | None:
    if isinstance(error, CommandError):
        return error
    if disk_full(str(error)) or (isinstance(error, OSError) and error.errno in NO_SPACE) or _no_room(str(error)):
        return CommandError("The disk is full.", MEND_DISK_FULL)
    if holder := lock_held(str(error)):
        return CommandError(f"Another program has a database of the warehouse open: {holder}.", MEND_LOCK)
    if isinstance(error, OSError) and error.filename is not None:
        if error.errno in NO_PERMISSION:
            return CommandError(
                f"No permission to use {error.filename}.",
                "Ask its owner for it, or let FOOTPRINT_HOME name a folder that is yours.",
            )
        if error.errno == errno.ENOTEMPTY:
            return CommandError(
                f"{error.filename} holds other files and is no warehouse folder.",
                "Let FOOTPRINT_HOME name a new or an empty folder.",
            )
        if error.errno in NO_FOLDER:
            return CommandError(f"{error.filename} is not a folder.", "Let FOOTPRINT_HOME name one.")
    return _explain_configuration(error)


def _explain_configuration(error: BaseException) -> CommandError | None:
    """What a person wrote or started: city files, FOOTPRINT_ variables, another run."""
    name = type(error).__name__
    if name in ("CatalogError", "RunUnderWayError", "BrokenReleaseError"):
        return CommandError(str(error))
    if name == "ValidationError" and getattr(error, "title", "") == "Settings":
        wrong = "; ".join(
            f"FOOTPRINT_{str(part['loc'][0]).upper()}={part['input']!r}: {part['msg']}"
            for part in error.errors()  # type: ignore[attr-defined]
        )
        return CommandError(f"A setting cannot be used: {wrong}.")
    return None
