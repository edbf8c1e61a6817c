"""The ground of the demo city: zones, beats and block faces.

What belongs here: geometry and addresses, drawn from a seed. Zones are unions of small Voronoi cells, so
their borders are crooked yet shared vertex by vertex: no gap, no overlap.
What does not: who lives there (people.py), what happens there (placement.py, calls.py).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CENTER_LON, CENTER_LAT = -93.6, 41.6
KM_PER_LON, KM_PER_LAT = 83.25, 111.1
RADIUS_KM = (6.9, 5.6)
N_ZONES, N_BEATS, N_BLOCKS = 60, 12, 6_000
GEOID_PREFIX = "19001"

STREET_NAMES = """
    ALDER ASH ASPEN BASSWOOD BEECH BIRCH BLUFF BRIAR BROOK BUCKEYE CANAL CATALPA CEDAR CHERRY CHESTNUT CLAY
    CLOVER COTTONWOOD CREEK CYPRESS DOGWOOD ELDER ELM FERN FIR GARDEN GROVE HAWTHORN HAZEL HICKORY HOLLY IVY
    JUNIPER LARCH LAUREL LEVEE LILAC LINDEN LOCUST MAGNOLIA MAPLE MEADOW MILL MULBERRY MYRTLE OAK OLIVE
    ORCHARD PARK PEAR PECAN PINE PLUM POPLAR PRAIRIE QUARRY RIDGE RIVER ROSE SAGE SPRING SPRUCE SUMAC
    SYCAMORE TERRACE THORN TULIP VALLEY VINE WALNUT WATER WILLOW
"""
PLACE_NAMES = """
    Alder Cedar Clay Creek Depot East Elm Ferry Garden Grove High Island Lake Levee Linden Mill North Oak Old
    Orchard Park Prairie Quarry River South Spring Station Stone Union West
"""
STREETS, PLACES = STREET_NAMES.split(), PLACE_NAMES.split()
KINDS = ("Bend", "Bottoms", "Court", "Field", "Heights", "Hill", "Landing", "Side", "Village", "Yards")


@dataclass(frozen=True)
class Zones:
    """One row per zone; beats are groups of five neighbouring zones."""

    zone_id: list[str]
    name: list[str]
    beat: list[str]
    polygons: NDArray[np.object_]
    center_km: Floats


@dataclass(frozen=True)
class Blocks:
    """One row per block face, with the one coordinate under which everything on it is published."""

    address: list[str]
    lon: Floats
    lat: Floats
    zone: Ints
    is_arterial: NDArray[np.bool_]


def to_km(lon: Floats, lat: Floats) -> Floats:
    """Local kilometres east and north of the city centre."""
    return np.column_stack(((lon - CENTER_LON) * KM_PER_LON, (lat - CENTER_LAT) * KM_PER_LAT))


def to_degrees(km: Floats) -> Floats:
    """Inverse of to_km, rounded as published."""
    lon_lat = np.column_stack((CENTER_LON + km[:, 0] / KM_PER_LON, CENTER_LAT + km[:, 1] / KM_PER_LAT))
    return np.round(lon_lat, 6)


def city_outline(rng: np.random.Generator) -> shapely.Polygon:
    """A lobed oval around the centre, in kilometres."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    lobes = sum(rng.uniform(0.02, 0.07) * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 7))
    radius = 1.0 + np.asarray(lobes)
    x, y = RADIUS_KM[0] * radius * np.cos(angle), RADIUS_KM[1] * radius * np.sin(angle)
    return shapely.Polygon(np.column_stack((x, y)))


def small_cells(outline: shapely.Polygon, rng: np.random.Generator) -> NDArray[np.object_]:
    """Voronoi cells (in degrees) of a jittered grid, those whose centroid lies inside the outline."""
    step = 0.30
    x, y = np.meshgrid(np.arange(-9.0, 9.0, step), np.arange(-8.0, 8.0, step))
    points = np.column_stack((x.ravel(), y.ravel()))
    points += rng.uniform(-0.4, 0.4, points.shape) * step
    cells = np.asarray(shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points))))
    cells = cells[shapely.contains(outline, shapely.centroid(cells))]
    return np.asarray(shapely.transform(cells, to_degrees))


