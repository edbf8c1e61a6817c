"""The unit tests that stand beside the dbt models, and the data tests of the codebooks, run with dbt itself.

Unit tests give a model invented rows and compare what it makes of them; what they check is written with each of them. dbt
takes the columns' types from the relations of a build, so they run on the databases of the demo city's release.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestration.crosswalk.seed import SEEDS
from orchestration.settings import DBT_PROJECT_DIR, Settings

CODEBOOKS = "fqn:footprint.codebooks"
Results = dict[str, list[dict[str, Any]]]
# Rules that decide a published number, each of them somebody's edge case.
MUST_HAVE_TESTS = {
    "int_call_types__mapped",
    "int_calls__mapped",
    "int_calls__classified",
    "int_calls__placed",
    "int_calls__repeat_pairs",
    "int_calls__repeats",
    "int_calls__event_members",
    "int_calls__events",
    "int_calls__merged",
    "officers_busy_by_hour",
    "int_repeat_rules",
    "int_requests__also_called",
    "int_unit_responses__timed",
    "fct_calls",
    "call_type_hours",
    "calls_screened",
    "police_hour_cost",
    "crosswalk_coverage",
    "int_reference_periods",
    "reference_periods",
    "zone_summary",
    "candidate_zone_month",
    "candidate_zone_summary",
}


@pytest.fixture(scope="module")
def results(demo_release_home: Path, demo_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """How each unit test ended, by model, and under CODEBOOKS each test of a codebook."""
    home = Settings(home=tmp_path_factory.mktemp("unit_tests"))
    home.create_folders()
    shutil.copy(demo_release_home / "build" / home.warehouse_database.name, home.build)
    for database in (home.analyst_database, home.public_database):
        shutil.copy(demo_release / database.name, database)
        database.chmod(0o600)
    # Cities without a load have no staging tables; dbt needs their columns.
    _dbt(home, "run", "--empty", "--select", "fqn:footprint.staging")
    done = _dbt(home, "test", "--select", "test_type:unit", CODEBOOKS)
    written = home.dbt_target / "run_results.json"
    assert written.exists(), done.stdout[-4000:] + done.stderr[-4000:]
    by_model: Results = {}
    for result in json.loads(written.read_text(encoding="utf-8"))["results"]:
        kind, _, model, *_ = result["unique_id"].split(".")
        by_model.setdefault(model if kind == "unit_test" else CODEBOOKS, []).append(result)
    return by_model


def _dbt(home: Settings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [Path(sys.executable).with_name("dbt"), *arguments]
    return subprocess.run(
        [*command, "--project-dir", DBT_PROJECT_DIR, "--profiles-dir", DBT_PROJECT_DIR],
        cwd=home.root,
        env=os.environ | home.dbt_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_test_passes(results: Results) -> None:
    ended = {result["unique_id"]: result for tests in results.values() for result in tests}
    for name, result in sorted(ended.items()):
        print(result["status"], name)
    failures = [f"{name}: {result['message']}" for name, result in ended.items() if result["status"] != "pass"]
    assert not failures, "\n\n".join(failures)


def test_rules_behind_published_numbers_have_unit_tests(results: Results) -> None:
    assert set(results) >= MUST_HAVE_TESTS


def test_every_codebook_is_tested(results: Results) -> None:
    tested = " ".join(result["unique_id"] for result in results[CODEBOOKS])
    assert [path.stem for path in SEEDS.glob("*.csv") if path.stem not in tested] == []
