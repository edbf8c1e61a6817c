"""The San Luis Obispo release against its three snapshots: each call once, and times that pass midnight."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest

from tests.integration.real_exports import columns_holding, counted, fates, mapping, raw_columns, table

CITY = "san_luis_obispo"
SNAPSHOTS = [f"SLOPD_report_asof_{day}.csv" for day in ("2021-10-14", "2021-11-30", "2021-12-30")]
LOCAL = ZoneInfo("America/Los_Angeles")


@pytest.fixture(scope="module")
def newest(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The last snapshot; where a call stands in it twice, the later row."""
    return table(CITY, SNAPSHOTS[-1]).drop_duplicates("case_number", keep="last")


def test_rows_of_three_snapshots_add_up(real_analyst: duckdb.DuckDBPyConnection, newest: pd.DataFrame) -> None:
    first, second, last = (len(table(CITY, file)) for file in SNAPSHOTS)

    assert (first, second, last) == (3_493, 8_763, 11_673)
    assert len(newest) == 11_381
    assert fates(real_analyst, CITY, "calls") == {
        ("accepted", None): len(newest),
        ("excluded", "in_newer_snapshot"): first + second,
        ("excluded", "repeated_row"): last - len(newest),
    }


def test_a_call_seen_thrice_counts_once(real_analyst: duckdb.DuckDBPyConnection, newest: pd.DataFrame) -> None:
    calls = real_analyst.execute(f"select call_id from demand.fct_calls where city = '{CITY}'").fetchall()

    assert sorted(call for (call,) in calls) == sorted(newest["case_number"])


def test_the_later_of_two_rows_of_a_snapshot_wins(real_analyst: duckdb.DuckDBPyConnection) -> None:
    # Its first row has neither an arrival nor a clearance code.
    rows = real_analyst.execute(
        f"select disposition, response_minutes from demand.fct_calls where city = '{CITY}' and call_id = '211012022'"
    ).fetchall()

    assert [disposition for disposition, _ in rows] == ["Report To Follow"]


def test_calls_by_day(real_analyst: duckdb.DuckDBPyConnection, newest: pd.DataFrame) -> None:
    found = mapping(
        real_analyst,
        f"""
        select strftime(call_at_local, '%m/%d/%y'), count(*) from demand.fct_calls where city = '{CITY}' group by 1
        """,
    )

    assert found == counted(newest["date"])
    assert found["12/28/21"] == 8


