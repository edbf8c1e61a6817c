"""The gates on synthetic databases: a sound state passes, and each way of breaking one fails where it should.

The databases are in gate_databases.py, the ways of breaking them in gate_cases.py.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from expectations.suites import Layer, suites
from expectations.suites.canonical import unit_responses
from orchestration.gates.engine import ExpectationResult, run_gate
from tests.integration.gate_cases import BROKEN, SOUND
from tests.integration.gate_databases import ATTACHED, DATABASE, MARTS, PUBLISHED, WAREHOUSE


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases in which every gate passes."""
    folder = tmp_path_factory.mktemp("sound")
    for name, attached, statements in (
        ("warehouse", None, WAREHOUSE),
        ("analyst", "warehouse", MARTS),
        ("public", "analyst", PUBLISHED),
    ):
        with duckdb.connect(folder / f"{name}.duckdb") as connection:
            if attached:
                connection.execute(f"attach '{folder / attached}.duckdb' as {attached} (read_only)")
            connection.execute(statements)
    return folder


def run(sound: Path, folder: Path, layer: Layer, breaking: str) -> list[ExpectationResult]:
    """The gate's results after `breaking` was run in a copy of its database."""
    database = folder / f"{DATABASE[layer]}.duckdb"
    shutil.copy(sound / database.name, database)
    with duckdb.connect(database) as connection:
        connection.execute(breaking)
    attach = {name: sound / f"{name}.duckdb" for name in ATTACHED[layer]}
    return run_gate(layer, database, folder / "gates", "run-1", attach=attach)


@pytest.mark.parametrize("case", SOUND)
def test_sound_state_passes(sound: Path, tmp_path: Path, case: str) -> None:
    results = run(sound, tmp_path, *SOUND[case])
    assert [result.message for result in results if not result.success] == []
    assert all(result.message.startswith("As expected: ") and result.observed is None for result in results)


@pytest.mark.parametrize("case", BROKEN)
def test_broken_state_fails_at_its_expectation(sound: Path, tmp_path: Path, case: str) -> None:
    layer, breaking, names, text = BROKEN[case]
    failures = [result for result in run(sound, tmp_path, layer, breaking) if not result.success]
    assert {result.expectation for result in failures} == names
    message = " ".join(result.message for result in failures)
    assert text in message
    assert "To mend: " in message
    assert "{" not in message


def test_warnings_do_not_stop_and_what_cannot_be_checked_does(sound: Path, tmp_path: Path) -> None:
    warned = run(sound, tmp_path, "canonical", BROKEN["places withheld"][1])
    assert [result.severity for result in warned if not result.success] == ["warning"]
    assert not any(result.stops for result in warned)
    unreadable = run(sound, tmp_path, "canonical", "drop table canonical.requests")
    assert [(result.table, result.severity) for result in unreadable if result.stops] == [
        ("canonical.requests", "critical")
    ]


def test_great_expectations_still_tells_true_from_false_on_duckdb(sound: Path, tmp_path: Path) -> None:
    """An upgrade of Great Expectations or its dialect must not turn gates green, or red, unnoticed."""
    results = run(sound, tmp_path, "raw", BROKEN["no load"][1])
    verdicts = {(result.table, result.expectation): result.success for result in results}
    assert verdicts["raw.loads", "not_empty"] is False  # an expectation of the library
    assert verdicts["raw.load_columns", "not_empty"] is True
    results = run(sound, tmp_path, "raw", BROKEN["half the rows"][1])
    verdicts = {(result.table, result.expectation): result.success for result in results}
    assert verdicts["raw.loads", "rows_kept"] is False  # a query of ours
    assert verdicts["raw.files", "rows_match_records"] is True


@pytest.mark.parametrize("breaking", ["", "alter table canonical.contacts drop longitude"])
def test_gate_leaves_no_lock(sound: Path, tmp_path: Path, breaking: str) -> None:
    run(sound, tmp_path, "canonical", breaking)
    database = str(tmp_path / "warehouse.duckdb")
    write = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table written (i int)')"
    subprocess.run([sys.executable, "-c", write, database], check=True, timeout=60)


def test_failed_gate_leaves_no_lock(sound: Path, tmp_path: Path) -> None:
    database = Path(shutil.copy(sound / "analyst.duckdb", tmp_path))
    with pytest.raises(Exception, match="absent"):
        run_gate("marts", database, tmp_path, "run-1", attach={"warehouse": tmp_path / "absent.duckdb"})
    with duckdb.connect(database) as connection:
        connection.execute("create table written (i int)")


def test_reports_are_readable_offline_and_hold_no_personal_values(sound: Path, tmp_path: Path) -> None:
    run(sound, tmp_path, "canonical", BROKEN["zeros as coordinates"][1] + "; " + BROKEN["column gone"][1])
    report = json.loads((tmp_path / "gates" / "run-1" / "canonical.json").read_text())
    assert report["success"] is False
    assert report["headline"] == "stopped, 2 failed"
    page = (tmp_path / "gates" / "data_docs" / "run-1" / "canonical.html").read_text()
    index = (tmp_path / "gates" / "data_docs" / "index.html").read_text()
    assert "200 of 2,000 located rows (10.0%) lie outside the city" in page
    assert 'href="run-1/canonical.html"' in index
    fetching = ("http:", "https:", "<script", "<link", "<img", "@import", "url(")
    assert not any(mark in text for text in (page, index) for mark in fetching)
    assert not any(value in page + json.dumps(report) for value in ("12 ELM ST", "Blue"))


@pytest.mark.parametrize("layer", ["canonical", "marts"])
def test_profiles_keep_personal_columns_out_of_reach(sound: Path, layer: Layer) -> None:
    contracts = (Path(__file__).parents[2] / "dbt_project" / "models" / "canonical").glob("*.yml")
    columns = [
        column
        for path in contracts
        for model in yaml.safe_load(path.read_text()).get("models", [])
        for column in model["columns"]
    ]
    personal = {column["name"] for column in columns if "restricted" in column.get("description", "")}
    assert {"subject_race", "block_address"} <= personal
    personal |= {"call_id", "contact_id", "offense_id", "unit_id", "longitude", "latitude"}
    with duckdb.connect(sound / f"{DATABASE[layer]}.duckdb", read_only=True) as connection:
        for suite in suites(layer):
            relation = suite.profile({}) if suite.profile else f"from {suite.table}"
            found = {name for name, *_ in connection.execute(f"describe {relation}").fetchall()}
            assert not found & personal, suite.table


def test_arrivals_are_compared_on_a_sample_of_a_large_city() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema canonical;
            create table canonical.calls as
                select 'big' as city, i::varchar as call_id, timestamp '2024-01-01' as received_at_utc
                from range(1_000_000) as t(i);
            create table canonical.unit_responses as
                select city, 'units' as source_dataset, call_id, null::timestamp as dispatched_at_utc,
                    received_at_utc - interval (if(call_id::int % 5 = 0, 60, -60)) second as arrived_at_utc
                from canonical.calls;
        """)
        profile = f"select rows, timed, early / timed from ({unit_responses.profile({})})"
        first, again = (connection.execute(profile).fetchone() for _ in range(2))
    assert first == again
    assert first is not None
    assert first[0] == 1_000_000
    assert 480_000 < first[1] < 520_000
    assert first[2] == pytest.approx(0.2, abs=0.002)


def test_importing_the_engine_does_not_import_great_expectations() -> None:
    check = "import sys, orchestration.gates.engine; sys.exit('great_expectations' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60, cwd=Path(__file__).parents[2])
