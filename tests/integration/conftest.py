"""Warehouses that tests share, each built once a session by the real main job in a process of its own.

Session fixtures are for reading. A test that runs the job again, or breaks something, works on a `copy_of_home`.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.demo import generate
from orchestration.run import LandedDataSet, RunOutcome, StepFailure
from orchestration.settings import Settings

PROJECT = Path(__file__).parents[2]
REAL_DATA = PROJECT.parent / "shared" / "data"
SEATTLE = REAL_DATA / "seattle"
REAL_CITIES = ("burlington", "chicago", "pittsburgh", "san_luis_obispo", "somerville", "takoma_park")
MAIN_JOB = Path(__file__).parent / "main_job.py"
CALLS = 12_000

Command = Callable[..., list[str]]
Refresh = Callable[..., list[RunOutcome]]


def environment(home: Path, elsewhere: Path, project: Path = PROJECT) -> dict[str, str]:
    """The environment of a run: its warehouse, and `elsewhere` as the user's home and temporary folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
    (elsewhere / "home").mkdir(parents=True, exist_ok=True)
    (elsewhere / "tmp").mkdir(exist_ok=True)
    return kept | {
        "FOOTPRINT_HOME": str(home),
        "HOME": str(elsewhere / "home"),
        "TMPDIR": str(elsewhere / "tmp"),
        "PYTHONPATH": str(project),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def outcome(line: str) -> RunOutcome:
    """A run's outcome from the line that main_job.py prints."""
    told: dict[str, Any] = json.loads(line)
    told["failures"] = [StepFailure(**failure) for failure in told["failures"]]
    told["landed"] = [LandedDataSet(**landed) for landed in told["landed"]]
    told["release"] = Path(told["release"]) if told["release"] else None
    return RunOutcome(**told)


def run_main_job(
    home: Path, city: str, *folders: Path, project: Path = PROJECT, elsewhere: Path | None = None
) -> list[RunOutcome]:
    """Run the main job over each folder in turn; the working folder is neither the project nor the warehouse."""
    elsewhere = elsewhere or home.with_name(home.name + "-elsewhere")
    variables = environment(home, elsewhere, project)
    done = subprocess.run(
        [sys.executable, str(MAIN_JOB), city, *map(str, folders)],
        cwd=elsewhere,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [outcome(line) for line in done.stdout.splitlines()]


def kill_main_job(home: Path, city: str, folder: Path, *kill: str) -> None:
    """Run the main job until it kills itself (see main_job.py)."""
    elsewhere = home.with_name(home.name + "-elsewhere")
    variables = environment(home, elsewhere)
    done = subprocess.run(
        [sys.executable, str(MAIN_JOB), city, str(folder), *kill],
        cwd=elsewhere,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == -9, f"ended with {done.returncode}, not by SIGKILL: {done.stderr[-4000:]}"


@pytest.fixture(scope="session")
def main_job() -> Refresh:
    """`run_main_job`, for tests that need runs of their own."""
    return run_main_job


@pytest.fixture(scope="session")
def killed_main_job() -> Callable[..., None]:
    """`kill_main_job`, for tests that cut a run short."""
    return kill_main_job


@pytest.fixture(scope="session")
def demo_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city's raw exports, with planted_truth.json beside them."""
    return generate(tmp_path_factory.mktemp("exports"), calls=CALLS).parent


@pytest.fixture(scope="session")
def demo_release_home(demo_exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse folder with one release of the demo city."""
    return built_home(tmp_path_factory.mktemp("demo") / "warehouse", "riverbend", demo_exports)


@pytest.fixture(scope="session")
def demo_release(demo_release_home: Path) -> Path:
    """The folder of the demo city's release."""
    return (demo_release_home / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def seattle_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse folder with one release of the real Seattle exports."""
    if not SEATTLE.is_dir():
        pytest.skip("needs the real Seattle exports, which are not part of the repository")
    return built_home(tmp_path_factory.mktemp("seattle") / "warehouse", "seattle", SEATTLE)


@pytest.fixture(scope="session")
def seattle_release(seattle_home: Path) -> Path:
    """The folder of Seattle's release."""
    return (seattle_home / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse folder with one release of the real exports of six cities, made in one run."""
    if missing := [city for city in REAL_CITIES if not (REAL_DATA / city).is_dir()]:
        pytest.skip(f"needs the real exports of {', '.join(missing)}, which are not part of the repository")
    return built_home(tmp_path_factory.mktemp("real") / "warehouse", ",".join(REAL_CITIES), REAL_DATA)


@pytest.fixture(scope="session")
def real_analyst(real_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of the six cities' release, read only."""
    release = (real_home / "releases" / "current").resolve()
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def real_warehouse(real_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The six cities' build database (raw to intermediate), read only."""
    with duckdb.connect(str(Settings(home=real_home).warehouse_database), read_only=True) as connection:
        yield connection


def built_home(home: Path, city: str, folder: Path) -> Path:
    """`home`, after a first run that must succeed."""
    (first,) = run_main_job(home, city, folder)
    assert first.success, first.failures
    return home


@pytest.fixture
def copy_of_home(demo_release_home: Path, tmp_path: Path) -> Path:
    """The demo city's warehouse, to be changed at will."""
    return Path(shutil.copytree(demo_release_home, tmp_path / "warehouse", symlinks=True))
