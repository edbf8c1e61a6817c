"""Several cities in one run: what is wrong with one does not keep the others from readers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.run import RunOutcome, broken_cities

SEATTLE = Path(__file__).parents[3] / "shared" / "data" / "seattle"
pytestmark = pytest.mark.skipif(not SEATTLE.is_dir(), reason="needs the real exports of Seattle beside the checkout")


@pytest.fixture(scope="module")
def exports(demo_exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a folder for each city."""
    folder = tmp_path_factory.mktemp("several")
    shutil.copytree(demo_exports, folder / "riverbend")
    shutil.copytree(SEATTLE, folder / "seattle")
    return folder


@pytest.fixture(scope="module")
def outcomes(
    exports: Path, tmp_path_factory: pytest.TempPathFactory, main_job: Callable[..., list[RunOutcome]]
) -> tuple[Path, list[RunOutcome]]:
    """Riverbend's export is missing, then its calls have lost a column, then all is well."""
    gone, renamed = (Path(shutil.copytree(exports, exports.with_name(name))) for name in ("gone", "renamed"))
    (gone / "riverbend" / "offenses.csv").unlink()
    calls = renamed / "riverbend" / "calls_for_service.csv"
    calls.write_bytes(calls.read_bytes().replace(b"Call Received", b"Received On", 1))
    home = tmp_path_factory.mktemp("several-home") / "warehouse"
    return home, main_job(home, "riverbend,seattle", gone, renamed, exports)


def cities_of(release: Path) -> set[str]:
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
        return {name for (name,) in connection.execute("select distinct city from audit.loads").fetchall()}


def test_a_missing_file_of_one_city_leaves_the_other_released(outcomes: tuple[Path, list[Any]]) -> None:
    _, (gone, _, _) = outcomes
    assert not gone.success
    assert broken_cities(gone) == {"riverbend"}
    assert gone.release is not None and cities_of(gone.release) == {"seattle"}


def test_a_gate_that_stops_one_city_leaves_the_other_released(outcomes: tuple[Path, list[Any]]) -> None:
    _, (_, renamed, _) = outcomes
    assert not renamed.success
    assert broken_cities(renamed) == {"riverbend"}
    stopped = [result for result in renamed.gates if not result["success"] and result["severity"] == "critical"]
    assert {(result["layer"], *result["cities"]) for result in stopped} == {("raw", "riverbend")}
    assert "received_on" in stopped[0]["message"]
    assert renamed.release is not None and cities_of(renamed.release) == {"seattle"}


def test_both_are_released_once_all_is_well(outcomes: tuple[Path, list[Any]]) -> None:
    _, (_, _, well) = outcomes
    assert well.success, well.failures
    assert cities_of(well.release) == {"riverbend", "seattle"}
