"""Warehouses that tests share, each built once a session by the real main job in a process of its own.

Test processes that run side by side share them too: the first that needs one builds it, the others wait. Session
fixtures are for reading. A test that runs the job again, or breaks something, works on a `copy_of_home`.
"""

import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from orchestration.demo import generate
from orchestration.run import LandedDataSet, RunOutcome, StepFailure
from orchestration.settings import Settings
from tests import cases
from tests.cases.writing import Case

PROJECT = Path(__file__).parents[2]
REAL_DATA = PROJECT.parent / "shared" / "data"
SEATTLE = REAL_DATA / "seattle"
REAL_CITIES = ("burlington", "chicago", "pittsburgh", "san_luis_obispo", "somerville", "takoma_park")
MAIN_JOB = Path(__file__).parent / "main_job.py"
DRAFT_CASES = Path(__file__).parent / "draft_cases.py"
CALLS = 12_000

Command = Callable[..., list[str]]
Refresh = Callable[..., list[RunOutcome]]


def environment(home: Path, elsewhere: Path, project: Path = PROJECT) -> dict[str, str]:
    """The environment of a run: its warehouse, and `elsewhere` as the user's home and temporary folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("FOOTPRINT_KEEP_")}
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
        timeout=1200,
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


def run_footprint(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command, on a warehouse folder."""
    return subprocess.run(
        [Path(sys.executable).with_name("footprint"), *arguments],
        env=os.environ | {"FOOTPRINT_HOME": str(home)} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def main_job() -> Refresh:
    """`run_main_job`, for tests that need runs of their own."""
    return run_main_job


@pytest.fixture(scope="session")
def killed_main_job() -> Callable[..., None]:
    """`kill_main_job`, for tests that cut a run short."""
    return kill_main_job


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of the whole test session, of however many processes."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """`folder`, made by the first test process that asks for it; one that failed to make it lets the next one try."""
    done = folder.with_name(folder.name + ".done")
    with FileLock(folder.with_name(folder.name + ".lock")):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def demo_exports(shared_folder: Path) -> Path:
    """The demo city's raw exports, with planted_truth.json beside them."""
    return made_once(shared_folder / "demo-exports", lambda folder: generate(folder, calls=CALLS))


@pytest.fixture(scope="session")
def demo_release_home(demo_exports: Path, shared_folder: Path) -> Path:
    """A warehouse folder with one release of the demo city."""
    return made_once(shared_folder / "demo", lambda home: build_home(home, "riverbend", demo_exports))


@pytest.fixture(scope="session")
def demo_release(demo_release_home: Path) -> Path:
    """The folder of the demo city's release."""
    return (demo_release_home / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def seattle_home(shared_folder: Path) -> Path:
    """A warehouse folder with one release of the real Seattle exports."""
    if not SEATTLE.is_dir():
        pytest.skip("needs the real Seattle exports, which are not part of the repository")
    return made_once(shared_folder / "seattle", lambda home: build_home(home, "seattle", SEATTLE))


@pytest.fixture(scope="session")
def seattle_release(seattle_home: Path) -> Path:
    """The folder of Seattle's release."""
    return (seattle_home / "releases" / "current").resolve()


@pytest.fixture(scope="session")
def real_home(shared_folder: Path) -> Path:
    """A warehouse folder with one release of the real exports of six cities, made in one run."""
    if missing := [city for city in REAL_CITIES if not (REAL_DATA / city).is_dir()]:
        pytest.skip(f"needs the real exports of {', '.join(missing)}, which are not part of the repository")
    return made_once(shared_folder / "real", lambda home: build_home(home, ",".join(REAL_CITIES), REAL_DATA))


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


def build_home(home: Path, city: str, folder: Path) -> None:
    """Make a warehouse folder by a first run, which must succeed."""
    (first,) = run_main_job(home, city, folder)
    assert first.success, first.failures


@pytest.fixture
def copy_of_home(demo_release_home: Path, tmp_path: Path) -> Path:
    """The demo city's warehouse, to be changed at will."""
    return Path(shutil.copytree(demo_release_home, tmp_path / "warehouse", symlinks=True))


SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class DraftedCities:
    """Invented cities that `footprint city new` drafted, in one copy of the project and one warehouse.

    `drafts` is what each draft answered (`--json`), or its error; `first` and `second` are the outcomes of the runs over
    all of them that can be run.
    """

    project: Path
    home: Path
    exports: Path
    drafts: dict[str, dict[str, Any]]
    first: RunOutcome
    second: RunOutcome

    @property
    def release(self) -> Path:
        """The folder of the current release."""
        return (self.home / "releases" / "current").resolve()

    def stopped(self, city: str, outcome: RunOutcome, severities: tuple[str, ...] = SEVERITIES) -> str:
        """All that was said against a city, by gates of some severities or by a step that failed."""
        gates = [
            json.dumps(one)
            for one in outcome.gates
            if not one["success"] and city in one["cities"] and one["severity"] in severities
        ]
        failures = [f"{one.message} {one.facts}" for one in outcome.failures if f"__{city}__" in one.step]
        return "\n".join([*failures, *gates])


def every_case() -> list[Case]:
    """The cases of all modules of tests/cases."""
    modules = [importlib.import_module(f"tests.cases.{one.name}") for one in pkgutil.iter_modules(cases.__path__)]
    return [case for module in modules for case in getattr(module, "CASES", ())]


def draft_cases(project: Path, home: Path, exports: Path, names: list[str]) -> dict[str, dict[str, Any]]:
    """What `footprint city new` answered for each name (see draft_cases.py)."""
    done = subprocess.run(
        [sys.executable, str(DRAFT_CASES), str(exports), *names],
        env=environment(home, home.with_name(home.name + "-elsewhere"), project),
        cwd=project,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(zip(names, map(json.loads, done.stdout.splitlines()), strict=True))


def draft_and_run(folder: Path) -> None:
    """Write every case, draft a city from each, and run them together, twice where there is a second delivery."""
    project, home, exports = folder / "project", folder / "warehouse", folder / "exports"
    for name in ("orchestration", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    every = every_case()
    for case in every:
        case.first(exports / "first" / case.name)
    drafts = draft_cases(project, home, exports / "first", [case.name for case in every])
    first, second = [], []
    for case in every:
        is_drafted = "error" not in drafts[case.name]
        if case.edits and is_drafted:
            city_file = project / "orchestration" / "catalog" / "cities" / f"{case.name}.yml"
            text = city_file.read_text(encoding="utf-8")
            for pattern, instead in case.edits:
                text, edited = re.subn(pattern, instead, text)
                assert edited, f"{case.name}: nothing in the draft is like {pattern}"
            city_file.write_text(text, encoding="utf-8")
        if case.runs and is_drafted:
            first.append(case.name)
        if case.second is not None:
            case.second(exports / "second" / case.name)
            second.append(case.name)
    outcomes = run_main_job(home, ",".join(first), exports / "first", project=project)
    outcomes += run_main_job(home, ",".join(second), exports / "second", project=project) if second else outcomes
    (folder / "drafts.json").write_text(json.dumps(drafts))
    (folder / "outcomes.json").write_text(json.dumps([asdict(one) for one in outcomes], default=str))


@pytest.fixture(scope="session")
def drafted_cities(shared_folder: Path) -> DraftedCities:
    """Every case of tests/cases, drafted and run."""
    folder = made_once(shared_folder / "drafted", draft_and_run)
    first, second = json.loads((folder / "outcomes.json").read_text())
    return DraftedCities(
        folder / "project",
        folder / "warehouse",
        folder / "exports",
        json.loads((folder / "drafts.json").read_text()),
        outcome(json.dumps(first)),
        outcome(json.dumps(second)),
    )


@pytest.fixture(scope="session")
def drafted_analyst(drafted_cities: DraftedCities) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of the drafted cities' release, read only."""
    with duckdb.connect(str(drafted_cities.release / "analyst.duckdb"), read_only=True) as connection:
        yield connection
