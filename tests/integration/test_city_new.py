"""A city begun from its files alone: its drafts run to a release, and say the same as the models written by hand.

The demo's calls, offenses, requests and zones, under another name, in a copy of the project.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.run import RunOutcome

PROJECT = Path(__file__).parents[2]
COMMAND = "from orchestration.cli import app; app()"
# A log without a key, in which two rows are the same in every column.
LOG = "Call Received;Problem;Priority\n" + "".join(f"2024-03-{day:02d} 10:00;NOISE;3\n" for day in (1, 2, 2, 3))
EXPORTS = ("calls_for_service.csv", "offenses.csv", "requests_311.json", "zones.geojson")


@dataclass(frozen=True)
class NewCity:
    """A city just begun: the project it was written into, its warehouse and exports, and what the command answered."""

    project: Path
    home: Path
    exports: Path
    answer: dict[str, Any]
    outcome: RunOutcome


def footprint(project: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command, from a copy of the project."""
    variables = os.environ | {"FOOTPRINT_HOME": str(home), "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=project, env=variables, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def springfield(
    demo_exports: Path, tmp_path_factory: pytest.TempPathFactory, main_job: Callable[..., list[RunOutcome]]
) -> NewCity:
    folder = tmp_path_factory.mktemp("springfield")
    project, exports, home = folder / "project", folder / "exports", folder / "warehouse"
    for name in ("orchestration", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    exports.mkdir()
    for name in EXPORTS:
        shutil.copy(demo_exports / name, exports)
    (exports / "phone_calls.csv").write_text(LOG)
    done = footprint(project, home, "city", "new", "springfield", "--from", str(exports), "--json")
    assert done.returncode == 0, done.stderr
    (outcome,) = main_job(home, "springfield", exports, project=project)
    return NewCity(project, home, exports, json.loads(done.stdout), outcome)


def test_the_drafts_run_to_a_release(springfield: NewCity) -> None:
    assert springfield.outcome.success, springfield.outcome.failures
    assert {one["name"]: one["entity"] for one in springfield.answer["data_sets"]} == {
        "calls_for_service": "calls", "offenses": "offenses", "requests_311": "requests", "zones": "zones",
        "phone_calls": "calls",
    }  # fmt: skip
    assert springfield.answer["passed_over"] == {}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "(from demand.fct_calls where source_dataset = 'calls_for_service')",
            "call_id, call_at_utc, case when initiation_basis = 'explicit' then initiation end, priority, final_type, disposition",
        ),
        ("crime.fct_offenses", "offense_id, offense_at_utc"),
        ("(from demand.fct_requests where channel = '311')", "request_id, requested_at_utc"),
    ],
)
def test_the_drafts_say_what_the_models_by_hand_say(
    springfield: NewCity, demo_release: Path, table: str, columns: str
) -> None:
    # Types and dispositions have rules only for the demo city, so neither a call's population nor what a type implies
    # is compared.
    found = []
    for release in (demo_release, (springfield.home / "releases" / "current").resolve()):
        with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
            found.append(connection.execute(f"select {columns} from {table} order by all").fetchall())
    assert len(found[0]) > 500 and found[0] == found[1]


def test_equal_rows_without_a_key_are_one_record_unless_the_city_file_keeps_them(springfield: NewCity) -> None:
    drafted = (springfield.project / "orchestration" / "catalog" / "cities" / "springfield.yml").read_text()
    assert drafted.count("    repeats: exclude  #") == 1
    with duckdb.connect(
        str(springfield.home / "releases" / "current" / "analyst.duckdb"), read_only=True
    ) as connection:
        found = connection.execute(
            "select call_at_utc::varchar, final_type from demand.fct_calls where source_dataset = 'phone_calls' order by 1"
        ).fetchall()
        aside = connection.execute(
            "select reason, count(*) from audit.rows_set_aside where data_set = 'phone_calls' group by all"
        ).fetchall()
    # Central time: six hours behind in early March.
    assert found == [(f"2024-03-{day:02d} 16:00:00", "NOISE") for day in (1, 2, 3)]
    assert aside == [("repeated_content", 1)]


def test_check_tells_what_the_files_could_not(springfield: NewCity) -> None:
    done = footprint(springfield.project, springfield.home, "city", "check", "springfield", "--json")
    assert done.returncode == 1, done.stderr
    findings = json.loads(done.stdout)["findings"]
    rules = {finding["rule"] for finding in findings}
    assert {"unmapped_types", "key_not_unique", "never_filled"} <= rules
    assert not rules & {"inverted_initiation", "outside_boundary", "times_out_of_order"}
    for arguments in (("city", "check", "nowhere"), ("city", "check", "seattle")):
        refused = footprint(springfield.project, springfield.home, *arguments)
        assert refused.returncode == 2 and arguments[-1] in refused.stderr


def test_a_city_is_not_begun_twice(springfield: NewCity) -> None:
    before = {path: path.read_bytes() for path in (springfield.project / "dbt_project").rglob("*.sql")}
    again = footprint(
        springfield.project, springfield.home, "city", "new", "springfield", "--from", str(springfield.exports)
    )
    assert again.returncode == 2 and "already" in again.stderr
    assert {path: path.read_bytes() for path in (springfield.project / "dbt_project").rglob("*.sql")} == before