def grow(cells: NDArray[np.object_], seeds_km: Floats) -> Ints:
    """Zone of each cell, -1 if none; a zone grows from its seed over touching cells, so it is connected."""
    center = shapely.get_coordinates(shapely.centroid(cells))
    center_km = to_km(center[:, 0], center[:, 1])
    left, right = shapely.STRtree(cells).query(cells, predicate="intersects")
    neighbours: list[list[int]] = [[] for _ in cells]
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        # A shared corner is no border: a zone that hangs together by a point would be a multipolygon.
        if a != b and shapely.length(shapely.intersection(cells[a], cells[b])) > 0:
            neighbours[a].append(b)
    zone = np.full(len(cells), -1, dtype=np.int64)
    queue: list[tuple[float, int, int]] = []
    for z, seed in enumerate(seeds_km):
        start = int(np.argmin(((center_km - seed) ** 2).sum(axis=1)))
        heapq.heappush(queue, (0.0, start, z))
    while queue:
        _, cell, z = heapq.heappop(queue)
        if zone[cell] >= 0:
            continue
        zone[cell] = z
        for other in neighbours[cell]:
            if zone[other] < 0:
                distance = float(((center_km[other] - seeds_km[z]) ** 2).sum())
                heapq.heappush(queue, (distance, other, z))
    return zone


def zone_seeds(cells: NDArray[np.object_], rng: np.random.Generator) -> Floats:
    """Zone centres: a few Lloyd steps over the cells, denser towards the middle of the city."""
    center = shapely.get_coordinates(shapely.centroid(cells))
    points = to_km(center[:, 0], center[:, 1])
    weight = np.exp(-((points**2).sum(axis=1)) / 40.0)
    seeds = points[rng.choice(len(points), N_ZONES, replace=False, p=weight / weight.sum())]
    for _ in range(6):
        nearest = ((points[:, None, :] - seeds[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        total = np.maximum(np.bincount(nearest, weight, N_ZONES), 1e-9)
        mean = [np.bincount(nearest, weight * points[:, axis], N_ZONES) / total for axis in (0, 1)]
        seeds = np.column_stack(mean)
    return seeds


def make_zones(rng: np.random.Generator) -> Zones:
    """Sixty zones numbered column by column from the west, five to a beat."""
    cells = small_cells(city_outline(rng), rng)
    seeds = zone_seeds(cells, rng)
    column = np.argsort(np.argsort(seeds[:, 0], kind="stable"), kind="stable") // (N_ZONES // 4)
    order = np.lexsort((seeds[:, 1], column))
    seeds = seeds[order]
    of_cell = grow(cells, seeds)
    polygons = np.array([shapely.union_all(cells[of_cell == z]) for z in range(N_ZONES)], dtype=object)
    center = shapely.get_coordinates(shapely.centroid(polygons))
    names = rng.permutation([f"{place} {kind}" for place in PLACES for kind in KINDS])[:N_ZONES]
    return Zones(
        zone_id=[f"{GEOID_PREFIX}{z + 1:04d}" for z in range(N_ZONES)],
        name=[str(name) for name in names],
        beat=[f"B{z // (N_ZONES // N_BEATS) + 1:02d}" for z in range(N_ZONES)],
        polygons=polygons,
        center_km=to_km(center[:, 0], center[:, 1]),
    )


def ordinal(number: int) -> str:
    """1 -> 1ST, 12 -> 12TH."""
    suffix = "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")
    return f"{number}{suffix}"


def zone_of_points(zones: Zones, lon: Floats, lat: Floats) -> Ints:
    """Zone of each point; -1 outside the city or on a border."""
    point, zone = shapely.STRtree(zones.polygons).query(shapely.points(lon, lat), predicate="within").astype(int)
    out = np.full(len(lon), -1, dtype=np.int64)
    out[point] = zone
    return out


def make_blocks(zones: Zones, rng: np.random.Generator) -> Blocks:
    """Block faces of a street grid: named streets east-west, numbered avenues north-south."""
    degrees = shapely.area(zones.polygons).sum()
    step = float(np.sqrt(2 * degrees * KM_PER_LON * KM_PER_LAT / N_BLOCKS))
    n_col, n_row = int(18.0 / step), int(15.0 / step)
    col, row = (grid.ravel() for grid in np.meshgrid(np.arange(n_col), np.arange(n_row)))
    corner = np.column_stack(((col - n_col / 2) * step, (row - n_row / 2) * step))
    half = np.array([step / 2, 0.0])
    km = np.concatenate((corner + half, corner + half[::-1]))
    km += rng.uniform(-0.07, 0.07, km.shape) * step
    address = [f"{c + 1}00 BLOCK OF {STREETS[r % len(STREETS)]} ST" for c, r in zip(col, row, strict=True)]
    address += [f"{r + 1}00 BLOCK OF {ordinal(int(c) + 1)} AVE" for c, r in zip(col, row, strict=True)]
    arterial = np.concatenate((row % 7 == 3, col % 7 == 3))
    place = to_degrees(km)
    zone = zone_of_points(zones, place[:, 0], place[:, 1])
    inside = np.flatnonzero(zone >= 0)
    return Blocks(
        address=[address[i] for i in inside.tolist()],
        lon=place[inside, 0],
        lat=place[inside, 1],
        zone=zone[inside],
        is_arterial=arterial[inside],
    )
