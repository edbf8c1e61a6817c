"""Open311 endpoints: every request whatever the server's cap, or a clear refusal."""

import json
import random
import shutil
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml import ElementTree as Xml
from hypothesis import given, settings
from hypothesis import strategies as st
from tenacity import wait_none

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Open311
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import land
from orchestration.sources.base import Delivered, Last
from orchestration.sources.open311 import Open311Source
from orchestration.sources.web import Web
from tests.unit.servers.base import Answer, Fault, Request, Server, fault
from tests.unit.servers.open311 import Open311Portal

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "open311"
NOW = datetime.now(UTC).replace(microsecond=0)
FIRST = NOW - timedelta(days=100)


def requests(count: int, days: float = 95, seed: int = 1, grain: int = 1) -> dict[str, datetime]:
    """Requests by id, at random seconds (multiples of `grain`) of the last `days`."""
    draw = random.Random(seed)
    seconds = int(days * 86_400) // grain
    return {f"r{n}": NOW - timedelta(seconds=60 + grain * draw.randrange(seconds)) for n in range(count)}


def data_set(answer: str = "json", **changes: Any) -> DataSet:
    given = {
        "name": "requests", "city": "riverbend", "title": "Requests", "entity": "requests", "files": ["*"],
        "format": f"open311_{answer}", "license": "none", "grain": "one request", "growth": "append",
        "columns": ["service_request_id", "status"], "key": ["service_request_id"],
    }  # fmt: skip
    return DataSet.model_validate(given | changes)


def source(portal: Server, **settings: Any) -> Open311Source:
    given = {"kind": "open311", "endpoint": f"{portal.url}/v2", "first_day": FIRST.date()}
    return Open311Source(Open311.model_validate(given | settings), Web(wait=wait_none(), attempts=3, timeout=10))


def found(into: Path, delivered: Delivered) -> list[str]:
    """Ids in the delivered files, repeated ones too."""
    ids: list[str] = []
    for file in delivered.files:
        text = (into / file.name).read_bytes()
        if file.name.endswith(".json"):
            ids += [request["service_request_id"] for request in json.loads(text)]
        else:
            ids += [str(request.findtext("service_request_id")) for request in Xml.fromstring(text)]
    return ids


def pulled(portal: Server, into: Path, answer: str = "json") -> tuple[list[str], Delivered]:
    delivered = source(portal, answer=answer).deliver(data_set(answer), into)
    assert delivered is not None and delivered.complete and delivered.changed_since is None
    return found(into, delivered), delivered


@pytest.mark.parametrize("answer", ["json", "xml"])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"cap": 100},
        {"cap": 37},
        {"cap": 50, "pages": True},
        {"cap": 37, "pages": True},
        {"cap": 1000, "pages": True},
        {"cap": 37, "pages": True, "clamps": True},
        {"cap": 60, "ends_excluded": True},
        {"cap": 60, "refuses_page_size": True},
    ],
    ids=str,
)
def test_every_request_comes(tmp_path: Path, answer: str, how: dict[str, Any]) -> None:
    true = requests(700)
    with Open311Portal(true, **how) as portal:
        ids, delivered = pulled(portal, tmp_path, answer)
    assert set(ids) == set(true)
    assert sum(file.rows or 0 for file in delivered.files) == len(true)
    names = [file.name for file in delivered.files]
    assert names == sorted(names)


def test_requests_on_the_edge_of_windows(tmp_path: Path) -> None:
    begin = datetime.combine(FIRST.date(), time(), ZoneInfo("America/Chicago"))
    true = {f"r{days}": begin.astimezone(UTC) + timedelta(days=days) for days in (30, 60, 90)}
    with Open311Portal(true, ends_excluded=True) as portal:
        ids, _ = pulled(portal, tmp_path)
    assert set(ids) == set(true)


def test_many_requests_at_one_instant_come_where_the_server_pages(tmp_path: Path) -> None:
    true = requests(700, grain=86_400)
    with Open311Portal(true, cap=5, pages=True) as portal:
        ids, _ = pulled(portal, tmp_path)
    assert set(ids) == set(true)


@pytest.mark.parametrize("cap", [50, 100, 1000])
def test_a_minute_with_more_than_the_cap_is_refused(tmp_path: Path, cap: int) -> None:
    burst = {f"r{n}": NOW - timedelta(days=5) for n in range(cap + 20)}
    with Open311Portal(burst, cap=cap) as portal, pytest.raises(SourceError, match=f"{cap:,} requests from"):
        source(portal).deliver(data_set(), tmp_path)


def test_a_minute_with_less_than_the_cap_comes(tmp_path: Path) -> None:
    burst = {f"r{n}": NOW - timedelta(days=5) for n in range(333)}
    with Open311Portal(burst | requests(90)) as portal:
        ids, _ = pulled(portal, tmp_path)
    assert set(ids) == {*burst, *requests(90)}


