"""What an ArcGIS layer says of itself, and the questions to it that need no pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap64

from orchestration.ingest.errors import SourceError
from orchestration.sources.arcgis_answers import checked
from orchestration.sources.object_ids import compact
from orchestration.sources.web import Web

USUAL_PAGE = 1000  # rows, where a server does not tell its limit
LARGEST_PAGE = 5000  # rows; larger pages time out more often than they save time


@dataclass(frozen=True)
class Layer:
    """A layer of a FeatureServer or MapServer. `mark` is its time of last edit, None where it tells none.

    `pages_by_offset` is what the server claims. `in_local_time` tells that its SQL takes dates in another zone than UTC.
    """

    url: str
    object_id: str | None
    page_size: int
    pages_by_offset: bool
    mark: str | None
    in_local_time: bool


def read_layer(web: Web, url: str) -> Layer:
    """Ask for a layer's metadata. Raises SourceError where the address holds no layer."""
    found = ask(web, url, {})
    if "fields" not in found and "objectIdField" not in found:
        raise SourceError(
            file=url,
            found=f"an answer without fields ({', '.join(list(found)[:6]) or 'empty'})",
            expected="a layer or table of an ArcGIS server",
            mend="open the address in a browser, and give the address of a layer that has fields",
        )
    fields = found.get("fields") or []
    typed = [field.get("name") for field in fields if field.get("type") == "esriFieldTypeOID"]
    edited = (found.get("editingInfo") or {}).get("lastEditDate")
    zone = (found.get("dateFieldsTimeReference") or {}).get("timeZone") or "UTC"
    return Layer(
        url=url,
        object_id=found.get("objectIdField") or next(iter(typed), None),
        page_size=min(int(found.get("maxRecordCount") or USUAL_PAGE), LARGEST_PAGE),
        pages_by_offset=bool((found.get("advancedQueryCapabilities") or {}).get("supportsPagination")),
        mark=None if edited is None else str(edited),
        in_local_time=zone.upper() not in ("UTC", "GMT"),
    )


def listed_ids(web: Web, layer: Layer, where: str) -> tuple[BitMap64 | None, str | None]:
    """All object ids, and the name of their field; None each where the server does not tell."""
    try:
        found = ask(web, f"{layer.url}/query", {"where": where, "returnIdsOnly": "true"})
    except SourceError:
        return None, None
    if "objectIds" not in found:
        return None, None
    # Some servers write ids as 6.4579816E7.
    return compact((int(value) for value in found["objectIds"] or ()), layer.url), found.get("objectIdFieldName")


def told_count(web: Web, layer: Layer, where: str) -> int | None:
    """How many rows the server says there are; None where it does not. SourceError where it refuses the condition."""
    count = ask(web, f"{layer.url}/query", {"where": where, "returnCountOnly": "true"}).get("count")
    return int(count) if isinstance(count, int | float) else None


def ask(web: Web, url: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object a server answers. Raises SourceError for its errors, after asking again where those may pass."""

    def once() -> dict[str, Any]:
        return checked(web.json(url, {"f": "json", **params}), url)

    return web.patiently(url, "an answer with data", once)
