"""The HTTP layer against a server that misbehaves: every byte once, or an error that says what was found."""

import email.utils
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tenacity import wait_none

from orchestration.ingest.errors import SourceError
from orchestration.sources.web import Web
from tests.unit.servers.base import PAGE, Answer, Fault, FileServer, Request, Server

CONTENT = bytes(range(256)) * 4000  # a megabyte


class Json(Server):
    """Says yes; compresses if asked to."""

    def answer(self, request: Request) -> Answer:
        """The same to everybody."""
        return Answer(b'{"answer": "yes"}')


@pytest.fixture
def pauses() -> list[float]:
    """What the retries waited, in seconds; nobody really waits."""
    return []


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server with one file."""
    with FileServer({"/big.csv": CONTENT}) as running:
        yield running


@pytest.fixture
def yes() -> Iterator[Json]:
    """A server that answers in JSON."""
    with Json() as running:
        yield running


@pytest.fixture
def web(pauses: list[float]) -> Callable[..., Web]:
    """The layer under test, in a hurry."""
    return lambda **changes: Web(**{"timeout": 0.5, "attempts": 3, "sleep": pauses.append, **changes})


# --- answers ---


@pytest.mark.parametrize("fault", [
    Fault("status", status=500), Fault("status", status=503), Fault("status", status=429), Fault("html"),
    Fault("cut", after=4), Fault("stall", after=4, seconds=1), Fault("long_length", after=9), Fault("no_gzip"),
    Fault("half_gzip"), Fault("short_length", after=3),
], ids=lambda fault: f"{fault.kind}{fault.status if fault.kind == 'status' else ''}")  # fmt: skip
def test_a_fault_that_passes_is_overcome(yes: Json, web: Callable[..., Web], fault: Fault) -> None:
    yes.faults = [fault]
    assert web().json(f"{yes.url}/data") == {"answer": "yes"}
    assert len(yes.requests) == 2


@pytest.mark.parametrize(("fault", "found"), [
    (Fault("status", status=500), "3 times status 500 Internal Server Error: {\"error\": true, \"message\": \"busy\"}"),
    (Fault("html"), "3 times a page of HTML instead of JSON: <!DOCTYPE html>"),
    (Fault("stall", after=4, seconds=1), "3 times no answer in time"),
    (Fault("no_gzip"), "3 times a compressed answer that cannot be unpacked"),
    (Fault("cut", after=4), "3 times peer closed connection"),
])  # fmt: skip
def test_a_fault_that_stays_is_told(yes: Json, web: Callable[..., Web], fault: Fault, found: str) -> None:
    fault.times = 99
    yes.faults = [fault]
    with pytest.raises(SourceError) as caught:
        web().json(f"{yes.url}/data")
    assert caught.value.found.startswith(found)
    assert caught.value.file == f"{yes.url}/data"
    assert len(yes.requests) == 3


@pytest.mark.parametrize(("status", "mend"), [
    (400, "`where`"), (401, "token"), (403, "refuses"), (404, "gone"), (410, "moved"),
])  # fmt: skip
def test_a_refusal_is_told_at_once_with_its_body(yes: Json, web: Callable[..., Web], status: int, mend: str) -> None:
    yes.faults = [Fault("status", status=status, times=9)]
    with pytest.raises(SourceError, match='"message": "busy"') as caught:
        web().json(f"{yes.url}/data")
    assert mend in caught.value.mend and str(status) in caught.value.found
    assert len(yes.requests) == 1


def test_the_pause_is_the_one_the_server_asks_for(yes: Json, web: Callable[..., Web], pauses: list[float]) -> None:
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
    yes.faults = [
        Fault("status", status=429, headers={"Retry-After": "7"}),
        Fault("status", status=503, headers={"Retry-After": in_a_minute}),
    ]
    web().json(f"{yes.url}/data")
    assert pauses[0] == 7
    assert 50 < pauses[1] <= 60


def test_pauses_grow_where_the_server_asks_for_none(yes: Json, web: Callable[..., Web], pauses: list[float]) -> None:
    yes.faults = [Fault("status", times=5)]
    web(attempts=6).json(f"{yes.url}/data")
    assert all(earlier < later for earlier, later in zip(pauses, pauses[2:], strict=False))
    assert 1 <= pauses[0] <= 3 and pauses[-1] <= 60


@pytest.mark.parametrize("asked", ["86400", "soon", ""])
def test_a_server_that_asks_for_a_day_is_not_waited_for(yes: Json, web: Callable[..., Web], asked: str) -> None:
    yes.faults = [Fault("status", status=429, headers={"Retry-After": asked})]
    if asked == "86400":
        with pytest.raises(SourceError, match="come back much later"):
            web().json(f"{yes.url}/data")
    else:
        assert web().json(f"{yes.url}/data") == {"answer": "yes"}


def test_nobody_there(web: Callable[..., Web]) -> None:
    with FileServer() as gone:
        url = gone.url
    with pytest.raises(SourceError, match="3 times no connection"):
        web().json(url)


def test_what_robots_txt_forbids_is_never_asked(yes: Json, web: Callable[..., Web]) -> None:
    careful = web(robots_disallow=("/api/",))
    with pytest.raises(SourceError, match=r"robots\.txt forbids /api/"):
        careful.json(f"{yes.url}/api/3/action/x")
    assert yes.requests == []
    careful.json(f"{yes.url}/data/api/")


def test_nor_is_it_through_a_redirect(web: Callable[..., Web], tmp_path: Path) -> None:
    class Redirecting(Server):
        def answer(self, request: Request) -> Answer:
            return Answer(status=302, headers={"Location": "/api/x"}) if request.path == "/a" else Answer(b"{}")

    with Redirecting() as server:
        with pytest.raises(SourceError, match="forbids"):
            web(robots_disallow=("/api/",)).download(f"{server.url}/a", tmp_path / "a")
        assert [request.path for request in server.requests] == ["/a"]


# --- downloads ---


@pytest.mark.parametrize("fault", [
    Fault("status", status=502), Fault("html"), Fault("cut", after=400_000), Fault("stall", after=400_000, seconds=1),
    Fault("long_length", after=10), Fault("no_gzip"), Fault("cut", after=len(CONTENT) - 1), Fault("cut", after=0),
], ids=lambda fault: fault.kind)  # fmt: skip
@pytest.mark.parametrize("switches", [{}, {"has_etags": False}, {"has_ranges": False}], ids=str)
def test_a_file_arrives_whole(
    server: FileServer, web: Callable[..., Web], tmp_path: Path, fault: Fault, switches: dict[str, Any]
) -> None:
    vars(server).update(switches)
    server.faults = [Fault(**vars(fault))]
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert (tmp_path / "big.csv").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["big.csv"]


def test_a_broken_download_goes_on_where_it_broke_off(
    server: FileServer, web: Callable[..., Web], tmp_path: Path
) -> None:
    server.faults = [Fault("cut", after=600_000)]
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    start = int(server.requests[1].headers["range"].removeprefix("bytes=").rstrip("-"))
    assert 0 < start <= 600_000
    assert server.requests[1].headers["if-range"].startswith('"')
    assert (tmp_path / "big.csv").read_bytes() == CONTENT


def test_so_does_the_next_process(server: FileServer, web: Callable[..., Web], tmp_path: Path) -> None:
    server.faults = [Fault("cut", after=600_000), Fault("status", times=2)]
    with pytest.raises(SourceError, match="3 times status 503"):
        web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert "range" in server.requests[-1].headers
    assert (tmp_path / "big.csv").read_bytes() == CONTENT


@pytest.mark.parametrize("trusts_ranges", [False, True])
def test_a_file_that_changed_meanwhile_is_fetched_anew(
    server: FileServer, web: Callable[..., Web], tmp_path: Path, trusts_ranges: bool
) -> None:
    server.trusts_ranges = trusts_ranges
    server.faults = [Fault("cut", after=600_000)]
    server.changes = {"/big.csv": CONTENT[::-1]}
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert (tmp_path / "big.csv").read_bytes() == CONTENT[::-1]


def test_one_that_became_shorter_than_what_is_there(
    server: FileServer, web: Callable[..., Web], tmp_path: Path
) -> None:
    server.trusts_ranges = True
    server.faults = [Fault("cut", after=600_000)]
    server.changes = {"/big.csv": CONTENT[:1000]}
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert (tmp_path / "big.csv").read_bytes() == CONTENT[:1000]


def test_another_part_than_asked_for_is_refused(web: Callable[..., Web], tmp_path: Path) -> None:
    class Wrong(FileServer):
        def answer(self, request: Request) -> Answer:
            answer = super().answer(request)
            if answer.status == 206:
                answer.headers["Content-Range"] = f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"
            return answer

    with Wrong({"/big.csv": CONTENT}) as server:
        server.faults = [Fault("cut", after=600_000)]
        web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert (tmp_path / "big.csv").read_bytes() == CONTENT


def test_no_news_leaves_no_file(server: FileServer, web: Callable[..., Web], tmp_path: Path) -> None:
    headers = web().download(f"{server.url}/big.csv", tmp_path / "big.csv")
    assert headers is not None
    asked = {"If-None-Match": headers["etag"]}
    assert web().download(f"{server.url}/big.csv", tmp_path / "other.csv", headers=asked) is None
    assert not (tmp_path / "other.csv").exists()


def test_a_compressed_answer_is_unpacked(web: Callable[..., Web], tmp_path: Path) -> None:
    import gzip

    class Packing(Server):
        def answer(self, request: Request) -> Answer:
            assert request.headers["accept-encoding"] == "gzip"
            return Answer(gzip.compress(CONTENT), "text/csv", headers={"Content-Encoding": "gzip", "ETag": '"x"'})

    with Packing() as server:
        server.faults = [Fault("cut", after=900)]
        web(wait=wait_none()).download(server.url, tmp_path / "big.csv", compressed=True)
    assert (tmp_path / "big.csv").read_bytes() == CONTENT


def test_how_much_has_come_is_told(server: FileServer, web: Callable[..., Web], tmp_path: Path) -> None:
    told: list[int] = []
    server.faults = [Fault("cut", after=600_000)]
    web().download(f"{server.url}/big.csv", tmp_path / "big.csv", on_bytes=told.append)
    assert told == sorted(told) and told[-1] == len(CONTENT)


@pytest.mark.parametrize("page", [PAGE, b"\n <HTML><body>Sign in</body></HTML>"])
def test_a_page_that_is_called_a_file(web: Callable[..., Web], tmp_path: Path, page: bytes) -> None:
    class Pretender(Server):
        def answer(self, request: Request) -> Answer:
            return Answer(page, "text/csv")

    with Pretender() as server, pytest.raises(SourceError, match="a page of HTML instead of a file"):
        web().download(f"{server.url}/a.csv", tmp_path / "a.csv")


def test_a_connection_that_breaks_after_a_few_bytes_each_time_comes_to_an_end(
    web: Callable[..., Web], tmp_path: Path
) -> None:
    content = bytes(range(256)) * 40
    with FileServer({"/a.csv": content}) as server:
        server.faults = [Fault("cut", after=3000, times=2)]
        web().download(f"{server.url}/a.csv", tmp_path / "a.csv")
        asked = [request.headers.get("range") for request in server.requests]
    assert (tmp_path / "a.csv").read_bytes() == content
    assert asked == [None, "bytes=3000-", "bytes=6000-"]


def test_a_server_that_drips_is_given_up(web: Callable[..., Web], tmp_path: Path) -> None:
    class Dripping(Server):
        def answer(self, request: Request) -> Answer:
            return Answer(iter([b"a,b\n", *[b"1,2\n"] * 50]), "text/csv")

    passed = iter(range(0, 10**9, 100))  # seconds, at each look at the clock
    with Dripping() as server, pytest.raises(SourceError, match=r"3 times only \d+ bytes in \d+ seconds"):
        web(clock=lambda: float(next(passed))).download(f"{server.url}/a.csv", tmp_path / "a.csv")
    with Dripping() as server:
        web().download(f"{server.url}/a.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").stat().st_size == 204
