"""Points to zones, once per distinct coordinate, with the zones nearby, and the zones' areas. Pure: frames in, frames out.

Not in SQL, so that the models stay the same on other engines (decision in ARCHITECTURE.md).
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

BORDER_TOLERANCE = 15.0  # metres: half a street and a geocoder's slip; nearer to another zone, a point may be its own
SLACK = 1e-6  # metres: what the arithmetic of degrees may add to a distance
EQUAL_AREA = "EPSG:6933"  # cylindrical equal-area, metres
ZONE = ["city", "zone_kind", "zone_id"]
POINT_ZONE = ["city", "zone_kind", "longitude", "latitude", "zone_id"]
EQUATOR_RADIUS, FLATTENING = 6_378_137.0, 1 / 298.257223563  # WGS84


@dataclass(frozen=True)
class Placed:
    """Where points lie.

    `zones` has a row a point and zoning of its city, zone_id NULL where no zone holds it. `near_others` has a row for
    each further zone within the tolerance of a point (of one in no zone, each zone there).
    """

    zones: pd.DataFrame
    near_others: pd.DataFrame


def place(points: pd.DataFrame, zones: pd.DataFrame, tolerance: float = BORDER_TOLERANCE) -> Placed:
    """The zone of each point, for every zoning of the point's city, and the other zones that are about as near.

    Args:
        points: city, longitude, latitude; distinct.
        zones: city, zone_kind, zone_id, geometry_wkt (WGS84), in any order.
        tolerance: metres.

    Returns:
        Frames of city, zone_kind, longitude, latitude, zone_id. A point in two zones (on a shared line) is counted once,
        in the first of them by zone_id.
    """
    assigned: list[pd.DataFrame] = []
    near: list[pd.DataFrame] = []
    for (city, zone_kind), unordered in zones.groupby(["city", "zone_kind"], sort=True):
        zoning = unordered.sort_values("zone_id", kind="stable")
        shapes = shapely.from_wkt(zoning["geometry_wkt"].to_numpy(dtype=object))
        here = points.loc[points["city"] == city, ["longitude", "latitude"]].to_numpy(float)
        inside = _pairs_inside(shapes, here)
        first = np.full(len(here), len(zoning))
        np.minimum.at(first, inside[1], inside[0])
        pairs = np.hstack([inside, _pairs_near_a_border(shapes, here, tolerance)])
        others = _each_once(pairs[:, pairs[0] != first[pairs[1]]], len(here))
        ids = np.array([*zoning["zone_id"], None], dtype=object)
        for parts, point, zone in ((assigned, np.arange(len(here)), first), (near, others[1], others[0])):
            parts.append(
                pd.DataFrame(
                    {
                        "city": city,
                        "zone_kind": zone_kind,
                        "longitude": here[point, 0],
                        "latitude": here[point, 1],
                        "zone_id": ids[zone],
                    }
                )
            )
    return Placed(_together(assigned), _together(near))


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


def _pairs_inside(shapes: Any, places: Any) -> Any:
    """Numbers of zones (first row) and of points that lie in them or on their outline, by exact geometry."""
    # The tree is of points, so that each outline is prepared once for all of its points.
    pairs: Any = shapely.STRtree(shapely.points(places)).query(shapes, predicate="intersects")
    return pairs


def _pairs_near_a_border(shapes: Any, places: Any, tolerance: float) -> Any:
    """Numbers of zones (first row) and of points within so many metres of their outline, on either side."""
    parts, zone_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(corners) or not len(places):
        return np.empty((2, 0), dtype=int)
    # One scale for the whole zoning keeps straight lines straight; over 50 km its error is a thousandth or so.
    metres = _metres_a_degree(float(corners[:, 1].min() + corners[:, 1].max()) / 2)
    starts = np.flatnonzero(ring[1:] == ring[:-1])
    sides = shapely.linestrings(np.stack([corners[starts], corners[starts + 1]], axis=1) * metres)
    tree = shapely.STRtree(shapely.points(places * metres))
    side, point = tree.query(sides, predicate="dwithin", distance=tolerance + SLACK)
    return np.vstack([zone_of_part[part_of_ring[ring[starts[side]]]], point])


def _each_once(pairs: Any, points: int) -> Any:
    """Pairs of a zone and a point, none of them twice; there are so many points."""
    return np.stack(np.divmod(np.unique(pairs[0] * points + pairs[1]), points or 1))


def _metres_a_degree(latitude: float) -> Any:
    """Metres that a degree of longitude and one of latitude take up on the ellipsoid."""
    squared = FLATTENING * (2 - FLATTENING)
    curve = 1 - squared * np.sin(np.radians(latitude)) ** 2
    along_a_parallel = EQUATOR_RADIUS * np.cos(np.radians(latitude)) / np.sqrt(curve)
    along_a_meridian = EQUATOR_RADIUS * (1 - squared) / curve**1.5
    return np.radians(np.array([along_a_parallel, along_a_meridian]))


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=POINT_ZONE)
