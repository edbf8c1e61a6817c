"""One run, from raw exports to a release: what is in it, that no row is lost, and what stays out of it.

Checked against the demo city's files and its truth file. Not here: what a second run changes (test_second_run.py),
what a single model computes (dbt unit tests), what stops a run (test_broken_exports.py), and what readers see while
one goes on (test_release_swap.py).
"""

import csv
import json
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.catalog.model import city
from orchestration.demo.truth import FILE_NAME
from orchestration.publish.releases import describe_files, read_manifest

CHICAGO = ZoneInfo("America/Chicago")
CLOCK = "%m/%d/%Y %I:%M:%S %p"

MARTS = {
    "demand.fct_calls",
    "demand.calls_by_zone_month",
    "enforcement.fct_contacts",
    "enforcement.contacts_by_zone_month",
    "crime.fct_offenses",
    "crime.offenses_by_zone_month",
    "zones.dim_zone",
    "zones.zone_summary",
    "audit.loads",
    "audit.gate_results",
    "audit.row_accounting",
    "audit.published_periods",
}
PUBLISHED = {"published.zone_summary", "published.zone_month"}
PERSONAL_COLUMNS = (
    "longitude",
    "latitude",
    "geometry",
    "address",
    "block",
    "subject",
    "race",
    "sex",
    "age_group",
    "respondent_id",
    "person_id",
    "person_key",
    "unit_id",
)
FACTS = {
    "demand.fct_calls": ("demand.calls_by_zone_month", "records"),
    "enforcement.fct_contacts": ("enforcement.contacts_by_zone_month", "records"),
    "crime.fct_offenses": ("crime.offenses_by_zone_month", "records"),
}
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def truth(demo_exports: Path) -> dict[str, Any]:
    """What was planted in the demo city."""
    planted: dict[str, Any] = json.loads((demo_exports / FILE_NAME).read_text(encoding="utf-8"))
    return planted