def test_a_server_that_ignores_dates(tmp_path: Path) -> None:
    with Open311Portal(requests(30), ignores_dates=True) as portal:
        ids, _ = pulled(portal, tmp_path)
        assert set(ids) == set(requests(30)) and len(portal.requests) < 50
    with Open311Portal(requests(300), cap=100, ignores_dates=True) as portal:
        with pytest.raises(SourceError, match="100 requests from"):
            source(portal).deliver(data_set(), tmp_path)
        assert len(portal.requests) < 50


def test_whole_days_only(tmp_path: Path) -> None:
    true = requests(700)
    with Open311Portal(true, cap=40, days_only=True) as portal:
        ids, _ = pulled(portal, tmp_path)
    assert set(ids) == set(true)
    with Open311Portal(true, cap=4, days_only=True) as portal, pytest.raises(SourceError, match="4 requests from"):
        source(portal).deliver(data_set(), tmp_path)


@pytest.mark.parametrize("answer", ["json", "xml"])
@pytest.mark.parametrize("name", ["cut", "short_length", "long_length", "html", "500", "429", "gzip_lie", "gzip"])
def test_a_fault_passes(tmp_path: Path, answer: str, name: str) -> None:
    true = requests(300)
    with Open311Portal(true, cap=100) as portal:
        portal.faults = [fault(name, "start_date", 2)]
        ids, _ = pulled(portal, tmp_path, answer)
        assert portal.spent
    assert set(ids) == set(true)


def test_a_cut_pull_goes_on_where_it_stopped(tmp_path: Path) -> None:
    true = requests(700)
    with Open311Portal(true, cap=100) as portal:
        day = f"end_date={NOW - timedelta(days=20):%Y-%m}"
        portal.faults = [Fault("status", query=day, status=403)]
        with pytest.raises(SourceError, match="403"):
            land(source(portal), data_set(), tmp_path)
        first = len(portal.requests)
        landed = land(source(portal), data_set(), tmp_path)
        again = [query["start_date"] for query in (request.params for request in portal.requests[first:])]
    assert landed is not None and sum(file.rows or 0 for file in landed[0].files) == 700
    assert min(again) > f"{FIRST + timedelta(days=20):%Y-%m-%d}"
    assert not any(name.startswith("pull") for name in (path.name for path in landed[1].iterdir()))


def test_later_pulls_bring_what_is_new_or_may_have_changed(tmp_path: Path) -> None:
    true = requests(700)
    last = Last({}, NOW - timedelta(days=10))
    for days, since in ((0, timedelta(days=11)), (30, timedelta(days=40))):
        into = tmp_path / str(days)
        into.mkdir()
        with Open311Portal(true) as portal:
            delivered = source(portal, jurisdiction="river.bend").deliver(data_set(changes_for_days=days), into, last)
            assert {query["jurisdiction_id"] for query in (request.params for request in portal.requests)} == {
                "river.bend"
            }
        assert delivered is not None and not delivered.complete
        assert delivered.changed_since == NOW - since
        assert set(found(into, delivered)) == {name for name, at in true.items() if at >= NOW - since}


