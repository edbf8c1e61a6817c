"""Points and zones out of the warehouse, and what Python makes of them back into its schema enrich.

SQL around the pure functions of `zones`. Nothing here knows Dagster.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pandas as pd

LOCATED = ("calls", "contacts", "offenses", "requests", "resources")

# The order decides where outlines overlap, so it must not depend on chance.
ZONES = "select city, zone_kind, zone_id, geometry_wkt from canonical.zones order by city, zone_kind, source_dataset, zone_id"
STORE = """
create schema if not exists enrich;
create or replace table enrich.point_zones as
select city::varchar as city, zone_kind::varchar as zone_kind, longitude::double as longitude,
    latitude::double as latitude, zone_id::varchar as zone_id
from point_zones;
create or replace table enrich.zone_shapes as
select city::varchar as city, zone_kind::varchar as zone_kind, zone_id::varchar as zone_id,
    area_km2::double as area_km2, longitude::double as longitude, latitude::double as latitude
from zone_shapes;
"""


def place_points(
    connection: duckdb.DuckDBPyConnection, entities: Iterable[str] = LOCATED
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Assign every distinct coordinate of the entities to its zones; returns what was stored."""
    from orchestration.enrich import zones as zoning  # imports geopandas: a second

    zones = connection.execute(ZONES).df()
    points = connection.execute(distinct_points(entities)).df()
    point_zones, zone_shapes = zoning.zones_of_points(points, zones), zoning.zone_shapes(zones)
    connection.register("point_zones", point_zones)
    connection.register("zone_shapes", zone_shapes)
    connection.execute(STORE)
    return point_zones, zone_shapes


def distinct_points(entities: Iterable[str]) -> str:
    """A query for the coordinates of canonical entities, each once; what is no place on Earth is in no zone."""
    return " union ".join(
        f"select city, longitude, latitude from canonical.{entity} "
        "where longitude between -180 and 180 and latitude between -90 and 90"
        for entity in entities
    )
