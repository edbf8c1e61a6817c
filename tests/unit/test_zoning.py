"""Points to zones: each point once, borders always the same way, what lies near them told, areas on the ellipsoid."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.enrich.zones import BORDER_TOLERANCE, Placed, place, zone_shapes

CASE = Path(__file__).parents[1] / "reference_cases" / "00_border"
LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
# A degree at the equator, in metres.
LONGITUDE, LATITUDE = 111_319.49079, 110_574.27582


def zones(*rows: tuple[str, str, str, shapely.Geometry]) -> pd.DataFrame:
    return pd.DataFrame(
        [(city, kind, zone_id, shapely.to_wkt(shape, rounding_precision=20)) for city, kind, zone_id, shape in rows],
        columns=["city", "zone_kind", "zone_id", "geometry_wkt"],
    )


def points(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["city", "longitude", "latitude"])


TWO = zones(("a", "tract", "left", LEFT), ("a", "tract", "right", RIGHT))


def near(placed: Placed) -> set[tuple[float, float, str]]:
    """Points and the zones nearby that are not theirs."""
    frame = placed.near_others
    return set(zip(frame["longitude"], frame["latitude"], frame["zone_id"], strict=True))


def test_a_point_on_a_shared_line_goes_to_the_first_of_its_zones_by_id_whatever_their_order() -> None:
    assert list(place(points(("a", 1.0, 0.5)), TWO).zones["zone_id"]) == ["left"]
    assert list(place(points(("a", 1.0, 0.5)), TWO.iloc[::-1]).zones["zone_id"]) == ["left"]


def test_a_point_outside_every_zone_is_kept_without_one() -> None:
    found = place(points(("a", 5.0, 5.0)), TWO)
    assert len(found.zones) == 1
    assert found.zones["zone_id"].isna().all()
    assert found.near_others.empty


def test_each_zoning_of_a_city_gets_a_row_and_other_cities_none() -> None:
    both = pd.concat([TWO, zones(("a", "beat", "B", shapely.box(0, 0, 2, 1)), ("b", "tract", "left", LEFT))])
    found = place(points(("a", 0.5, 0.5)), both).zones
    assert sorted(zip(found["zone_kind"], found["zone_id"], strict=True)) == [("beat", "B"), ("tract", "left")]
    assert set(found["city"]) == {"a"}


def test_no_zones_and_no_points_give_no_rows() -> None:
    assert place(points(("a", 0.5, 0.5)), TWO.iloc[:0]).zones.empty
    assert place(points(), TWO).zones.empty
    assert place(points(), TWO).near_others.empty


def test_a_zone_across_the_line_is_near_up_to_the_tolerance() -> None:
    inside, beyond = (1 - (BORDER_TOLERANCE + step) / LONGITUDE for step in (-0.01, 0.01))
    assert near(place(points(("a", inside, 0.5), ("a", beyond, 0.5)), TWO)) == {(inside, 0.5, "right")}


def test_a_metre_is_a_metre_at_any_latitude() -> None:
    # At 60 degrees a degree of longitude is 55,800.2 m and one of latitude 111,412.2 m on WGS84.
    north = zones(("a", "tract", "left", shapely.box(0, 59, 1, 61)), ("a", "tract", "right", shapely.box(1, 59, 2, 61)))
    inside, beyond = (1 - metres / 55_800.2 for metres in (14.9, 15.1))
    assert near(place(points(("a", inside, 60.0), ("a", beyond, 60.0)), north)) == {(inside, 60.0, "right")}
    above = zones(("a", "tract", "low", shapely.box(0, 59.5, 1, 60)), ("a", "tract", "up", shapely.box(0, 60, 1, 60.5)))
    inside, beyond = (60 - metres / 111_412.2 for metres in (14.9, 15.1))
    assert near(place(points(("a", 0.5, inside), ("a", 0.5, beyond)), above)) == {(0.5, inside, "up")}


def test_the_outer_edge_of_a_city_is_no_border_between_zones() -> None:
    outside = -10 / LONGITUDE
    found = place(points(("a", -outside, 0.5), ("a", outside, 0.5)), TWO)
    # A point just outside may be the zone's; one just inside is nobody else's.
    assert near(found) == {(outside, 0.5, "left")}


def test_where_outlines_overlap_the_other_zone_is_near_however_deep_the_point_lies() -> None:
    overlapping = zones(
        ("a", "tract", "big", shapely.box(0, 0, 2, 2)), ("a", "tract", "small", shapely.box(0, 0, 1, 1))
    )
    found = place(points(("a", 0.5, 0.5)), overlapping)
    assert list(found.zones["zone_id"]) == ["big"]
    assert near(found) == {(0.5, 0.5, "small")}


def test_holes_and_several_parts_have_borders_too() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    two_parts = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(5, 5, 6, 6)])
    both = zones(("a", "tract", "island", two_parts), ("a", "tract", "ring", ring))
    step = 5 / LONGITUDE
    found = place(points(("a", 1 - step, 1.5), ("a", 1 + step, 1.5), ("a", 5 + step, 5.5)), both)
    assert list(found.zones["zone_id"]) == ["ring", "island", "island"]
    assert near(found) == {(1 - step, 1.5, "island"), (1 + step, 1.5, "ring")}


def test_counts_of_the_reference_case() -> None:
    expected: dict[str, Any] = json.loads((CASE / "expected.json").read_text(encoding="utf-8"))["expected"]
    with (CASE / "points.csv").open(encoding="utf-8", newline="") as file:
        places = [
            (float(row["x_m"]) / LONGITUDE, (float(row["y_m"]) - 1000) / LATITUDE) for row in csv.DictReader(file)
        ]
    with (CASE / "zones.csv").open(encoding="utf-8", newline="") as file:
        outlines = [
            ("a", "tract", row["zone"], shapely.transform(shapely.from_wkt(row["wkt"]), _to_degrees))
            for row in csv.DictReader(file)
        ]
    distinct = points(*(("a", x, y) for x, y in sorted(set(places))))
    placed = place(distinct, zones(*outlines))
    own = {(row.longitude, row.latitude): row.zone_id for row in placed.zones.itertuples()}
    others: dict[tuple[float, float], list[str]] = {}
    for x, y, zone in near(placed):
        others.setdefault((x, y), []).append(zone)
    for zone, values in expected["zones"].items():
        assert sum(own[place] == zone for place in places) == values["n"]
        assert sum(own[place] == zone and place in others for place in places) == values["n_own_near"]
        assert sum(zone in others.get(place, []) for place in places) == values["n_other_near"]


def _to_degrees(corners: Any) -> Any:
    return (corners - [0, 1000]) / [LONGITUDE, LATITUDE]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), min_size=1, max_size=40, unique=True))
def test_every_point_comes_back_once_in_a_zone_that_holds_it(places: list[tuple[float, float]]) -> None:
    found = place(points(*(("a", x, y) for x, y in places)), TWO).zones
    assert sorted(zip(found["longitude"], found["latitude"], strict=True)) == sorted(places)
    shapes = {"left": LEFT, "right": RIGHT}
    for row in found.itertuples():
        here = shapely.Point(row.longitude, row.latitude)
        if row.zone_id is None or row.zone_id != row.zone_id:
            assert not any(shape.intersects(here) for shape in shapes.values())
        else:
            assert shapes[row.zone_id].intersects(here)


# A grid of nine blocks of 200 m with corners that are not square, and places in and around it, in metres.
GRID = np.array([[(200 * i + 17 * j, 200 * j - 11 * i) for j in range(4)] for i in range(4)], dtype=float)
BLOCKS = {
    f"{i}{j}": shapely.Polygon([GRID[i, j], GRID[i + 1, j], GRID[i + 1, j + 1], GRID[i, j + 1]])
    for i in range(3)
    for j in range(3)
}


def blocks(order: list[str]) -> pd.DataFrame:
    """The grid, laid on Seattle's latitude, its zones in an order."""
    return zones(*(("a", "tract", name, shapely.transform(BLOCKS[name], _to_seattle)) for name in order))


