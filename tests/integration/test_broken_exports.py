"""Exports broken the way portals break them: each stops at the gate that should see it, and says so in plain words.

Every case starts from a good release. Nothing below the gate is built, and the release stays as it was, byte for
byte. Not here: files no reader can open (unit tests of the readers), and every other expectation of the gates
(test_gate_engine.py).
"""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.publish.releases import describe_files, read_manifest
from orchestration.run import RunOutcome

CLOCK = "%m/%d/%Y %I:%M:%S %p"
BEFORE_GATE = {
    "raw": {"landing", "raw"},
    "canonical": {"landing", "raw", "staging", "canonical", "codebooks"},
}
Row = dict[str, str]


@dataclass(frozen=True)
class Case:
    """A way to break a file, the gate and expectation that must see it, and what its message must say."""

    breaks: Callable[[Path], None]
    layer: str
    expectation: str
    says: tuple[str, ...]


def rewrite(file: Path, change: Callable[[int, Row], Row]) -> None:
    """Change a CSV file row by row; lines that no reader can take are left out."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        header = list(reader.fieldnames or [])
        rows = [row for row in reader if None not in row and None not in row.values()]
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header)
        writer.writeheader()
        writer.writerows(change(number, row) for number, row in enumerate(rows))


def columns_renamed(folder: Path) -> None:
    """The call number and the time of the call are called something else."""
    file = folder / "calls_for_service.csv"
    header, body = file.read_text(encoding="utf-8").split("\n", 1)
    assert "Call Number" in header
    renamed = header.replace("Call Number", "CAD Call Number").replace("Call Received", "Time Call Was Received")
    file.write_text(f"{renamed}\n{body}", encoding="utf-8")


def half_the_rows(folder: Path) -> None:
    """The download broke off in the middle."""
    file = folder / "offenses.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")


def coordinates_in_the_ocean(folder: Path) -> None:
    """One call in five lies in the Atlantic."""

    def change(number: int, row: Row) -> Row:
        return row | {"Longitude": "-30.5", "Latitude": "35.1"} if number % 5 == 0 and row["Longitude"] else row

    rewrite(folder / "calls_for_service.csv", change)


def arrival_before_the_call(folder: Path) -> None:
    """One unit in five arrives six hours before it is sent."""

    def change(number: int, row: Row) -> Row:
        if number % 5:
            return row
        arrived = datetime.strptime(row["Dispatched"], CLOCK) - timedelta(hours=6)
        return row | {"Arrived": arrived.strftime(CLOCK)}

    rewrite(folder / "unit_responses.csv", change)


def body_written_twice(folder: Path) -> None:
    """The same rows stand in the file twice."""
    file = folder / "offenses.csv"
    header, body = file.read_text(encoding="utf-8").split("\n", 1)
    file.write_text(f"{header}\n{body}{body}", encoding="utf-8")


def requests_of_one_second(folder: Path) -> None:
    """As many requests again, all of which have the time of the export for their own."""
    file = folder / "requests_311.json"
    requests = json.loads(file.read_text(encoding="utf-8"))
    stamped = {"requested_datetime": "2025-12-31T23:59:59-06:00"}
    more = [request | stamped | {"service_request_id": f"late-{number}"} for number, request in enumerate(requests)]
    file.write_text(json.dumps(requests + more), encoding="utf-8")


CASES = {
    "columns renamed": Case(
        columns_renamed,
        "raw",
        "needed_column_present",
        (
            "riverbend / calls_for_service",
            "“call_number” is not in calls_for_service.csv",
            "probably called “cad_call_number” now",
            "“call_received” is not in calls_for_service.csv",
            "probably called “time_call_was_received” now",
        ),
    ),
    "half the rows gone": Case(
        half_the_rows,
        "raw",
        "rows_kept",
        ("riverbend / offenses", "50% of the rows are gone", "in the current release", "Download the data set again"),
    ),
    "coordinates in the ocean": Case(
        coordinates_in_the_ocean,
        "canonical",
        "inside_the_city",
        (
            "riverbend / calls_for_service",
            "located rows",
            "lie outside the city",
            "longitude -30.5, latitude 35.1: far off or in the ocean",
        ),
    ),
    "arrival before the call": Case(
        arrival_before_the_call,
        "canonical",
        "arrival_after_receipt",
        ("riverbend / unit_responses", "arrived before the call was received", "time zones"),
    ),
    "requests of one second": Case(
        requests_of_one_second,
        "canonical",
        "times_are_no_default",
        ("riverbend / requests_311", "%) are of one instant, 2026-01-01 05:59:59 UTC", "a default for one"),
    ),
    "rows written twice": Case(
        body_written_twice,
        "canonical",
        "repeated_keys",
        ("riverbend / offenses", "(50.0%) have a duplicated key", "If a file was delivered twice, remove one"),
    ),
}


@dataclass(frozen=True)
class Stopped:
    """The warehouse after every case, and how each run ended."""

    home: Path
    good: Path
    outcomes: dict[str, RunOutcome]


@pytest.fixture(scope="module")
def stopped(
    demo_exports: Path,
    demo_release_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    main_job: Callable[..., list[RunOutcome]],
) -> Stopped:
    """Every case in turn, on one warehouse: what one of them leaves behind must not spoil the next."""
    folder = tmp_path_factory.mktemp("broken")
    home = Path(shutil.copytree(demo_release_home, folder / "warehouse", symlinks=True))
    exports = []
    for name, case in CASES.items():
        exports.append(Path(shutil.copytree(demo_exports, folder / name.replace(" ", "_"))))
        case.breaks(exports[-1])
    good = (home / "releases" / "current").resolve()
    outcomes = main_job(home, "riverbend", *exports)
    return Stopped(home, good, dict(zip(CASES, outcomes, strict=True)))


def failed(outcome: RunOutcome) -> list[dict[str, Any]]:
    """The expectations that stopped a run."""
    return [gate for gate in outcome.gates if not gate["success"] and gate["severity"] == "critical"]


def materialized(home: Path, run_id: str) -> set[str]:
    """The layers of which a run materialized any asset."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
        keys = [record.asset_key for record in records]
    return {key.path[0] for key in keys if key}


@pytest.mark.parametrize("name", CASES)
def test_run_stops_at_its_gate_and_says_why(stopped: Stopped, name: str) -> None:
    case, outcome = CASES[name], stopped.outcomes[name]
    assert not outcome.success
    assert outcome.release is None
    assert {(gate["layer"], gate["expectation"]) for gate in failed(outcome)} == {(case.layer, case.expectation)}
    message = " ".join(gate["message"] for gate in failed(outcome))
    assert [words for words in case.says if words not in message] == [], message
    assert "To mend: " in message
    assert "Expected: " in message


@pytest.mark.parametrize("name", CASES)
def test_nothing_below_the_gate_is_built(stopped: Stopped, name: str) -> None:
    layers = materialized(stopped.home, stopped.outcomes[name].run_id)
    assert layers == BEFORE_GATE[CASES[name].layer]


def test_good_release_stays_current_and_whole(stopped: Stopped) -> None:
    link = stopped.home / "releases" / "current"
    assert link.resolve() == stopped.good
    assert describe_files(stopped.good) == read_manifest(stopped.good).files
    with duckdb.connect(str(link / "analyst.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) > 10000 from demand.fct_calls").fetchall() == [(True,)]
    assert sorted(path.name for path in (stopped.home / "releases").iterdir()) == sorted([link.name, stopped.good.name])
