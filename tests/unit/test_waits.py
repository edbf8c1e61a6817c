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
    assert (found["median_status"], found["p90_status"]) == (expected["status_q50"], expected["status_q90"])
    assert (found["status"], found["reason"]) == ("unreliable", "fewer than 20 arrivals")
    assert (found["interval_method"], found["censored_method"]) == ("order statistics", "Kaplan-Meier, log-log bands")


@pytest.mark.parametrize("name", ["no_end", "reaches_zero", "enough"])
def test_the_reference_sets(analyst: duckdb.DuckDBPyConnection, name: str) -> None:
    expected = json.loads((CASE / "expected_response_times_sets.json").read_text(encoding="utf-8"))["expected"][name]
    with (CASE / "response_times_sets.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["set"] == name:
                unreached = "desk_only" if row["answered_by"] else "unreached"
                known = float(row["minutes"]) if row["minutes"] and unreached != "desk_only" else None
                wait(analyst, "arrival" if row["event"] == "1" else unreached, known)
    found = made(analyst).loc[("a", "city", "(all)", "1")]
    assert found["arrivals"] + found["invalid"] + found["unreached"] == expected["n"]
    assert (found["arrivals"], found["desk_only"]) == (expected["n_arrived"], expected["n_desk_only"])
    assert found["unreached_without_end"] == expected["n_without_end"]
    assert found["share_never_arrived"] == pytest.approx(expected["share_missing_arrival"], rel=1e-9)
    for column, q in (("median", "q50"), ("p90", "q90")):
        survival = expected[f"km_{q}"]
        values = {
            "minutes": expected[f"naive_{q}"],
            "lowest": expected[f"bounds_{q}"][0],
            "highest": expected[f"bounds_{q}"][1],
            "censored": survival["estimate"],
            "censored_lo": survival["lo"],
            "censored_hi": survival["hi"],
        }
        for part, value in values.items():
            got = found[f"{column}_{part}"]
            assert pd.isna(got) if value in (None, "inf") else got == pytest.approx(value, rel=1e-9), (column, part)
        assert found[f"{column}_status"] == expected[f"naive_status_{q}"]
        assert found[f"{column}_censored_status"] == survival["status"]
        if reason := survival.get("reason"):
            assert found[f"{column}_censored_reason"] == reason


def test_each_quantile_has_the_status_of_its_own_n(analyst: duckdb.DuckDBPyConnection) -> None:
    for priority, calls in (("1", 19), ("2", 20), ("3", 49), ("4", 50)):
        for i in range(calls):
            wait(analyst, "arrival", 5.0 + i, priority=priority)
    found = made(analyst).xs("city", level="zone_kind")
    columns = ["median_status", "p90_status", "status"]
    assert found[columns].to_numpy().tolist() == [
        ["unreliable", "unreliable", "unreliable"],
        ["ok", "unreliable", "unreliable"],
        ["ok", "unreliable", "unreliable"],
        ["ok", "ok", "ok"],
    ]


def test_calls_that_only_a_desk_dealt_with_do_not_wait(analyst: duckdb.DuckDBPyConnection) -> None:
    for i in range(60):
        wait(analyst, "arrival", 5.0 + i)
        wait(analyst, "desk_only", None)
    wait(analyst, "desk_only", None, priority="9")
    found = made(analyst).loc[("a", "city", "(all)")]
    with_desk = found.loc["1"]
    assert (with_desk["calls"], with_desk["desk_only"], with_desk["share_never_arrived"]) == (120, 60, 0)
    assert (with_desk["status"], with_desk["median_highest"]) == ("ok", 34)
    only = found.loc["9"]
    assert pd.isna(only["share_never_arrived"])
    assert pd.isna(only["median_minutes"])
    assert (only["status"], only["reason"]) == ("not_applicable", "others answered without a unit")
    assert only["median_status"] == only["p90_censored_status"] == "not_applicable"


def test_one_unreached_call_without_an_end_stops_the_estimate_that_needs_it(
    analyst: duckdb.DuckDBPyConnection,
) -> None:
    for i in range(100):
        wait(analyst, "arrival", 5.0 + i)
    wait(analyst, "invalid", None)
    found = made(analyst).loc[("a", "city", "(all)", "1")]
    # An arrival with a wrong stamp came: it widens the bounds and leaves the estimate.
    assert (found["median_censored_status"], found["median_censored"]) == ("ok", 55)
    wait(analyst, "unreached", None)
    found = made(analyst).loc[("a", "city", "(all)", "1")]
    assert (found["median_status"], found["median_minutes"]) == ("ok", 54.5)
    for name in ("median", "p90"):
        assert pd.isna(found[[f"{name}_censored", f"{name}_censored_lo", f"{name}_censored_hi"]]).all()
        assert found[f"{name}_censored_status"] == "not_estimable"
        assert found[f"{name}_censored_reason"] == "unreached calls without an end"


def test_a_quantile_that_too_many_still_waited_for_is_not_estimable(analyst: duckdb.DuckDBPyConnection) -> None:
    for i in range(60):
        wait(analyst, "arrival", 5.0 + i)
        if i < 40:
            wait(analyst, "unreached", 100.0)
    found = made(analyst).loc[("a", "city", "(all)", "1")]
    assert found["median_censored_status"] == "ok"
    assert (found["p90_censored_status"], found["p90_status"]) == ("not_estimable", "ok")
    assert pd.isna(found["p90_censored"])
    assert "10% or more of the callers were still waiting" in found["p90_censored_reason"]


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
    assert set(found["reason"]) == {"no arrival is known", "fewer than 20 arrivals"}


def test_no_waits_make_an_empty_mart(analyst: duckdb.DuckDBPyConnection) -> None:
    assert made(analyst).empty