def test_nothing_at_all_and_nothing_new(tmp_path: Path) -> None:
    with Open311Portal({}) as portal:
        with pytest.raises(SourceError, match="no requests since"):
            source(portal).deliver(data_set(), tmp_path)
        assert source(portal).deliver(data_set(), tmp_path, Last({}, NOW)) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'[{"code": 400, "description": "jurisdiction_id was not provided"}]', "jurisdiction_id was not"),
        (b'{"requests": []}', "instead of an array of requests"),
        (b"<html>busy</html>", "a page of HTML instead of"),
        (b"", "nothing instead of JSON"),
    ],
)
def test_what_is_no_answer_is_refused(tmp_path: Path, body: bytes, said: str) -> None:
    class Other(Server):
        def answer(self, request: Request) -> Answer:
            return Answer(body)

    with Other() as portal, pytest.raises(SourceError) as caught:
        source(portal).deliver(data_set(), tmp_path)
    assert said in caught.value.found


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(1, 250),
    seed=st.integers(0, 99),
    grain=st.sampled_from([1, 3600, 86_400]),
    how=st.fixed_dictionaries(
        {"cap": st.sampled_from([7, 20, 50, 100, 1000]), "pages": st.booleans()},
        optional={
            "ends_excluded": st.booleans(),
            "clamps": st.booleans(),
            "days_only": st.booleans(),
            "refuses_page_size": st.booleans(),
        },
    ),
    faults=st.lists(
        st.tuples(st.just("start_date"), st.sampled_from(["cut", "html", "500", "gzip_lie", "400"])), max_size=3
    ),
)
def test_all_or_refused(count: int, seed: int, grain: int, how: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    true = requests(count, seed=seed, grain=grain)
    folder = Path(tempfile.mkdtemp())
    try:
        with Open311Portal(true, **how) as portal:
            portal.faults = [fault(name, query) for query, name in faults]
            try:
                ids, delivered = pulled(portal, folder)
            except SourceError as error:
                assert error.found and error.expected and error.mend
                return
        assert set(ids) == set(true)
        assert sum(file.rows or 0 for file in delivered.files) == count
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(not FIXTURES.exists(), reason="the recorded answers of real servers are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "answer", "count"),
    [
        ("service_requests.json", "json", 2),
        ("files/requests_many.xml", "xml", 2),
        ("files/requests_single.xml", "xml", 1),
        ("files/requests_toronto_multi.xml", "xml", 2),
        ("files/requests_toronto_single.xml", "xml", 1),
    ],
)
def test_recorded_answers(tmp_path: Path, name: str, answer: str, count: int) -> None:
    class Recorded(Server):
        def answer(self, request: Request) -> Answer:
            return Answer((FIXTURES / name).read_bytes())

    with Recorded() as portal:
        ids, delivered = pulled(portal, tmp_path, answer)
        assert len(portal.requests) < 20
    assert len(set(ids)) == count == sum(file.rows or 0 for file in delivered.files)
    assert (tmp_path / delivered.files[0].name).read_bytes() == (FIXTURES / name).read_bytes()


def test_the_first_day_is_the_citys(tmp_path: Path) -> None:
    with Open311Portal(requests(10)) as portal:
        source(portal, first_day=date(NOW.year - 1, 7, 1)).deliver(data_set(), tmp_path)
        assert portal.requests[0].params["start_date"] == f"{NOW.year - 1}-07-01T05:00:00Z"


class Breaks(Open311Portal):
    """Answers any window that holds one of some moments with 500, for ever."""

    broken: tuple[datetime, ...] = ()

    def answer(self, request: Request) -> Answer:
        """An error, or what the portal says."""
        start, end = (datetime.fromisoformat(request.params[name]) for name in ("start_date", "end_date"))
        if any(start <= moment <= end for moment in self.broken):
            return Answer(b'{"error": "internal"}', status=500)
        return super().answer(request)


def test_a_window_that_always_fails_is_named_and_the_others_land(tmp_path: Path) -> None:
    true = requests(400)
    moment = NOW - timedelta(days=40, seconds=7)
    with Breaks(true, cap=100) as portal:
        portal.broken = (moment,)
        landing, folder = land(source(portal), data_set(), tmp_path) or pytest.fail("nothing landed")
        asked = len(portal.requests)
    ((begin, end),) = landing.missing
    assert begin <= moment <= end + timedelta(seconds=1) and end - begin <= timedelta(minutes=3)
    files = [path.read_text() for path in folder.glob("requests-*")]
    ids = {request["service_request_id"] for text in files for request in json.loads(text)}
    assert ids >= {name for name, at in true.items() if not begin - timedelta(seconds=1) <= at <= end}
    assert asked < 120


def test_a_window_that_failed_is_asked_for_again(tmp_path: Path) -> None:
    true = requests(400)
    moment = NOW - timedelta(days=40)
    lost = (moment - timedelta(hours=30), moment)
    inside = {name for name, at in true.items() if lost[0] <= at <= lost[1]}
    last = Last({}, NOW - timedelta(minutes=1), missing=(lost,))
    assert inside
    with Breaks(true) as portal:
        delivered = source(portal).deliver(data_set(), tmp_path, last)
    assert delivered is not None and not delivered.complete and delivered.missing == ()
    assert inside <= set(found(tmp_path, delivered))
    again = tmp_path / "again"
    again.mkdir()
    with Breaks(true) as portal:
        portal.broken = (moment - timedelta(hours=3),)
        delivered = source(portal).deliver(data_set(), again, last)
    assert delivered is not None
    ((begin, end),) = delivered.missing
    assert lost[0] < begin <= portal.broken[0] <= end + timedelta(seconds=1) < lost[1]


def test_a_server_that_stays_down_is_an_error_that_names_the_window(tmp_path: Path) -> None:
    true = requests(400)
    broken = tuple(NOW - timedelta(days=40) + timedelta(minutes=minute) for minute in range(3 * 1440))
    with Breaks(true) as portal:
        portal.broken = broken
        with pytest.raises(SourceError, match=f"no answer to the windows from {broken[0]:%Y-%m-%d}"):
            source(portal).deliver(data_set(), tmp_path)
        assert len(portal.requests) < 400


def test_all_is_pulled_where_that_is_asked_for(tmp_path: Path) -> None:
    true = requests(50)
    with Open311Portal(true) as portal:
        delivered = source(portal).deliver(data_set(), tmp_path, Last({}, NOW, whole=True))
    assert delivered is not None and delivered.complete
    assert set(found(tmp_path, delivered)) == set(true)
