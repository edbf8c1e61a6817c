"""Runs one child process and measures it: wall time, processor time, peak memory of it and its descendants."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

PAUSE = 0.05  # seconds between two looks at the process tree


@dataclass(frozen=True)
class Measured:
    """What one process took. `peak_bytes` is resident memory of the whole process tree."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class ProcessFailedError(RuntimeError):
    """A measured process that did not end well; the message has the end of what it wrote."""


def measure(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Run `command` to its end. Raises ProcessFailedError if it does not exit with 0."""
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT)
        sampled = 0
        while True:
            # wait4 and not Popen.poll: only it tells what this one child used.
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            sampled = max(sampled, _resident(child.pid))
            time.sleep(PAUSE)
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            output.seek(max(0, os.fstat(output.fileno()).st_size - 4000))
            raise ProcessFailedError(
                f"{' '.join(command)}: exit {child.returncode}\n{output.read().decode(errors='replace')}"
            )
    # The kernel's high-water mark misses nothing but knows one process at a time; the samples see them all.
    kibibyte = 1 if sys.platform == "darwin" else 1024
    return Measured(seconds, usage.ru_utime + usage.ru_stime, max(sampled, usage.ru_maxrss * kibibyte))


def _resident(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(_rss(member) for member in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
