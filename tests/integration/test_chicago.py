"""The Chicago release against its files: crimes of the sample, community areas, grocery stores."""

import duckdb
import geopandas as gpd
import pandas as pd
import pytest

from tests.integration.real_exports import DATA, counted, fates, mapping, table

CITY = "chicago"


@pytest.fixture(scope="module")
def crimes(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "crimes_sample_2017_2019.csv")


def offenses(analyst: duckdb.DuckDBPyConnection, key: str) -> dict[object, int]:
    """Offenses by an expression."""
    return mapping(analyst, f"select {key}, count(*) from crime.fct_offenses where city = '{CITY}' group by 1")


def test_every_report_is_an_offense(real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame) -> None:
    assert crimes["id"].nunique() == len(crimes) == 25_000
    assert fates(real_analyst, CITY, "crimes") == {("accepted", None): 25_000}
    numbers = real_analyst.execute(f"select offense_id from crime.fct_offenses where city = '{CITY}'").fetchall()
    assert {number for (number,) in numbers} == set(crimes["id"].str.removesuffix(".0"))


def test_offenses_by_hour_and_month_of_the_city_clock(
    real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame
) -> None:
    times = pd.to_datetime(crimes["date"], format="%m/%d/%Y %H:%M")

    assert offenses(real_analyst, "strftime(offense_at_local, '%H')") == counted(times.dt.strftime("%H"))
    assert offenses(real_analyst, "strftime(month, '%Y-%m')") == counted(times.dt.strftime("%Y-%m"))


def test_offenses_by_type(real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame) -> None:
    assert offenses(real_analyst, "split_part(offense, ': ', 1)") == counted(crimes["primary_type"])


def test_codes_that_mean_one_offense_are_mapped(real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame) -> None:
    published, found = counted(crimes["fbi_code"]), offenses(real_analyst, "nibrs_code")

    assert found["09A"] == published["01A"] == 48
    assert found["120"] == published["3"] == 957
    assert found["13A"] == published["04A"] + published["04B"]
    assert found["13B"] == published["08A"] + published["08B"]
    assert found["90J"] + found["90Z"] == published["26"]
    # Most larceny and all fraud and gambling are several offenses in NIBRS; the file does not say which.
    worded = crimes[crimes["fbi_code"] == "6"]["description"].isin(
        ["RETAIL THEFT", "POCKET-PICKING", "PURSE-SNATCHING", "FROM BUILDING"]
    )
    assert (found["23*"], found["26*"], found["39*"]) == ((~worded).sum(), published["11"], published["19"])
    assert None not in found


def test_offenses_by_community_area_equal_a_join_of_the_layer(
    real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame
) -> None:
    layer = gpd.read_file(DATA / CITY / "community_areas_77" / "Chicago77.shp").set_crs(3435).to_crs(4326)
    places = gpd.GeoDataFrame(
        crimes[["id"]],
        geometry=gpd.points_from_xy(crimes["longitude"].astype(float), crimes["latitude"].astype(float)),
        crs=4326,
    )
    joined = (
        places.sjoin(layer[["AREA_NUMBE", "geometry"]], how="left")
        .sort_values("AREA_NUMBE", key=lambda numbers: numbers.astype(str))
        .drop_duplicates("id")
    )
    areas = joined["AREA_NUMBE"].map(lambda number: str(int(number)) if pd.notna(number) else "(unmatched)")
    found = mapping(
        real_analyst,
        f"""
        select zone_id, cast(sum(records + records_of_uncovered_days) as bigint) from crime.offenses_by_zone_month
        where city = '{CITY}' and zone_kind = 'community_area' group by 1
        """,
    )

    assert found == counted(areas)
    assert len(found) == 78 and found["(unmatched)"] == 59


def test_the_publisher_agrees_on_the_area(real_warehouse: duckdb.DuckDBPyConnection, real_home: object) -> None:
    # Not on all: reports are placed at the middle of a block, and blocks lie on borders.
    ((share,),) = real_warehouse.execute(
        """
        select avg(cast(points.zone_id = crimes.community_area as integer))
        from staging.stg_chicago__crimes as crimes
        inner join enrich.point_zones as points
            on points.city = 'chicago' and points.longitude = crimes.longitude and points.latitude = crimes.latitude
        """
    ).fetchall()

    assert 0.97 < share < 1


def test_a_store_is_one_resource(real_analyst: duckdb.DuckDBPyConnection) -> None:
    stores = table(CITY, "Grocery_Stores_-_2013.csv")
    expected = stores.drop_duplicates(["STORE NAME", "ADDRESS"])
    found = mapping(
        real_analyst, f"select resource_name, count(*) from zones.dim_resource where city = '{CITY}' group by 1"
    )

    assert fates(real_analyst, CITY, "grocery_stores") == {
        ("accepted", None): len(expected),
        ("excluded", "superseded_version"): 2,
    }
    assert found == counted(expected["STORE NAME"])
    # 1840 N Clybourn holds two stores; the one without a license is kept.
    assert real_analyst.execute(
        """
        select count(*) from zones.dim_resource
        where resource_id in ('1975885', '1277005', 'WALMART, 10900 S DOTY AVE W')
        """
    ).fetchall() == [(3,)]


def test_stores_by_community_area_as_published(real_analyst: duckdb.DuckDBPyConnection) -> None:
    stores = table(CITY, "Grocery_Stores_-_2013.csv").drop_duplicates(["STORE NAME", "ADDRESS"])
    found = mapping(real_analyst, f"select zone_id, count(*) from zones.dim_resource where city = '{CITY}' group by 1")
    differing = {area for area, count in counted(stores["COMMUNITY AREA"]).items() if found.get(area, 0) != count}

    assert len(differing) <= 6, differing


def test_offenses_near_a_line_between_areas_measured_again(
    real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame
) -> None:
    """On Illinois's own plane (EPSG:26916, metres): a tenth of a metre beside the tolerance may be either way."""
    layer = gpd.read_file(DATA / CITY / "community_areas_77" / "Chicago77.shp").set_crs(3435).to_crs(26916)
    of_2018 = pd.to_datetime(crimes["date"], format="mixed").dt.year == 2018
    year = crimes[of_2018 & ~crimes["primary_type"].str.startswith("NON-CRIMINAL")]
    places = gpd.GeoSeries(
        gpd.points_from_xy(year["longitude"].astype(float), year["latitude"].astype(float)), crs=4326
    ).to_crs(26916)
    found = mapping(
        real_analyst,
        f"select zone_id, sum(n_high) from zones.border_counts where city = '{CITY}' group by 1",
    )
    assert len(found) == 77
    for row in layer.itertuples():
        away = places.distance(row.geometry)
        assert (away < 14.9).sum() <= found[str(int(row.AREA_NUMBE))] <= (away < 15.1).sum()


def test_what_is_no_crime_is_kept_and_not_counted(
    real_analyst: duckdb.DuckDBPyConnection, crimes: pd.DataFrame
) -> None:
    found = offenses(real_analyst, "coalesce(measure, not_counted_reason)")
    by_code, kinds = crimes["fbi_code"], crimes["primary_type"]
    not_a_crime = kinds.str.startswith("NON-CRIMINAL")
    looked_for = by_code.isin(["13", "15", "16", "18", "19", "22", "24", "26"])
    assert found.pop("not_a_crime") == not_a_crime.sum() == 4
    assert found == {
        "offenses_police_generated": (looked_for & ~not_a_crime).sum(),
        "offenses": (~looked_for & ~not_a_crime).sum(),
    }
