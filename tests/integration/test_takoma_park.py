"""The Takoma Park release against its files: calls, arrests by who started them, violations made into stops, wards."""

import duckdb
import geopandas as gpd
import pandas as pd
import pytest

from tests.integration.real_exports import DATA, columns_holding, counted, fates, mapping, raw_columns, table

CITY = "takoma_park"


@pytest.fixture(scope="module")
def cad(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row a call."""
    return table(CITY, "cad_data.csv").drop_duplicates("event.no.")


@pytest.fixture(scope="module")
def arrests(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "all_arrests_final.csv")


@pytest.fixture(scope="module")
def violations(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The first sheet as published."""
    return pd.read_excel(DATA / CITY / "traffic_data_all_excel.xlsx", sheet_name="data", dtype=str)


def test_officers_at_a_call_are_one_call(real_analyst: duckdb.DuckDBPyConnection, cad: pd.DataFrame) -> None:
    assert fates(real_analyst, CITY, "cad_calls") == {
        ("accepted", None): len(cad),
        ("excluded", "repeated_row"): 11_735 - len(cad),
    }
    assert len(cad) == 11_551
    found = mapping(
        real_analyst,
        f"""
        select final_type || extract(year from call_at_local), count(*)
        from demand.fct_calls where city = '{CITY}' group by 1
        """,
    )
    assert found == counted(cad["type"] + cad["received"].str[:4])


def test_traffic_stops_are_officers_own(real_analyst: duckdb.DuckDBPyConnection, cad: pd.DataFrame) -> None:
    found = mapping(real_analyst, f"select population, count(*) from demand.fct_calls where city = '{CITY}' group by 1")

    assert found["officer_initiated"] == (cad["type"] == "Traffic Stop").sum() == 7_301


def test_arrests_by_who_started_them(real_analyst: duckdb.DuckDBPyConnection, arrests: pd.DataFrame) -> None:
    found = mapping(
        real_analyst,
        f"""
        select initiation, count(*) from enforcement.fct_contacts
        where city = '{CITY}' and contact_kind = 'arrest' group by 1
        """,
    )
    published = counted(arrests["initiated"])

    assert published == {"Public": 1_059, "Officer": 561, "Detail": 191, "Self": 100}
    assert found == {
        "community": published["Public"],
        "officer": published["Officer"] + published["Detail"],
        "administrative": published["Self"],
    }


def test_arrests_by_day_and_custody(real_analyst: duckdb.DuckDBPyConnection, arrests: pd.DataFrame) -> None:
    days = mapping(
        real_analyst,
        f"""
        select strftime(contact_at_local, '%Y-%m-%d'), count(*) from enforcement.fct_contacts
        where city = '{CITY}' and contact_kind = 'arrest' group by 1
        """,
    )
    custody = mapping(
        real_analyst,
        f"""
        select outcome, bool_and(arrest_made) from enforcement.fct_contacts
        where city = '{CITY}' and contact_kind = 'arrest' group by 1
        """,
    )

    assert days == counted(arrests["date"])
    assert custody == {
        "Arrest": True,
        "Warrant-service arrest": True,
        "Juvenile arrest": True,
        "Criminal citation": False,
        "Application for charges": False,
        "Juvenile referral": False,
    }


def test_a_stop_counts_once_with_its_gravest_outcome(
    real_analyst: duckdb.DuckDBPyConnection, violations: pd.DataFrame
) -> None:
    gravity = violations["outcome"].map({"Citation": 1, "Repair Order": 2, "Warning": 3})
    stops = (
        violations.assign(gravity=gravity).groupby("stop.id", as_index=False).agg({"gravity": "min", "date": "first"})
    )
    day = pd.Timestamp("1899-12-30") + pd.to_timedelta(stops["date"].str.extract(r"^(\d+)$")[0].astype(float), unit="D")
    if day.isna().any():  # pandas may read the cells as dates
        day = pd.to_datetime(stops["date"])
    outcome = stops["gravity"].map({1: "Citation", 2: "Repair Order", 3: "Warning"})
    found = mapping(
        real_analyst,
        f"""
        select outcome || extract(year from contact_at_local), count(*) from enforcement.fct_contacts
        where city = '{CITY}' and contact_kind = 'stop' group by 1
        """,
    )

    assert (len(violations), len(stops)) == (37_400, 22_392)
    assert found == counted(outcome + day.dt.year.astype(str))
    repeated = int(violations.duplicated().sum())
    assert fates(real_analyst, CITY, "traffic_violations") == {
        ("accepted", None): len(stops),
        ("excluded", "repeated_row"): repeated,
        ("excluded", "other_violation_of_stop"): len(violations) - len(stops) - repeated,
    }


def test_stops_by_hour(real_analyst: duckdb.DuckDBPyConnection, violations: pd.DataFrame) -> None:
    found = mapping(
        real_analyst,
        f"""
        select strftime(contact_at_local, '%H'), count(*) from enforcement.fct_contacts
        where city = '{CITY}' and contact_kind = 'stop' group by 1
        """,
    )

    assert found == counted(violations.drop_duplicates("stop.id")["time"].str[:2])


def test_wards_are_drawn_where_they_are(real_analyst: duckdb.DuckDBPyConnection) -> None:
    layer = gpd.read_file(DATA / CITY / "wards" / "buffer_fix.shp")
    published = {f"Ward {row.ID}": row.Area_acre * 0.0040468564 for row in layer.itertuples()}
    found = mapping(
        real_analyst, f"select zone_id, area_km2 from zones.dim_zone where city = '{CITY}' and zone_kind = 'ward'"
    )

    assert found.keys() == published.keys() and len(found) == 6
    assert found == pytest.approx(published, rel=0.02)


def test_calls_by_ward_equal_a_join_of_the_layer(real_analyst: duckdb.DuckDBPyConnection, cad: pd.DataFrame) -> None:
    layer = gpd.read_file(DATA / CITY / "wards" / "buffer_fix.shp")
    places = gpd.GeoDataFrame(
        cad, geometry=gpd.points_from_xy(cad["longitude"].astype(float), cad["latitude"].astype(float)), crs=4326
    )
    # A handful of outlines overlap by meters: the first ward holds the point, as in the warehouse.
    joined = places.sjoin(layer[["ID", "geometry"]], how="left").sort_values("ID").drop_duplicates("event.no.")
    wards = joined["ID"].map(lambda number: f"Ward {int(number)}" if pd.notna(number) else "(unmatched)")
    found = mapping(
        real_analyst,
        f"""
        select zone_id, cast(sum(records + records_of_uncovered_days) as bigint) from demand.calls_by_zone_month
        where city = '{CITY}' and zone_kind = 'ward' group by 1
        """,
    )

    assert found == counted(wards)
    assert found["(unmatched)"] == 259


def test_wards_have_counts_but_no_rates(real_analyst: duckdb.DuckDBPyConnection, cad: pd.DataFrame) -> None:
    ((start, end),) = real_analyst.execute(
        "select period_start::varchar, period_end::varchar from zones.reference_periods "
        f"where city = '{CITY}' and measure = 'calls' and kind <> 'none'"
    ).fetchall()
    demand = (cad["type"] != "Traffic Stop") & cad["received"].str[:10].between(start, end)
    rows = real_analyst.execute(
        f"""
        select sum(n), count(rate_per_1000) from zones.zone_summary
        where city = '{CITY}' and zone_kind = 'ward' and measure = 'calls'
        """
    ).fetchall()

    assert rows == [(int(demand.sum()), 0)]


def test_nobody_says_who_started_a_call(real_analyst: duckdb.DuckDBPyConnection, cad: pd.DataFrame) -> None:
    demand = int((cad["type"] != "Traffic Stop").sum())
    assert real_analyst.execute(
        "select rows_in, rows_removed, rows_out from demand.exclusion_ledger "
        f"where city = '{CITY}' and zone_kind = 'city' and rule = 'unknown_initiation'"
    ).fetchall() == [(demand, demand, 0)]
    assert real_analyst.execute(
        f"select distinct denominator from demand.calls_by_type where city = '{CITY}' order by 1"
    ).fetchall() == [("community_and_officer",), ("community_or_unknown",), ("unknown_initiation",)]
    assert real_analyst.execute(f"""
        select distinct initiation_status, calls_per_day_least from demand.calls_by_month
        where city = '{CITY}' and calls > 0
    """).fetchall() == [("insufficient_data", 0)]


def test_where_people_live_and_their_exact_age_never_leave_landing(
    real_analyst: duckdb.DuckDBPyConnection, real_warehouse: duckdb.DuckDBPyConnection
) -> None:
    assert not raw_columns(real_warehouse, CITY, "arrests") & {"a_ward", "a_city", "a_county", "a_state", "a_age"}
    assert not raw_columns(real_warehouse, CITY, "traffic_violations") & {"location", "state", "county"}
    for connection in (real_analyst, real_warehouse):
        assert columns_holding(connection, "Kannapolis|Hyattsville|Ethan Allen Ave") == []
    attributes = real_analyst.execute(
        "select count(*) from duckdb_columns() where column_name like 'subject_%' or column_name in ('race', 'age')"
    ).fetchall()
    assert attributes == [(0,)]


def test_arrests_and_stops_without_a_common_number_are_not_added_up(real_analyst: duckdb.DuckDBPyConnection) -> None:
    counts = real_analyst.execute(
        f"""
        select sum(contacts), sum(stops), sum(arrests), list(distinct contacts_status) from enforcement.contacts_by_zone_month
        where city = '{CITY}'
        """
    ).fetchall()
    assert counts == [(None, 22_392, 1_911, ["not_estimable"])]
    summary = real_analyst.execute(
        f"select distinct n, status, caveat_codes from zones.zone_summary where city = '{CITY}' and measure = 'contacts'"
    ).fetchall()
    assert summary == [(None, "not_estimable", "DETECTION;DOUBLE_CONTACTS;MAUP;RECORDING")]
