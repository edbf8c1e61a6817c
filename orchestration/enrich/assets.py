"""Dagster assets of enrichment: Python between two SQL layers, its result stored in schema enrich."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from orchestration.settings import settings

OWNER = ["team:data-engineering"]
LOCATED = ("calls", "contacts", "offenses", "requests", "resources")

DISTINCT_POINTS = " union ".join(
    f"select city, longitude, latitude from canonical.{entity} where longitude is not null and latitude is not null"
    for entity in LOCATED
)
# The order decides where outlines overlap, so it must not depend on chance.
ZONES = "select city, zone_kind, zone_id, geometry_wkt from canonical.zones order by city, zone_kind, source_dataset, zone_id"
STORE_POINTS = """
create schema if not exists enrich;
create or replace table enrich.point_zones as
select city::varchar as city, zone_kind::varchar as zone_kind, longitude::double as longitude,
    latitude::double as latitude, zone_id::varchar as zone_id
from point_zones;
"""
STORE_SHAPES = """
create or replace table enrich.zone_shapes as
select city::varchar as city, zone_kind::varchar as zone_kind, zone_id::varchar as zone_id,
    area_km2::double as area_km2, longitude::double as longitude, latitude::double as latitude
from zone_shapes;
"""


@dg.multi_asset(
    name="enrich",
    specs=[
        dg.AssetSpec(
            key=["enrich", "point_zones"],
            deps=[dg.AssetKey(["canonical", entity]) for entity in (*LOCATED, "zones")],
            group_name="enrich", owners=OWNER, kinds={"geopandas", "duckdb"},
            description="One row per distinct published coordinate and zoning of its city, with the zone that holds it.",
        ),
        dg.AssetSpec(
            key=["enrich", "zone_shapes"],
            deps=[dg.AssetKey(["canonical", "zones"])],
            group_name="enrich", owners=OWNER, kinds={"geopandas", "duckdb"},
            description="One row per zone with its area and a point inside it.",
        ),
    ],
    pool="warehouse_writer",
)
def enrich() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Assign every distinct coordinate to its zones."""
    from orchestration.enrich import zones as zoning

    home = settings()
    with duckdb.connect(str(home.warehouse_database), config={"memory_limit": home.memory_limit}) as connection:
        zones = connection.execute(ZONES).df()
        point_zones = zoning.zones_of_points(connection.execute(DISTINCT_POINTS).df(), zones)
        zone_shapes = zoning.zone_shapes(zones)
        connection.execute(STORE_POINTS)
        connection.execute(STORE_SHAPES)
    for name, frame in {"point_zones": point_zones, "zone_shapes": zone_shapes}.items():
        metadata: dict[str, Any] = {
            "dagster/row_count": len(frame),
            "dagster/column_schema": dg.TableSchema(
                [dg.TableColumn(str(column), str(kind)) for column, kind in frame.dtypes.items()]
            ),
        }
        if name == "point_zones" and len(frame):
            metadata["share_without_zone"] = float(frame["zone_id"].isna().mean())
        yield dg.MaterializeResult(asset_key=["enrich", name], metadata=metadata)


def assets() -> list[dg.AssetsDefinition]:
    """The assets of enrichment."""
    return [enrich]