def _to_seattle(corners: Any) -> Any:
    return corners / [75_200.0, 111_180.0] + [-122.3, 47.6]


PLACES = st.lists(
    st.tuples(st.integers(-30, 680), st.integers(-60, 660), st.integers(0, 359), st.floats(0, 14.9)),
    min_size=1,
    max_size=60,
)


def zones_of(frame: pd.DataFrame) -> dict[tuple[float, float], list[str | None]]:
    """Zones by coordinate."""
    found: dict[tuple[float, float], list[str | None]] = {}
    for x, y, zone in zip(frame["longitude"], frame["latitude"], frame["zone_id"], strict=True):
        found.setdefault((x, y), []).append(zone if isinstance(zone, str) else None)
    return found


@settings(max_examples=40, deadline=None)
@given(PLACES)
def test_points_that_move_by_less_than_the_tolerance_leave_counts_within_their_range(
    moves: list[tuple[int, int, int, float]],
) -> None:
    before = [(x + 0.5, y + 0.5) for x, y, _, _ in moves]
    after = [
        (x + metres * math.cos(math.radians(turn)), y + metres * math.sin(math.radians(turn)))
        for (x, y), (_, _, turn, metres) in zip(before, moves, strict=True)
    ]
    old, new = (place(_at(places), blocks(sorted(BLOCKS))) for places in (before, after))
    own, others, moved = zones_of(old.zones), zones_of(old.near_others), zones_of(new.zones)
    pairs = [(key(one), key(other)) for one, other in zip(before, after, strict=True)]
    # The city's outer edge alone gives nothing away: a point that leaves the city is looked at no further.
    pairs = [(one, other) for one, other in pairs if own[one] == [None] or moved[other] != [None]]
    for zone in BLOCKS:
        number = sum(own[one] == [zone] for one, _ in pairs)
        low = number - sum(own[one] == [zone] and one in others for one, _ in pairs)
        high = number + sum(zone in others.get(one, []) for one, _ in pairs)
        assert low <= sum(moved[other] == [zone] for _, other in pairs) <= high


