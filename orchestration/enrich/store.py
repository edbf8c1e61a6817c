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

ZONES = "select city, zone_kind, zone_id, geometry_wkt from canonical.zones order by city, zone_kind, zone_id"
STORE = """
create schema if not exists enrich;
create or replace table enrich.point_zones as
select city::varchar as city, zone_kind::varchar as zone_kind, longitude::double as longitude,
    latitude::double as latitude, zone_id::varchar as zone_id
from point_zones;
create or replace table enrich.near_other_zones as
select city::varchar as city, zone_kind::varchar as zone_kind, longitude::double as longitude,
    latitude::double as latitude, zone_id::varchar as zone_id
from near_other_zones;
create or replace table enrich.zone_shapes as
select city::varchar as city, zone_kind::varchar as zone_kind, zone_id::varchar as zone_id,
    area_km2::double as area_km2, longitude::double as longitude, latitude::double as latitude
from zone_shapes;
"""


def place_points(connection: duckdb.DuckDBPyConnection, entities: Iterable[str] = LOCATED) -> dict[str, pd.DataFrame]:
    """Assign every distinct coordinate of the entities to its zones; returns what was stored, by table."""
    from orchestration.enrich import zones as zoning  # imports geopandas: a second

    zones = connection.execute(ZONES).df()
    placed = zoning.place(connection.execute(distinct_points(entities)).df(), zones)
    stored = {
        "point_zones": placed.zones,
        "near_other_zones": placed.near_others,
        "zone_shapes": zoning.zone_shapes(zones),
    }
    for table, frame in stored.items():
        connection.register(table, frame)
    connection.execute(STORE)
    return stored


def distinct_points(entities: Iterable[str]) -> str:
    """A query for the coordinates of canonical entities, each once; what is no place on Earth is in no zone."""
    return " union ".join(
        f"select distinct city, longitude, latitude from canonical.{entity} "
        "where longitude between -180 and 180 and latitude between -90 and 90"
        for entity in entities
    )
