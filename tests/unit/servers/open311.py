"""An Open311 endpoint that caps its answers as its switches say."""

import json
from collections import Counter
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as Xml

from tests.unit.servers.base import Answer, Request, Server


class Open311Portal(Server):
    """Requests by id, each with its time. `cap` rows an answer; `pages`: whether `page` is heeded.

    More switches: `clamps` counts pages by the size asked for and sends `cap` rows; `ends_excluded`, `days_only` and
    `ignores_dates` are how windows are understood; `refuses_page_size`.
    """

    def __init__(self, requests: dict[str, datetime], cap: int = 1000, pages: bool = False, **how: Any) -> None:
        self.made = requests
        self.cap, self.pages = cap, pages
        self.how = Counter[str]() | Counter({name: int(value) for name, value in how.items()})
        super().__init__()

    def answer(self, request: Request) -> Answer:
        """The requests of a window, or a page of them."""
        path, query = request.path, request.params
        if self.how["refuses_page_size"] and "page_size" in query:
            return Answer(b"[]", status=400)
        start, end = (
            datetime.fromisoformat(query.get(name, default))
            for name, default in (("start_date", "0001-01-01T00:00:00Z"), ("end_date", "9999-12-31T00:00:00Z"))
        )
        if self.how["days_only"]:
            start, end = start.replace(hour=0, minute=0, second=0), end.replace(hour=23, minute=59, second=59)
        found = sorted(
            (at, name)
            for name, at in self.made.items()
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
            return Answer(json.dumps(rows).encode())
        root = Xml.Element("service_requests")
        for row in rows:
            element = Xml.SubElement(root, "request")
            for name, value in row.items():
                Xml.SubElement(element, name).text = value
        return Answer(Xml.tostring(root), kind="text/xml")