def minutes(day: str, received: str, arrived: str) -> float:
    """Minutes from receipt to arrival, the next day's where the clock went back by more than 12 hours.

    The repeated hour of 7 November is its second pass.
    """
    start = datetime.strptime(f"{day} {received}", "%m/%d/%y %H:%M").replace(fold=1, tzinfo=LOCAL)
    end = datetime.strptime(f"{day} {arrived}", "%m/%d/%y %H:%M").replace(fold=1, tzinfo=LOCAL)
    if (start.hour * 60 + start.minute) - (end.hour * 60 + end.minute) > 720:
        end = datetime.combine(end.date() + pd.Timedelta(days=1), end.time(), LOCAL).replace(fold=1)
    return (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 60


def test_response_times_pass_midnight(real_analyst: duckdb.DuckDBPyConnection, newest: pd.DataFrame) -> None:
    units = newest["units"].fillna("").str.findall(r"[A-Z0-9]+")
    in_the_field = ~units.map(lambda names: bool(names) and all(name.startswith("COM") for name in names))
    arrived = newest[in_the_field & newest["arrived"].notna() & (newest["type"] != "Traffic Stop")]
    expected = {
        row.case_number: minutes(row.date, row.received, row.arrived) for row in arrived.itertuples(index=False)
    }
    negative = sum(time < 0 for time in expected.values())
    # A repeat's unit answers the event: the first arrival of all its records counts, from the first of them on.
    received = pd.to_datetime(newest["date"] + " " + newest["received"], format="%m/%d/%y %H:%M")
    received.index = pd.Index(newest["case_number"])
    repeats = mapping(
        real_analyst,
        "select call_id, duplicate_of_call_id from demand.fct_calls "
        f"where city = '{CITY}' and population = 'duplicate_inferred'",
    )
    assert len(repeats) > 50
    for repeat, event in repeats.items():
        if repeat in expected:
            time = expected.pop(repeat) + (received[repeat] - received[event]).total_seconds() / 60
            expected[event] = min(expected.get(event, time), time)
    found = mapping(
        real_analyst,
        f"""
        select call_id, response_minutes from demand.fct_calls
        where city = '{CITY}' and response_status in ('ok', 'negative')
        """,
    )

    # Three calls of the night on which clocks went back: 00:42 to 01:00 was not 78 minutes, 01:57 to 01:05 was not
    # negative, and 01:18, sent at 01:02, reached at 01:35, took 17 minutes or 77.
    night = {"211107006": 18, "211107013": 8}
    assert (expected["211107006"], expected["211107013"], expected.pop("211107009")) == (78, -52, 17)
    assert found == {call: time if time >= 0 else None for call, time in expected.items()} | night
    assert real_analyst.execute(
        f"""
        select response_status, response_minutes from demand.fct_calls
        where city = '{CITY}' and call_id = '211107009'
        """
    ).fetchall() == [("ambiguous_time", None)]
    assert found["211105140"] == 19  # 23:53 to 00:12
    assert expected["211127032"] == -5  # 11:39 to 11:34 is a slip of the clock, not a day
    rolled = (arrived["arrived"] < arrived["received"]).sum() - negative
    assert (rolled, negative) == (70, 8)


def test_what_only_a_desk_dealt_with_waits_for_nobody(
    real_analyst: duckdb.DuckDBPyConnection, newest: pd.DataFrame
) -> None:
    units = newest["units"].fillna("").str.findall(r"[A-Z0-9]+")
    desk = units.map(lambda names: bool(names) and all(name.startswith("COM") for name in names))
    found = mapping(
        real_analyst,
        f"select call_id, sent_status from demand.fct_calls where city = '{CITY}' and answered_by = 'telephone'",
    )
    # A repeat says nothing of its own: its event does, and it was answered by others if all its records were.
    of_several = mapping(
        real_analyst,
        f"select call_id, 1 from demand.fct_calls where city = '{CITY}' and (callers > 1 or population like 'dup%')",
    )
    by_hand = set(newest.loc[desk, "case_number"])
    assert len(by_hand) > 3_000
    assert set(found) - set(of_several) == by_hand - set(of_several)
    assert set(found.values()) == {"nobody_sent"}


def test_officers_and_free_text_never_leave_landing(
    real_analyst: duckdb.DuckDBPyConnection, real_warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert not raw_columns(real_warehouse, CITY, "calls") & {"responsible_officer", "description", "call_comments"}
    for connection in (real_analyst, real_warehouse):
        assert columns_holding(connection, r"^Officer \d{3}$|text withheld") == []


def test_exact_addresses_and_unit_numbers_end_in_raw(
    real_analyst: duckdb.DuckDBPyConnection, real_warehouse: duckdb.DuckDBPyConnection
) -> None:
    for connection in (real_analyst, real_warehouse):
        assert columns_holding(connection, r"^[0-9]*([1-9][0-9]|[0-9][1-9]) [A-Z ]+(#[^;]*)?;|^\d{4},\d{4}$") == []


def test_a_quarter_is_not_divided_by_a_year(real_analyst: duckdb.DuckDBPyConnection) -> None:
    ((kind, days, status),) = real_analyst.execute(
        f"select kind, covered_days, status from zones.reference_periods where city = '{CITY}' and measure = 'calls'"
    ).fetchall()
    assert (kind, status) == ("none", "partial_period")
    ((hours, statuses),) = real_analyst.execute(
        f"select sum(exposure_hours), list(distinct status) from demand.calls_by_hour_of_week where city = '{CITY}'"
    ).fetchall()
    # The clock goes back in November.
    assert (hours, statuses) == (days * 24 + 1, ["partial_period"])
    months = real_analyst.execute(
        "select strftime(month, '%Y-%m'), covered_days, status, calls, calls_per_day from demand.calls_by_month "
        f"where city = '{CITY}' order by 1"
    ).fetchall()
    assert [(month, status) for month, _, status, _, _ in months] == [
        ("2021-09", "partial_period"),
        ("2021-10", "ok"),
        ("2021-11", "ok"),
        ("2021-12", "partial_period"),
    ]
    for month, covered, _, calls, a_day in months:
        assert a_day == pytest.approx(calls / covered), month
        assert 80 < a_day < 130, month
