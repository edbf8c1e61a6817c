"""One run at a time in a warehouse folder."""

from pathlib import Path

import pytest

from orchestration.run import RunUnderWayError, only_run
from orchestration.settings import Settings


def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    with only_run(home), pytest.raises(RunUnderWayError, match="another run is under way"), only_run(home):
        pass


def test_the_lock_is_free_after_a_run_that_failed(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    with pytest.raises(ZeroDivisionError), only_run(home):
        raise ZeroDivisionError
    with only_run(home):
        pass
