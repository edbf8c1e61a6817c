"""The Burlington release against its file: the publisher's own hour, weekday and month prove the clock, and the marts of
demand are what pandas counts in it."""

import duckdb
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from tests.integration.real_exports import counted, fates, hour_of_week, mapping, meaning, table

CITY = "burlington"


@pytest.fixture(scope="module")
def incidents(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "police_incidents_2022.csv")


def calls(analyst: duckdb.DuckDBPyConnection, key: str) -> dict[object, int]:
    """Calls by an expression."""
    return mapping(analyst, f"select {key}, count(*) from demand.fct_calls where city = '{CITY}' group by 1")


def test_every_incident_is_a_call(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    assert incidents["incident_number"].nunique() == len(incidents) == 10_830
    assert fates(real_analyst, CITY, "police_incidents") == {("accepted", None): 10_830}


def test_the_clock_is_that_of_the_published_parts(
    real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame
) -> None:
    hour = "extract(hour from call_at_local)"
    of_12 = f"cast(case when {hour} % 12 = 0 then 12 else {hour} % 12 end as integer)"
    assert calls(real_analyst, f"{of_12} || case when {hour} < 12 then ' am' else ' pm' end") == counted(
        incidents["Hour"]
    )
    assert calls(real_analyst, "dayname(call_at_local)") == counted(incidents["DayOfWeek"])
    assert calls(real_analyst, "monthname(call_at_local)") == counted(incidents["Month"])
    assert calls(real_analyst, "extract(year from call_at_local)") == {2022: 10_830}


def test_who_started_it(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    patrol = incidents["call_type"] == "Foot Patrol"
    officer = patrol | (incidents["call_origin"] == "Officer/Radio")
    unknown = ~officer & (incidents["call_origin"] == "NA")

    # Of those that say nothing, two alarms and two papers served tell by their type who started them.
    assert calls(real_analyst, "initiation") == {
        "officer": officer.sum(),
        "unknown": unknown.sum() - 4,
        "alarm": 2,
        "administrative": 2,
        "community": (~officer & ~unknown).sum(),
    }
    assert officer.sum() == 1_153


def test_places_withheld_are_told_from_places_missing(
    real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame
) -> None:
    located = int((incidents["Latitude"] != "NA").sum())
    found = calls(real_analyst, "location_status")
    domestic = calls(real_analyst, "case when final_type = 'Domestic Disturbance' then location_status end")

    assert found["located"] == located == 9_920
    assert found["withheld"] + found["missing"] == 910
    assert domestic["withheld"] == (incidents["call_type"] == "Domestic Disturbance").sum() == 262


def test_what_is_not_known_is_null(real_analyst: duckdb.DuckDBPyConnection, incidents: pd.DataFrame) -> None:
    ((untyped, named),) = real_analyst.execute(
        f"""
        select count(*) filter (where final_type is null), count(*) filter (where final_type = 'NA')
        from demand.fct_calls where city = '{CITY}'
        """
    ).fetchall()

    assert (untyped, named) == ((incidents["call_type"] == "NA").sum(), 0)


# --- Marts of demand ---


@pytest.fixture(scope="module")
def counted_by_hand(incidents: pd.DataFrame) -> pd.DataFrame:
    """Every incident with its local time, topic and population, by rules written down again here."""
    wall_clock = pd.to_datetime(incidents["call_time"], utc=True).dt.tz_localize(None)
    final = incidents["call_type"].replace("NA", None)
    found = pd.DataFrame({"at": wall_clock, "final": final}).join(meaning(CITY, final, final))
    origin = incidents["call_origin"].replace("NA", None)
    officer = (final == "Foot Patrol") | (origin == "Officer/Radio")
    silent = origin.isna() & ~officer
    found["population"] = "demand"
    found.loc[officer | (silent & (found["implied"] == "officer")), "population"] = "officer_initiated"
    # What a type implies to be the department's own work is that, whoever is said to have asked for it.
    found.loc[found["implied"] == "administrative", "population"] = "administrative"
    asked = origin.isin(["Phone", "911", "Online Report", "In Person"])
    found["is_started_by_known"] = asked | officer | found["implied"].notna()
    found["priority"] = incidents["priority"].replace("NA", "(none)")
    return found


def test_ledger(real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame) -> None:
    by_hand = counted(counted_by_hand["population"])
    ledger = real_analyst.execute(
        f"select rule, rows_in, rows_removed, rows_out from demand.exclusion_ledger where city = '{CITY}' "
        "and zone_kind = 'city' order by step"
    ).fetchall()

    unknown = int(((counted_by_hand["population"] == "demand") & ~counted_by_hand["is_started_by_known"]).sum())
    assert unknown == 17
    assert (ledger[0][1], ledger[-2][3]) == (10_830, by_hand.pop("demand"))
    assert {rule: rows for rule, _, rows, _ in ledger if rows} == by_hand | {"unknown_initiation": unknown}


def test_types_and_their_shares(real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame) -> None:
    demand = counted_by_hand[(counted_by_hand["population"] == "demand") & counted_by_hand["is_started_by_known"]]
    rows = real_analyst.execute(
        "select call_type_group, calls, share_calls, share_calls_lo, share_calls_hi, rate_status, time_status "
        f"from demand.calls_by_type where city = '{CITY}' and denominator = 'community' and final_type = '(all)'"
    ).fetchall()

    assert {group: n for group, n, *_ in rows} == counted(demand["topic_group"].fillna("(unmapped)"))
    for _, n, share, low, high, rate_status, time_status in rows:
        limits = proportion_confint(n, len(demand), method="wilson")
        assert (share, low, high) == pytest.approx((n / len(demand), *limits), rel=1e-9)
        # No zones, so no residents; no times but that of the call.
        assert (rate_status, time_status) == ("insufficient_data", "insufficient_data")
    noise = mapping(
        real_analyst,
        f"select denominator, calls from demand.calls_by_type where city = '{CITY}' and final_type = 'Noise'",
    )
    assert noise["community"] == (demand["final"] == "Noise").sum() > 100


def test_hours_of_the_week(real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame) -> None:
    demand = counted_by_hand[counted_by_hand["population"] == "demand"]
    rows = real_analyst.execute(
        f"select hour_of_week, exposure_hours, calls from demand.calls_by_hour_of_week where city = '{CITY}'"
    ).fetchall()
    by_hand = counted(hour_of_week(demand["at"]))

    # The half year has one Friday fewer than other days, and on 13 March no hour from 2 to 3.
    days = pd.Series(pd.date_range("2022-01-01", "2022-06-30")).dt.dayofweek.value_counts()
    expected = {hour: int(days[hour // 24]) for hour in range(168)}
    expected[146] -= 1
    assert {hour: hours for hour, hours, _ in rows} == expected
    assert {hour: n for hour, _, n in rows} == {hour: by_hand.get(hour, 0) for hour in range(168)}


def test_months_and_channels(real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame) -> None:
    months = counted_by_hand["at"].dt.month
    by_hand = counted(months[counted_by_hand["population"] == "demand"])
    zones = mapping(
        real_analyst,
        "select month(month), cast(sum(demand_calls) as bigint) from demand.calls_by_zone_month "
        f"where city = '{CITY}' and zone_id = '(unmatched)' group by 1",
    )
    channels = mapping(
        real_analyst,
        "select month(month), cast(sum(distinct_needs) as bigint) from demand.demand_by_channel "
        f"where city = '{CITY}' and channel in ('police_call', 'police_record_unknown_initiation') group by 1",
    )

    assert zones == channels == by_hand


def test_arrivals_that_nobody_publishes_are_not_arrivals_that_never_came(
    real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame
) -> None:
    demand = counted_by_hand[counted_by_hand["population"] == "demand"]
    rows = real_analyst.execute(
        "select priority, calls, share_never_arrived, median_minutes, status, reason from demand.response_times "
        f"where city = '{CITY}' and zone_kind = 'city'"
    ).fetchall()

    assert {priority: calls for priority, calls, *_ in rows} == counted(demand["priority"])
    assert {tuple(rest) for _, _, *rest in rows} == {(None, None, "insufficient_data", "no arrival is known")}


def test_one_type_a_call_has_no_transitions(real_analyst: duckdb.DuckDBPyConnection) -> None:
    assert real_analyst.execute(
        f"select count(*) from demand.call_type_transitions where city = '{CITY}'"
    ).fetchall() == [(0,)]


def test_half_a_year_is_not_divided_by_a_year(
    real_analyst: duckdb.DuckDBPyConnection, counted_by_hand: pd.DataFrame
) -> None:
    demand = counted_by_hand[counted_by_hand["population"] == "demand"]
    assert real_analyst.execute(
        "select kind, cast(period_start as varchar), cast(period_end as varchar), covered_days, n, status "
        f"from zones.reference_periods where city = '{CITY}' and measure = 'calls'"
    ).fetchall() == [("none", "2022-01-01", "2022-06-30", 181, len(demand), "partial_period")]
    ((hours, calls),) = real_analyst.execute(
        f"select sum(exposure_hours), sum(calls) from demand.calls_by_hour_of_week where city = '{CITY}'"
    ).fetchall()
    assert (hours, calls) == (181 * 24 - 1, len(demand))
    months = real_analyst.execute(
        f"select status, calls, days, calls_per_day from demand.calls_by_month where city = '{CITY}'"
    ).fetchall()
    assert len(months) == 6
    for status, calls, days, a_day in months:
        assert (status, a_day) == ("ok", pytest.approx(calls / days))
