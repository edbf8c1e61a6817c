"""Points to zones: each point once, borders always the same way, areas on the ellipsoid's own scale."""

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.enrich.zones import zone_shapes, zones_of_points

LEFT, RIGHT = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)


def zones(*rows: tuple[str, str, str, shapely.Geometry]) -> pd.DataFrame:
    return pd.DataFrame(
        [(city, kind, zone_id, shape.wkt) for city, kind, zone_id, shape in rows],
        columns=["city", "zone_kind", "zone_id", "geometry_wkt"],
    )


def points(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["city", "longitude", "latitude"])


TWO = zones(("a", "tract", "left", LEFT), ("a", "tract", "right", RIGHT))


def test_a_point_on_a_shared_border_goes_to_the_first_zone() -> None:
    assert list(zones_of_points(points(("a", 1.0, 0.5)), TWO)["zone_id"]) == ["left"]
    assert list(zones_of_points(points(("a", 1.0, 0.5)), TWO.iloc[::-1])["zone_id"]) == ["right"]


def test_a_point_outside_every_zone_is_kept_without_one() -> None:
    found = zones_of_points(points(("a", 5.0, 5.0)), TWO)
    assert len(found) == 1
    assert found["zone_id"].isna().all()


def test_each_zoning_of_a_city_gets_a_row_and_other_cities_none() -> None:
    both = pd.concat([TWO, zones(("a", "beat", "B", shapely.box(0, 0, 2, 1)), ("b", "tract", "left", LEFT))])
    found = zones_of_points(points(("a", 0.5, 0.5)), both)
    assert sorted(zip(found["zone_kind"], found["zone_id"], strict=True)) == [("beat", "B"), ("tract", "left")]
    assert set(found["city"]) == {"a"}


def test_no_zones_give_no_rows() -> None:
    assert zones_of_points(points(("a", 0.5, 0.5)), TWO.iloc[:0]).empty


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 3), st.floats(-1, 2)), min_size=1, max_size=40, unique=True))
def test_every_point_comes_back_once_in_a_zone_that_holds_it(places: list[tuple[float, float]]) -> None:
    found = zones_of_points(points(*(("a", x, y) for x, y in places)), TWO)
    assert sorted(zip(found["longitude"], found["latitude"], strict=True)) == sorted(places)
    shapes = {"left": LEFT, "right": RIGHT}
    for row in found.itertuples():
        place = shapely.Point(row.longitude, row.latitude)
        if row.zone_id is None or row.zone_id != row.zone_id:
            assert not any(shape.intersects(place) for shape in shapes.values())
        else:
            assert shapes[row.zone_id].intersects(place)


def test_areas_are_square_kilometres() -> None:
    # A degree by a degree at the equator: 110.574 km of latitude by 111.320 km of longitude.
    shapes = zone_shapes(zones(("a", "tract", "equator", shapely.box(0, 0, 1, 1))))
    assert shapes["area_km2"][0] == pytest.approx(110.574 * 111.320, rel=2e-3)
    assert shapely.box(0, 0, 1, 1).contains(shapely.Point(shapes["longitude"][0], shapes["latitude"][0]))
