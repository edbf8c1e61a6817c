"""Service requests of an Open311 (GeoReport v2) endpoint, by windows of time.

Servers cap an answer, mostly without saying so: at 1,000 rows, at 90 days, or at pages of 20 to 1,000. So an answer
that holds as many rows as any before it is doubted. Where the server pages (`page`, `page_size`), its pages are
fetched until they end; where it does not, the window is halved, and what its halves hold more shows the cap.

Windows overlap by a second, since servers differ in whether the ends belong to them: a request may arrive twice, and
nothing is done about that here. Staging tells requests apart by service_request_id; the rows of a delivery count
each id once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Xml

from orchestration.catalog.model import DataSet, city
from orchestration.catalog.portals import Open311
from orchestration.ingest.errors import SourceError
from orchestration.sources.answers import fetch_answer
from orchestration.sources.base import Delivered, Last, delivered, progress
from orchestration.sources.web import TryAgain, Web

LONGEST, SHORTEST = timedelta(days=30), timedelta(minutes=1)  # windows
OVERLAP = timedelta(seconds=1)
ASKED_ROWS = 1000  # the most the specification has a server send
USUAL_CAP = 50  # caps are multiples of this
MAX_PAGES = 10_000  # of one window
LONGEST_SILENCE = timedelta(days=1)  # at a stretch; a server that answers less is down
HASTY = 2  # attempts, while the moment is looked for at which a server breaks
STATE = "pull.json"
STALE = timedelta(days=1)  # what is older has changed too much to go on with


@dataclass(frozen=True)
class Answer:
    """One answer: the ids of its requests; of those without one, all they say."""

    file: Path
    ids: list[str]


@dataclass(frozen=True)
class Open311Source:
    """Requests by the time they were made, in files named after their window, times UTC.

    The first pull begins at the endpoint's `first_day` (local midnight), later ones `changes_for_days`, at least one
    day, before the last one began: what changed on older requests does not come. Windows that the last pull could
    not get are asked for again.
    """

    portal: Open311
    web: Web
    resumes: ClassVar[bool] = True

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Write the requests since the last pull; None where there are none.

        Raises:
            SourceError: no requests at all, or more in one minute than the server sends.
        """
        since = None
        if last is not None and not last.whole:
            since = last.began_at.astimezone(UTC) - timedelta(max(data_set.changes_for_days, 1))
        first = datetime.combine(self.portal.first_day, time(), city(data_set.city).zone_info).astimezone(UTC)
        windows = Windows(self.portal, self.web, into, since or first)
        windows.run(datetime.now(UTC))
        for begin, finish in last.missing if last and since else ():
            windows.fetch(begin.astimezone(UTC), min(finish.astimezone(UTC), since or finish))
        if not windows.answers:
            if since is not None and not windows.missing:
                return None
            raise SourceError(
                file=self.portal.endpoint,
                found=f"no requests since {self.portal.first_day}",
                expected=data_set.title,
                mend="check `first_day` and `jurisdiction` in the city file",
            )
        files, seen = [], set[str]()
        for answer in windows.answers:
            new = set(answer.ids) - seen
            seen |= new
            files.append(delivered(answer.file, f"{self.portal.endpoint}/requests.{self.portal.answer}", len(new)))
        return Delivered(files, complete=since is None, changed_since=since, missing=tuple(windows.missing))


