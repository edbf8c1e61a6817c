"""Nine broken exports at once: each is refused with what to mend, the others land, and the mended run goes on from there.

One run of the real command, then one of the main job with the good exports. Not here: each way a file can be broken
(unit tests of the readers), and files that open but hold wrong data (test_broken_exports.py).
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.run import RunOutcome

PROJECT = Path(__file__).parents[2]
GOOD = {"resources", "unit_responses"}
COMMAND = "from orchestration.cli import app; app()"


@dataclass(frozen=True)
class Case:
    """A way to break a data set's export, and the file and the words that the refusal must name."""

    breaks: Callable[[Path], None]
    file: str
    says: str


def change(name: str, to: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A way to break an export: rewrite one of its files."""

    def rewrite(folder: Path) -> None:
        content = (folder / name).read_bytes()
        changed = to(content)
        assert changed != content
        (folder / name).write_bytes(changed)

    return rewrite


def last_page(folder: Path) -> Path:
    return sorted(folder.glob("arrests_*.json"))[-1]


def no_stops(folder: Path) -> None:
    for page in folder.glob("officer_stops_*.json"):
        page.unlink()


def half_a_page(folder: Path) -> None:
    page = last_page(folder)
    page.write_bytes(page.read_bytes()[: page.stat().st_size // 2])


def offenses_from_another_file(folder: Path) -> None:
    shutil.copy(folder / "resources.csv", folder / "offenses.csv")


CASES = {
    "officer_stops": Case(no_stops, "officer_stops_*.json", "no such file"),
    "budget": Case(change("budget.xlsx", lambda _: b""), "budget.xlsx", "the file is empty (0 bytes)"),
    "contacts_211_411": Case(
        change("contacts_211_411.csv", lambda content: content.split(b"\n", 1)[0] + b"\n"),
        "contacts_211_411.csv",
        "a header line and nothing below it",
    ),
    "calls_for_service": Case(
        change("calls_for_service.csv", lambda content: content.replace(b",", b";")),
        "calls_for_service.csv",
        "columns separated by semicolons",
    ),
    "zones": Case(
        change("zones.geojson", lambda _: b"<!DOCTYPE html><title>Sign in</title>"),
        "zones.geojson",
        "cannot be opened as geojson",
    ),
    "resident_survey": Case(
        change("resident_survey.csv", lambda content: gzip.compress(content)[:-100]),
        "resident_survey.csv",
        "a gzip file that cannot be unpacked",
    ),
    "requests_311": Case(
        change("requests_311.json", lambda _: b'{"error": {"code": 503, "message": "Service unavailable"}}'),
        "requests_311.json",
        '"message": "Service unavailable"',
    ),
    "offenses": Case(offenses_from_another_file, "offenses.csv", "it looks like resources"),
    "arrests": Case(half_a_page, "arrests_", "JSON that ends with"),
}


@dataclass(frozen=True)
class Runs:
    """The warehouse after the broken run and the mended one, and how each went."""

    home: Path
    exit_code: int
    broken: dict[str, Any]
    parquet_after_broken: dict[Path, int]
    mended: RunOutcome


@pytest.fixture(scope="module")
def runs(
    demo_exports: Path, tmp_path_factory: pytest.TempPathFactory, main_job: Callable[..., list[RunOutcome]]
) -> Runs:
    """Everything broken at once, then everything mended, in an empty warehouse."""
    folder = tmp_path_factory.mktemp("bad-input")
    home = folder / "warehouse"
    exports = Path(shutil.copytree(demo_exports, folder / "exports"))
    for case in CASES.values():
        case.breaks(exports)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FOOTPRINT_", "DAGSTER_"))}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "run", "--city", "riverbend", "--from", str(exports), "--json"],
        env=kept | {"FOOTPRINT_HOME": str(home)}, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr[-4000:]
    after_broken = {path: path.stat().st_mtime_ns for path in (home / "raw").rglob("*.parquet")}
    (mended,) = main_job(home, "riverbend", demo_exports)
    return Runs(home, done.returncode, json.loads(done.stdout), after_broken, mended)


def test_the_run_fails_and_releases_nothing(runs: Runs) -> None:
    assert runs.exit_code == 1
    assert not runs.broken["success"]
    assert runs.broken["release"] is None


@pytest.mark.parametrize("data_set", CASES)
def test_each_broken_export_is_refused_in_plain_words(runs: Runs, data_set: str) -> None:
    (failure,) = [one for one in runs.broken["failures"] if one["step"] == f"landing__riverbend__{data_set}"]
    facts = failure["facts"]
    assert CASES[data_set].file in facts["file"]
    assert CASES[data_set].says in facts["found"]
    assert facts["expected"] and facts["mend"]
    assert all(facts[part] in failure["message"] for part in ("file", "found", "expected", "mend"))
    assert failure["trace"] is None


def test_nothing_else_fails(runs: Runs) -> None:
    assert len(runs.broken["failures"]) == len(CASES)


def test_the_other_exports_still_land(runs: Runs) -> None:
    landed = {one["data_set"]: one for one in runs.broken["landed"]}
    assert set(landed) == GOOD
    assert all(one["is_new"] and one["rows"] > 0 for one in landed.values())
    assert {path.parts[-3] for path in runs.parquet_after_broken} == GOOD


def test_no_half_of_anything_is_left_behind(runs: Runs) -> None:
    assert list(runs.home.rglob(".incoming-*")) == []


def test_what_arrived_is_kept_as_evidence_even_if_refused(runs: Runs) -> None:
    kept = {path.read_bytes() for path in (runs.home / "landing/riverbend/requests_311").rglob("requests_311.json")}
    assert b'{"error": {"code": 503, "message": "Service unavailable"}}' in kept
    assert len(kept) == 2


def test_the_mended_run_succeeds_and_reads_only_what_is_new(runs: Runs) -> None:
    assert runs.mended.success, runs.mended.failures
    is_new = {one.data_set: one.is_new for one in runs.mended.landed}
    assert {data_set for data_set, new in is_new.items() if not new} == GOOD
    assert {data_set for data_set, new in is_new.items() if new} == set(CASES)
    assert {path: path.stat().st_mtime_ns for path in runs.parquet_after_broken} == runs.parquet_after_broken
