"""A Socrata and a CKAN portal, as far as a client that reads whole tables can see them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.unit.servers.base import Answer, FileServer, Request, Server

Row = dict[str, Any]
DEFAULT_LIMIT = 1000  # of both portals, unless asked for another


@dataclass
class Table:
    """A published table: field names to display names, rows with `:id` and `:updated_at`, and its mark."""

    names: dict[str, str]
    rows: list[Row]
    updated: int | None = 1_700_000_000

    @classmethod
    def of(cls, rows: Iterable[Row], names: dict[str, str] | None = None) -> "Table":
        """A table of rows without system fields; they were all updated at the start of 2024."""
        whole = [
            {":id": f"row-{number:06d}", ":updated_at": "2024-01-01T00:00:00.000Z", **row}
            for number, row in enumerate(rows)
        ]
        fields = dict.fromkeys(name for row in whole for name in row if not name.startswith(":"))
        return cls(names or {name: name for name in fields}, whole)


class SocrataServer(Server):
    """SODA 2 and SODA 3. Rows come in no order unless one is asked for.

    `edit` is told each list of rows before it is sent, with the offset asked for, and gives back the one to be sent.
    `counts` are the next answers to count(*), before the true one.
    """

    def __init__(self, tables: dict[str, Table]) -> None:
        super().__init__()
        self.tables = tables
        self.most_rows = 50_000
        self.token: str | None = None
        self.edit: Callable[[list[Row], int], list[Row]] = lambda rows, offset: rows
        self.counts: list[int] = []

    def answer(self, request: Request) -> Answer:
        """Metadata, a count, a page or an export."""
        if self.token and request.headers.get("x-app-token") != self.token:
            return _json({"code": "permission_denied", "error": True, "message": "Invalid app_token"}, 403)
        match = re.fullmatch(r"/(resource|api/views|api/v3/views)/(\w{4}-\w{4})(/?\w*)\.(json|csv)", request.path)
        table = self.tables.get(match[2]) if match else None
        if match is None or table is None:
            return _json({"code": "not_found", "error": True, "message": "Not found"}, 404)
        if match[1] == "api/views":
            return self._export(table) if match[3] == "/rows" else self._metadata(match[2], table)
        if match[1] == "api/v3/views" and match[3] == "/export":
            return self._export(table)
        asked = _of_soda3(request) if match[1] == "api/v3/views" else request.params
        rows = _meeting(table.rows, asked.get("$where"))
        if asked.get("$select") == "count(*)":
            return _json([{"count": str(self.counts.pop(0) if self.counts else len(rows))}])
        rows = sorted(rows, key=lambda row: row[":id"]) if asked.get("$order") == ":id" else rows[::-1]
        offset, limit = int(asked.get("$offset", 0)), int(asked.get("$limit", DEFAULT_LIMIT))
        page = self.edit(rows[offset : offset + min(limit, self.most_rows)], offset)
        system = [name for name in (":id", ":updated_at") if name in asked.get("$select", "")]
        return _csv([*table.names, *system], page)

    def _metadata(self, view_id: str, table: Table) -> Answer:
        columns = [{"name": display, "fieldName": name} for name, display in table.names.items()]
        mark = {} if table.updated is None else {"rowsUpdatedAt": table.updated}
        return _json({"id": view_id, "columns": columns, **mark})

    def _export(self, table: Table) -> Answer:
        rows = [{table.names.get(name, name): value for name, value in row.items()} for row in table.rows]
        return _csv(list(table.names.values()), self.edit(rows, 0))


class CkanServer(FileServer):
    """Resources with addresses on the same server, and tables of a datastore. `edit` is like Socrata's."""

    def __init__(self, files: dict[str, bytes] | None = None, tables: dict[str, list[Row]] | None = None) -> None:
        super().__init__(files)
        self.tables = tables or {}
        self.resources: dict[str, Row] = {}
        self.most_rows = 32_000
        self.edit: Callable[[list[Row], int], list[Row]] = lambda rows, offset: rows
        self.totals: list[int] = []

    def answer(self, request: Request) -> Answer:
        """An action, or a file."""
        if not request.path.startswith("/api/3/action/"):
            return super().answer(request)
        action = request.path.rsplit("/", 1)[1]
        resource = request.params.get("id") or request.params.get("resource_id", "")
        if action == "resource_show" and resource in self.resources:
            return _json({"success": True, "result": {"id": resource, **self.resources[resource]}})
        if action == "datastore_search" and resource in self.tables:
            return self._rows(self.tables[resource], request.params)
        return _json({"success": False, "error": {"message": "Not found", "__type": "Not Found Error"}}, 404)

    def _rows(self, table: list[Row], params: dict[str, str]) -> Answer:
        rows = [{"_id": number, **row} for number, row in enumerate(table, start=1)]
        rows = rows if params.get("sort") == "_id" else rows[::-1]
        offset, limit = int(params.get("offset", 0)), min(int(params.get("limit", 100)), self.most_rows)
        page = self.edit(rows[offset : offset + limit], offset)
        total = self.totals.pop(0) if self.totals else len(rows)
        fields = [{"id": name, "type": "text"} for name in ["_id", *(table[0] if table else [])]]
        return _json({"success": True, "result": {"fields": fields, "records": page, "total": total}})


@dataclass
class Recorded(Server):
    """Answers that somebody recorded, by path and parameters."""

    answers: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Server.__init__(self)

    def answer(self, request: Request) -> Answer:
        """The one recorded for this path."""
        return self.answers.get(request.path) or Answer(b"not recorded", "text/plain", 404)


def _of_soda3(request: Request) -> dict[str, str]:
    """The parts of a SODA 3 query under the names of SODA 2."""
    asked = json.loads(request.body)
    found = re.fullmatch(r"SELECT (.+?)(?: WHERE (.+?))?(?: ORDER BY (\S+))?", asked["query"])
    assert found, asked
    page = asked.get("page") or {"pageNumber": 1, "pageSize": DEFAULT_LIMIT}
    offset = (page["pageNumber"] - 1) * page["pageSize"]
    parts = {"$select": found[1], "$where": found[2], "$order": found[3], "$offset": offset, "$limit": page["pageSize"]}
    return {name: str(part) for name, part in parts.items() if part is not None}


def _meeting(rows: list[Row], where: str | None) -> list[Row]:
    """Rows that meet conditions of the form `name = 'value'` or `:updated_at > 'time'`, joined by `and`."""
    for condition in where.split(" and ") if where else []:
        found = re.fullmatch(r"\(?([\w:]+) ([=>]) '([^']*)'\)?", condition)
        assert found, condition
        name, sign, value = found.groups()
        rows = [row for row in rows if (row[name] == value if sign == "=" else _time(row[name]) > _time(value))]
    return rows


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status=status)


def _csv(names: list[str], rows: list[Row]) -> Answer:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return Answer(out.getvalue().encode(), "text/csv; charset=utf-8")
