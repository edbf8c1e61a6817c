"""Outlines as text, as exact as they were drawn: a point on a shared line must stay on it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas

DECIMALS = 20  # the writer's own default is six, a decimetre, which moves points across a line; its -1 drops a digit


def outline_texts(shapes: "geopandas.GeoSeries") -> list[str | None]:
    """WKT of each outline; None where there is none."""
    texts = shapes.to_wkt(rounding_precision=DECIMALS)
    return [text if isinstance(text, str) else None for text in texts]
