"""What `footprint city check` finds: nothing in a good city, and each planted defect by its rule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.catalog.model import Boundary, City, DataSet
from orchestration.cities.check import check, next_step

TABLES = """
create schema raw; create schema canonical; create schema intermediate;
create table raw.loads (city varchar, data_set varchar);
insert into raw.loads values ('testville', 'things');
create table raw.column_changes (city varchar, data_set varchar, column_name varchar, change varchar, after varchar);
create table raw.testville__things as
    select n::varchar as a, 'x' || n % 7 as b, 'y' || n % 11 as c, 1 as _load_number from range(1000) as r(n);
create table canonical.calls as
    select
        'testville' as city,
        n::varchar as call_id,
        timestamp '2024-01-01' + n * interval 61 minute as received_at_utc,
        received_at_utc as call_at_local,
        n::varchar as published_zone_id,
        received_at_utc + case when n % 3 = 0 then interval 5 second else interval 9 minute end as arrived_at_utc,
        arrived_at_utc + interval 20 minute as cleared_at_utc,
        received_at_utc + interval 1 second as dispatched_at_utc,
        case when n % 3 = 0 then 'officer' else 'community' end as initiation,
        case when n % 3 = 0 then 'STOP' else 'NOISE' end as final_type,
        0.5 + n / 10000.0 as longitude,
        -0.2 as latitude,
        'things' as source_dataset,
        'load' as load_id,
        'f' as source_file,
        n as source_line
    from range(1000) as r(n);
create view intermediate.int_calls__mapped as
    select *, null::varchar as initial_type,
        case when final_type in ('NOISE', 'STOP') then 'final_type' else 'unmapped' end as mapping_status
    from canonical.calls;
create table canonical.unit_responses (city varchar, call_id varchar, dispatched_at_utc timestamp,
    arrived_at_utc timestamp, cleared_at_utc timestamp, source_dataset varchar);
create table canonical.requests as select 'testville' as city, timestamp '2024-01-01' as requested_at_utc,
    timestamp '2024-01-02' as closed_at_utc, 'things' as source_dataset;
create table canonical.contacts as select 'testville' as city, 'things' as source_dataset, 1.0 as longitude, 0.1 as latitude;
create table canonical.offenses as select * from canonical.contacts;
create table canonical.zones as
    select 'testville' as city, 'tract' as zone_kind, n::varchar as zone_id from range(1000) as r(n);
