"""Seattle's marts of demand against counts made with pandas from the same files.

Nothing here goes through the project's readers or models: files are read as text, types are looked up in the crosswalk
seed, and one census tract is drawn with geopandas. The export of 2015 ends on 30 December, so no year is
covered whole; two days of 2016 are, and days that only the thin samples of call data have are none. These samples add 20
calls to 2015, whose arrivals are the only waits the city publishes.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2
from scipy.stats.contingency import chi2_contingency
from statsmodels.stats.proportion import proportion_confint

from tests.integration.real_exports import DATA, counted, hour_of_week, mapping, meaning, table

CITY = "seattle"
CLOCK = "%m/%d/%Y %I:%M:%S %p"
# Both stand in the 2015 export without their number, and are counted there.
HELD_TWICE = ("2015000323365", "2015000231481")
SAY_WHO_STARTED_IT = ("911", "TELEPHONE OTHER, NOT 911", "ALARM CALL (NOT POLICE ALARM)", "ONVIEW")
CANCELLED = ("RESPONDING UNIT(S) CANCELLED BY RADIO", "DUPLICATED OR CANCELLED BY RADIO")
# The days that the two dense exports cover.
COVERED = [("2015-01-01", "2015-12-30"), ("2016-03-24", "2016-03-25")]
DAYS = 364 + 2
PIONEER_SQUARE = "53033009200"

pytestmark = pytest.mark.skipif(
    not (DATA / CITY).is_dir(), reason="needs the real Seattle exports, which are not part of the repository"
)


@pytest.fixture(scope="module")
def analyst(seattle_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of the release, read only."""
    with duckdb.connect(str(seattle_release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def calls() -> pd.DataFrame:
    """Every call of the three exports, with the population it falls to by rules written down again here."""
    of_2015 = table(CITY, "911_incident_response_2015.csv.gz")
    of_2016 = table(CITY, "911_incident_response_2016_sample.csv")
    data = pd.concat([table(CITY, f"call_data_sample_{part}.csv") for part in "ab"])
    data.columns = data.columns.str.removeprefix("\ufeff")
    frames = [
        pd.DataFrame(
            {
                "at": pd.to_datetime(of_2015["At.Scene.Time"], format="%m/%d/%y %H:%M"),
                "initial": of_2015["Initial.Type.Description"],
                "final": of_2015["Event.Clearance.Description"],
                "longitude": of_2015["Longitude"].astype(float),
                "latitude": of_2015["Latitude"].astype(float),
            }
        ),
        pd.DataFrame(
            {
                "at": pd.to_datetime(of_2016["At Scene Time"].fillna(of_2016["Event Clearance Date"]), format=CLOCK),
                "cleared": pd.to_datetime(of_2016["Event Clearance Date"], format=CLOCK).where(
                    of_2016["At Scene Time"].notna()
                ),
                "initial": of_2016["Initial Type Description"],
                "final": of_2016["Event Clearance Description"],
            }
        ),
        pd.DataFrame(
            {
                "at": pd.to_datetime(data["Original Time Queued"], format=CLOCK),
                "arrived": pd.to_datetime(data["Arrived Time"], format=CLOCK),
                "initial": data["Initial Call Type"],
                "final": data["Final Call Type"],
                "priority": data["Priority"],
                "asked_by": data["Call Type"],
                "disposition": data["Event Clearance Description"],
            }
        )[~data["CAD Event Number"].isin(HELD_TWICE)],
    ]
    found = pd.concat(frames, ignore_index=True)
    found = found.join(meaning(CITY, found["initial"], found["final"]))
    by_words = found["asked_by"].isna() & found["initial"].str.contains("OFFICER INITIATED|ONVIEW", na=False)
    by_type = found["asked_by"].isna() & (found["implied"] == "officer")
    cancelled = found["disposition"].isin(CANCELLED) & found["arrived"].isna()
    found["population"] = np.select(
        [found["implied"] == "administrative", by_words | by_type | (found["asked_by"] == "ONVIEW"), cancelled],
        ["administrative", "officer_initiated", "cancelled_before_dispatch"],
        "demand",
    )
    found["is_started_by_known"] = found["asked_by"].isin(SAY_WHO_STARTED_IT) | found["implied"].notna() | by_words
    return found


@pytest.fixture(scope="module")
def demand(calls: pd.DataFrame) -> pd.DataFrame:
    """The demand of the covered days."""
    return calls[(calls["population"] == "demand") & is_covered(calls)]


def is_covered(calls: pd.DataFrame) -> pd.Series:
    """Which calls are of covered days."""
    day = calls["at"].dt.normalize()
    found: pd.Series = pd.concat([day.between(*days) for days in COVERED], axis=1).any(axis=1)
    return found


@pytest.fixture(scope="module")
def residents() -> pd.Series:
    """Residents by tract of the layer that has them."""
    layer = gpd.read_file(DATA / CITY / "tracts_acs2017" / "tracts.shp")
    return layer.set_index("GEOID")["B01003_001"]


def test_a_year_without_its_last_day_is_no_reference_year(
    analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame
) -> None:
    ((kind, start, end, days, n, status),) = analyst.execute(
        "select kind, period_start, period_end, covered_days, n, status from zones.reference_periods "
        "where measure = 'calls'"
    ).fetchall()
    assert (kind, str(start), str(end), days, n) == ("none", "2015-01-01", "2016-03-25", DAYS, len(demand))
    assert status == "partial_period"
    assert analyst.execute("select data_set from audit.coverage where entity = 'calls' and is_sample").fetchall() == [
        ("calls",)
    ]


def test_populations(analyst: duckdb.DuckDBPyConnection, calls: pd.DataFrame) -> None:
    assert mapping(analyst, "select population, count(*) from demand.fct_calls group by 1") == counted(
        calls["population"]
    )


def test_exclusion_ledger(analyst: duckdb.DuckDBPyConnection, calls: pd.DataFrame) -> None:
    ledger = analyst.execute(
        "select rule, rows_in, rows_removed, rows_out from demand.exclusion_ledger where zone_kind = 'city' order by step"
    ).fetchall()
    removed = {rule: rows for rule, _, rows, _ in ledger if rows}
    expected = counted(calls["population"]) | {"not_the_published_version": len(HELD_TWICE)}
    assert ledger[0][1] == len(calls) + len(HELD_TWICE) == 91_067 + 706 + 497
    demand = calls[calls["population"] == "demand"]
    known = int(demand["is_started_by_known"].sum())
    assert (ledger[-2][3], ledger[-1][3]) == (expected.pop("demand"), known)
    assert removed == expected | {"unknown_initiation": len(demand) - known}


def test_calls_by_group_and_type(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame) -> None:
    levels = {
        "(all)": counted(demand["topic_group"]),
        "SHOPLIFT": {"property": int((demand["final"] == "SHOPLIFT").sum())},
        "MENTAL COMPLAINT": {"behavioral_health": int((demand["final"] == "MENTAL COMPLAINT").sum())},
    }
    for final_type, expected in levels.items():
        found = mapping(
            analyst,
            "select call_type_group, calls from demand.calls_by_type "
            f"where denominator = 'community_or_unknown' and final_type = '{final_type}'",
        )
        assert found == expected, final_type
    assert levels["SHOPLIFT"]["property"] > 2_000
    assert levels["MENTAL COMPLAINT"]["behavioral_health"] > 100


def test_nearly_all_demand_is_of_unknown_initiation(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame) -> None:
    known = demand["is_started_by_known"]
    for denominator, part in (("community", demand[known]), ("unknown_initiation", demand[~known])):
        found = mapping(
            analyst,
            "select call_type_group, calls from demand.calls_by_type "
            f"where denominator = '{denominator}' and final_type = '(all)'",
        )
        assert found == counted(part["topic_group"]), denominator
    assert (~known).mean() > 0.96
    # So nothing is said of the community alone, and both together are a bound.
    assert analyst.execute("""
        select denominator, share_status, count(share_calls), count(rate_per_1000), count(share_time)
        from demand.calls_by_type where denominator in ('community', 'community_or_unknown') and final_type = 'SHOPLIFT'
        group by all order by all
    """).fetchall() == [("community", "insufficient_data", 0, 0, 0), ("community_or_unknown", "unreliable", 1, 1, 1)]
    assert analyst.execute("""
        select distinct share_status, rate_status, time_status, headline_status, share_calls, rate_per_1000, intensity
        from demand.calls_by_type where denominator = 'community'
    """).fetchall() == [("insufficient_data",) * 4 + (None,) * 3]
    assert analyst.execute("""
        select distinct status, full_time_equivalents, officers_busy_p90 from budget.staffing_equivalents
        where denominator = 'community'
    """).fetchall() == [("insufficient_data", None, None)]
    assert analyst.execute("select distinct initiation_status from demand.calls_by_hour_of_week").fetchall() == [
        ("insufficient_data",)
    ]


def limits(analyst: duckdb.DuckDBPyConnection, n: int) -> tuple[float, float]:
    """Exact Poisson limits of a count, widened by how much more calls vary by tract and month."""
    ((dispersion,),) = analyst.execute(
        "select dispersion from zones.dispersion where zone_kind = 'tract' and measure = 'calls'"
    ).fetchall()
    low, high = (float(quantile) / 2 for quantile in (chi2.ppf(0.025, 2 * n), chi2.ppf(0.975, 2 * n + 2)))
    return n * (low / n) ** dispersion**0.5, n * (high / n) ** dispersion**0.5


def test_share_and_rate_of_a_type(
    analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame, residents: pd.Series
) -> None:
    n, exposure = int((demand["final"] == "SHOPLIFT").sum()), residents.sum() / 1000 * DAYS / 365.25
    (row,) = analyst.execute("""
        select share_calls, share_calls_lo, share_calls_hi, rate_per_1000, rate_lo, rate_hi, rate_status
        from demand.calls_by_type where denominator = 'community_or_unknown' and final_type = 'SHOPLIFT'
    """).fetchall()
    assert row[:3] == pytest.approx((n / len(demand), *proportion_confint(n, len(demand), method="wilson")), rel=1e-9)
    assert row[3] == pytest.approx(n / exposure, rel=1e-9)
    # Byar's closed form beside the exact limits: at thousands of calls they agree to five digits.
    assert row[4:6] == pytest.approx([limit / exposure for limit in limits(analyst, n)], rel=1e-5)
    # 25 of the 132 tracts have no population, so the rate is of too few residents.
    assert row[6] == "unreliable"


def test_the_time_of_a_few_calls_is_never_ok(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame) -> None:
    # Only the sample of 2016 says when calls were cleared: of two covered days.
    hours = (demand["cleared"] - demand["at"]).dt.total_seconds() / 3600
    hours = hours.where(hours.between(0, 24))
    found = {
        group: values
        for group, *values in analyst.execute("""
            select call_type_group, calls_timed, hours, hours_scaled, time_status from demand.calls_by_type
            where denominator = 'community_or_unknown' and final_type = '(all)'
        """).fetchall()
    }
    for group, of_group in hours.groupby(demand["topic_group"]):
        timed, total = int(of_group.count()), of_group.sum()
        scaled = pytest.approx(total * len(of_group) / timed, rel=1e-9) if timed else None
        status = "unreliable" if timed else "insufficient_data"
        assert found[group] == [timed, pytest.approx(total, rel=1e-9), scaled, status], group
    assert analyst.execute("select distinct headline_status from demand.calls_by_type order by 1").fetchall() == [
        ("insufficient_data",),
        ("unreliable",),
    ]


def test_hours_of_the_week_with_both_changes_of_the_clock(
    analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame
) -> None:
    rows = analyst.execute(
        "select hour_of_week, exposure_hours, calls, call_index from demand.calls_by_hour_of_week"
    ).fetchall()
    exposure = {hour: hours for hour, hours, _, _ in rows}
    # 364 days are 52 weeks, and the two of 2016 a Thursday and a Friday. 8 March has no hour from 2 to 3, 1 November has
    # the hour from 1 to 2 twice.
    thursday_and_friday, sunday = range(72, 120), 144
    expected = {hour: 53 if hour in thursday_and_friday else 52 for hour in range(168)}
    expected |= {sunday + 2: 51, sunday + 1: 53}
    assert exposure == expected
    assert sum(exposure.values()) == DAYS * 24
    calls = counted(hour_of_week(demand["at"]))
    assert {hour: n for hour, _, n, _ in rows} == {hour: calls.get(hour, 0) for hour in range(168)}
    mean = len(demand) / (DAYS * 24)
    for hour, _, n, index in rows:
        assert index == pytest.approx(n / expected[hour] / mean, rel=1e-9)


def test_transitions(analyst: duckdb.DuckDBPyConnection, calls: pd.DataFrame) -> None:
    typed = calls[(calls["population"] == "demand") & calls["initial"].notna() & calls["final"].notna()]
    found = {
        (initial, final): n
        for initial, final, n in analyst.execute(
            "select initial_type, final_type, calls from demand.call_type_transitions"
        ).fetchall()
    }
    assert found == counted(pd.Series(list(zip(typed["initial"], typed["final"], strict=True))))
    crises = typed[typed["topic_group"] == "behavioral_health"]
    hidden = int((crises["initial_group"] != "behavioral_health").sum())
    ((n, share, lo, hi),) = analyst.execute("""
        select distinct calls_of_final_group, share_of_final_group_hidden, share_hidden_lo, share_hidden_hi
        from demand.call_type_transitions where final_group = 'behavioral_health'
    """).fetchall()
    assert (n, share) == (len(crises), pytest.approx(hidden / len(crises), rel=1e-9))
    assert (lo, hi) == pytest.approx(proportion_confint(hidden, len(crises), method="wilson"), rel=1e-9)
    assert 0.1 < share < 0.9


def test_channels_by_month(analyst: duckdb.DuckDBPyConnection, calls: pd.DataFrame) -> None:
    months = calls["at"].dt.strftime("%Y-%m")
    known = calls["is_started_by_known"]
    channels = {
        "police_call": (calls["population"] == "demand") & known,
        "police_record_unknown_initiation": (calls["population"] == "demand") & ~known,
        "officer_initiated": calls["population"] == "officer_initiated",
    }
    for channel, part in channels.items():
        found = mapping(
            analyst,
            "select strftime(month, '%Y-%m'), cast(sum(distinct_needs) as bigint) from demand.demand_by_channel "
            f"where channel = '{channel}' group by 1",
        )
        assert found == counted(months[part & is_covered(calls)]) | dict.fromkeys(
            set(months[part]) - set(months[part & is_covered(calls)])
        )
    assert analyst.execute("""
        select distinct is_community_demand from demand.demand_by_channel where channel like 'police_record%'
    """).fetchall() == [(None,)]


def test_a_month_of_the_city(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame, residents: pd.Series) -> None:
    july = demand[demand["at"].dt.to_period("M") == "2015-07"]
    n, known = len(july), int(july["is_started_by_known"].sum())
    exposure = residents.sum() / 1000 * 31 / 365.25
    (row,) = analyst.execute("""
        select calls, calls_per_day, calls_per_day_lo, calls_per_day_hi, rate_per_1000, rate_status,
            unknown_initiation_calls, initiation_status, calls_per_day_least
        from demand.calls_by_month where month = date '2015-07-01'
    """).fetchall()
    assert row[0] == n
    assert row[1] == pytest.approx(n / 31, rel=1e-9)
    assert row[2:4] == pytest.approx([limit / 31 for limit in limits(analyst, n)], rel=1e-5)
    assert row[4:6] == (pytest.approx(n / exposure, rel=1e-9), "unreliable")
    assert row[6:] == (n - known, "insufficient_data", pytest.approx(known / 31, rel=1e-9))


def test_a_tract_drawn_again(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame, residents: pd.Series) -> None:
    layer = gpd.read_file(DATA / CITY / "tracts_acs2017" / "tracts.shp").set_crs("EPSG:4269").to_crs("EPSG:4326")
    outline = layer.loc[layer["GEOID"] == PIONEER_SQUARE, "geometry"].item()
    points = gpd.points_from_xy(demand["longitude"], demand["latitude"])
    inside = demand[points.within(outline)]
    inside = inside[inside["at"].dt.year == 2015]
    july = int((inside["at"].dt.month == 7).sum())
    found = analyst.execute(
        "select strftime(month, '%m'), demand_calls, rate_per_1000 from demand.calls_by_zone_month "
        "where zone_id = ? and year(month) = 2015",
        [PIONEER_SQUARE],
    ).fetchall()
    assert len(inside) > 1_000
    assert sum(n for _, n, _ in found) == len(inside)
    (of_july,) = [(n, rate) for month, n, rate in found if month == "07"]
    assert of_july == (july, pytest.approx(july / (residents[PIONEER_SQUARE] / 1000 * 31 / 365.25), rel=1e-9))


def test_response_times(analyst: duckdb.DuckDBPyConnection, demand: pd.DataFrame) -> None:
    sample = demand[demand["priority"].notna()]
    waits = (sample["arrived"] - sample["at"]).dt.total_seconds() / 60
    rows = analyst.execute("""
        select priority, calls, without_received_time, arrivals, unreached, median_minutes, p90_minutes, status
        from demand.response_times where zone_kind = 'city'
    """).fetchall()
    found = {priority: values for priority, *values in rows}
    of_the_export = len(demand) - len(sample)
    assert found.pop("(none)") == [of_the_export, of_the_export, 0, 0, None, None, "insufficient_data"]
    assert set(found) == set(sample["priority"])
    for priority, wait in waits.groupby(sample["priority"]):
        reached = wait.dropna()
        median, p90 = (pytest.approx(np.quantile(reached, p), rel=1e-9) for p in (0.5, 0.9))
        assert found[priority] == [len(wait), 0, len(reached), len(wait) - len(reached), median, p90, "unreliable"]


def test_dispersion_of_calls_by_tract_and_month(analyst: duckdb.DuckDBPyConnection) -> None:
    """By another route: a Poisson regression on tract and month is row total times column total over total."""
    rows = analyst.execute("""
        select zone_id, month, demand_calls from demand.calls_by_zone_month
        where zone_kind = 'tract' and zone_id <> '(unmatched)' and status = 'ok'
    """).fetchall()
    table = (
        pd.DataFrame(rows, columns=["zone", "month", "n"]).pivot(index="zone", columns="month", values="n").fillna(0)
    )
    table = table.loc[table.sum(axis=1) > 0, table.sum() > 0]
    found = chi2_contingency(table, correction=False)
    (row,) = analyst.execute("""
        select zones_used, months_used, pearson_chi2, dispersion from zones.dispersion
        where zone_kind = 'tract' and measure = 'calls'
    """).fetchall()
    assert row[:2] == table.shape
    assert row[2] == pytest.approx(found.statistic, rel=1e-9)
    assert row[3] == pytest.approx(found.statistic / found.dof, rel=1e-9)
    assert 1.4 < row[3] < 1.8


def test_robberies_are_not_the_citys_crime(analyst: duckdb.DuckDBPyConnection) -> None:
    found = analyst.execute("""
        select distinct status from zones.zone_summary
        where measure = 'offenses' and zone_kind = 'tract' and population >= 500
    """).fetchall()
    assert found == [("unreliable",)]
    ((without_caveat,),) = analyst.execute("""
        select count(*) from zones.zone_summary where measure = 'offenses' and caveat_codes not like '%ONE_OFFENSE_TYPE%'
    """).fetchall()
    assert without_caveat == 0