@pytest.fixture(scope="module")
def release(demo_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release's two databases, attached as analyst and public, read only."""
    with duckdb.connect() as connection:
        for name in ("analyst", "public"):
            connection.execute(f"attach '{demo_release / name}.duckdb' as {name} (read_only)")
        yield connection


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    """schema.table of every table of a database."""
    found = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    return {name for (name,) in found}


def columns(connection: duckdb.DuckDBPyConnection) -> Rows:
    """database, schema.table, column and type of everything released."""
    return connection.execute(
        "select database_name, schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where database_name in ('analyst', 'public') and not internal"
    ).fetchall()


def calls_as_published(exports: Path) -> dict[str, dict[str, str]]:
    """The last readable version of each call in the calls file, read without the warehouse."""
    newest: dict[str, tuple[datetime, dict[str, str]]] = {}
    with (exports / "calls_for_service.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if None in row or None in row.values():
                continue
            try:
                updated = datetime.strptime(row["Last Updated"], CLOCK)
                datetime.strptime(row["Call Received"], CLOCK)
            except ValueError:
                continue
            number = row["Call Number"]
            if number not in newest or updated >= newest[number][0]:
                newest[number] = updated, row
    return {number: row for number, (_, row) in newest.items()}


def test_release_holds_what_the_product_promises(demo_release: Path, release: duckdb.DuckDBPyConnection) -> None:
    assert tables(release, "analyst") >= MARTS
    assert tables(release, "public") == PUBLISHED
    for database, names in (("analyst", MARTS), ("public", PUBLISHED)):
        rows = {name: release.execute(f"select 1 from {database}.{name} limit 1").fetchone() for name in names}
        assert [name for name, row in rows.items() if row is None] == []
    parquet = {path.stem for path in (demo_release / "parquet").iterdir()}
    assert {f"published.{name}" for name in parquet} == PUBLISHED


def test_manifest_describes_the_release(demo_release: Path, release: duckdb.DuckDBPyConnection) -> None:
    manifest = read_manifest(demo_release)
    assert manifest.files == describe_files(demo_release)
    assert {load.data_set for load in manifest.loads} == set(city("riverbend").data_sets)
    counted = {
        name: release.execute(f"select count(*) from {database}.{name}").fetchall()[0][0]
        for database in ("analyst", "public")
        for name in tables(release, database)
    }
    assert manifest.tables == counted
    assert manifest.gates
    assert {gate["layer"] for gate in manifest.gates} == {"raw", "canonical", "marts", "published"}
    assert all(gate["success"] or gate["severity"] != "critical" for gate in manifest.gates)


def test_parquet_is_what_the_public_database_holds(demo_release: Path, release: duckdb.DuckDBPyConnection) -> None:
    for name in PUBLISHED:
        file = demo_release / "parquet" / f"{name.split('.')[1]}.parquet"
        different = f"(from public.{name} except from '{file}') union all (from '{file}' except from public.{name})"
        assert release.execute(different).fetchall() == []


def test_every_line_of_the_calls_file_is_accounted_for(
    truth: dict[str, Any], release: duckdb.DuckDBPyConnection
) -> None:
    written = truth["counts"]["calls_for_service.csv"]
    fates: Counter[str] = Counter()
    for fate, rows in release.execute(
        "select fate, rows from analyst.audit.row_accounting where data_set = 'calls_for_service'"
    ).fetchall():
        fates[fate] += rows
    assert fates.total() == written["rows"]
    assert fates["accepted"] == written["distinct_calls"]
    assert fates["excluded"] == written["late_updates"]
    assert fates["rejected"] + fates["quarantined"] == written["corrupt_lines"]


def test_every_record_of_every_file_is_accounted_for(truth: dict[str, Any], release: duckdb.DuckDBPyConnection) -> None:
    counts = {
        Path(name).stem: count["rows"] if isinstance(count, dict) else count for name, count in truth["counts"].items()
    }
    accounted = release.execute(
        "select data_set, sum(rows), any_value(landed_rows), count(distinct landed_rows) "
        "from analyst.audit.row_accounting group by data_set"
    ).fetchall()
    assert {data_set: rows for data_set, rows, *_ in accounted} == counts
    assert all(rows == landed and distinct == 1 for _, rows, landed, distinct in accounted)


def test_facts_hold_every_accepted_record(release: duckdb.DuckDBPyConnection) -> None:
    accepted = release.execute(
        "select data_set, sum(rows) from analyst.audit.row_accounting where fate = 'accepted' group by data_set"
    ).fetchall()
    facts = release.execute(
        " union all ".join(f"select source_dataset, count(*) from analyst.{fact} group by 1" for fact in FACTS)
    ).fetchall()
    expected = {data_set: rows for data_set, rows in accepted if data_set in dict(facts)}
    assert dict(facts) == expected
    assert len(facts) == 4


@pytest.mark.parametrize("fact", FACTS)
def test_months_add_up_to_the_fact(release: duckdb.DuckDBPyConnection, fact: str) -> None:
    by_month, measure = FACTS[fact]
    months = release.execute(
        f"select month, sum(coalesce({measure}, 0) + records_of_uncovered_days) from analyst.{by_month} where zone_kind = 'tract' group by month order by month"
    ).fetchall()
    records = release.execute(f"select month, count(*) from analyst.{fact} group by month order by month").fetchall()
    assert months == records


def test_zone_totals_add_up_to_the_reference_year(release: duckdb.DuckDBPyConnection) -> None:
    totals = dict(
        release.execute(
            "select measure, sum(n) from analyst.zones.zone_summary where zone_kind = 'tract' group by 1"
        ).fetchall()
    )
    periods = release.execute(
        "select distinct measure, period_start, period_end from analyst.zones.zone_summary"
    ).fetchall()
    offenses = {"offenses", "offenses_police_generated"}
    assert {measure for measure, *_ in periods} == {"calls", "contacts", *offenses}
    counted_as = {
        "calls": ("demand.fct_calls", "call_at_local", "population = 'demand'"),
        "contacts": ("enforcement.fct_contacts", "contact_at_local", "is_counted"),
        **{measure: ("crime.fct_offenses", "offense_at_local", f"measure = '{measure}'") for measure in offenses},
    }
    for measure, start, end in periods:
        fact, time, only = counted_as[measure]
        ((counted,),) = release.execute(
            f"select count(*) from analyst.{fact} where {time}::date between ? and ? and {only}", [start, end]
        ).fetchall()
        assert totals[measure] == counted


def test_published_numbers_are_the_marts_or_hidden(release: duckdb.DuckDBPyConnection) -> None:
    different = release.execute("""
        select published.* from public.published.zone_summary as published
        full join (from analyst.zones.zone_summary where zone_kind = 'tract') as mart
            using (city, zone_id, measure)
        where mart.n between 1 and 10 and published.status <> 'suppressed'
            or published.n is distinct from (case when published.status <> 'suppressed' then mart.n end)
            or published.rate_per_1000 is distinct from
                (case when published.status <> 'suppressed' then mart.rate_per_1000 end)
    """).fetchall()
    assert different == []


def test_no_column_of_a_release_is_personal(release: duckdb.DuckDBPyConnection) -> None:
    found = [(table, name) for _, table, name, _ in columns(release) if any(word in name for word in PERSONAL_COLUMNS)]
    assert found == []


def test_no_value_of_a_release_is_an_address_a_coordinate_or_a_person(
    demo_exports: Path, release: duckdb.DuckDBPyConnection
) -> None:
    release.execute(f"""
        create or replace temp table personal as
        select "Block Address" as value from read_csv('{demo_exports / "calls_for_service.csv"}',
            all_varchar = true, ignore_errors = true) where "Block Address" <> 'WITHHELD'
        union select "Block Address" from read_csv('{demo_exports / "offenses.csv"}', all_varchar = true)
        union select "Respondent ID" from read_csv('{demo_exports / "resident_survey.csv"}', all_varchar = true)
    """)
    ((known,),) = release.execute("select count(*) from personal where value is not null").fetchall()
    assert known > 2_000
    box = city("riverbend").boundary
    leaks = []
    for database, table, name, kind in columns(release):
        value = f'{database}.{table}."{name}"'
        if kind == "VARCHAR":
            leak = f'select 1 from {database}.{table} where "{name}" in (select value from personal) limit 1'
        elif kind == "DOUBLE":
            leak = (
                f'select 1 from {database}.{table} where "{name}" is not null having count(*) > 0 and '
                f'(bool_and("{name}" between {box.west} and {box.east}) or '
                f'bool_and("{name}" between {box.south} and {box.north}))'
            )
        else:
            continue
        leaks += [value] if release.execute(leak).fetchone() else []
    assert leaks == []


def test_public_tables_have_no_row_per_record(release: duckdb.DuckDBPyConnection) -> None:
    keys = {name for _, table, name, _ in columns(release) if table in PUBLISHED and name.endswith("_id")}
    assert keys == {"zone_id"}


def test_hours_are_the_publishers(demo_exports: Path, release: duckdb.DuckDBPyConnection) -> None:
    expected = Counter(
        datetime.strptime(row["Call Received"], CLOCK).hour for row in calls_as_published(demo_exports).values()
    )
    hours = release.execute(
        "select extract(hour from call_at_local), count(*) from analyst.demand.fct_calls group by 1"
    ).fetchall()
    assert dict(hours) == expected


def test_daylight_saving_time_is_the_citys(demo_exports: Path, release: duckdb.DuckDBPyConnection) -> None:
    calls = calls_as_published(demo_exports)
    times = release.execute("select call_id, call_at_utc, call_at_local from analyst.demand.fct_calls").fetchall()
    assert len(times) == len(calls)
    offsets: Counter[timedelta] = Counter()
    for number, utc, local in times:
        assert local == datetime.strptime(calls[number]["Call Received"], CLOCK)
        # The repeated autumn hour is read as its second pass, which Python calls fold 1.
        assert utc == local.replace(tzinfo=CHICAGO, fold=1).astimezone(UTC).replace(tzinfo=None)
        offsets[local - utc] += 1
    assert offsets[timedelta(hours=-6)] > 1_000
    assert offsets[timedelta(hours=-5)] > 1_000


def test_epoch_times_reach_the_citys_clock(demo_exports: Path, release: duckdb.DuckDBPyConnection) -> None:
    stops = [
        feature["attributes"]
        for page in sorted(demo_exports.glob("officer_stops_*.json"))
        for feature in json.loads(page.read_text(encoding="utf-8"))["features"]
    ]
    expected = {
        stop["StopID"]: datetime.fromtimestamp(stop["StopDate"] / 1000, CHICAGO).replace(tzinfo=None) for stop in stops
    }
    found = release.execute(
        "select contact_id, contact_at_local from analyst.enforcement.fct_contacts where contact_kind = 'stop'"
    ).fetchall()
    assert dict(found) == expected


def test_warehouse_is_its_owners_alone(demo_release_home: Path, demo_release: Path) -> None:
    assert stat.S_IMODE(demo_release_home.stat().st_mode) == 0o700
    open_to_others = [path for path in demo_release.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_to_others == []
