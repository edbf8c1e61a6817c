"""Dagster assets of enrichment: Python between two SQL layers, its result stored in schema enrich."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb

from orchestration.enrich.store import LOCATED, place_points
from orchestration.settings import settings

OWNER = ["team:data-engineering"]
COLUMNS = {
    "city": "City, by its name in the catalog.",
    "zone_kind": "Zoning: tract, beat and the like.",
    "zone_id": "Zone within city and zoning; of a point in none, NULL.",
    "longitude": "WGS84 degrees; restricted where it is a published coordinate.",
    "latitude": "WGS84 degrees; restricted where it is a published coordinate.",
    "area_km2": "Area in square kilometres, measured in the city's projection.",
}


@dg.multi_asset(
    name="enrich",
    specs=[
        dg.AssetSpec(
            key=["enrich", "point_zones"],
            deps=[dg.AssetKey(["canonical", entity]) for entity in (*LOCATED, "zones")],
            group_name="enrich",
            owners=OWNER,
            kinds={"geopandas", "duckdb"},
            description="One row per distinct published coordinate and zoning of its city, with the zone that holds it.",
        ),
        dg.AssetSpec(
            key=["enrich", "near_other_zones"],
            deps=[dg.AssetKey(["canonical", entity]) for entity in (*LOCATED, "zones")],
            group_name="enrich",
            owners=OWNER,
            kinds={"geopandas", "duckdb"},
            description="One row per distinct published coordinate and zone that is not its own but within 15 metres.",
        ),
        dg.AssetSpec(
            key=["enrich", "zone_shapes"],
            deps=[dg.AssetKey(["canonical", "zones"])],
            group_name="enrich",
            owners=OWNER,
            kinds={"geopandas", "duckdb"},
            description="One row per zone with its area and a point inside it.",
        ),
    ],
    pool="warehouse_writer",
)
def enrich() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Assign every distinct coordinate to its zones."""
    home = settings()
    with duckdb.connect(str(home.warehouse_database), config={"memory_limit": home.memory_limit}) as connection:
        stored = place_points(connection)
    for name, frame in stored.items():
        metadata: dict[str, Any] = {
            "dagster/row_count": len(frame),
            "dagster/column_schema": dg.TableSchema(
                [
                    dg.TableColumn(str(column), str(kind), description=COLUMNS[str(column)])
                    for column, kind in frame.dtypes.items()
                ]
            ),
        }
        if name == "point_zones" and len(frame):
            metadata["share_without_zone"] = float(frame["zone_id"].isna().mean())
        yield dg.MaterializeResult(asset_key=["enrich", name], metadata=metadata)


def assets() -> list[dg.AssetsDefinition]:
    """The assets of enrichment."""
    return [enrich]
