"""Numbers that cannot be: the rows stay, the numbers do not."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.run import RunOutcome


def test_impossible_places_are_none(drafted_analyst: duckdb.DuckDBPyConnection) -> None:
    found = drafted_analyst.execute("""
        select location_status, count(*), count(zone_id) from demand.fct_calls
        where city = 'impossible_places' group by 1 order by 1
    """).fetchall()
    assert found == [("impossible", 3, 0), ("located", 395, 395), ("missing", 2, 0)]


CREWS = ("-5", "1e9", "inf", "1.5", "99999999999999999999")


@pytest.fixture(scope="module")
def demo_with_odd_numbers(
    demo_exports: Path, main_job: Callable[..., list[RunOutcome]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo city's release where five crews and the latitude of one 311 request cannot be."""
    folder = Path(shutil.copytree(demo_exports, tmp_path_factory.mktemp("odd") / "exports"))
    with (folder / "unit_responses.csv").open(newline="", encoding="utf-8") as file:
        units = list(csv.DictReader(file))
    for number, crew in enumerate(CREWS):
        units[11 * number]["Crew Size"] = crew
    with (folder / "unit_responses.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(units[0]))
        writer.writeheader()
        writer.writerows(units)
    requests = folder / "requests_311.json"
    records = json.loads(requests.read_text(encoding="utf-8"))
    records[3]["lat"] = 1e308
    requests.write_text(json.dumps(records), encoding="utf-8")
    home = folder.with_name("warehouse")
    (outcome,) = main_job(home, "riverbend", folder)
    assert outcome.success, outcome.failures
    release = (home / "releases" / "current").resolve()
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


def test_odd_crews_are_set_aside_and_told(demo_with_odd_numbers: duckdb.DuckDBPyConnection) -> None:
    found = demo_with_odd_numbers.execute(
        "select rows from audit.row_accounting where data_set = 'unit_responses' and reason = 'impossible_crew_size'"
    ).fetchall()
    assert found == [(len(CREWS),)]
    (most,) = demo_with_odd_numbers.execute("select max(crew_size) from demand.fct_unit_responses").fetchone() or (0,)
    assert 1 <= most <= 4


def test_a_latitude_that_cannot_be_stops_nothing(demo_with_odd_numbers: duckdb.DuckDBPyConnection) -> None:
    found = demo_with_odd_numbers.execute(
        "select count(*), count(zone_id) from demand.fct_requests where location_status = 'impossible'"
    ).fetchall()
    assert found == [(1, 0)]