@dataclass
class Windows:
    """A pull, window after window, each written to its own files. `until` is where the windows fetched so far end,
    `began` when the first of them was asked for.

    `cap` is the number of rows at which answers are known to end, `most` that of the fullest answer so far.
    """

    portal: Open311
    web: Web
    into: Path
    start: datetime
    answers: list[Answer] = field(default_factory=list)
    until: datetime = datetime.min
    cap: int | None = None
    most: int = 0
    began: datetime = datetime.min
    has_pages: bool | None = None
    takes_page_size: bool = True
    missing: list[tuple[datetime, datetime]] = field(default_factory=list)
    is_noted: bool = True

    def run(self, end: datetime) -> None:
        """Fetch all windows up to `end`, going on from what lies in `into`."""
        self._go_on(end)
        self._march(end)

    def fetch(self, begin: datetime, end: datetime) -> None:
        """Fetch a stretch of its own, that an earlier pull could not get."""
        if begin < end:
            self.until, self.is_noted = begin, False
            self._march(end)

    def _march(self, end: datetime) -> None:
        """Fetch window after window. One that the server does not answer is cut down to the moment at which it breaks."""
        span, patient, searches = LONGEST, self.web, False
        while self.until < end:
            begin = self.until
            finish = min(begin + span, end)
            try:
                shortest = self._fetch(begin, finish, self._ask(begin, finish))
            except SourceError as error:
                if not error.passing:
                    raise
                if self.until > begin:  # the first part of it came
                    continue
                searches, self.web = True, replace(patient, attempts=min(HASTY, patient.attempts))
                if finish - begin > max(SHORTEST, self._silence_before(begin)):
                    span = max((finish - begin) / 2, SHORTEST)
                    continue
                self._lose(begin, finish, error)
                span = 2 * self._silence_before(finish)
                continue
            if searches and span > SHORTEST:
                span = max(span / 2, SHORTEST)
                continue  # no longer windows until the moment is found, or was none
            searches, self.web = False, patient
            span = min(LONGEST, 2 * max(shortest, SHORTEST))
            progress.info("requests up to %s: %s rows", f"{self.until:%Y-%m-%d %H:%M}", f"{self._rows():,}")
        self.web = patient

    def _lose(self, begin: datetime, finish: datetime, error: SourceError) -> None:
        """Note a window that cannot be had; too many in a row are a server that is down."""
        if self._silence_before(begin):
            begin = self.missing.pop()[0]
        self.missing.append((begin, finish))
        progress.info("requests from %s to %s cannot be had (%s)", f"{begin:%Y-%m-%d %H:%M}", f"{finish:%H:%M}", error)
        if finish - begin > LONGEST_SILENCE:
            raise SourceError(
                file=error.file,
                found=f"no answer to the windows from {begin:%Y-%m-%d %H:%M} to {finish:%Y-%m-%d %H:%M} UTC: {error.found}",
                expected="requests, or an empty answer where there are none",
                mend="try again later; if it stays so, tell the publisher which window fails",
                passing=True,
            ) from error
        self.until = finish
        self._note()

    def _silence_before(self, moment: datetime) -> timedelta:
        """How long the stretch is that was lost up to a moment. The next window is lost as a whole if it is no longer."""
        begin, finish = self.missing[-1] if self.missing else (moment, moment)
        return finish - begin if finish == moment else timedelta()

    def _fetch(self, begin: datetime, finish: datetime, whole: Answer) -> timedelta:
        """Fetch all of a window, given the first answer to it. Returns the shortest window that this took."""
        if not self._is_doubtful(whole):
            return self._keep([whole], begin, finish)
        if self.has_pages is not False and (pages := self._pages(begin, finish, whole)):
            return self._keep(pages, begin, finish)
        if finish - begin <= SHORTEST:
            if self._is_full(whole):
                raise self._too_many(begin, finish, whole)
            return self._keep([whole], begin, finish)
        middle = (begin + (finish - begin) / 2).replace(microsecond=0)
        halves = [(begin, middle), (middle, finish)]
        answers = [self._ask(*half) for half in halves]
        if all(set(answer.ids) == set(whole.ids) for answer in answers) and self._is_full(whole):
            raise self._too_many(begin, finish, whole)
        if set(answers[0].ids) | set(answers[1].ids) > set(whole.ids):
            # Unless there are more by now, the whole window was not sent whole.
            again = self._ask(begin, finish)
            if len(again.ids) > len(whole.ids):
                return self._fetch(begin, finish, again)
            self.cap = max(self.cap or 0, len(whole.ids))
        elif not self._is_full(whole):
            for answer in answers:
                answer.file.unlink()
            return self._keep([whole], begin, finish)
        whole.file.unlink()
        return min(self._fetch(*half, answer) for half, answer in zip(halves, answers, strict=True))

    def _is_doubtful(self, answer: Answer) -> bool:
        return bool(answer.ids) and (len(answer.ids) >= (self.cap or self.most) or self._is_full(answer))

    def _is_full(self, answer: Answer) -> bool:
        """Whether an answer holds as many rows as the server is known to send, or as servers usually send."""
        rows = len(answer.ids)
        return rows >= min(self.cap or ASKED_ROWS, ASKED_ROWS) or (
            self.cap is None and rows > 0 and rows % USUAL_CAP == 0
        )

    def _pages(self, begin: datetime, finish: datetime, first: Answer) -> list[Answer] | None:
        """All pages of a window; None where the server does not page, or its pages repeat rows."""
        pages, seen = [first], set(first.ids)
        while len(pages) < MAX_PAGES:
            # Its own size, not the one asked for: some servers send less, but count pages by what was asked.
            page = self._ask(begin, finish, number=len(pages) + 1, size=len(first.ids))
            if not page.ids:
                page.file.unlink()
                self.has_pages = True
                return pages
            pages.append(page)
            if seen & set(page.ids):
                if set(page.ids) <= set(first.ids) and len(pages) == 2:
                    self.has_pages = False
                break
            seen |= set(page.ids)
        for page in pages[1:]:
            page.file.unlink()
        return None

    def _keep(self, answers: list[Answer], begin: datetime, finish: datetime) -> timedelta:
        for answer in answers:
            self.most = max(self.most, len(answer.ids))
            if answer.ids:
                self.answers.append(answer)
            else:
                answer.file.unlink()
        self.until = finish
        self._note()
        return finish - begin

    def _ask(self, begin: datetime, finish: datetime, number: int = 1, size: int = ASKED_ROWS) -> Answer:
        file = self.into / f"requests-{begin:%Y%m%dT%H%M%S}-{finish:%Y%m%dT%H%M%S}-{number:04d}.{self.portal.answer}"
        url = f"{self.portal.endpoint.rstrip('/')}/requests.{self.portal.answer}"
        asked: dict[str, Any] = {
            "start_date": f"{begin - OVERLAP if begin > self.start else begin:%Y-%m-%dT%H:%M:%SZ}",
            "end_date": f"{finish:%Y-%m-%dT%H:%M:%SZ}",
        }
        if self.portal.jurisdiction is not None:
            asked["jurisdiction_id"] = self.portal.jurisdiction
        if number > 1:
            asked["page"] = number
        read = _READERS[self.portal.answer]
        if self.takes_page_size:
            try:
                return Answer(file, fetch_answer(self.web, url, asked | {"page_size": size}, file, read))
            except SourceError as error:
                if number > 1 or "status 400" not in error.found:
                    raise
                self.takes_page_size = False
        return Answer(file, fetch_answer(self.web, url, asked, file, read))

    def _go_on(self, end: datetime) -> None:
        """Take over the windows that an earlier pull of the same requests has left."""
        file = self.into / STATE
        state = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        self.began, self.until = end, self.start
        if state.get("asked") == self._asked() and end - datetime.fromisoformat(state["began"]) < STALE:
            self.began, self.until = datetime.fromisoformat(state["began"]), datetime.fromisoformat(state["until"])
            self.cap, self.most = state["cap"], state["most"]
            lost = state.get("missing", [])
            self.missing = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in lost]
            for name in state["files"]:
                kept = self.into / name
                self.answers.append(Answer(kept, _READERS[self.portal.answer](kept.read_bytes())))
            progress.info("requests: going on from %s", f"{self.until:%Y-%m-%d %H:%M}")
        names = {answer.file.name for answer in self.answers}
        for left in self.into.glob("requests-*"):
            if left.name not in names:
                left.unlink()

    def _note(self) -> None:
        if not self.is_noted:
            return
        state = {
            "asked": self._asked(),
            "began": self.began.isoformat(),
            "until": self.until.isoformat(),
            "cap": self.cap,
            "most": self.most,
            "files": [answer.file.name for answer in self.answers],
            "missing": [[begin.isoformat(), finish.isoformat()] for begin, finish in self.missing],
        }
        arriving = self.into / f"{STATE}.part"
        arriving.write_text(json.dumps(state), encoding="utf-8")
        arriving.replace(self.into / STATE)

    def _asked(self) -> list[Any]:
        return [self.portal.endpoint, self.portal.jurisdiction, self.portal.answer, self.start.isoformat()]

    def _rows(self) -> int:
        return sum(len(answer.ids) for answer in self.answers)

    def _too_many(self, begin: datetime, finish: datetime, answer: Answer) -> SourceError:
        return SourceError(
            file=f"{self.portal.endpoint}/requests.{self.portal.answer}",
            found=f"{len(answer.ids):,} requests from {begin:%Y-%m-%d %H:%M} to {finish:%Y-%m-%d %H:%M} UTC, as many as "
            "the server sends at once, and no shorter window or further page that brings others",
            expected="windows that the server answers whole",
            mend="ask the publisher how to page, or take a download of the requests as a file",
        )


