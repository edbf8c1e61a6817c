"""What a warehouse folder holds does not grow with the number of its runs.

Every run of a city, however small, takes seconds: a few by default, with settings that keep little; ATTACK_RUNS=50 makes
the full number.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.run import RunOutcome

RUNS = int(os.environ.get("ATTACK_RUNS", "3"))
KEPT = 1
# Bounded by the settings; build, dbt and the rest are made anew by every run.
PARTS = ("dagster", "gates", "releases", "runs", "raw", "landing", "dbt", "build")


def size(folder: Path) -> int:
    """Bytes below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def test_sizes_stay_what_they_are(
    copy_of_home: Path,
    demo_exports: Path,
    main_job: Callable[..., list[RunOutcome]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOOTPRINT_KEEP_RUNS", str(KEPT))
    monkeypatch.setenv("FOOTPRINT_KEEP_RELEASES", str(KEPT))
    half = max(RUNS // 2, KEPT + 1)
    for outcome in main_job(copy_of_home, "riverbend", *[demo_exports] * half):
        assert outcome.success, outcome.failures
    before = {part: size(copy_of_home / part) for part in PARTS}
    for outcome in main_job(copy_of_home, "riverbend", *[demo_exports] * max(RUNS - half, 1)):
        assert outcome.success, outcome.failures
    after = {part: size(copy_of_home / part) for part in PARTS}
    assert {part: after[part] for part in PARTS if after[part] > 1.05 * before[part] + 65_536} == {}
    assert len(list((copy_of_home / "gates").glob("*-*"))) == KEPT
    assert len(list((copy_of_home / "gates" / "data_docs").glob("*-*"))) == KEPT
    assert len(list((copy_of_home / "dagster" / "history" / "runs").glob("*-*.db"))) == KEPT
    assert len(list((copy_of_home / "releases").glob("2*"))) == KEPT
