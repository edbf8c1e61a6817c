"""All rows of one ArcGIS layer as page files, each object id exactly once.

The ids a server lists are what counts. It is paged by offset, by ranges of ids or by lists of them, in that order,
each way going on where the one before failed: a page that repeats rows, or does not come, ends its way and is thrown
away. Servers that list no ids are asked for intervals of them. Counts are checked only there: they are often wrong.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyroaring import BitMap64

from orchestration.ingest.errors import SourceError
from orchestration.sources.answers import fetch_answer
from orchestration.sources.arcgis_answers import Page, parsed_page, rows_by_id
from orchestration.sources.arcgis_layer import Layer, ask, listed_ids, read_layer, told_count
from orchestration.sources.base import progress
from orchestration.sources.object_ids import compact, joined, lists_of, next_run
from orchestration.sources.web import TryAgain, Web

WGS84 = 4326
ALL = {"f": "json", "outFields": "*", "returnGeometry": "true", "outSR": WGS84}
FEW_SHORT = 3  # pages shorter than asked for before ranges are given up
LARGEST_ID = 1 << 53  # beyond, ids do not survive JSON
SAMPLE = 10  # rows of a page that are compared to tell whether a layer has changed


class WayFailedError(Exception):
    """This way of paging does not work with this server."""


@dataclass
class Pull:
    """One layer being pulled into `into`, page by page. Files of pages begin with `part`.

    `every` are the ids the server lists (None: it lists none), `count` what it says their number is. `strangers` came
    without being listed; `shows_unlisted` once such rows would have shown.
    """

    web: Web
    layer: Layer
    where: str
    into: Path
    part: str
    every: BitMap64 | None
    count: int | None
    pages: list[Page] = field(default_factory=list)
    seen: BitMap64 = field(default_factory=BitMap64)
    strangers: set[int] = field(default_factory=set)
    shows_unlisted: bool = False
    last_number: int = 0

    @property
    def _may_lack(self) -> bool:
        """Whether the server may hold rows that it does not list."""
        return self.count is None or self.count > len(self.every or ())

    @property
    def rows(self) -> int:
        """Rows kept so far."""
        return len(self.seen)

    def go_on(self) -> None:
        """Take over the pages that an earlier pull has left, as far as they are good."""
        for file in sorted(self.into.glob(f"{self.part}-*.json")):
            self.last_number = max(self.last_number, int(file.stem.rpartition("-")[2]))
            try:
                self._keep(self._parsed(file.read_bytes(), file))
            except (WayFailedError, SourceError, TryAgain):
                file.unlink()
        # Intervals of ids are not gone on with, and rows without a mark only if they still look the same.
        if self.pages and (self.every is None or (self.layer.mark is None and not self.looks_the_same())):
            self.throw_away()
        if self.pages:
            progress.info("%s: going on after %s rows", self.part, f"{self.rows:,}")

    def throw_away(self) -> None:
        """Begin anew."""
        for file in self.into.glob(f"{self.part}-*.json"):
            file.unlink()
        self.pages, self.seen, self.strangers, self.last_number = [], BitMap64(), set(), 0

    def run(self) -> None:
        """Fetch all rows. Raises SourceError where no way brings each exactly once."""
        if self.every is None:
            self._run_without_ids()
        else:
            self._run_by_ids(self.every)
        if self.seen and all(page.exceeded for page in self.pages):
            # The page that says nothing follows; without it the reader would miss the end.
            try:
                self._take({"where": self._between(self.seen.max(), None)})
            except WayFailedError as error:
                raise self._refused(f"more rows after the last one ({error})") from error

    def looks_the_same(self) -> bool:
        """Whether some rows of the first and last page are still as they came; True where the server cannot tell."""
        for page in {id(page): page for page in (self.pages[0], self.pages[-1])}.values():
            kept = rows_by_id(json.loads(page.file.read_bytes()), self.layer.object_id)
            ids = sorted(kept)[:SAMPLE]
            if not ids:
                continue
            try:
                again = ask(self.web, f"{self.layer.url}/query", ALL | {"objectIds": joined(ids)})
            except SourceError:
                return True
            found = rows_by_id(again, self.layer.object_id)
            if any(number in found and found[number] != kept[number] for number in ids):
                return False
        return True

    def _run_by_ids(self, wanted: BitMap64) -> None:
        # Where fewer rows are listed than counted, ways come first that show what is not listed.
        may_lack = self._may_lack
        first: list[Callable[[], None]] = [self._by_offset] if self.layer.pages_by_offset and not may_lack else []
        ways = [*first, self._by_ranges, *([self._by_offset] if not first else []), self._by_object_ids, self._by_in]
        failure: Exception | None = None
        for way in ways:
            if wanted <= self.seen:
                break
            try:
                way()
            except (WayFailedError, SourceError) as error:
                failure = error
                progress.info("%s: another way of paging, after %s rows (%s)", self.part, f"{self.rows:,}", error)
        if missing := wanted - self.seen:
            raise self._refused(
                f"{len(missing):,} of {len(wanted):,} rows that it lists but does not send, such as object id "
                f"{missing[0]} ({failure})"
            ) from failure
        if may_lack and wanted and not self.strangers:
            self._ask_for_others(wanted)
        if may_lack and wanted and not self.shows_unlisted and not self.strangers:
            raise self._refused(
                f"{len(wanted):,} object ids listed, {self.count} rows counted, and no way to tell which is right"
            )
        if self.strangers:
            raise self._refused(
                f"{len(self.strangers):,} rows that it sends but does not list, such as object id {min(self.strangers)}"
            )

    def _run_without_ids(self) -> None:
        try:
            self._by_intervals()
        except (WayFailedError, SourceError) as error:
            if self.count is None:
                raise self._refused(
                    f"neither object ids nor a count, and no pages by intervals of ids ({error})"
                ) from error
            self.throw_away()
            try:
                self._by_offset()
            except WayFailedError as failure:
                raise self._refused(f"no way of paging that works ({error}; {failure})") from failure
        if self.count is not None and self.count != self.rows:
            raise self._refused(f"{self.rows:,} rows where it counts {self.count:,}; object ids it does not list")

    def _by_offset(self) -> None:
        if self.every is not None and self.every[: self.rows] != self.seen:
            raise WayFailedError("the rows so far are not the first ones")
        size = self.layer.page_size
        question = {"where": self.where, "orderByFields": self.layer.object_id}
        while self.every is None or self.rows < len(self.every):
            page = self._take(question | {"resultOffset": self.rows, "resultRecordCount": size})
            if not page.ids and self.every is None and not page.exceeded:
                return
            if not page.ids:
                raise WayFailedError("pages by offset end too early")
        # One page more shows what is not listed.
        if self.count is None or self.count > self.rows:
            self._take(question | {"resultOffset": self.rows, "resultRecordCount": size})
            self.shows_unlisted = True

    def _by_ranges(self) -> None:
        """Ranges that leave no id out between them, so that rows the server does not list come to light.

        An answer that is full, or says that more follow, may hide some; so may one of a server that sends fewer rows
        than it claims to, which is why `_ask_for_others` follows.
        """
        size, short, shows_all = self.layer.page_size, 0, True
        every = self.every or BitMap64()
        place = 0
        while run := next_run(every, self.seen, place, size):
            place, wanted = run.start, every[run.start : run.stop]
            after = every[run.start - 1] if run.start else None
            before = every[run.stop] if run.stop < len(every) else None
            page = self._take({"where": self._between(after, before)})
            if not page.ids:
                raise WayFailedError("a range of object ids brought no rows")
            if len(page.ids) < len(wanted):
                size, short = len(page.ids), short + 1
            is_whole = len(page.ids) < self.layer.page_size and not page.exceeded
            shows_all = shows_all and is_whole and sorted(page.ids) == list(wanted[: len(page.ids)])
            if short > FEW_SHORT:
                raise WayFailedError("ranges of object ids bring only some of their rows")
        self.shows_unlisted = shows_all

    def _ask_for_others(self, listed: BitMap64) -> None:
        """Ask for the rows between and beside those that are listed: an answer without rows cannot have been cut short.

        Where the server heeds no such condition, what the ranges have shown must do.
        """
        before = None
        chunks = list(lists_of(listed))
        for place, ids in enumerate(chunks, start=1):
            between = self._between(before, chunks[place][0] if place < len(chunks) else None)
            before = ids[-1]
            try:
                page = self._asked({"where": f"{between} AND {self.layer.object_id} NOT IN ({joined(ids)})"})
            except SourceError:
                return
            page.file.unlink()
            self.strangers |= {number for number in page.ids if number not in listed}
            if page.ids:
                return
        self.shows_unlisted = True

    def _by_object_ids(self) -> None:
        self._by_lists(lambda ids: {"objectIds": joined(ids)})

    def _by_in(self) -> None:
        self._by_lists(lambda ids: {"where": f"{self.layer.object_id} IN ({joined(ids)})"})

    def _by_lists(self, question: Callable[[list[int]], dict[str, Any]]) -> None:
        for ids in lists_of(number for number in self.every or () if number not in self.seen):
            rest = ids
            while rest:
                page = self._take(question(rest))
                if not page.ids:
                    raise WayFailedError(f"no rows for object ids {joined(rest[:5])}")
                rest = [number for number in rest if number not in self.seen]

    def _by_intervals(self) -> None:
        """Halve intervals of ids until no answer is full. Nothing but the condition needs to be understood."""
        first = self._asked({"where": self.where})
        first.file.unlink()
        if not first.ids:
            return
        full = len(first.ids)
        above = 1
        while above <= max(first.ids):
            above *= 2
        while self._has_rows_from(above):
            above *= 2
        intervals = [(0, above)]
        while intervals:
            low, high = intervals.pop()
            page = self._asked({"where": self._between(low - 1, high)})
            if any(not low <= number < high for number in page.ids):
                page.file.unlink()
                raise WayFailedError("rows outside the interval of object ids asked for")
            if high - low > 1 and (page.exceeded or len(page.ids) >= full):
                page.file.unlink()
                middle = (low + high) // 2
                intervals += [(middle, high), (low, middle)]
            elif page.ids:
                self._keep(page)
            else:
                page.file.unlink()

    def _has_rows_from(self, low: int) -> bool:
        if low > LARGEST_ID:
            raise WayFailedError("a condition on object ids is not heeded")
        page = self._asked({"where": self._between(low - 1, None)})
        page.file.unlink()
        return bool(page.ids)

    def _between(self, after: int | None, before: int | None) -> str:
        """The condition on ids between two others, neither of them included."""
        name = self.layer.object_id
        bounds = [] if after is None else [f"{name} > {after}"]
        bounds += [] if before is None else [f"{name} < {before}"]
        return " AND ".join([f"({self.where})", *bounds])

    def _take(self, question: dict[str, Any]) -> Page:
        page = self._asked(question)
        try:
            self._keep(page)
        except WayFailedError:
            page.file.unlink()
            raise
        return page

    def _asked(self, question: dict[str, Any]) -> Page:
        file = self.into / f"{self.part}-{self.last_number + 1:06d}.json"
        url = f"{self.layer.url}/query"
        page = fetch_answer(self.web, url, ALL | question, file, lambda text: self._parsed(text, file))
        self.last_number += 1
        return page

    def _parsed(self, text: bytes, file: Path) -> Page:
        return parsed_page(text, file, self.layer.url, self.layer.object_id, self.every)

    def _keep(self, page: Page) -> None:
        ids = compact(page.ids, self.layer.url)
        if len(ids) < len(page.ids) or ids & self.seen:
            raise WayFailedError("a page repeats rows")
        if self.every is not None and (strangers := ids - self.every):
            self.strangers.update(strangers)
            raise WayFailedError("a page has rows that are not listed")
        self.pages.append(replace(page, ids=ids))
        self.seen |= ids
        known = self.count if self.every is None else len(self.every)
        progress.info("%s: %s of %s rows", self.part, f"{self.rows:,}", "?" if known is None else f"{known:,}")

    def _refused(self, found: str) -> SourceError:
        return SourceError(
            file=self.layer.url,
            found=found,
            expected="every row of the layer exactly once",
            mend="run again; if it stays so, take the portal's download of the layer as a file",
        )


def pull_layer(web: Web, layer: Layer, where: str, into: Path, part: str, rounds: int = 3) -> tuple[Layer, list[Page]]:
    """Fetch all rows of a layer that meet `where`; go on from pages of `part` that lie in `into`.

    A layer that changes meanwhile is begun anew, `rounds` times in all. Returns the layer as it was then.

    Raises:
        SourceError: not every row could be had exactly once.
    """
    for number in range(rounds):
        pull = _begin(web, layer, where, into, part)
        if number == 0:
            pull.go_on()
        failure: SourceError | None = None
        try:
            pull.run()
        except SourceError as error:
            failure = error
        now = replace(read_layer(web, layer.url), object_id=pull.layer.object_id)
        if _is_unchanged(pull, now):
            if failure is not None:
                raise failure
            return pull.layer, pull.pages
        progress.info("%s: changed while it was paged, begun anew", part)
        pull.throw_away()
        layer = now
    raise SourceError(
        file=layer.url,
        found=f"a layer that changed each of the {rounds} times it was paged",
        expected="a layer that stays the same while it is paged",
        mend="run again at an hour at which the publisher does not write",
        passing=True,
    )


def _begin(web: Web, layer: Layer, where: str, into: Path, part: str) -> Pull:
    every, named = listed_ids(web, layer, where)
    try:
        count = told_count(web, layer, where)
    except SourceError:
        count = None
    if not every and count:
        every = None  # an empty list from a server that counts rows is no list
    if every is not None and count is not None and count != len(every):
        progress.info("%s: counts %s rows, lists %s; the list holds", part, f"{count:,}", f"{len(every):,}")
    object_id = named or layer.object_id
    if object_id is None:
        raise SourceError(
            file=layer.url,
            found="a layer without object ids",
            expected="a layer whose rows can be told from each other",
            mend="take the portal's download of the layer as a file",
        )
    return Pull(web, replace(layer, object_id=object_id), where, into, part, every, count)


def _is_unchanged(pull: Pull, now: Layer) -> bool:
    if now.mark != pull.layer.mark:
        return False
    if pull.every is not None and listed_ids(pull.web, now, pull.where)[0] != pull.every:
        return False
    return now.mark is not None or not pull.pages or pull.looks_the_same()
