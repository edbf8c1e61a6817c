"""CKAN portals: resources as files, or row by row from the datastore."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Ckan
from orchestration.ingest.errors import SourceError
from orchestration.sources.base import Delivered, Last, progress
from orchestration.sources.csv_pages import Mismatch, at_most_twice, cut_back, refuse_other_counts, refuse_repeats
from orchestration.sources.downloads import Fetched, Remote, WebFile, deliver_files, names_of
from orchestration.sources.state import BytesTold, Part, State
from orchestration.sources.web import Web

PAGE_ROWS = 32_000  # the most that a datastore gives unless its keeper allows more
KEY = "_id"  # the datastore's own number of a row, made anew with each upload


@dataclass(frozen=True)
class CkanSource:
    """Resources of one CKAN portal, each one file; one given as an address is fetched without asking the portal."""

    portal: Ckan
    web: Web
    page_rows: int = PAGE_ROWS
    resumes: ClassVar[bool] = True

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Bring the resources; see `Source`. Of yearly files only those that are new."""
        remotes = self._datastores() if self.portal.use == "datastore" else self._files()
        return deliver_files(list(remotes), data_set, into, last)

    def _files(self) -> Iterator[Remote]:
        shown = [_shown(self, entry) for entry in self.portal.resources]
        for name, (address, version) in zip(names_of([address for address, _ in shown]), shown, strict=True):
            yield WebFile(name, address, self.web) if version is None else Resource(name, address, self.web, version)

    def _datastores(self) -> Iterator[Remote]:
        for resource in self.portal.resources:
            yield Datastore(f"{resource}.csv", resource, self.portal.portal, self.web, self.page_rows)


@dataclass(frozen=True)
class Resource:
    """A file whose mark the portal has told before."""

    name: str
    origin: str
    web: Web
    version: str

    def fetch(self, target: Path, known: str, state: State, told: BytesTold) -> Fetched | None:
        """See `Remote`."""
        if self.version and self.version == known:
            return None
        self.web.download(self.origin, target, on_bytes=told)
        return Fetched(self.version)


@dataclass(frozen=True)
class Datastore:
    """A table of the datastore, written as CSV. Its mark: the time of the resource's last change, and how many rows."""

    name: str
    resource: str
    portal: str
    web: Web
    page_rows: int

    @property
    def origin(self) -> str:
        """Where its rows are to be had."""
        return f"{self.portal.rstrip('/')}/api/3/action/datastore_search?resource_id={self.resource}"

    def fetch(self, target: Path, known: str, state: State, told: BytesTold) -> Fetched | None:
        """See `Remote`. The row numbers that the portal adds do not land: they change with each upload."""
        shown = _action(self.web, self.portal, "resource_show", {"id": self.resource})
        first = self._page(0, 0)
        version = f"{shown.get('last_modified') or shown.get('metadata_modified')}, {first['total']} rows"
        if version == known:
            return None
        asked = f"{self.origin} {self.page_rows} {version}"

        def pull() -> Fetched:
            part = state.part(self.name, asked)
            seen = target.with_name(f"{target.name}.ids")
            if not (cut_back(target, part.bytes) and cut_back(seen, 8 * part.rows)):
                raise Mismatch("less on the disk than was noted")
            while part.rows < first["total"]:
                part = self._next_page(part, target, seen)
                state.save(self.name, part)
                total = f"{first['total']:,}"
                progress.info("%s/%s: %s of %s rows", told.data_set.city, told.data_set.name, f"{part.rows:,}", total)
            refuse_other_counts(part.rows, first["total"], self._page(0, 0)["total"])
            refuse_repeats(seen)
            return Fetched(version, part.rows)

        def begin_anew() -> None:
            state.forget(self.name)

        if first["total"] == 0:
            raise SourceError(
                file=self.origin,
                found="the portal counts no row",
                expected="a table with rows",
                mend="look at the portal's page of the resource; take its id out of the city file if it is gone",
            )
        return at_most_twice(pull, begin_anew, self.origin)

    def _next_page(self, part: Part, target: Path, seen: Path) -> Part:
        page = self._page(part.rows, self.page_rows)
        names = [field["id"] for field in page["fields"] if field["id"] != KEY]
        records = page["records"]
        if not records:
            raise Mismatch(f"the rows end after {part.rows:,}")
        if len({frozenset(record) for record in records}) != 1 or set(records[0]) != {KEY, *names}:
            raise Mismatch("rows with other columns than the table")
        with target.open("a", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            if part.rows == 0:
                writer.writerow(names)
            writer.writerows([_text(record[name]) for name in names] for record in records)
            size = out.tell()
        with seen.open("ab") as ids:
            ids.write(np.array([record[KEY] for record in records], dtype=np.uint64).tobytes())
        return part.model_copy(update={"rows": part.rows + len(records), "bytes": size})

    def _page(self, offset: int, rows: int) -> dict[str, Any]:
        question = {"resource_id": self.resource, "limit": rows, "offset": offset, "sort": KEY}
        page = _action(self.web, self.portal, "datastore_search", question)
        if not isinstance(page.get("total"), int) or "records" not in page or "fields" not in page:
            raise _unexpected(self.origin, page, "rows, their columns and their number")
        return page


def _shown(source: CkanSource, entry: str) -> tuple[str, str | None]:
    """Address of a resource and its mark; None where only the file's own server can tell one."""
    if entry.startswith(("http://", "https://")):
        return entry, None
    shown = _action(source.web, source.portal.portal, "resource_show", {"id": entry})
    if not shown.get("url"):
        raise _unexpected(entry, shown, "a resource with an address (`url`)")
    marks = [shown.get("last_modified") or shown.get("metadata_modified"), shown.get("hash")]
    return str(shown["url"]), " ".join(str(mark) for mark in marks if mark)


def _action(web: Web, portal: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """The result of one function of the portal's interface."""
    url = f"{portal.rstrip('/')}/api/3/action/{name}"
    answer = web.json(url, params)
    if not isinstance(answer, dict) or not answer.get("success") or not isinstance(answer.get("result"), dict):
        raise _unexpected(url, answer, f"the result of {name}")
    result: dict[str, Any] = answer["result"]
    return result


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _unexpected(url: str, answer: Any, expected: str) -> SourceError:
    return SourceError(
        file=url,
        found=f"another answer than asked for: {str(answer)[:200]}",
        expected=expected,
        mend="open the address in a browser; look the resource's id up at the portal",
    )
