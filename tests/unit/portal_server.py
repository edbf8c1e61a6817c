"""A real HTTP server on the loopback that speaks ArcGIS and Open311, and misbehaves as its switches say."""

import gzip
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as Xml

OK = 200


@dataclass
class Reply:
    """What goes over the wire. `length` is the Content-Length claimed, `cut` how many bytes are really sent."""

    body: bytes
    status: int = OK
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    cut: int | None = None


class Portal:
    """Serves until it is closed. `faults` are spent one by one on questions whose query holds their text."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: list[tuple[str, str]] = []  # part of the query, kind of fault
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                query = dict(parse_qsl(address.query, keep_blank_values=True))
                portal.asked.append((address.path, query))
                self._send(portal.spoilt(address.path, query))

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                self.send_header("Connection", "close")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut])
                self.close_connection = True

            def log_message(self, *words: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, query: dict[str, str]) -> Reply:
        """What a well-behaved connection would carry."""
        raise NotImplementedError

    def spoilt(self, path: str, query: dict[str, str]) -> Reply:
        """The answer, or the fault that is due."""
        text = " ".join(f"{name}={value}" for name, value in query.items())
        for fault in self.faults:
            if fault[0] in text:
                self.faults.remove(fault)
                return self._with_fault(fault[1], self.answer(path, query))
        return self.answer(path, query)

    def _with_fault(self, kind: str, reply: Reply) -> Reply:
        match kind:
            case "cut":
                return Reply(reply.body, cut=len(reply.body) // 2)
            case "short_length":
                return Reply(reply.body, length=len(reply.body) // 2)
            case "long_length":
                return Reply(reply.body, length=len(reply.body) + 10)
            case "html":
                return Reply(b"<html>Please wait</html>", kind="text/html")
            case "500":
                return Reply(b"oh", status=500)
            case "429":
                return Reply(b"slower", status=429, headers={"Retry-After": "0"})
            case "gzip_lie":
                return Reply(gzip.compress(reply.body)[:-12], headers={"Content-Encoding": "gzip"})
            case "gzip":
                return Reply(gzip.compress(reply.body), headers={"Content-Encoding": "gzip"})
            case "passing_error":
                return error(500, "Error performing query operation")
            case "400":
                return Reply(b"no", status=400)
        raise ValueError(kind)


def error(code: int, message: str) -> Reply:
    """An ArcGIS error, status 200."""
    return Reply(json.dumps({"error": {"code": code, "message": message, "details": []}}).encode())


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


class ArcGISPortal(Portal):
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

    def answer(self, path: str, query: dict[str, str]) -> Reply:
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
            return Reply(f'{{"objectIdFieldName": "OBJECTID", "objectIds": [{text}]}}'.encode())
        if query.get("returnCountOnly") and how.count != "no":
            return Reply(json.dumps({"count": len(found) if how.count is None else how.count}).encode())
        return self._page(rows, found, query)

    def _metadata(self, name: str) -> Reply:
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
        return Reply(json.dumps(found | ({} if mark is None else {"editingInfo": {"lastEditDate": mark}})).encode())

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

    def _page(self, rows: dict[int, dict[str, Any]], found: list[int], query: dict[str, str]) -> Reply:
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
        reply = Reply(
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


class Open311Portal(Portal):
    """Requests by id, each with its time. `cap` rows an answer; `pages`: whether `page` is heeded.

    More switches: `clamps` counts pages by the size asked for and sends `cap` rows; `ends_excluded`, `days_only` and
    `ignores_dates` are how windows are understood; `refuses_page_size`.
    """

    def __init__(self, requests: dict[str, datetime], cap: int = 1000, pages: bool = False, **how: Any) -> None:
        self.requests = requests
        self.cap, self.pages = cap, pages
        self.how = Counter[str]() | Counter({name: int(value) for name, value in how.items()})
        super().__init__()

    def answer(self, path: str, query: dict[str, str]) -> Reply:
        if self.how["refuses_page_size"] and "page_size" in query:
            return Reply(b"[]", status=400)
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        if self.how["days_only"]:
            start, end = start.replace(hour=0, minute=0, second=0), end.replace(hour=23, minute=59, second=59)
        found = sorted(
            (at, name)
            for name, at in self.requests.items()
            if self.how["ignores_dates"] or (start < at < end if self.how["ends_excluded"] else start <= at <= end)
        )
        size = min(int(query.get("page_size", self.cap)), self.cap) if self.pages else self.cap
        counted_by = int(query.get("page_size", size)) if self.how["clamps"] else size
        first = (int(query.get("page", 1)) - 1) * counted_by if self.pages else 0
        rows = [
            {"service_request_id": name, "status": "open", "requested_datetime": at.isoformat()}
            for at, name in found[first : first + size]
        ]
        if path.endswith(".json"):
            return Reply(json.dumps(rows).encode())
        root = Xml.Element("service_requests")
        for row in rows:
            request = Xml.SubElement(root, "request")
            for name, value in row.items():
                Xml.SubElement(request, name).text = value
        return Reply(Xml.tostring(root), kind="text/xml")
