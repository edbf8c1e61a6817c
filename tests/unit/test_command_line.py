"""The commands that need no warehouse: what they say of a folder or a number they cannot use."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.cli.console import argument
from orchestration.cli.errors import explain
from orchestration.settings import settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A warehouse folder of the test's own."""
    monkeypatch.setenv("FOOTPRINT_HOME", str(tmp_path / "warehouse"))
    settings.cache_clear()
    yield tmp_path / "warehouse"
    settings.cache_clear()


@pytest.mark.parametrize("out", ["a file", "a file/below", "/proc/nothing"])
def test_demo_says_that_its_folder_cannot_be_written_to(tmp_path: Path, home: Path, out: str) -> None:
    (tmp_path / "a file").write_text("x")
    ended = CliRunner().invoke(app, ["demo", "--calls", "1000", "--out", str(tmp_path / out)])
    assert ended.exit_code == 1
    assert f"{tmp_path / out} cannot be written to: " in ended.stderr
    assert "--out" in ended.stderr
    assert (tmp_path / "a file").read_text() == "x"
    assert not home.exists()


@pytest.mark.parametrize("wrong", [("--calls", "999"), ("--calls", "-5"), ("--years", "0"), ("--years", "51")])
def test_demo_refuses_sizes_that_make_no_city(tmp_path: Path, wrong: tuple[str, str]) -> None:
    ended = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "out"), *wrong])
    assert ended.exit_code == 2
    assert "at least 1,000 calls and 1 to 50 years" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_a_path_in_a_command_to_copy_survives_the_shell(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a $HOME; of "mine"'
    assert Path.cwd() / shlex.split(f"footprint run --from {argument(folder)}")[-1] == folder


def test_a_failure_of_sqlite_on_a_full_disk_is_told_as_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    failure = OSError("(sqlite3.OperationalError) disk I/O error")
    assert explain(failure) is None
    monkeypatch.setattr("orchestration.cli.errors.LEAST_ROOM", 1 << 62)  # then any disk is a full one
    known = explain(failure)
    assert known and known.message == "The disk is full."