def _from_json(text: bytes) -> list[str]:
    """Ids of the requests in a JSON answer."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise TryAgain(f"{_beginning(text)} instead of JSON") from error
    if not isinstance(found, list) or not all(isinstance(request, dict) for request in found):
        raise TryAgain(f"{_beginning(text)} instead of an array of requests")
    if any(set(request) == {"code", "description"} for request in found):
        raise TryAgain(f"the server's error {_beginning(text)}")
    return [_id(request.get, json.dumps(request)) for request in found]


def _from_xml(text: bytes) -> list[str]:
    """Ids of the requests in an XML answer."""
    try:
        root = Xml.fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise TryAgain(f"{_beginning(text)} instead of XML ({error})") from error
    if root.tag.rpartition("}")[2] not in ("service_requests", "requests"):
        raise TryAgain(f"{_beginning(text)} instead of requests")
    return [_id(request.findtext, Xml.tostring(request, "unicode")) for request in root]


def _id(value: Callable[[str], Any], whole: str) -> str:
    """A request's id, or its token while it has none."""
    return str(value("service_request_id") or value("token") or whole)


def _beginning(text: bytes) -> str:
    return " ".join(text[:80].decode("utf-8", "replace").split()) or "nothing"


_READERS: dict[Literal["json", "xml"], Callable[[bytes], list[str]]] = {"json": _from_json, "xml": _from_xml}
