"""A run that a person or the system ends: one line, the exit code of the signal, and the warehouse as it was."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.publish.releases import describe_files, read_manifest
from orchestration.publish.soundness import state

PATIENCE = 300  # seconds, on a busy machine
Begun = Callable[[Path, float], bool]


def landing(home: Path, since: float) -> bool:
    """Whether the run has landed something."""
    return any((home / "runs").glob("*/*.json"))


def building(home: Path, since: float) -> bool:
    """Whether dbt builds."""
    return any(path.stat().st_mtime > since for path in (home / "build").glob("analyst.duckdb*"))


@pytest.mark.parametrize(
    ("number", "begun"), [(signal.SIGINT, landing), (signal.SIGINT, building), (signal.SIGTERM, building)]
)
def test_a_signal_ends_a_run_with_one_line(
    copy_of_home: Path, demo_exports: Path, number: signal.Signals, begun: Begun
) -> None:
    before = (copy_of_home / "releases" / "current").resolve()
    for note in (copy_of_home / "runs").glob("*/*.json"):
        note.unlink()
    command = [sys.executable, "-c", "from orchestration.cli import app; app()", "run", "--city", "riverbend"]
    since = time.time()
    run = subprocess.Popen(
        [*command, "--from", str(demo_exports)],
        env=os.environ | {"FOOTPRINT_HOME": str(copy_of_home), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not begun(copy_of_home, since) and run.poll() is None and time.time() < since + PATIENCE:
        time.sleep(0.1)
    run.send_signal(number)
    said, told = run.communicate(timeout=PATIENCE)
    # While a step is at work Dagster takes SIGTERM for SIGINT.
    assert run.returncode in (128 + number, 128 + signal.SIGINT), told
    assert said.strip() == ""
    assert told.strip().splitlines() == [
        "✗ Interrupted. Readers get the release that is current; what was half-written is swept away by the next run."
    ]
    assert (copy_of_home / "releases" / "current").resolve() == before
    assert describe_files(before) == read_manifest(before).files
    assert state(copy_of_home / "releases").wrong == ()
