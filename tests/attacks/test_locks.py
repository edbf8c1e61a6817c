"""A database that another program holds is told of by that program's name, not by a traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli.errors import explain
from orchestration.cli.main import app
from orchestration.settings import Settings, settings
from tests.attacks.releases import publish, writable

HOLD = """
import sys, duckdb
with duckdb.connect(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A warehouse with one release."""
    monkeypatch.setenv("FOOTPRINT_HOME", str(tmp_path / "warehouse"))
    settings.cache_clear()
    made = settings()
    made.create_folders()
    publish(made.releases, 1)
    yield made
    settings.cache_clear()


@pytest.fixture
def held(home: Settings) -> Iterator[Path]:
    """The analyst database, open for writing in another program."""
    path = writable((home.releases / "current").resolve() / "analyst.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None and program.stdout.readline() == "held\n"
        yield path
        program.kill()


def test_the_program_that_holds_a_database_is_named(held: Path) -> None:
    with pytest.raises(duckdb.IOException) as caught:
        duckdb.connect(str(held))
    known = explain(caught.value)
    assert known is not None and "Another program has a database of the warehouse open" in known.message
    assert "python" in known.message and "PID" in known.message


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("command", [["sql", ".tables"], ["status"]])
def test_commands_say_so_in_a_line(command: list[str]) -> None:
    answer = CliRunner().invoke(app, command, env={"COLUMNS": "1000"})
    assert answer.exit_code == 1
    assert "Another program has a database" in answer.stderr and str(os.getpid()) not in answer.stderr
    assert "Traceback" not in answer.stderr and len(answer.stderr.strip().splitlines()) == 1
