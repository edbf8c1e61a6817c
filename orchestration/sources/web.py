"""HTTP as all portals need it: patient with a busy server, suspicious of what it answers.

A request is repeated after a broken connection, a 429 or a 5xx, with growing pauses or the one the server asks for;
a download goes on where it broke off. What cannot be had is a SourceError that says what was found.
"""

import email.utils
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from orchestration.ingest.errors import SourceError
from orchestration.sources.reach import Reach

AGENT = "footprint (public-safety data warehouse)"
BUSY = (408, 425, 429, 500, 502, 503, 504)
ATTEMPTS = 6
SLOWEST = 100.0  # bytes a second, over SPAN seconds; a server that drips would hold a run up for ever
SPAN = 300.0
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is asked again on another day

Answer = TypeVar("Answer")


class TryAgain(Exception):  # noqa: N818  not an error until it has happened too often
    """An answer that may be better next time."""

    def __init__(self, found: str, after: float | None = None) -> None:
        super().__init__(found)
        self.after = after


class _AsAsked(wait_base):
    """The pause that the server asked for, else growing ones."""

    growing = wait_exponential_jitter(initial=1, max=60)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = getattr(error, "after", None)
        return self.growing(retry_state) if asked is None else float(asked)


@dataclass
class Web:
    """One publisher's server. `timeout` is in seconds, of silence. `wait` and `sleep` are how retries pause.

    `own` are the addresses that the city file names: tokens go to those alone, see `Reach`.
    """

    own: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    robots_disallow: tuple[str, ...] = ()
    timeout: float = 60.0
    attempts: int = ATTEMPTS
    wait: wait_base = field(default_factory=_AsAsked)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.reach = Reach(self.own)
        self.client = httpx.Client(
            headers={"User-Agent": AGENT, **self.headers},
            timeout=self.timeout,
            follow_redirects=True,
            event_hooks={  # also asked of each redirect
                "request": [self.reach.guard, self._refuse_if_forbidden],
                "response": [self.reach.guard_answer],
            },
        )

    def json(self, url: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON answer to a GET, or to a POST of `body`. A page of HTML where JSON was expected is asked for again."""

        def ask() -> Any:
            response = self._answer("POST" if body is not None else "GET", url, params, json=body)
            try:
                return response.json()
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                raise TryAgain(f"{_kind(response)} instead of JSON: {_beginning(response)}") from error

        return self.patiently(url, "a JSON answer", ask)

    def text(self, url: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """A whole, small answer of another kind than JSON."""
        return self.patiently(url, "an answer", lambda: self._answer("GET", url, params))

    def head(self, url: str) -> httpx.Headers | None:
        """The headers of a file, None where the server does not tell them."""
        try:
            response = self.client.head(url, headers={"Accept-Encoding": "identity"}, extensions=self.reach.asked(url))
        except httpx.HTTPError:
            return None
        return response.headers if response.is_success else None

    def download(
        self,
        url: str,
        target: Path,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        compressed: bool = False,
        on_bytes: Callable[[int], None] = lambda count: None,
    ) -> httpx.Headers | None:
        """Stream an answer to a file. Returns its headers; None if `headers` asked for news and there are none (304).

        A broken download goes on with the byte it broke off at if the server can do that and the file is still the
        same; else it begins anew. What lies in `target` with a `.etag` beside it is such a beginning, too. An answer
        that the server makes anew each time may come `compressed`; it then begins anew. With a `body`, it is a POST.
        `on_bytes` hears how long the file is by now.
        """
        mark = target.with_name(target.name + ".etag")

        def fetch() -> httpx.Headers | None:
            have = target.stat().st_size if target.exists() and mark.exists() else 0
            asked = {"Accept-Encoding": "gzip" if compressed else "identity", **(headers or {})}
            if have:
                asked |= {"Range": f"bytes={have}-", "If-Range": mark.read_text()}
            method = "GET" if body is None else "POST"
            own = self.reach.asked(url)
            with self.client.stream(method, url, params=params, headers=asked, json=body, extensions=own) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    return None
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                    target.unlink()
                    raise TryAgain("the server does not know the rest of the file")
                self._refuse(response)
                if response.status_code == httpx.codes.PARTIAL_CONTENT:
                    if _is_rest(response, have, mark):
                        self._write(response, target, "ab", on_bytes)
                    else:
                        target.unlink(missing_ok=True)
                        raise TryAgain("the server sent another part of the file than asked for")
                else:
                    target.unlink(missing_ok=True)  # before there is a mark that does not belong to it
                    _set_mark(mark, response)
                    self._write(response, target, "wb", on_bytes)
                mark.unlink(missing_ok=True)
                return response.headers

        return self.patiently(url, "a whole file", fetch)

    def _write(self, response: httpx.Response, target: Path, mode: str, on_bytes: Callable[[int], None]) -> None:
        is_encoded = "content-encoding" in response.headers
        # As they come: what a broken connection had brought of a larger piece would be lost.
        chunks = response.iter_bytes() if is_encoded else response.iter_raw()
        beginning = mode == "wb"
        with target.open(mode) as out:
            since, so_far = self.clock(), 0
            for chunk in chunks:
                so_far += len(chunk)
                if (took := self.clock() - since) >= SPAN:
                    if so_far < SLOWEST * took:
                        raise TryAgain(f"only {so_far:,} bytes in {took:,.0f} seconds")
                    since, so_far = self.clock(), 0
                if beginning:
                    _refuse_page(response, chunk)
                    beginning = False
                out.write(chunk)
                on_bytes(out.tell())

    def _answer(self, method: str, url: str, params: Mapping[str, Any] | None, **options: Any) -> httpx.Response:
        response = self.client.request(method, url, params=params, extensions=self.reach.asked(url), **options)
        self._refuse(response)
        return response

    def _refuse(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        response.read()
        found = f"status {response.status_code} {response.reason_phrase}: {_beginning(response)}"
        if response.status_code in BUSY:
            after = _retry_after(response.headers)
            if after is None or after <= LONGEST_WAIT:
                raise TryAgain(found, after)
        raise SourceError(
            file=str(response.url),
            found=found,
            expected="an answer with data",
            mend=_MEND.get(response.status_code, "look at the portal's page of the data set; it may have moved"),
        )

    def _refuse_if_forbidden(self, request: httpx.Request) -> None:
        path = request.url.path
        if forbidden := next((prefix for prefix in self.robots_disallow if path.startswith(prefix)), None):
            raise SourceError(
                file=str(request.url),
                found=f"the publisher's robots.txt forbids {forbidden}",
                expected="an address that may be asked",
                mend="take the download address of the file instead (`use: download` in the city file)",
            )

    def patiently(self, url: str, expected: str, attempt: Callable[[], Answer]) -> Answer:
        """What `attempt` returns, tried again after a TryAgain or a broken connection; SourceError when that is all."""
        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=self.wait,
            sleep=self.sleep,
            stop=stop_after_attempt(self.attempts),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
            raise SourceError(
                file=url[:500],
                found=f"an address that cannot be asked ({error})",
                expected=f"{expected} from an address that begins with https:// or http://",
                mend="look at the portal's page of the data set; correct its address in the city file",
            ) from error
        except (TryAgain, httpx.HTTPError) as error:
            raise SourceError(
                file=url,
                found=f"{self.attempts} times {_in_words(error)}",
                expected=expected,
                mend="try again later; if it stays so, look whether the portal has moved or is down",
                passing=True,
            ) from error


_MEND = {
    400: "the portal does not understand the question: check `where` and the ids in the city file",
    401: "the data set needs a token: set FOOTPRINT_SOCRATA_APP_TOKEN, or ask the publisher for access",
    403: "the publisher refuses: a token may be needed, or the data set is no longer public",
    404: "the data set is gone or has another address; look it up and change `source` in the city file",
    429: "the publisher asks to come back much later; run again another day, or with an app token",
    503: "the server will be down for a while; run again later",
}


def _may_pass(error: BaseException) -> bool:
    """Whether asking again may help."""
    passing = (TryAgain, httpx.TransportError, httpx.DecodingError)
    return isinstance(error, passing) and not isinstance(error, httpx.UnsupportedProtocol)


def strong_version(headers: httpx.Headers) -> str | None:
    """The mark by which a server tells one state of a file from another; weak ETags do not hold byte by byte."""
    etag: str | None = headers.get("etag")
    modified: str | None = headers.get("last-modified")
    return etag if etag and not etag.startswith("W/") else modified


def _set_mark(mark: Path, response: httpx.Response) -> None:
    """Note of what state of the file a download is, if the server could go on with it later."""
    version = strong_version(response.headers)
    if version and "content-encoding" not in response.headers:
        mark.write_text(version)
    else:
        mark.unlink(missing_ok=True)


def _is_rest(response: httpx.Response, have: int, mark: Path) -> bool:
    """Whether a partial answer goes on where the file ends. Some servers ignore that it has changed since."""
    begins = have > 0 and response.headers.get("content-range", "").startswith(f"bytes {have}-")
    version = strong_version(response.headers)
    return begins and (version is None or version == mark.read_text())


def _refuse_page(response: httpx.Response, beginning: bytes) -> None:
    """Portals send sign-in and maintenance pages as if they were the file."""
    start = beginning[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_called_so = "html" in response.headers.get("content-type", "") and start.startswith(b"<")
    if is_called_so or start.startswith((b"<!doctype html", b"<html")):
        raise TryAgain(
            f"a page of HTML instead of a file: {' '.join(beginning[:200].decode(errors='replace').split())}"
        )


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds the server asks to wait: a number, or a time."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        until = email.utils.parsedate_to_datetime(asked)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    seconds: float = (until - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0)


def _kind(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "").split(";")[0]
    return "a page of HTML" if "html" in kind else kind or "an answer without a type"


def _beginning(response: httpx.Response) -> str:
    return " ".join(response.text[:200].split()) or "nothing"


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    if isinstance(error, httpx.DecodingError):
        return f"a compressed answer that cannot be unpacked ({error})"
    return f"{error}" or type(error).__name__
