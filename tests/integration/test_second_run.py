"""A second run: the same exports change nothing, a changed file is a load of its own, and no run writes elsewhere."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.publish.releases import read_manifest
from orchestration.run import RunOutcome

PROJECT = Path(__file__).parents[2]
# What an audit must write anew with every run.
AUDIT_TIMES = {"landed_at_utc", "checked_at_utc", "run_id", "observed", "message", "previous_load_id", "previous_rows"}


@dataclass(frozen=True)
class Rerun:
    """Two more runs of the demo city: the same exports, then calls_for_service.csv with a line more."""

    home: Path
    before: Path
    raw_before: set[Path]
    again: RunOutcome
    changed: RunOutcome
    touched: list[str]


@pytest.fixture(scope="module")
def rerun(
    demo_exports: Path,
    demo_release_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    main_job: Callable[..., list[RunOutcome]],
) -> Rerun:
    """Both runs in one process, from a copy of the project, so that every write outside the warehouse shows."""
    folder = tmp_path_factory.mktemp("rerun")
    home = Path(shutil.copytree(demo_release_home, folder / "warehouse", symlinks=True))
    project = copy_of_project(folder / "project")
    changed = Path(shutil.copytree(demo_exports, folder / "changed"))
    with (changed / "calls_for_service.csv").open("a", encoding="utf-8") as calls:
        calls.write(
            "RB26-0000001,01/02/2026 03:04:05 AM,NOIS,NOISE,NOISE,4,911,REPORT TAKEN,,,B01,,,01/02/2026 04:00:00 AM\n"
        )
    before = (home / "releases" / "current").resolve()
    raw_before = loads(home)
    elsewhere = folder / "elsewhere"
    for name in ("home", "tmp"):
        (elsewhere / name).mkdir(parents=True)
    seen = state(project) | state(elsewhere)
    again, second = main_job(home, "riverbend", demo_exports, changed, project=project, elsewhere=elsewhere)
    touched = [path for path, then in (state(project) | state(elsewhere)).items() if seen.get(path) != then]
    # Great Expectations makes a temporary folder and takes it away again: only what stays there counts.
    touched.remove(str(elsewhere / "tmp"))
    assert again.success, again.failures
    assert second.success, second.failures
    return Rerun(home, before, raw_before, again, second, touched)


def copy_of_project(target: Path) -> Path:
    """What a run needs of the project, in a folder where nothing else writes."""
    for name in ("orchestration", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    return target


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of all that is below a folder, and of the folder itself.

    A file made and deleted again leaves its mark on the time of its folder.
    """
    return {
        str(path): (path.stat().st_size if path.is_file() else 0, path.stat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }


def loads(home: Path) -> set[Path]:
    """Every folder below raw that may hold a load."""
    return {path.relative_to(home) for path in (home / "raw").glob("*/*/*")}


def content(database: Path) -> dict[str, str]:
    """A digest of each table, whatever the order of its rows, without what an audit must write anew.

    Numbers count to nine digits: parallel scans keep no order, and a sum of floating numbers depends on it in its last.
    """
    digests = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for (name,) in connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal"
        ).fetchall():
            described = connection.execute(f"describe {name}").fetchall()
            kept = ", ".join(f'"{column}"' for column, *_ in described if column not in AUDIT_TIMES)
            rows = connection.execute(f"select {kept} from {name} order by all").fetchall()
            told = [[f"{value:.9g}" if isinstance(value, float) else value for value in row] for row in rows]
            digests[name] = hashlib.sha256(repr(told).encode()).hexdigest()
    return digests


# Which release first published what, and what former ones did.
TELL_OF_RELEASES = {"audit.published_periods", "audit.former_zone_month", "audit.former_zone_summary"}


def test_same_exports_make_no_new_load(rerun: Rerun) -> None:
    assert rerun.again.landed
    assert not [landed for landed in rerun.again.landed if landed.is_new]
    assert rerun.again.release is not None
    assert read_manifest(rerun.again.release).loads == read_manifest(rerun.before).loads


def test_same_exports_make_the_same_release(rerun: Rerun) -> None:
    assert rerun.again.release is not None
    for database in ("analyst.duckdb", "public.duckdb"):
        again, before = content(rerun.again.release / database), content(rerun.before / database)
        assert {name for name in again if again[name] != before[name]} <= TELL_OF_RELEASES


def test_changed_file_is_a_load_of_its_own(rerun: Rerun) -> None:
    assert [landed.data_set for landed in rerun.changed.landed if landed.is_new] == ["calls_for_service"]
    new = loads(rerun.home) - rerun.raw_before
    assert {path.parent.name for path in new} == {"calls_for_service"}
    assert len(new) == 1
    assert loads(rerun.home) >= rerun.raw_before
    assert len(list((rerun.home / "landing" / "riverbend" / "calls_for_service").iterdir())) == 2


def test_changed_file_changes_the_release(rerun: Rerun) -> None:
    assert rerun.changed.release is not None
    with duckdb.connect(str(rerun.changed.release / "analyst.duckdb"), read_only=True) as connection:
        added = connection.execute(
            "select call_at_utc, population from demand.fct_calls where call_id = 'RB26-0000001'"
        ).fetchall()
        noted = connection.execute(
            "select rows - previous_rows from audit.loads where data_set = 'calls_for_service'"
        ).fetchall()
    assert added == [(datetime(2026, 1, 2, 9, 4, 5), "demand")]
    assert noted == [(1,)]


def test_nothing_is_written_outside_the_warehouse(rerun: Rerun) -> None:
    assert rerun.touched == []
