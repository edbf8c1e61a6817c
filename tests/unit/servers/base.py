"""A real HTTP server on the loopback interface that misbehaves when told to.

A kind of portal is a subclass of `Server` with `answer()`. What goes wrong on the way (a broken connection, a busy
server, a page of HTML, lengths and encodings that lie) is a `Fault`, the same for all kinds.
"""

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

PAGE = b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"


@dataclass(frozen=True)
class Request:
    """What a client asked. `params` are those of the address, `body` is of a POST."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def query(self) -> str:
        """The parameters in words, `name=value` each."""
        return " ".join(f"{name}={value}" for name, value in self.params.items())


@dataclass
class Answer:
    """What the portal would say if nothing went wrong. A body in pieces is sent without a length."""

    body: bytes | Iterator[bytes] = b""
    kind: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What goes wrong with the next `times` answers to addresses that contain `path` and whose parameters contain `query`.

    status: `status` with `headers` and `body` instead. html: a page, as if it were the answer. cut: the connection breaks after
    `after` bytes of the body. stall: silence after so many, for `seconds`. short_length, long_length: the length
    promised is `after` bytes off. gzip: a compressed body, as promised. no_gzip: a body that claims to be compressed. half_gzip: a compressed body that
    ends too early. half_body: only `after` bytes, with a length that agrees.
    """

    kind: Literal[
        "status", "html", "cut", "stall", "short_length", "long_length", "gzip", "no_gzip", "half_gzip", "half_body"
    ]
    path: str = ""
    query: str = ""
    times: int = 1
    after: int = 0
    status: int = 503
    seconds: float = 5.0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": true, "message": "busy"}'


ARCGIS_ERROR = b'{"error": {"code": 500, "message": "Error performing query operation", "details": []}}'


def fault(name: str, query: str = "", times: int = 1) -> Fault:
    """A fault by a short name, with answers to questions that contain `query`."""
    if name.isdigit():
        return Fault("status", query=query, times=times, status=int(name), headers={"Retry-After": "0"})
    faults = {
        "cut": Fault("cut", after=-5),
        "html": Fault("html"),
        "short_length": Fault("short_length", after=1),
        "long_length": Fault("long_length", after=10),
        "gzip": Fault("gzip"),
        "gzip_lie": Fault("half_gzip"),
        "passing_error": Fault("status", status=200, body=ARCGIS_ERROR),
    }
    return replace(faults[name], query=query, times=times)


class Server:
    """A server that counts what it is asked. Use it as a context; `url` is its address."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """What a well-behaved portal says."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._httpd.daemon_threads = True
        self.address = f"127.0.0.1:{self._httpd.server_port}"
        self.url = f"http://{self.address}"
        self._thread = threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join()

    def asked(self, path: str) -> list[Request]:
        """The requests for addresses that contain `path`."""
        return [request for request in self.requests if path in request.path]

    @property
    def spent(self) -> bool:
        """Whether all faults have happened."""
        return not any(fault.times for fault in self.faults)

    def next_fault(self, request: Request) -> Fault | None:
        """The fault that applies to this request, used up by one."""
        with self._lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.times > 0 and fault.path in request.path and fault.query in request.query:
                    fault.times -= 1
                    return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    server_of: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query, True)), headers, body)
        fault = self.server_of.next_fault(request)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if fault and fault.kind == "status":
                self._send(Answer(fault.body, status=fault.status, headers=fault.headers))
            elif fault and fault.kind == "html":
                self._send(Answer(PAGE, "text/html; charset=utf-8"))
            else:
                self._send(self.server_of.answer(request), fault)

    do_GET = do_POST = do_HEAD = _serve  # noqa: N815  names of the standard library

    def _send(self, answer: Answer, fault: Fault | None = None) -> None:
        body = answer.body
        if fault and not isinstance(body, bytes):
            body = b"".join(body)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
            self.send_header(name, value)
        if not isinstance(body, bytes):
            self._send_pieces(body)
            return
        if fault and fault.kind == "half_body":
            body = body[: fault.after]
        if fault and fault.kind in ("gzip", "no_gzip", "half_gzip"):
            self.send_header("Content-Encoding", "gzip")
            packed = gzip.compress(body)
            body = {"gzip": packed, "no_gzip": body, "half_gzip": packed[:-20]}[fault.kind]
        off = {"short_length": -1, "long_length": 1}.get(fault.kind, 0) * fault.after if fault else 0
        if answer.status != 304:
            self.send_header("Content-Length", str(len(body) + off))
        self.end_headers()
        if self.command == "HEAD" or answer.status == 304:
            return
        if fault and fault.kind in ("cut", "stall"):
            self.wfile.write(body[: fault.after])
            self.wfile.flush()
            if fault.kind == "stall":
                time.sleep(fault.seconds)
            self.close_connection = True
            return
        self.wfile.write(body)
        self.close_connection = self.close_connection or off != 0

    def _send_pieces(self, pieces: Iterator[bytes]) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class FileServer(Server):
    """Files by path, with ETags, ranges and conditional requests, each of which can be switched off.

    With `trusts_ranges`, it sends the rest of a file even where that has changed since.
    """

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        super().__init__()
        self.files = dict(files or {})
        self.has_etags = self.has_ranges = True
        self.trusts_ranges = False
        self.changes: dict[str, bytes] = {}  # by path: what a file becomes after the next answer

    def answer(self, request: Request) -> Answer:
        """A file, the rest of one, or the news that there are none."""
        content = self.files.get(request.path)
        if content is None:
            return Answer(b"no such file", "text/plain", 404)
        self.files[request.path] = self.changes.pop(request.path, content)
        etag = f'"{hash(content) & 0xFFFFFFFF:08x}"'
        headers = {"ETag": etag} if self.has_etags else {}
        if self.has_etags and request.headers.get("if-none-match") == etag:
            return Answer(status=304, headers=headers)
        wanted = request.headers.get("range")
        is_same = self.trusts_ranges or request.headers.get("if-range", etag) == etag
        if wanted and self.has_ranges and is_same:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            if start >= len(content):
                return Answer(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return Answer(content[start:], "text/csv", 206, headers)
        return Answer(content, "text/csv", headers=headers)
