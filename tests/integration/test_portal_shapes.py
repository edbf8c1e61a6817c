"""Cities known by the shape of what they publish: one run of all of them over invented rows in exactly that shape.

The rows are in tests/shapes, one module a city. Each trap that a portal is known for stands in them under a key of its
own; here is what must become of it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from expectations.thresholds import MAPPED_RECORDS
from orchestration.catalog.model import cities
from tests.integration.conftest import environment
from tests.shapes import austin, baltimore, chicago, cincinnati, detroit, new_orleans, san_francisco, seattle

CITIES: list[ModuleType] = [austin, baltimore, chicago, cincinnati, detroit, new_orleans, san_francisco, seattle]
NAMES = [module.__name__.rpartition(".")[2] for module in CITIES]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A warehouse folder after one run of all the cities from their drop folders, and what the run said.

    From a drop folder a data set may be missing in a city with a portal: Seattle's files are not here.
    """
    home = tmp_path_factory.mktemp("shapes") / "warehouse"
    for name, module in zip(NAMES, CITIES, strict=True):
        folder = home / "incoming" / name
        folder.mkdir(parents=True)
        module.write(folder)
    elsewhere = home.with_name("elsewhere")
    variables = environment(home, elsewhere)
    done = subprocess.run(
        [sys.executable, "-c", "from orchestration.cli import app; app()", "run", "--json"],
        env=variables,
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr[-4000:]
    return home, json.loads(done.stdout)


@pytest.fixture(scope="module")
def warehouse(run: tuple[Path, dict[str, Any]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The run's build database: staging and canonical."""
    with duckdb.connect(str(run[0] / "build" / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def released(run: tuple[Path, dict[str, Any]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts that the run released."""
    path = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_all_cities_pass_the_gates_in_one_run(run: tuple[Path, dict[str, Any]]) -> None:
    _, said = run
    assert [gate for gate in said["gates"] if not gate["success"] and gate["severity"] == "critical"] == []
    assert said["failures"] == []
    assert said["success"]
    assert sorted(said["cities"]) == NAMES


# Of a call: who started it, on what evidence, and where it stands; its instant in UTC where that is the trap.
CALLS = {
    "new_orleans A0000112": ("unknown", "none", "located"),
    "new_orleans A9000112": ("unknown", "none", "missing"),
    "new_orleans A0000114": ("community", "explicit", "located"),
    "new_orleans A9000414": ("officer", "explicit", "located"),
    "san_francisco 249000001": ("administrative", "explicit", "located"),
    "san_francisco 249000002": ("community", "explicit", "withheld"),
    "san_francisco 249000004": ("officer", "explicit", "located"),
    "detroit 20240000001": ("community", "explicit", "located"),
    "detroit 20240009003": ("community", "explicit", "missing"),
    "detroit 20180000003": ("officer", "explicit", "located"),
    "detroit 20180000004": ("community", "explicit", "located"),
    "detroit 20180009001": ("unknown", "none", "located"),
    "cincinnati CPD230000001": ("unknown", "none", "located"),
    "cincinnati CPD230009001": ("alarm", "type", "located"),
    "cincinnati CPD230009004": ("unknown", "none", "missing"),
    "baltimore P240000001": ("unknown", "none", "located"),
    "baltimore P240009003": ("administrative", "explicit", "located"),
    "baltimore P240009004": ("unknown", "none", "located"),
    "baltimore P240009005": ("unknown", "none", "missing"),
    "austin 240000001": ("community", "explicit", "missing"),
    "austin 240000003": ("officer", "explicit", "missing"),
    "seattle 2025000000001": ("community", "explicit", "located"),
    "seattle 2025000009001": ("officer", "explicit", "located"),
    "seattle 2025000009002": ("alarm", "explicit", "located"),
    "seattle 2025000009003": ("community", "explicit", "withheld"),
    "seattle 2025000009004": ("community", "explicit", "missing"),
}


@pytest.mark.parametrize("key", CALLS)
def test_who_started_a_call_and_where(warehouse: duckdb.DuckDBPyConnection, key: str) -> None:
    found = warehouse.execute(
        "select initiation, initiation_basis, location_status from canonical.calls where city || ' ' || call_id = ?",
        [key],
    ).fetchall()
    assert found == [CALLS[key]]


TIMES = {
    # Every way a time is written: ISO, a 12-hour clock, milliseconds, an offset; winter and summer.
    "new_orleans A0000112": "2012-01-02 09:00:00",
    "new_orleans A9000212": "2012-03-01 15:00:00",
    # 2:30 on the night that skips the hour is 3:30.
    "new_orleans A9000719": "2019-03-10 08:30:00",
    "san_francisco 249000001": "2024-09-01 19:00:00",
    "detroit 20240000001": "2024-01-02 05:00:00",
    "detroit 20180000001": "2018-01-02 05:00:00",
    "cincinnati CPD230009001": "2023-07-05 01:15:00",
    "cincinnati CPD230009002": "2023-07-05 01:15:00",
    "baltimore P240009003": "2024-03-01 17:00:00",
    "austin 240009001": "2024-06-01 17:00:00",
}


@pytest.mark.parametrize("key", TIMES)
def test_times_are_utc(warehouse: duckdb.DuckDBPyConnection, key: str) -> None:
    found = warehouse.execute(
        "select call_at_utc::varchar from canonical.calls where city || ' ' || call_id = ?", [key]
    ).fetchall()
    assert found == [(TIMES[key],)]


SET_ASIDE = {
    ("austin", "calls", "quarantined", "missing_time"): 1,
    ("austin", "requests_311", "excluded", "duplicate_of_another_request"): 1,
    # The one of water alone and the one of another county: no call names them.
    ("austin", "tracts", "excluded", "outside_city"): 2,
    ("baltimore", "calls", "excluded", "deleted_by_publisher"): 1,
    ("baltimore", "calls", "excluded", "superseded_version"): 1,
    ("baltimore", "calls", "quarantined", "missing_time"): 1,
    ("baltimore", "requests_311", "excluded", "duplicate_of_another_request"): 1,
    ("baltimore", "requests_311", "excluded", "information_only"): 1,
    ("baltimore", "tracts", "excluded", "outside_city"): 1,
    ("baltimore", "tracts", "excluded", "water_only"): 1,
    ("chicago", "crimes", "excluded", "superseded_version"): 1,
    ("chicago", "crimes", "quarantined", "missing_time"): 1,
    ("chicago", "requests_311", "excluded", "duplicate_of_another_request"): 1,
    ("chicago", "requests_311", "excluded", "information_only"): 300,
    ("cincinnati", "calls", "excluded", "superseded_version"): 1,
    ("cincinnati", "calls", "quarantined", "missing_key"): 1,
    ("cincinnati", "calls", "quarantined", "unreadable_time"): 1,
    ("cincinnati", "tracts", "excluded", "outside_city"): 1,
    ("cincinnati", "tracts", "excluded", "water_only"): 1,
    ("detroit", "calls", "quarantined", "missing_time"): 1,
    ("detroit", "calls_withdrawn", "excluded", "duplicate_of_calls"): 1,
    ("detroit", "tracts", "excluded", "outside_city"): 2,
    ("new_orleans", "calls", "excluded", "superseded_version"): 1,
    ("new_orleans", "calls", "quarantined", "unreadable_time"): 1,
    ("new_orleans", "requests_311", "excluded", "superseded_version"): 1,
    ("new_orleans", "tracts", "excluded", "outside_city"): 1,
    ("new_orleans", "tracts", "excluded", "water_only"): 1,
    ("san_francisco", "calls", "quarantined", "missing_time"): 1,
    ("san_francisco", "calls_48h", "excluded", "duplicate_of_calls"): 1,
    ("san_francisco", "calls_48h", "excluded", "superseded_version"): 1,
    ("san_francisco", "incidents", "excluded", "supplement_of_a_report"): 1,
    ("san_francisco", "tracts", "excluded", "outside_city"): 1,
    ("san_francisco", "tracts", "excluded", "water_only"): 1,
    ("seattle", "call_dispatches", "quarantined", "missing_key"): 1,
    ("seattle", "offenses_since_2008", "quarantined", "missing_key"): 1,
}


def test_what_is_set_aside_and_why(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select city, source_dataset, row_status, row_reason, sum(rows)::bigint
        from canonical.staged_rows where row_status <> 'accepted' group by all
        """
    ).fetchall()
    assert {tuple(fate): rows for *fate, rows in found} == SET_ASIDE


def test_a_renamed_column_is_one_column(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select year(call_at_local) as year, count(arrived_at_utc - call_at_utc), count(initial_type), count(final_type)
        from canonical.calls where city = 'new_orleans' and call_id not like 'A9%' group by year order by year
        """
    ).fetchall()
    assert found == [(2012, 200, 0, 200), (2014, 200, 200, 200), (2019, 200, 200, 200)]


def test_detroit_minutes_become_times(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        select call_id, dispatched_at_utc - call_at_utc = interval '270 seconds',
            arrived_at_utc - call_at_utc = interval '630 seconds', cleared_at_utc - call_at_utc = interval '1830 seconds'
        from canonical.calls where call_id in ('20240000001', '20240009001', '20240009002') order by call_id
        """
    ).fetchall()
    assert found == [
        ("20240000001", True, True, True),
        ("20240009001", True, True, None),  # a total that is not its parts
        ("20240009002", None, True, True),  # a negative part
    ]


def test_the_newest_version_of_an_open_call_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select source_dataset, final_type, cleared_at_utc from canonical.calls where call_id = '249000008'"
    ).fetchall()
    assert found == [("calls_48h", "FIGHT NO WEAPON", None)]


def test_a_place_is_read_from_whichever_text_there_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select longitude, latitude from canonical.calls where city = 'baltimore' and call_id = 'P240009004'"
    ).fetchall()
    assert found == [(-76.61, 39.29)]


def test_a_repeated_record_names_the_one_it_repeats(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select call_id, parent_call_id from canonical.calls where city = 'san_francisco' and call_id like '24900000%' "
        "and parent_call_id is not null"
    ).fetchall()
    assert found == [("249000003", "249000001")]


def test_a_crime_links_to_its_call(warehouse: duckdb.DuckDBPyConnection) -> None:
    ((linked,),) = warehouse.execute(
        """
        select count(*) from canonical.offenses join canonical.calls using (city, call_id)
        where offenses.city = 'san_francisco'
        """
    ).fetchall()
    assert linked == 200


def test_one_table_feeds_calls_and_units_and_is_accounted_for_once(
    warehouse: duckdb.DuckDBPyConnection, run: tuple[Path, dict[str, Any]]
) -> None:
    ((calls,), (units,)) = warehouse.execute(
        """
        select count(*) from canonical.calls where city = 'seattle'
        union all
        select count(*) from canonical.unit_responses where city = 'seattle'
        """
    ).fetchall()
    with duckdb.connect(str(run[0] / "releases" / "current" / "analyst.duckdb"), read_only=True) as analyst:
        fates = analyst.execute(
            "select fate, rows, landed_rows from audit.row_accounting "
            "where city = 'seattle' and data_set = 'call_dispatches' order by fate"
        ).fetchall()
        sent = analyst.execute(
            "select unit_count, officer_minutes from demand.fct_calls where call_id = '2025000000001'"
        ).fetchall()
    assert sorted([calls, units]) == [104, 204]
    assert fates == [("accepted", 204, 205), ("quarantined", 1, 205)]
    assert sent == [(2, 160)]  # two units of two officers, 40 minutes each


def test_notes_and_addresses_end_at_landing(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = {
        (table.partition("__")[0], column)
        for table, column in warehouse.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'raw'"
        ).fetchall()
    }
    assert not columns & {
        ("san_francisco", "call_type_original_notes"), ("san_francisco", "status_notes"), ("san_francisco", "address"),
        ("detroit", "respondingunit"), ("new_orleans", "final_address"), ("austin", "sr_location"),
        ("austin", "subject_injured_killed_count"), ("chicago", "street_address"), ("seattle", "uniqueid"),
        ("seattle", "officer_id"), ("seattle", "subject_id"), ("baltimore", "outcome"), ("baltimore", "lastactivity"),
    }  # fmt: skip


POPULATIONS = {
    "new_orleans A0000112": "demand",  # nobody knows who started it: it may have been anybody
    "new_orleans A9000414": "officer_initiated",
    "new_orleans A9000614": "duplicate_explicit",
    "new_orleans A9000914": "cancelled_before_dispatch",
    "san_francisco 249000001": "administrative",
    # It repeats what is no call, so it stands for the event itself.
    "san_francisco 249000003": "demand",
    "san_francisco 249000006": "cancelled_before_dispatch",
    "baltimore P240009003": "administrative",
    "austin 240000003": "officer_initiated",
    "cincinnati CPD230009008": "cancelled_before_dispatch",
    "cincinnati CPD230009009": "duplicate_explicit",
    "cincinnati CPD230009010": "test",
}


@pytest.mark.parametrize("key", POPULATIONS)
def test_what_counts_as_demand(run: tuple[Path, dict[str, Any]], key: str) -> None:
    release = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(release), read_only=True) as analyst:
        found = analyst.execute(
            "select population from demand.fct_calls where city || ' ' || call_id = ?", [key]
        ).fetchall()
    assert found == [(POPULATIONS[key],)]


@pytest.mark.parametrize("city", ["new_orleans", "san_francisco", "baltimore", "detroit", "cincinnati"])
def test_located_calls_have_a_tract(run: tuple[Path, dict[str, Any]], city: str) -> None:
    release = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(release), read_only=True) as analyst:
        ((located, placed),) = analyst.execute(
            "select count(*), count(zone_id) from demand.fct_calls where city = ? and location_status = 'located'",
            [city],
        ).fetchall()
    assert located == placed > 100


def test_austins_requests_have_a_tract_that_calls_tell(run: tuple[Path, dict[str, Any]]) -> None:
    release = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(release), read_only=True) as analyst:
        zones = analyst.execute("select zone_id from zones.dim_zone where city = 'austin' order by 1").fetchall()
        ((requests, placed),) = analyst.execute(
            "select count(*), count(zone_id) from demand.fct_requests where city = 'austin'"
        ).fetchall()
    assert zones == [("48453000100",), ("48453000200",)]
    assert requests == placed == 201


def test_austins_calls_have_the_tract_of_their_block_group(run: tuple[Path, dict[str, Any]]) -> None:
    release = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(release), read_only=True) as analyst:
        wrong = analyst.execute(
            "select call_id from demand.fct_calls where city = 'austin' "
            "and zone_id is distinct from left(published_beat, 11)"
        ).fetchall()
        ((placed, located),) = analyst.execute(
            "select count(zone_id), count(*) filter (where location_status = 'located') from demand.fct_calls "
            "where city = 'austin'"
        ).fetchall()
    # One call names no block group.
    assert (wrong, placed, located) == ([], 203, 0)


