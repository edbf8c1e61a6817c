"""An ArcGIS server of point layers that misbehaves as its switches say."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.unit.servers.base import Answer, Request, Server


def error(code: int, message: str) -> Answer:
    """An ArcGIS error, status 200."""
    return Answer(json.dumps({"error": {"code": code, "message": message, "details": []}}).encode())


@dataclass
class Switches:
    """How an ArcGIS layer misbehaves.

    `says_pages` and `has_pages`: what the metadata claims of offsets, and whether they are heeded ("error": refused).
    `skips`: this many rows are left out between two pages by offset. `overlaps`: this many come twice.
    """

    says_pages: bool = True
    has_pages: bool | str = True
    skips: int = 0
    overlaps: int = 0
    ids: str = "yes"  # no: features instead; error; floats; short: some are left out
    count: int | str | None = None  # another number than the true one; "no": features instead
    ranges: str = "yes"  # error, ignored
    lists: str = "yes"  # error, ignored
    in_lists: str = "yes"
    cap: int | None = None  # fewer rows a page than the metadata says
    flags: str = "true"  # always: every page with rows says that more follow; never
    ordered: bool = True
    timestamp: bool = True  # whether TIMESTAMP '…' is understood
    mark: int | None = 1_700_000_000_000
    reference: dict[str, Any] | None = field(default_factory=lambda: {"wkid": 4326, "latestWkid": 4326})


class ArcGISPortal(Server):
    """One server of point layers; `layers` holds the rows of each by path, by object id."""

    def __init__(self, rows: dict[int, dict[str, Any]], switches: Switches | None = None, page: int = 10) -> None:
        self.layers: dict[str, dict[int, dict[str, Any]]] = {"Calls": rows}
        self.switches = switches or Switches()
        self.marks: dict[str, int | None] = {}
        self.page = page
        self.change_after: dict[int, Any] = {}  # number of page answers -> what happens then
        self.pages_sent = 0
        super().__init__()

    def layer(self, name: str = "Calls") -> str:
        """Address of a layer."""
        return f"{self.url}/arcgis/rest/services/{name}/FeatureServer/0"

    def answer(self, request: Request) -> Answer:
        """Metadata, ids, a count or a page."""
        path, query = request.path, request.params
        name = path.split("/")[-4 if path.endswith("/query") else -3]
        if name not in self.layers:
            return error(404, "Layer not found")
        rows, how = self.layers[name], self.switches
        if not path.endswith("/query"):
            return self._metadata(name)
        try:
            found = self._chosen(rows, query)
        except PermissionError:
            return error(400, "Unable to complete operation.")
        if query.get("returnIdsOnly") and how.ids == "error":
            return error(400, "Invalid query")
        if query.get("returnIdsOnly") and how.ids != "no":
            listed: list[Any] = found[::2] if how.ids == "short" else found
            text = ",".join(f"{number:.12E}" if how.ids == "floats" else str(number) for number in listed)
            return Answer(f'{{"objectIdFieldName": "OBJECTID", "objectIds": [{text}]}}'.encode())
        if query.get("returnCountOnly") and how.count != "no":
            return Answer(json.dumps({"count": len(found) if how.count is None else how.count}).encode())
        return self._page(rows, found, query)

    def _metadata(self, name: str) -> Answer:
        how = self.switches
        mark = self.marks.get(name, how.mark)
        found: dict[str, Any] = {
            "currentVersion": 11.1,
            "type": "Feature Layer",
            "geometryType": "esriGeometryPoint",
            "maxRecordCount": self.page,
            "advancedQueryCapabilities": {"supportsPagination": how.says_pages},
            "fields": FIELDS,
        }
        return Answer(json.dumps(found | ({} if mark is None else {"editingInfo": {"lastEditDate": mark}})).encode())

    def _chosen(self, rows: dict[int, dict[str, Any]], query: dict[str, str]) -> list[int]:
        """Ids that meet the condition; PermissionError where a switch forbids what it says."""
        how, where = self.switches, query.get("where", "1=1")
        found = sorted(rows) if how.ordered else sorted(rows, key=lambda number: number * 7919 % 104_729)
        if "objectIds" in query:
            _allow(how.lists)
            wanted = set(map(int, query["objectIds"].split(",")))
            found = found if how.lists == "ignored" else [number for number in found if number in wanted]
        if match := re.search(r"OBJECTID IN \(([\d,]+)\)", where):
            _allow(how.in_lists)
            wanted = set(map(int, match[1].split(",")))
            found = found if how.in_lists == "ignored" else [number for number in found if number in wanted]
        if match := re.search(r"OBJECTID NOT IN \(([\d,]+)\)", where):
            _allow(how.in_lists)
            others = set(map(int, match[1].split(",")))
            found = found if how.in_lists == "ignored" else [number for number in found if number not in others]
        for sign, bound in re.findall(r"OBJECTID (<|>) (-?\d+)", where):
            _allow(how.ranges)
            if how.ranges != "ignored":
                found = [number for number in found if (number > int(bound) if sign == ">" else number < int(bound))]
        if match := re.search(r"called_at >= (TIMESTAMP|DATE) '([^']+)'", where):
            if match[1] == "TIMESTAMP" and not how.timestamp:
                raise PermissionError
            since = datetime.fromisoformat(match[2]).replace(tzinfo=UTC).timestamp() * 1000
            found = [number for number in found if rows[number]["called_at"] >= since]
        return found

    def _page(self, rows: dict[int, dict[str, Any]], found: list[int], query: dict[str, str]) -> Answer:
        how = self.switches
        cap = min(int(query.get("resultRecordCount", self.page)), self.page, how.cap or self.page)
        first = 0
        if "resultOffset" in query:
            if how.has_pages == "error":
                return error(400, "Pagination is not supported.")
            if how.has_pages is True:
                first = int(query["resultOffset"])
                first = max(0, first + how.skips - how.overlaps) if first else 0
        chosen = found[first : first + cap]
        more = {"true": first + cap < len(found), "always": bool(chosen), "never": False}[how.flags]
        answer = {"objectIdFieldName": "OBJECTID", "geometryType": "esriGeometryPoint", "fields": FIELDS}
        features = [
            {"attributes": {"OBJECTID": number, **rows[number]}, "geometry": {"x": -93.6, "y": 41.6}}
            for number in chosen
        ]
        self.pages_sent += 1
        reply = Answer(
            json.dumps(
                answer
                | ({"spatialReference": how.reference} if how.reference else {})
                | ({"exceededTransferLimit": True} if more else {})
                | {"features": features}
            ).encode()
        )
        if change := self.change_after.pop(self.pages_sent, None):
            change()
        return reply


FIELDS = [
    {"name": "OBJECTID", "type": "esriFieldTypeOID"},
    {"name": "call_id", "type": "esriFieldTypeString"},
    {"name": "called_at", "type": "esriFieldTypeDate"},
]


def _allow(switch: str) -> None:
    if switch == "error":
        raise PermissionError
