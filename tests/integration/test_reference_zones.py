"""Places and their counts against values that another route computed: reference_cases/00_border and 00_dispersion.

The cases' points and counts take the place of the canonical tables; they are placed by the project's own enrichment, and
everything after it is built by dbt.
"""

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import shapely
from jinja2 import Environment

from orchestration.enrich.store import place_points
from orchestration.settings import DBT_PROJECT_DIR, Settings
from tests.integration.empty_warehouse import create_inputs, dbt

CASES = Path(__file__).parents[1] / "reference_cases"
BORDER: dict[str, Any] = json.loads((CASES / "00_border" / "expected.json").read_text(encoding="utf-8"))
DISPERSION: dict[str, Any] = json.loads((CASES / "00_dispersion" / "expected.json").read_text(encoding="utf-8"))
CELLS = CASES / "00_dispersion" / "zone_months.csv"
# The case is drawn in metres on a plane; its middle is laid on the equator, where a degree is this long on WGS84.
MIDDLE = 1000
METRES_A_DEGREE = (math.radians(6_378_137.0), math.radians(6_378_137.0) * (1 - 0.00669437999014))
MODELS = (
    "garwood_limits fqn:footprint.intermediate fct_calls officers_busy_by_hour fct_contacts fct_offenses calls_by_zone_month calls_by_month "
    "contacts_by_zone_month offenses_by_zone_month measures_by_zone_month reference_periods dim_zone dim_city "
    "dispersion border_counts measure_doubts zone_summary call_type_hours calls_by_type"
)
RESIDENTS = 1000
FILL = f"""
-- Each month's events are spread over its days, so that it is covered whole.
create temp table cells as
select series as city, zone, cast(month || '-01' as date) as month, n, hash(series, zone) % 1000 as place
from read_csv('{CELLS}', types = {{'month': 'VARCHAR'}})
union all
select 'once', 'Z' || z, date '2024-03-01', 10 * z, z from range(1, 3) as zones(z);
insert into canonical.calls by name
select city, zone || '/' || month || '/' || i as call_id, 'community' as initiation, 'calls' as source_dataset,
    month + to_days(cast(i * day(last_day(month)) // n as integer)) + interval 12 hour as call_at_local,
    call_at_local as call_at_utc, place as longitude, 1 as latitude
from cells, range(n) as events(i);
insert into canonical.zones by name
select distinct city, 'tract' as zone_kind, zone as zone_id, 'POLYGON EMPTY' as geometry_wkt from cells;
insert into canonical.zone_attributes by name
select distinct city, 'tract' as zone_kind, zone as zone_id, 'B01003_001' as variable, {RESIDENTS} as estimate from cells;
insert into enrich.point_zones select distinct city, 'tract', place, 1, zone from cells;
insert into raw.cities by name
select city, city as title, 'UTC' as time_zone from (select distinct city from cells union all select 'border');
"""


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place of the case."""
    return x / METRES_A_DEGREE[0], (y - MIDDLE) / METRES_A_DEGREE[1]


def draw(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The zones and points of the border case, the zones in an order that is not theirs."""
    with (CASES / "00_border" / "zones.csv").open(encoding="utf-8", newline="") as file:
        for zone in reversed(list(csv.DictReader(file))):
            corners = shapely.get_coordinates(shapely.from_wkt(zone["wkt"]))
            outline = shapely.Polygon([degrees(*corner) for corner in corners])
            warehouse.execute(
                "insert into canonical.zones by name select 'border' as city, 'tract' as zone_kind, ? as zone_id, "
                "? as geometry_wkt",
                [zone["zone"], shapely.to_wkt(outline, rounding_precision=20)],
            )
    with (CASES / "00_border" / "points.csv").open(encoding="utf-8", newline="") as file:
        points = [(row["point"], *degrees(float(row["x_m"]), float(row["y_m"]))) for row in csv.DictReader(file)]
    warehouse.executemany(
        "insert into canonical.calls by name select 'border' as city, ? as call_id, 'community' as initiation, "
        "'calls' as source_dataset, timestamp '2024-03-01 12:00' as call_at_local, call_at_local as call_at_utc, "
        "? as longitude, ? as latitude",
        points,
    )


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's databases, the analysts' in use."""
    home = Settings(home=tmp_path_factory.mktemp("zones"))
    home.create_folders()
    with duckdb.connect(str(home.warehouse_database)) as warehouse:
        create_inputs(warehouse)
        draw(warehouse)
        place_points(warehouse, ["calls"])
        warehouse.execute(FILL)
    dbt(home, "build", MODELS, "--resource-type", "model", "--resource-type", "seed")
    with duckdb.connect() as opened:
        for database in (home.warehouse_database, home.analyst_database):
            opened.execute(f"attach '{database}' as {database.stem} (read_only)")
        opened.execute("use analyst")
        yield opened


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query, by column."""
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def near(value: float | None) -> Any:
    """A value of a case, which has ten significant digits."""
    return None if value is None else pytest.approx(value, rel=DISPERSION["tolerance"], abs=1e-9)


