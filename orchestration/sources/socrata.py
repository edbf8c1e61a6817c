"""Socrata portals: whole data sets by export, conditions and increments by pages.

An export has display names and dates as people read them, a page has field names and ISO dates. So that all loads of
a data set look the same, one that will be pulled in increments comes by pages from the beginning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Socrata
from orchestration.ingest.errors import SourceError
from orchestration.sources.base import Delivered, Delivery, Identity, Last, delivered, progress
from orchestration.sources.csv_pages import (
    Mismatch,
    append_page,
    at_most_twice,
    count_rows,
    cut_back,
    hashed,
    header_of,
    identities,
    refuse_other_counts,
    refuse_repeats,
    values_of,
)
from orchestration.sources.soda import SYSTEM_FIELDS, Soda, View
from orchestration.sources.state import BytesTold, Part, State
from orchestration.sources.web import Web

PAGE_ROWS = 50_000  # the most that every version of the interface gives
GROWING = ("append", "rolling_window")
KEYS = pa.schema([("part", pa.string()), ("key", pa.string())])


@dataclass(frozen=True)
class Wanted:
    """One table to pull: its rows changed since `since` (UTC), all where that is None."""

    view_id: str
    view: View
    since: datetime | None
    where: str | None


@dataclass(frozen=True)
class SocrataSource:
    """The data sets of one Socrata portal, one CSV file an id."""

    portal: Socrata
    web: Web
    app_token: str | None = None
    page_rows: int = PAGE_ROWS
    resumes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.app_token:
            self.web.client.headers["X-App-Token"] = self.app_token

    @property
    def soda(self) -> Soda:
        """The portal's interface."""
        return Soda(f"{self.portal.scheme}://{self.portal.domain}", self.portal.api, self.web)

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Write a CSV file an id; see `Source`. A data set that grows brings only what has changed since `last`.

        An increment reaches back for the days in which a row may change, and a day at least.
        """
        known = last.versions if last else {}
        views = {view_id: self.soda.view(view_id) for view_id in self.portal.ids}
        versions = {view_id: view.version for view_id, view in views.items()}
        changed = [view_id for view_id, version in versions.items() if not version or known.get(view_id) != version]
        if last and not changed:
            return None
        since = None
        if last and not last.whole and data_set.growth in GROWING:
            since = last.began_at - timedelta(days=max(data_set.changes_for_days, 1))
        ids = changed if last and data_set.growth in (*GROWING, "yearly_files") else list(views)
        wanted = [self._wanted(view_id, views[view_id], since if view_id in known else None) for view_id in ids]
        files = [file for want in wanted if (file := self._pull(want, data_set, into))]
        if not files:
            return None
        has_increments = any(want.since for want in wanted)
        return Delivered(
            files,
            complete=len(wanted) == len(views) and not has_increments,
            versions=versions,
            changed_since=since if has_increments else None,
            by_change=True,
        )

    def count(self, data_set: DataSet) -> int:
        """See `Counts`."""
        return sum(self.soda.count(view_id, self.portal.where) for view_id in self.portal.ids)

    def identity(self, data_set: DataSet) -> Identity:
        """See `Counts`: the portal's own row ids, which stay with a row."""
        return Identity((SYSTEM_FIELDS[":id"],))

    def list_keys(self, data_set: DataSet, target: Path) -> int:
        """See `ListsKeys`."""
        return at_most_twice(
            lambda: self._list_keys(target), lambda: target.unlink(missing_ok=True), self.soda.page_url("")
        )

    def _list_keys(self, target: Path) -> int:
        page, seen = target.with_suffix(".page"), target.with_suffix(".ids")
        seen.unlink(missing_ok=True)
        listed = 0
        with pq.ParquetWriter(target, KEYS) as out, seen.open("ab") as hashes:
            for view_id in self.portal.ids:
                before, rows = self.soda.count(view_id, self.portal.where), 0
                while rows < before:
                    self.soda.page(view_id, self.portal.where, self.page_rows, rows, page, selected=":id")
                    keys = values_of(page, ":id")
                    if not keys:
                        raise Mismatch(f"the keys end after {rows:,}")
                    out.write_table(pa.table({"part": [f"{view_id}.csv"] * len(keys), "key": keys}, KEYS))
                    hashes.write(hashed([f"{view_id} {key}" for key in keys]).tobytes())
                    rows += len(keys)
                    progress.info("%s: %s of %s keys", view_id, f"{rows:,}", f"{before:,}")
                refuse_other_counts(rows, before, self.soda.count(view_id, self.portal.where))
                listed += rows
        refuse_repeats(seen)
        return listed

    def _wanted(self, view_id: str, view: View, since: datetime | None) -> Wanted:
        conditions = [f"({self.portal.where})"] if self.portal.where else []
        if since:
            conditions.append(f":updated_at > '{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}'")
        return Wanted(view_id, view, since, " and ".join(conditions) or None)

    def _pull(self, want: Wanted, data_set: DataSet, into: Path) -> Delivery | None:
        """One table; None where an increment has no row."""
        state = State(into)
        pull: Callable[[Wanted, DataSet, Path, State], Delivery | None]
        if self.portal.where is None and data_set.growth not in GROWING:
            url, pull = self.soda.export_url(want.view_id), self._pull_export
        else:
            url, pull = self.soda.page_url(want.view_id), self._pull_pages
        return at_most_twice(
            lambda: pull(want, data_set, into, state), lambda: state.forget(f"{want.view_id}.csv"), url
        )

    def _pull_export(self, want: Wanted, data_set: DataSet, into: Path, state: State) -> Delivery:
        file, url = into / f"{want.view_id}.csv", self.soda.export_url(want.view_id)
        part = state.part(file.name, f"{url} {want.view.version}")
        if not (part.is_whole and want.view.version and file.exists()):
            total = self._total(want)
            self.soda.export(want.view_id, file, BytesTold(data_set, file.name))
            part = part.model_copy(update={"rows": count_rows(file), "is_whole": True})
            refuse_other_counts(part.rows, total, self.soda.count(want.view_id, want.where))
            state.save(file.name, part)
            progress.info("%s/%s: %s, all %s rows", data_set.city, data_set.name, want.view_id, f"{part.rows:,}")
        return delivered(file, url, part.rows, want.view.names(header_of(file)))

    def _pull_pages(self, want: Wanted, data_set: DataSet, into: Path, state: State) -> Delivery | None:
        file, url = into / f"{want.view_id}.csv", self.soda.page_url(want.view_id)
        part = state.part(file.name, f"{url} {self.page_rows} {want.where} {want.view.version}")
        seen = into / f"{file.name}.ids"
        if not (want.view.version and cut_back(file, part.bytes) and cut_back(seen, 8 * part.rows)):
            part = Part(asked=part.asked)
            cut_back(file, 0)
            cut_back(seen, 0)
        if not part.is_whole:
            total = self.soda.count(want.view_id, want.where) if want.since else self._total(want)
            if total == 0:
                return None
            while part.rows < total:
                part = self._next_page(want, part, file, seen)
                state.save(file.name, part)
                progress.info("%s/%s: %s of %s rows", data_set.city, data_set.name, f"{part.rows:,}", f"{total:,}")
            refuse_other_counts(part.rows, total, self.soda.count(want.view_id, want.where))
            refuse_repeats(seen)
            part = part.model_copy(update={"is_whole": True})
            state.save(file.name, part)
        return delivered(file, url, part.rows, want.view.names(header_of(file)))

    def _next_page(self, want: Wanted, part: Part, file: Path, seen: Path) -> Part:
        page = file.with_suffix(".page")
        self.soda.page(want.view_id, want.where, self.page_rows, part.rows, page)
        found = identities(page, ":id")
        if count_rows(page) != len(found):
            raise Mismatch("a page that breaks off within a row")
        if len(found) == 0:
            raise Mismatch(f"the rows end after {part.rows:,}")
        if self.portal.api == "3" and part.rows % self.page_rows:
            raise Mismatch(f"a page before the last one has fewer than {self.page_rows:,} rows")
        size = append_page(page, file)
        with seen.open("ab") as out:
            out.write(found.tobytes())
        return part.model_copy(update={"rows": part.rows + len(found), "bytes": size})

    def _total(self, want: Wanted) -> int:
        """How many rows there are; a whole table without any is a SourceError."""
        if total := self.soda.count(want.view_id, want.where):
            return total
        raise SourceError(
            file=self.soda.page_url(want.view_id),
            found="the portal counts no row",
            expected=f"rows{f' that meet {want.where}' if want.where else ''}",
            mend="look at the portal's page of the data set; change `where`, or take the id out of the city file",
        )
