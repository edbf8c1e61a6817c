"""Files in the form of an ArcGIS feature service's query answers, page by page.

What belongs here: the envelope and the paging. What does not: the features (enforcement.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from orchestration.demo.world import World
from orchestration.demo.writing import json_piece

PAGE, MAX_PAGES = 2_000, 100


def envelope(fields: dict[str, str], is_last: bool) -> bytes:
    """A query answer up to its features; fields as name -> type without the esri prefix."""
    described: list[dict[str, object]] = []
    for name, kind in fields.items():
        length: dict[str, object] = {"length": 60} if kind == "String" else {}
        described.append({"name": name, "type": f"esriFieldType{kind}", "alias": name, **length})
    answer: dict[str, object] = {
        "objectIdFieldName": "OBJECTID",
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": 4326, "latestWkid": 4326},
        "fields": described,
    }
    if not is_last:
        answer["exceededTransferLimit"] = True
    return json.dumps(answer, separators=(",", ":"))[:-1].encode() + b',"features":[\n'


def page_ranges(rows: int) -> list[tuple[int, int]]:
    """Row ranges of pages: 2,000 features each, or more where that would need over a hundred files."""
    size = max(PAGE, -(-rows // MAX_PAGES))
    return [(first, min(first + size, rows)) for first in range(0, max(rows, 1), size)]


def write_pages(
    world: World, out: Path, stem: str, fields: dict[str, str], rows: int, query: Callable[[int, int], str]
) -> dict[str, int]:
    """stem_0001.json and so on; returns rows and pages."""
    for stale in out.glob(f"{stem}_*.json"):
        stale.unlink()
    ranges = page_ranges(rows)
    for n, (first, last) in enumerate(ranges, start=1):
        features = json_piece(world.con, query(first, last), world.scratch)
        (out / f"{stem}_{n:04d}.json").write_bytes(envelope(fields, n == len(ranges)) + features + b"\n]}\n")
    return {"rows": rows, "pages": len(ranges)}