def test_counts_near_a_border(connection: duckdb.DuckDBPyConnection) -> None:
    expected = BORDER["expected"]["zones"]
    found = {row["zone_id"]: row for row in rows(connection, "from zones.border_counts where city = 'border'")}
    assert set(found) == set(expected)
    for zone, values in expected.items():
        row = found[zone]
        assert (row["n"], row["n_own_near"], row["n_other_near"]) == (
            values["n"], values["n_own_near"], values["n_other_near"],
        )  # fmt: skip
        assert (row["n_low"], row["n_high"]) == (values["low"], values["high"])
        assert row["n_high"] - row["n_low"] == values["range"]
        assert (row["n_high"] - row["n_low"]) / row["n"] == near(values["range_share"])
        assert row["n_split"] == near(values["split_count"])
        assert row["depends_on_borders"] == ("BORDER" in values["caveat"])


def test_border_ranges_are_told_with_the_count(connection: duckdb.DuckDBPyConnection) -> None:
    expected = BORDER["expected"]
    found = {row["zone_id"]: row for row in rows(connection, "from zones.zone_summary where city = 'border'")}
    unmatched = found.pop("(unmatched)")
    for zone, values in expected["zones"].items():
        row = found[zone]
        assert (row["n"], row["n_low"], row["n_high"]) == (values["n"], values["low"], values["high"])
        assert [code for code in row["caveat_codes"].split(";") if code == "BORDER"] == values["caveat"]
    assert (unmatched["n"], unmatched["n_low"], unmatched["n_high"]) == (expected["unmatched"], None, None)
    assert sum(row["n"] for row in found.values()) + unmatched["n"] == expected["sum_of_zones_plus_unmatched"]
    assert expected["sum_of_zones_plus_unmatched"] == expected["points"]


@pytest.mark.parametrize("series", ["noisy", "even"])
def test_dispersion_of_counts_by_zone_and_month(connection: duckdb.DuckDBPyConnection, series: str) -> None:
    expected = DISPERSION["expected"][series]
    (row,) = rows(connection, f"from zones.dispersion where city = '{series}'")
    assert row["measure"] == "calls"
    assert row["zones_used"] == expected["zones_used"]
    assert row["months_used"] == expected["months_used"]
    assert row["degrees_of_freedom"] == expected["df"]
    assert row["pearson_chi2"] == near(expected["pearson_chi2"])
    assert row["pearson_chi2"] / row["degrees_of_freedom"] == near(expected["phi_unfloored"])
    assert row["dispersion"] == near(expected["phi"])
    assert math.sqrt(row["dispersion"]) == near(expected["sqrt_phi"])


