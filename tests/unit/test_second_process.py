"""The second process answers, hands on what fails, is replaced when it was killed, and never outlives the first."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from orchestration import second_process
from orchestration.settings import DBT_PROJECT_DIR


@pytest.fixture(scope="module", autouse=True)
def stopped_afterwards() -> Iterator[None]:
    yield
    second_process.stop()


def test_a_function_runs_in_one_other_process() -> None:
    elsewhere = second_process.call(os.getpid)
    assert elsewhere != os.getpid()
    assert second_process.call(os.getpid) == elsewhere
    assert second_process.call(pow, 2, exp=10) == 1024


def test_what_a_function_raises_is_raised_here_with_its_trace() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        second_process.call(divmod, 1, 0)
    assert "second_process.py" in raised.value.__notes__[0]


def test_a_killed_process_is_told_of_and_the_next_call_starts_another() -> None:
    with pytest.raises(second_process.SecondProcessError, match="ended from outside"):
        second_process.call(os.kill, second_process.call(os.getpid), signal.SIGKILL)
    assert second_process.call(abs, -1) == 1


def test_it_ends_when_the_first_process_is_killed() -> None:
    program = "import os, signal; from orchestration import second_process; "
    program += "print(second_process.call(os.getpid), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=DBT_PROJECT_DIR.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = int(done.stdout)
    deadline = time.monotonic() + 20
    while psutil.pid_exists(left) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(left)
