"""The questions that a Socrata portal is asked, in the words of its interfaces SODA 2 and SODA 3."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from orchestration.ingest.errors import SourceError
from orchestration.sources.web import Web

# Star first: the portal understands no other order. System fields come under names of their own into the warehouse.
SELECTED = "*, :id, :updated_at"
SYSTEM_FIELDS = {":id": "socrata_id", ":updated_at": "socrata_updated_at"}


@dataclass(frozen=True)
class View:
    """What the portal tells about a data set: its mark of the last change, "" where there is none, and its columns.

    `columns` are pairs of display and field name.
    """

    version: str
    columns: list[tuple[str, str]]

    def names(self, header: Sequence[str]) -> dict[str, str]:
        """Names in a header to field names, where they differ; a display name of two columns is left out."""
        system = {name: field for name, field in SYSTEM_FIELDS.items() if name in header}
        if {name for name in header if name not in system} <= {field for _, field in self.columns}:
            return system
        display = Counter(name for name, _ in self.columns)
        return system | {
            name: field for name, field in self.columns if name in header and name != field and display[name] == 1
        }


@dataclass(frozen=True)
class Soda:
    """One portal. `base` is its address without a path."""

    base: str
    api: Literal["2", "3"]
    web: Web

    def view(self, view_id: str) -> View:
        """Metadata of a data set."""
        url = f"{self.base}/api/views/{view_id}.json"
        answer = self.web.json(url)
        if not isinstance(answer, dict) or not isinstance(answer.get("columns"), list):
            raise _unexpected(url, answer, "the metadata of a data set")
        columns = [(str(column.get("name")), str(column.get("fieldName"))) for column in answer["columns"]]
        return View(str(answer.get("rowsUpdatedAt") or ""), columns)

    def count(self, view_id: str, where: str | None) -> int:
        """Number of rows that meet a condition."""
        if self.api == "2":
            url = f"{self.base}/resource/{view_id}.json"
            answer = self.web.json(url, {"$select": "count(*)"} | ({"$where": where} if where else {}))
        else:
            url = f"{self.base}/api/v3/views/{view_id}/query.json"
            answer = self.web.json(url, body={"query": f"SELECT count(*){_where(where)}"})
        try:
            (row,) = answer
            (count,) = row.values()  # called count, count_1 …
            return int(count)
        except (TypeError, ValueError, AttributeError) as error:
            raise _unexpected(url, answer, "the number of rows") from error

    def page(
        self, view_id: str, where: str | None, rows: int, offset: int, target: Path, selected: str = SELECTED
    ) -> None:
        """Some rows as CSV, in an order that holds from page to page. SODA 3 counts whole pages of `rows` only."""
        if self.api == "2":
            asked = {"$select": selected, "$order": ":id", "$limit": rows, "$offset": offset}
            asked |= {"$where": where} if where else {}
            self.web.download(self.page_url(view_id), target, asked, compressed=True)
        else:
            body = {
                "query": f"SELECT {selected}{_where(where)} ORDER BY :id",
                "page": {"pageNumber": offset // rows + 1, "pageSize": rows},
                "includeSynthetic": False,
            }
            self.web.download(self.page_url(view_id), target, body=body, compressed=True)

    def export(self, view_id: str, target: Path, on_bytes: Callable[[int], None]) -> None:
        """All rows as one CSV file, as the portal's own download button gives it."""
        self.web.download(self.export_url(view_id), target, compressed=True, on_bytes=on_bytes)

    def export_url(self, view_id: str) -> str:
        """Where the whole data set is to be had."""
        if self.api == "2":
            return f"{self.base}/api/views/{view_id}/rows.csv?accessType=DOWNLOAD"
        return f"{self.base}/api/v3/views/{view_id}/export.csv"

    def page_url(self, view_id: str) -> str:
        """Where its pages are to be had."""
        if self.api == "2":
            return f"{self.base}/resource/{view_id}.csv"
        return f"{self.base}/api/v3/views/{view_id}/query.csv"


def _where(condition: str | None) -> str:
    return f" WHERE {condition}" if condition else ""


def _unexpected(url: str, answer: Any, expected: str) -> SourceError:
    return SourceError(
        file=url,
        found=f"another answer than asked for: {str(answer)[:200]}",
        expected=expected,
        mend="open the address in a browser; the id may belong to a map, a chart or a file instead of a table",
    )
