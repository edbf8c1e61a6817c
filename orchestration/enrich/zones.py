"""Points to zones, once per distinct coordinate, and the zones' areas. Pure: frames in, frames out.

Not in SQL, so that the models stay the same on other engines (decision in ARCHITECTURE.md).
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EQUAL_AREA = "EPSG:6933"  # cylindrical equal-area, metres
ZONE = ["city", "zone_kind", "zone_id"]


def zones_of_points(points: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """The zone of each point, for every zoning of the point's city.

    Args:
        points: city, longitude, latitude; distinct.
        zones: city, zone_kind, zone_id, geometry_wkt (WGS84); where two overlap, the one that comes first wins.

    Returns:
        city, zone_kind, longitude, latitude, zone_id: a row a point and zoning of its city, zone_id NULL where no
        zone holds the point. A point in two zones (on a shared border) is counted once, in the first.
    """
    parts = []
    for (city, zone_kind), zoning in zones.groupby(["city", "zone_kind"], sort=True):
        here = points[points["city"] == city]
        shapes = shapely.from_wkt(zoning["geometry_wkt"].to_numpy(dtype=object))
        tree = shapely.STRtree(shapes)
        places = shapely.points(here["longitude"].to_numpy(float), here["latitude"].to_numpy(float))
        point_index, zone_index = tree.query(places, predicate="intersects")
        first = np.full(len(here), len(zoning))
        np.minimum.at(first, point_index, zone_index)
        ids = np.array([*zoning["zone_id"], None], dtype=object)
        parts.append(
            pd.DataFrame(
                {
                    "city": city,
                    "zone_kind": zone_kind,
                    "longitude": here["longitude"].to_numpy(float),
                    "latitude": here["latitude"].to_numpy(float),
                    "zone_id": ids[first],
                }
            )
        )
    columns = ["city", "zone_kind", "longitude", "latitude", "zone_id"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def zone_shapes(zones: pd.DataFrame) -> pd.DataFrame:
    """Area (square kilometres) of each zone and a point inside it (WGS84).

    Returns: city, zone_kind, zone_id, area_km2, longitude, latitude.
    """
    shapes = gpd.GeoSeries(shapely.from_wkt(zones["geometry_wkt"].to_numpy(dtype=object)), crs="EPSG:4326")
    inside = shapes.representative_point()
    return pd.DataFrame(
        {
            **{column: zones[column].to_numpy(dtype=object) for column in ZONE},
            "area_km2": shapes.to_crs(EQUAL_AREA).area.to_numpy() / 1e6,
            "longitude": inside.x.to_numpy(),
            "latitude": inside.y.to_numpy(),
        }
    )