def test_chicagos_requests_without_a_point_have_the_area_they_name(run: tuple[Path, dict[str, Any]]) -> None:
    release = run[0] / "releases" / "current" / "analyst.duckdb"
    with duckdb.connect(str(release), read_only=True) as analyst:
        ((requests, placed),) = analyst.execute(
            "select count(*), count(zone_id) from demand.fct_requests where city = 'chicago'"
        ).fetchall()
        named = analyst.execute(
            "select zone_id, location_status, category_group from demand.fct_requests where request_id = 'SR24-00009002'"
        ).fetchall()
    assert requests == placed == 202
    assert named == [("2", "missing", "streets")]


OFFENSES = {
    "chicago 13009001": ("09A", "person", "located", "2024-07-01 17:00:00"),
    "chicago 13009002": ("23*", "property", "missing", "2024-07-01 17:00:00"),
    "seattle 69001": ("13A", "person", "withheld", "2025-06-01 19:00:00"),
    # No date of the offense: that of the report, an hour and a half later.
    "seattle 69002": ("23C", "property", "missing", "2025-06-01 20:30:00"),
}


@pytest.mark.parametrize("key", OFFENSES)
def test_what_an_offense_is_where_and_when(warehouse: duckdb.DuckDBPyConnection, key: str) -> None:
    found = warehouse.execute(
        "select nibrs_code, crime_against, location_status, offense_at_utc::varchar from canonical.offenses "
        "where city || ' ' || offense_id = ?",
        [key],
    ).fetchall()
    assert found == [OFFENSES[key]]


@pytest.mark.parametrize(
    "city", [name for name in NAMES if "calls" in {one.entity for one in cities()[name].data_sets.values()}]
)
def test_the_crosswalk_maps_what_portals_write(released: duckdb.DuckDBPyConnection, city: str) -> None:
    ((records, mapped),) = released.execute(
        "select count(*), count(*) filter (where mapping_status <> 'unmapped') from demand.fct_calls where city = ?",
        [city],
    ).fetchall()
    assert mapped / records >= MAPPED_RECORDS.value


MAPPED = {
    # A code with the marks of the system and of the call taker, and a category in place of an unknown description.
    "cincinnati CPD230009007": ("type_group", "assault"),
    "austin 240009005": ("type_group", "traffic_offense"),
    "baltimore P240009003": ("final_type", "out_of_service"),
    "cincinnati CPD230009001": ("final_type", "shots_fired"),
}


@pytest.mark.parametrize("key", MAPPED)
def test_what_a_call_is_about(released: duckdb.DuckDBPyConnection, key: str) -> None:
    found = released.execute(
        "select mapping_status, topic_category from demand.fct_calls where city || ' ' || call_id = ?", [key]
    ).fetchall()
    assert found == [MAPPED[key]]
