"""One run at a time in a warehouse folder, whichever process started it."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.run_lock import only_run

HOLD = """
import sys
from pathlib import Path
from orchestration.run_lock import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(root: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_process_is_told_to_wait(tmp_path: Path) -> None:
    with only_run(tmp_path):
        _, told = holder(tmp_path).communicate()
    assert "RunUnderWayError: another run is under way" in told


def test_the_lock_goes_with_the_process_however_it_ends(tmp_path: Path) -> None:
    other = holder(tmp_path)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(RuntimeError, match="another run is under way"), only_run(tmp_path):
        pass
    other.kill()
    other.communicate()
    with only_run(tmp_path):
        pass


def test_the_process_that_holds_it_may_enter_again(tmp_path: Path) -> None:
    # The command line holds it around the run in which Dagster asks for it.
    with only_run(tmp_path), only_run(tmp_path):
        pass
    assert holder(tmp_path).communicate("")[0] == "held\n"


def test_the_lock_is_free_after_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_run(tmp_path):
        raise ZeroDivisionError
    assert holder(tmp_path).communicate("")[0] == "held\n"
