"""Readers never see half a release: through swaps, through pruning, and through runs that are killed.

Many swaps are made of small databases with the functions of orchestration.publish.releases; kills hit the real job.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import releases
from orchestration.run import RunOutcome

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SWAPS = 25

# Opens `current` over and over, as a dashboard does, and checks that what it sees is one whole release. Prints the
# release of each look; stops when its standard input is closed.
READER = """
import sys, threading
import duckdb
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
while not stop.is_set():
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        looked = connection.execute("select count(*), min(release), max(release) from demand.fct")
        rows, fewest, most = looked.fetchone()
    assert rows == 1000 and fewest == most, (rows, fewest, most)
    print(most, flush=True)
"""


def publish(folder: Path, number: int) -> Path:
    """A release of one small table whose rows all carry the release's number."""
    made = FIRST + timedelta(seconds=number)
    release_id = releases.new_release_id(made, f"run{number:05d}")
    unfinished = releases.prepare(folder, release_id)
    with duckdb.connect(str(unfinished / "analyst.duckdb")) as connection:
        connection.execute("create schema demand")
        connection.execute(f"create table demand.fct as select {number} as release, i from range(1000) as t(i)")
    manifest = releases.Release(
        release_id=release_id,
        run_id=f"run{number}",
        created_at=made,
        version="0",
        loads=[],
        tables={},
        gates=[],
        files=releases.describe_files(unfinished),
    )
    return releases.publish(folder, unfinished, manifest)


def seen(connection: duckdb.DuckDBPyConnection) -> int:
    """The release that a connection reads."""
    return int(connection.execute("select max(release) from demand.fct").fetchall()[0][0])


def current(folder: Path) -> str:
    """The path that readers open."""
    return str(folder / releases.CURRENT / "analyst.duckdb")


