"""What a portal answers cannot make a pull give a token away, or ask what lies inside this machine and its network."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tenacity import wait_none

from orchestration.catalog.portals import Ckan
from orchestration.ingest.errors import SourceError
from orchestration.sources import reach
from orchestration.sources.ckan import CkanSource
from orchestration.sources.downloads import names_of
from orchestration.sources.folder import FolderSource
from orchestration.sources.reach import refuse_inside
from orchestration.sources.web import Web
from tests.unit.conftest import MakeDataSet

SECRETS = ("x-app-token", "authorization", "cookie")
OTHERS = "127.0.0.2"  # also this machine; the tests say that 127.0.0.1 is the open internet


@dataclass
class Server:
    """A server that answers with JSON, or sends on to `to`; it remembers what it was shown."""

    port: int = 0
    to: str = ""
    answer: bytes = b"{}"
    seen: list[dict[str, str]] = field(default_factory=list)

    def at(self, host: str = "127.0.0.1", userinfo: str = "") -> str:
        """Its address."""
        return f"http://{userinfo}{host}:{self.port}"


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server at work, on every address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(302 if server.to else 200)
            self.send_header("Content-Length", str(len(server.answer)))
            if server.to:
                self.send_header("Location", server.to)
            self.end_headers()
            self.wfile.write(server.answer)

        def log_message(self, *ignored: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.port = http.server_address[1]
    Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


@pytest.fixture
def first() -> Iterator[Server]:
    """The portal."""
    with serving(Server()) as server:
        yield server


@pytest.fixture
def second() -> Iterator[Server]:
    """Where the portal sends people on to."""
    with serving(Server()) as server:
        yield server


@pytest.fixture
def one_is_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 counts as the open internet, everything else as it does."""
    inside = reach._is_inside
    outside = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(reach, "_is_inside", lambda address: address != outside and inside(address))


def hurried(*own: str) -> Web:
    """An HTTP layer that does not wait, with the addresses of a city file and a token."""
    web = Web(own=own, wait=wait_none(), attempts=2, timeout=5)
    web.client.headers["X-App-Token"] = "secret"
    web.client.headers["Cookie"] = "session=secret"
    return web


def test_tokens_go_to_the_own_address_and_not_where_it_sends_on(first: Server, second: Server) -> None:
    first.to = second.at()
    hurried(first.at()).json(first.at(userinfo="user:secret@"))
    assert all(name in first.seen[0] for name in SECRETS)
    assert not any(name in second.seen[0] for name in SECRETS)


def test_tokens_do_not_go_to_addresses_that_an_answer_names(first: Server, second: Server, tmp_path: Path) -> None:
    hurried(first.at()).download(second.at(), tmp_path / "file")
    assert not any(name in second.seen[0] for name in SECRETS)


@pytest.mark.usefixtures("one_is_outside")
@pytest.mark.parametrize("own", [True, False], ids=["of a city file", "of nobody"])
def test_a_redirect_to_the_inside_is_refused(first: Server, second: Server, own: bool) -> None:
    first.to = second.at(OTHERS)
    with pytest.raises(SourceError, match=r"leads to 127\.0\.0\.2, inside this machine"):
        hurried(*([first.at()] if own else [])).json(first.at())
    assert second.seen == []


@pytest.mark.usefixtures("one_is_outside")
def test_a_download_inside_that_a_portal_names_is_refused(
    first: Server, second: Server, data_set: MakeDataSet, tmp_path: Path
) -> None:
    first.answer = b'{"success": true, "result": {"url": "%s/file.csv"}}' % second.at(OTHERS).encode()
    source = CkanSource(Ckan(kind="ckan", portal=first.at(), resources=["abc"]), hurried(first.at()))
    with pytest.raises(SourceError, match="inside this machine or its network"):
        source.deliver(data_set(), tmp_path)
    assert second.seen == []


@pytest.mark.usefixtures("one_is_outside")
def test_a_server_inside_is_asked_where_the_city_file_names_one(first: Server, second: Server) -> None:
    first.to = second.at(OTHERS)
    assert hurried(first.at(OTHERS)).json(first.at(OTHERS)) == {}
    assert len(second.seen) == 1


@pytest.mark.usefixtures("one_is_outside")
def test_a_name_that_leads_elsewhere_by_the_time_of_the_connection_gives_nothing(
    first: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "addresses_of", lambda host: [ipaddress.ip_address("127.0.0.1")])
    with pytest.raises(SourceError, match="inside this machine or its network"):
        hurried("http://127.0.0.1:1").json(first.at(OTHERS))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_addresses_inside(address: str) -> None:
    with pytest.raises(SourceError):
        refuse_inside(reach._address(address), "http://portal")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_addresses_outside(address: str) -> None:
    refuse_inside(reach._address(address), "http://portal")


@pytest.mark.parametrize("scheme", ["file:///etc/passwd", "ftp://host/file", "gopher://host/", "data:text/plain,x"])
@pytest.mark.parametrize("redirected", [True, False])
def test_other_schemes_are_refused_at_once(first: Server, tmp_path: Path, scheme: str, redirected: bool) -> None:
    first.to = scheme
    with pytest.raises(SourceError, match="https://"):
        hurried(first.at()).download(first.at() if redirected else scheme, tmp_path / "file")
    assert len(first.seen) == redirected


@pytest.mark.parametrize("last", ["a%00.csv", "a%0A.csv", f"{'a' * 300}.csv", f"{'%C3%A9' * 150}.csv"])
def test_odd_names_of_addresses_are_told(last: str) -> None:
    with pytest.raises(SourceError, match="a file's name"):
        names_of([f"https://data.example.org/{last}"])


@pytest.mark.parametrize("name", [b"calls\xe9.csv", b"calls\n.csv", b"c" * 240 + b".csv"])
def test_odd_names_in_a_folder_are_told(data_set: MakeDataSet, tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_text("id\n1\n")
    with pytest.raises(SourceError, match="a file's name"):
        FolderSource(tmp_path).deliver(data_set(files=["*.csv"]), tmp_path)
