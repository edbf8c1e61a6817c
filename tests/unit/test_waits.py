"""demand.response_times: what the mart makes of counted waits."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from orchestration.statistics.marts import write_mart
from orchestration.statistics.waits import RESPONSE_TIMES, response_times

CASE = Path(__file__).parents[1] / "reference_cases" / "01_demand"


@pytest.fixture
def analyst() -> Iterator[duckdb.DuckDBPyConnection]:
    """An analyst database with the two tables the mart reads, empty."""
    with duckdb.connect() as connection:
        connection.execute("""
            create schema demand; create schema zones;
            create table demand.response_waits (city varchar, period_start date, period_end date, zone_id varchar,
                beat_id varchar, priority varchar, outcome varchar, minutes double, calls bigint);
            create table zones.dim_zone (city varchar, zone_kind varchar, zone_id varchar, is_primary boolean);
        """)
        yield connection


def wait(analyst: duckdb.DuckDBPyConnection, outcome: str, minutes: float | None, **row: Any) -> None:
    """Add one call."""
    values = {"city": "a", "priority": "1", "zone": None, "beat": None} | row
    analyst.execute(
        "insert into demand.response_waits values (?, '2024-01-01', '2024-12-31', ?, ?, ?, ?, ?, 1)",
        [values["city"], values["zone"], values["beat"], values["priority"], outcome, minutes],
    )


def made(analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The mart as it is released, by kind of zone, zone and priority."""
    write_mart(analyst, RESPONSE_TIMES, response_times(analyst))
    return analyst.execute("from demand.response_times").df().set_index(["city", "zone_kind", "zone_id", "priority"])


def test_the_reference_case(analyst: duckdb.DuckDBPyConnection) -> None:
    expected = json.loads((CASE / "expected_response_times.json").read_text(encoding="utf-8"))["expected"]
    with (CASE / "response_times.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            wait(analyst, "arrival" if row["event"] == "1" else "unreached", float(row["minutes"]))
    found = made(analyst).loc[("a", "city", "(all)", "1")]
    assert (found["calls"], found["arrivals"]) == (expected["n"], expected["n_arrived"])
    assert found["share_never_arrived"] == pytest.approx(expected["share_missing_arrival"], rel=1e-9)
    for name, q in (("median", "q50"), ("p90", "q90")):
        values = {
            "minutes": expected[f"naive_{q}"],
            "lo": expected[f"orderstat_ci_{q}"][0],
            "hi": expected[f"orderstat_ci_{q}"][1],
            "lowest": expected[f"bounds_{q}"][0],
            "highest": expected[f"bounds_{q}"][1],
            "censored": expected[f"km_{q}"],
            "censored_lo": expected[f"km_{q}_ci"][0],
            "censored_hi": expected[f"km_{q}_ci"][1],
        }
        for column, value in values.items():
            got = found[f"{name}_{column}"]
            # What the case calls infinite or leaves open is not bounded: NULL.
            assert pd.isna(got) if value in (None, "inf") else got == pytest.approx(value, rel=1e-9), (name, column)
    assert found["status"] == "ok"


def test_zones_are_of_the_citys_own_kind_and_lose_no_call(analyst: duckdb.DuckDBPyConnection) -> None:
    analyst.execute("""
        insert into zones.dim_zone values
            ('a', 'ward', 'w1', true), ('a', 'ward', 'w2', true), ('a', 'beat', 'b1', false), ('b', 'tract', 't', true)
    """)
    for zone, beat in (("w1", "b1"), ("w1", None), (None, "b1")):
        wait(analyst, "arrival", 5.0, zone=zone, beat=beat)
    wait(analyst, "arrival", 5.0, city="b", zone="t", beat="b9")
    found = made(analyst)["calls"].droplevel("priority").to_dict()
    assert found == {
        ("a", "city", "(all)"): 3,
        ("a", "ward", "w1"): 2,
        ("a", "ward", "(unmatched)"): 1,
        ("a", "beat", "b1"): 2,
        ("a", "beat", "(unmatched)"): 1,
        ("b", "city", "(all)"): 1,
        ("b", "tract", "t"): 1,
    }


def test_a_city_that_publishes_no_arrivals_has_no_share_of_them(analyst: duckdb.DuckDBPyConnection) -> None:
    wait(analyst, "unreached", None, city="silent")
    wait(analyst, "unreached", 30.0, city="silent", priority="2")
    wait(analyst, "arrival", 4.0, city="telling")
    wait(analyst, "unreached", None, city="telling", priority="2")
    found = made(analyst).xs("city", level="zone_kind")
    share = found["share_never_arrived"].droplevel("zone_id")
    assert pd.isna(share["silent", "1"])
    assert pd.isna(share["silent", "2"])
    assert share["telling", "1"] == 0
    assert share["telling", "2"] == 1
    assert set(found.loc["silent", "status"]) == {"insufficient_data"}


def test_no_waits_make_an_empty_mart(analyst: duckdb.DuckDBPyConnection) -> None:
    assert made(analyst).empty