def test_open_connection_keeps_the_release_it_opened(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with duckdb.connect(current(tmp_path), read_only=True) as old:
        assert seen(old) == 1
        publish(tmp_path, 2)
        assert seen(old) == 1
        with duckdb.connect(current(tmp_path), read_only=True) as new:
            assert seen(new) == 2
        assert seen(old) == 1


def test_open_connection_survives_the_pruning_of_its_release(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    with duckdb.connect(current(tmp_path), read_only=True) as old:
        for number in range(2, 5):
            publish(tmp_path, number)
        assert len(releases.prune(tmp_path, keep=2)) == 2
        assert seen(old) == 1


@contextmanager
def readers(folder: Path, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that read `current` until the block ends."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, current(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_readers_in_other_processes_see_whole_releases_through_many_swaps(tmp_path: Path) -> None:
    publish(tmp_path, 0)
    with readers(tmp_path, count=2) as processes:
        looks = [[int(process.stdout.readline())] for process in processes if process.stdout]
        for number in range(1, SWAPS + 1):
            publish(tmp_path, number)
            releases.prune(tmp_path, keep=3)
            time.sleep(0.02)
        for process, seen_by_it in zip(processes, looks, strict=True):
            output, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
            seen_by_it.extend(map(int, output.split()))
    for seen_by_it in looks:
        assert seen_by_it == sorted(seen_by_it), "a reader went back to an older release"
        assert seen_by_it[0] == 0
        assert len(set(seen_by_it)) > SWAPS / 5


def test_the_last_releases_are_kept(tmp_path: Path) -> None:
    made = [publish(tmp_path, number).name for number in range(6)]
    assert releases.prune(tmp_path, keep=4) == made[:2]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*made[2:], releases.CURRENT])
    assert releases.prune(tmp_path, keep=4) == []


def test_current_release_is_never_pruned(tmp_path: Path) -> None:
    made = [publish(tmp_path, number) for number in range(4)]
    releases.swap(tmp_path, made[0])
    assert releases.prune(tmp_path, keep=1) == [made[1].name, made[2].name]
    with duckdb.connect(current(tmp_path), read_only=True) as connection:
        assert seen(connection) == 0


def test_published_files_cannot_be_written(tmp_path: Path) -> None:
    release = publish(tmp_path, 1)
    assert all(not path.stat().st_mode & 0o222 for path in release.rglob("*") if path.is_file())


# --- runs that are killed ---


@dataclass(frozen=True)
class Kill:
    """Where a run is killed: at the call of a function (see main_job.py), and what it must leave behind there."""

    arguments: tuple[str, ...]
    leaves: str = field(default="")


KILLS = {
    "before a load is put in its place": Kill(
        ("--kill-at", "orchestration.ingest.loads:settle", "--call", "3"), "raw/riverbend/*/.incoming-*"
    ),
    "while dbt builds the marts": Kill(
        ("--kill-at", "orchestration.transform.assets:build", "--call", "2", "--after", "0.5"), "build/analyst.duckdb"
    ),
    "between the moves of the release's files": Kill(
        ("--kill-at", "orchestration.publish.assets:_write_parquet"), "releases/.unfinished-*/public.duckdb"
    ),
    "before the new release is made current": Kill(
        ("--kill-at", "orchestration.publish.releases:swap"), "releases/*/manifest.json"
    ),
}


@dataclass(frozen=True)
class Killed:
    """A warehouse after a killed run and after the run that followed."""

    home: Path
    good: Path
    left_behind: list[str]
    current_after_kill: Path
    files_after_kill: list[releases.ReleasedFile]
    rows_after_kill: int
    next_run: RunOutcome


@pytest.fixture(scope="module")
def killed(
    demo_exports: Path,
    demo_release_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    main_job: Callable[..., list[RunOutcome]],
    killed_main_job: Callable[..., None],
) -> dict[str, Killed]:
    """Each kill on a warehouse of its own, two at a time; every run reads files that have changed since."""
    folder = tmp_path_factory.mktemp("killed")
    exports = Path(shutil.copytree(demo_exports, folder / "exports"))
    for file in exports.glob("*.csv"):
        header, _, *others = file.read_bytes().splitlines(keepends=True)  # without the newest, it would be held back
        file.write_bytes(b"".join([header, *others]))

    def kill_and_run_again(number: int, kill: Kill) -> Killed:
        home = Path(shutil.copytree(demo_release_home, folder / f"warehouse{number}", symlinks=True))
        good = (home / "releases" / "current").resolve()
        before = set(home.glob(kill.leaves))
        killed_main_job(home, "riverbend", exports, *kill.arguments)
        left_behind = [path.relative_to(home).as_posix() for path in set(home.glob(kill.leaves)) - before]
        now = (home / "releases" / "current").resolve()
        with duckdb.connect(str(now / "analyst.duckdb"), read_only=True) as connection:
            rows = int(connection.execute("select count(*) from crime.fct_offenses").fetchall()[0][0])
        files = releases.describe_files(now)
        (next_run,) = main_job(home, "riverbend", exports)
        return Killed(home, good, left_behind, now, files, rows, next_run)

    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(kill_and_run_again, range(len(KILLS)), KILLS.values())
        return dict(zip(KILLS, results, strict=True))


@pytest.mark.parametrize("point", KILLS)
def test_killed_run_leaves_the_former_release_whole(killed: dict[str, Killed], point: str) -> None:
    case = killed[point]
    assert case.left_behind, "the run was not killed where it should have been"
    assert case.current_after_kill == case.good
    assert case.files_after_kill == releases.read_manifest(case.good).files
    assert case.rows_after_kill == releases.read_manifest(case.good).tables["crime.fct_offenses"]


@pytest.mark.parametrize("point", KILLS)
def test_run_after_a_killed_one_completes(killed: dict[str, Killed], point: str) -> None:
    case = killed[point]
    assert case.next_run.success, case.next_run.failures
    release = case.next_run.release
    assert release is not None
    assert (case.home / "releases" / "current").resolve() == release
    assert releases.describe_files(release) == releases.read_manifest(release).files
    assert releases.read_manifest(release).tables["crime.fct_offenses"] == case.rows_after_kill - 1
    assert releases.describe_files(case.good) == releases.read_manifest(case.good).files


@pytest.mark.parametrize("point", KILLS)
def test_run_after_a_killed_one_sweeps_up(killed: dict[str, Killed], point: str) -> None:
    home = killed[point].home
    patterns = ("landing/*/*/.incoming-*", "raw/*/*/.incoming-*", "releases/.unfinished-*", "releases/.current-*")
    assert [path for pattern in patterns for path in home.glob(pattern)] == []


def test_reader_of_a_real_release_keeps_it_through_a_run(
    copy_of_home: Path, demo_exports: Path, main_job: Callable[..., list[RunOutcome]]
) -> None:
    path = str(copy_of_home / "releases" / "current" / "analyst.duckdb")
    run_id = "select max(run_id) from audit.gate_results"
    with duckdb.connect(path, read_only=True) as reader:
        before = reader.execute(run_id).fetchall()
        (outcome,) = main_job(copy_of_home, "riverbend", demo_exports)
        assert outcome.success, outcome.failures
        assert reader.execute(run_id).fetchall() == before
        with duckdb.connect(path, read_only=True) as new:
            assert new.execute(run_id).fetchall() == [(outcome.run_id,)] != before