def key(metres: tuple[float, float]) -> tuple[float, float]:
    """A place of the grid as it is laid on the globe."""
    longitude, latitude = _to_seattle(np.array(metres))
    return float(longitude), float(latitude)


def _at(places: list[tuple[float, float]]) -> pd.DataFrame:
    return points(*(("a", *key(here)) for here in places)).drop_duplicates()


@settings(max_examples=30, deadline=None)
@given(PLACES, st.permutations(sorted(BLOCKS)))
def test_the_order_of_zones_changes_nothing(moves: list[tuple[int, int, int, float]], order: list[str]) -> None:
    # On the lines as well: corners and the middles of sides.
    corners = [(float(x), float(y)) for x, y in GRID.reshape(-1, 2)]
    here = _at([*corners, *((x, y) for x, y, _, _ in moves)])
    one, other = place(here, blocks(sorted(BLOCKS))), place(here, blocks(order))
    pd.testing.assert_frame_equal(one.zones, other.zones)
    assert near(one) == near(other)


def test_areas_are_square_kilometres() -> None:
    # A degree by a degree at the equator: 110.574 km of latitude by 111.320 km of longitude.
    shapes = zone_shapes(zones(("a", "tract", "equator", shapely.box(0, 0, 1, 1))))
    assert shapes["area_km2"][0] == pytest.approx(110.574 * 111.320, rel=2e-3)
    assert shapely.box(0, 0, 1, 1).contains(shapely.Point(shapes["longitude"][0], shapes["latitude"][0]))
