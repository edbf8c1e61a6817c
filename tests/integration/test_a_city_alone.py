"""Each shipped city with real exports, alone in a warehouse: it is released, and what it has none of is told."""

from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Settings
from tests.integration.conftest import REAL_CITIES, REAL_DATA, Refresh

# What each has: the table of its records, and the kinds of record that the warehouse then lacks.
ALONE = {
    "burlington": ("demand.fct_calls", {"requests", "offenses", "contacts", "zones"}),
    "chicago": ("crime.fct_offenses", {"calls", "requests", "contacts"}),
    "pittsburgh": ("demand.fct_requests", {"calls", "offenses", "contacts", "zones"}),
    "san_luis_obispo": ("demand.fct_calls", {"requests", "offenses", "contacts", "zones"}),
    "somerville": ("community.survey_items", {"calls", "requests", "offenses", "contacts", "zones"}),
    "takoma_park": ("demand.fct_calls", {"requests", "offenses"}),
}


def test_every_city_with_files_is_looked_at() -> None:
    assert set(ALONE) == set(REAL_CITIES)  # Seattle's own warehouse is the fixture seattle_home.


@pytest.mark.parametrize("city", ALONE)
def test_a_city_alone_is_released(city: str, tmp_path: Path, main_job: Refresh) -> None:
    if not (REAL_DATA / city).is_dir():
        pytest.skip(f"needs the real exports of {city}, which are not part of the repository")
    home = tmp_path / "warehouse"
    (outcome,) = main_job(home, city, REAL_DATA / city)
    assert outcome.success, outcome.failures
    table, absent = ALONE[city]
    said = [one["message"] for one in outcome.gates if one["expectation"] == "every_kind_of_record"]
    assert {
        kind for kind in ("calls", "requests", "offenses", "contacts", "zones") if f"No {kind} are in" in str(said)
    } == absent
    release = (Settings(home=home).releases / "current").resolve()
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as analyst:
        ((records,),) = analyst.execute(f"select count(*) from {table} where city = ?", [city]).fetchall()
    assert records > 0
