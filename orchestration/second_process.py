"""A second process for what is slow to import, so that the other processor imports it while files land.

Great Expectations and statsmodels take seconds to import, and two threads in one library's imports now and then find
it half made. The process answers one call at a time and ends with the one that started it, however that ends: their
pipe closes.
"""

import atexit
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar, cast

SLOW_TO_IMPORT = ("great_expectations", "orchestration.statistics.families", "orchestration.statistics.response_times")

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class SecondProcessError(RuntimeError):
    """The second process ended before it had answered, or failed with something that cannot be handed over."""


def call(function: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
    """`function(...)`, run in the second process; a function of a module, with what pickle can carry.

    Raises what the function raises, and SecondProcessError where the process has ended.
    """
    pipe = start()
    try:
        pipe.send((function, args, kwargs))
        answer, error = pipe.recv()
    except (EOFError, BrokenPipeError) as ended:
        start.cache_clear()
        raise SecondProcessError(
            f"The process that ran {function.__module__}.{function.__name__} was ended from outside; it may have run "
            "out of memory. Run again; with FOOTPRINT_MEMORY_LIMIT lower if it happens again."
        ) from ended
    if error is not None:
        raise error
    return cast("Answer", answer)


@cache
def start() -> Connection:
    """Start the second process, unless it runs; the pipe to it."""
    context = get_context("spawn")
    here, there = context.Pipe()
    context.Process(target=_serve, args=(there,), name="footprint second process").start()
    there.close()  # or the pipe would stay open when the process is gone
    atexit.register(here.close)  # before Python waits for the process
    return here


def stop() -> None:
    """Let the second process end; the next call starts another."""
    if start.cache_info().currsize:
        start().close()
        start.cache_clear()


def _serve(calls: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts the run closes the pipe
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print must not mix with `--json`
    gc.disable()  # as in the first process: all lives as long as the run
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before the import, which may read it
    for name in SLOW_TO_IMPORT:
        import_module(name)
    gc.freeze()  # or ending it would look through all of it once more
    while True:
        try:
            function, args, kwargs = calls.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            calls.send((function(*args, **kwargs), None))
        except Exception as error:
            error.add_note(traceback.format_exc())
            _send_error(calls, error)


def _send_error(calls: Connection, error: Exception) -> None:
    try:
        calls.send((None, error))
    except Exception:  # it cannot be pickled
        calls.send((None, SecondProcessError("".join(traceback.format_exception(error)))))