create schema enrich;
create table enrich.point_zones (city varchar, zone_id varchar);
"""


@pytest.fixture
def found(tmp_path: Path, data_set: Callable[..., DataSet]) -> Callable[..., list[Any] | None]:
    """What is found in a good city, after some SQL has spoilt it."""

    def found(spoil: str = "", **changes: Any) -> list[Any] | None:
        database = tmp_path / "warehouse.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute(TABLES)
            connection.execute(spoil or "select 1")
        city = City(
            name="testville", title="T", time_zone="UTC", projection="EPSG:32631",
            boundary=Boundary(west=0, south=-1, east=2, north=1),
            data_sets={"things": data_set(key=["a"], grain="one call", **changes)},
        )  # fmt: skip
        return check(database, city)

    return found


def test_a_good_city(found: Callable[..., list[Any] | None]) -> None:
    assert found() == []


def test_a_city_that_was_not_in_the_run(found: Callable[..., list[Any] | None]) -> None:
    assert found("delete from raw.loads") is None


@pytest.mark.parametrize(
    ("spoil", "rule", "words"),
    [
        (
            "update canonical.calls set initiation = case initiation when 'officer' then 'community' else 'officer' end",
            "inverted_initiation",
            "100% of the calls by the community begin within 60 s of the arrival, but only 0% of those by officers",
        ),
        (
            "insert into raw.testville__things select * from raw.testville__things limit 7",
            "key_not_unique",
            "7 of 1,007 rows of one load repeat the key a; the city file says: one call",
        ),
        (
            "update canonical.calls set longitude = longitude + 5 where source_line % 10 = 0",
            "outside_boundary",
            "100 of 1,000 places (10.0%) are outside the boundary",
        ),
        (
            "update canonical.calls set longitude = -0.7, latitude = 1.7 where source_line < 300",
            "outside_boundary",
            "longitude and latitude are exchanged in 300 of 1,000 places",
        ),
        (
            "update canonical.calls set arrived_at_utc = received_at_utc - interval 6 hour where source_line < 50",
            "times_out_of_order",
            "arrived_at_utc lies before received_at_utc in 50 of 1,000 rows (5.0%)",
        ),
        (
            "update canonical.calls set final_type = 'ODD ' || source_line % 4 where source_line < 200",
            "unmapped_types",
            "4 call types without a mapping, 20.0% of the calls; most: ODD 0 (5.0%)",
        ),
        ("update canonical.calls set cleared_at_utc = null", "never_filled", "never filled: cleared_at_utc"),
        (
            "update canonical.calls set initiation = 'unknown'",
            "unknown_initiation",
            "all 1,000 calls do not tell who started them",
        ),
        (
            "update canonical.calls set call_at_local = date_trunc('day', call_at_local)",
            "constant_clock",
            "100% of 1,000 records stand at 00:00, so their hour is not known",
        ),
        (
            "update canonical.calls set call_at_local = date_trunc('hour', call_at_local)",
            "on_the_hour",
            "100% of 1,000 records stand at a full hour: the minutes were cut off",
        ),
        (
            "update canonical.zones set zone_id = lpad(zone_id, 5, '0'); "
            "insert into enrich.point_zones select city, zone_id from canonical.zones",
            "no_zone_ids",
            "0 of 1,000 ids are a zone: a leading 0 is missing",
        ),
        (
            "update canonical.calls set published_zone_id = 'Z' || published_zone_id where source_line < 200; "
            "insert into enrich.point_zones select city, zone_id from canonical.zones",
            "no_zone_ids",
            "800 of 1,000 ids are a zone; others are such as Z0, Z1, Z10",
        ),
        (
            "insert into canonical.zones select 'testville', 'tract', 'N' || n from range(3) as r(n)",
            "zones_never_used",
            "no record lies in 3 of 1,003 zones: N0, N1, N2",
        ),
        ("update raw.testville__things set b = 'x'", "constant_columns", "always say one thing: b (x)"),
        ("update raw.testville__things set c = b", "double_columns", "c says the same as b"),
    ],
)
def test_planted_defects(found: Callable[..., list[Any] | None], spoil: str, rule: str, words: str) -> None:
    findings = found(spoil)
    assert findings and {finding.rule for finding in findings} == {rule}
    assert any(words in finding.found for finding in findings) and all(finding.mend for finding in findings)


def test_a_run_that_a_gate_stopped(found: Callable[..., list[Any] | None]) -> None:
    findings = found(
        "drop schema intermediate cascade; alter table canonical.calls add column initial_type varchar; "
        "update canonical.calls set final_type = case when source_line < 200 then 'ZORBLE' else 'NOISE COMPLAINT' end; "
        "update canonical.calls set initial_type = final_type"
    )
    assert findings and [finding.rule for finding in findings] == ["unmapped_types"]
    assert "1 call types without a mapping, 20.0% of the calls; most: ZORBLE (20.0%)" in findings[0].found


def test_a_run_that_was_stopped_at_raw(found: Callable[..., list[Any] | None]) -> None:
    findings = found("drop schema intermediate cascade; drop schema canonical cascade; "
                     "insert into raw.testville__things select * from raw.testville__things limit 7")  # fmt: skip
    assert findings and [finding.rule for finding in findings] == ["stopped_early", "key_not_unique"]


def test_columns_of_the_export_without_a_value(found: Callable[..., list[Any] | None]) -> None:
    findings = found("update raw.testville__things set b = ' ', c = null")
    assert findings and [(finding.rule, finding.found) for finding in findings] == [
        ("never_filled", "columns of the export that are never filled: b, c")
    ]


def test_arrivals_of_units_count_where_calls_have_none(found: Callable[..., list[Any] | None]) -> None:
    findings = found(
        "insert into canonical.unit_responses select city, call_id, dispatched_at_utc, arrived_at_utc, cleared_at_utc, "
        "'things' from canonical.calls; update canonical.calls set arrived_at_utc = null, initiation = "
        "case initiation when 'officer' then 'community' else 'officer' end"
    )
    assert findings and "inverted_initiation" in {finding.rule for finding in findings}


def test_where_the_clock_of_a_constant_one_may_be(found: Callable[..., Any]) -> None:
    (finding,) = found(
        "update canonical.calls set call_at_local = date_trunc('day', call_at_local); "
        "update raw.testville__things set c = strftime(timestamp '2024-01-01' + a::int * interval 7 minute, '%H:%M')"
    )
    assert finding.rule == "constant_clock" and "A clock stands in c" in finding.mend


def test_what_to_do_next(found: Callable[..., Any]) -> None:
    findings = found("update canonical.calls set final_type = 'ODD', initiation = 'unknown'")
    assert next_step("testville", findings).startswith("footprint crosswalk suggest --city testville")
    assert "footprint gates" in next_step("testville", [])


def test_a_few_odd_rows_are_no_finding(found: Callable[..., list[Any] | None]) -> None:
    assert found("update canonical.calls set longitude = 9, arrived_at_utc = received_at_utc - interval 1 day, "
                 "cleared_at_utc = received_at_utc where source_line < 9") == []  # fmt: skip


def test_columns_that_nobody_has_decided_on_are_told(found: Callable[..., Any]) -> None:
    (finding,) = found(
        "insert into raw.column_changes values ('testville', 'things', 'caller_name', 'withheld', 'the name says so'), "
        "('testville', 'things', 'nature', 'added', null)"
    )
    assert finding.rule == "undecided_column" and "`drop`" in finding.mend
    assert "caller_name was left out of raw: the name says so" in finding.found