@pytest.mark.parametrize("series", ["noisy", "even"])
def test_limits_of_a_year_by_zone(connection: duckdb.DuckDBPyConnection, series: str) -> None:
    expected = DISPERSION["expected"][series]
    found = {row["zone_id"]: row for row in rows(connection, f"from zones.zone_summary where city = '{series}'")}
    for zone, values in expected["limits_year"].items():
        row = found[zone]
        assert row["n"] == values["n"]
        exposure = RESIDENTS / 1000 * row["covered_days"] / 365.25
        # From 5 events the closed form is published, below it the exact limits.
        limits = values["quasi_poisson_byar"] or values["quasi_poisson"]
        assert [row["rate_lo"] * exposure, row["rate_hi"] * exposure] == [near(limit) for limit in limits], zone
        assert row["dispersion"] == near(expected["phi"])
        widened = values["ci_method"] == "quasi_poisson"
        assert row["ci_method"] == ("quasi_poisson_" if widened else "") + ("byar" if values["n"] >= 5 else "garwood")
        if not widened:
            assert values["quasi_poisson"] == values["poisson_exact"]


@pytest.mark.parametrize("series", ["noisy", "even"])
def test_limits_of_a_year_of_the_city(connection: duckdb.DuckDBPyConnection, series: str) -> None:
    expected = DISPERSION["expected"][series]["city"]
    (row,) = rows(
        connection,
        f"from demand.calls_by_type where city = '{series}' and final_type = '(all)' and denominator = 'community'",
    )
    exposure = row["calls"] / row["rate_per_1000"]
    assert row["calls"] == expected["n"]
    # The mart widens the closed form, the case the exact limits: at such counts they differ in the seventh digit.
    assert [row["rate_lo"] * exposure, row["rate_hi"] * exposure] == pytest.approx(expected["quasi_poisson"], rel=1e-6)
    assert row["ci_method"] == ("quasi_poisson_byar" if series == "noisy" else "byar")


def limits(n: int, exact: tuple[float, float] | None, dispersion: float | None) -> list[float]:
    """What the SQL of the limits makes of a count."""
    macros = (DBT_PROJECT_DIR / "macros" / "intervals.sql").read_text(encoding="utf-8")
    both = "{{ quasi_poisson_lower('n', 'lo', 'd') }}, {{ quasi_poisson_upper('n', 'hi', 'd') }}"
    query = f"select {Environment().from_string(macros + both).render()} from (select ? as n, ? as lo, ? as hi, ? as d)"
    (found,) = duckdb.execute(query, [n, *(exact or (None, None)), dispersion]).fetchall()
    return list(found)


def test_limits_at_any_count_and_dispersion() -> None:
    vectors = DISPERSION["expected"]["vectors"]
    exact = {row["k"]: (row["lo"], row["hi"]) for row in vectors if row["phi"] == 1}
    for row in vectors:
        assert limits(row["k"], exact[row["k"]], row["phi"]) == [near(row["lo"]), near(row["hi"])], row


def test_one_month_without_neighbours_keeps_poisson_and_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    expected = DISPERSION["expected"]["one_period_without_neighbours"]
    (row,) = rows(connection, "from zones.dispersion where city = 'once'")
    assert (row["dispersion"], row["status"]) == (expected["phi"], "insufficient_data")
    assert row["reason"] == "no month with events in zones is covered whole"
    (month,) = rows(connection, "from demand.calls_by_zone_month where city = 'once' and zone_id = 'Z1'")
    assert (month["demand_calls"], month["dispersion"]) == (expected["n"], None)
    assert limits(expected["n"], (expected["lo"], expected["hi"]), None) == [expected["lo"], expected["hi"]]
    # The closed form is Poisson's too.
    assert limits(expected["n"], None, None) == pytest.approx([4.787, 18.391], abs=1e-3)
    (of_city,) = rows(connection, "from demand.calls_by_month where city = 'once'")
    assert (of_city["dispersion"], of_city["ci_method"]) == (None, "byar")
