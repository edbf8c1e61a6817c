"""HTTP as all portals need it: patient with a busy server, suspicious of what it answers.

A request is repeated after a broken connection, a 429 or a 5xx, with growing pauses or the one the server asks for;
a download goes on where it broke off. What cannot be had is a SourceError that says what was found.
"""

import email.utils
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential_jitter

from orchestration.ingest.errors import SourceError

AGENT = "footprint (public-safety data warehouse)"
BUSY = (408, 425, 429, 500, 502, 503, 504)
ATTEMPTS = 6
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is asked again on another day
CHUNK = 1 << 20


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
    """One publisher's server. `wait` and `sleep` are settings of the retries, so that tests need not wait."""

    headers: Mapping[str, str] = field(default_factory=dict)
    robots_disallow: tuple[str, ...] = ()
    timeout: float = 60.0
    attempts: int = ATTEMPTS
    wait: wait_base = field(default_factory=_AsAsked)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            headers={"User-Agent": AGENT, **self.headers}, timeout=self.timeout, follow_redirects=True
        )

    def json(self, url: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON answer to a GET, or to a POST of `body`. A page of HTML where JSON was expected is asked for again."""

        def ask() -> Any:
            response = self._answer("POST" if body is not None else "GET", url, params, json=body)
            try:
                return response.json()
            except (json.JSONDecodeError, UnicodeDecodeError) as error:
                raise TryAgain(f"{_kind(response)} instead of JSON: {_beginning(response)}") from error

        return self._patiently(url, "a JSON answer", ask)

    def text(self, url: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """A whole, small answer of another kind than JSON."""
        return self._patiently(url, "an answer", lambda: self._answer("GET", url, params))

    def head(self, url: str) -> httpx.Headers | None:
        """The headers of a file, None where the server does not tell them."""
        self._refuse_if_forbidden(url)
        try:
            response = self.client.head(url, headers={"Accept-Encoding": "identity"})
        except httpx.HTTPError:
            return None
        return response.headers if response.is_success else None

    def download(
        self,
        url: str,
        target: Path,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        on_bytes: Callable[[int], None] = lambda count: None,
    ) -> httpx.Headers | None:
        """Stream an answer to a file. Returns its headers; None if `headers` asked for news and there are none (304).

        A broken download goes on with the byte it broke off at if the server can do that and the file is still the
        same; else it begins anew. What lies in `target` with a `.etag` beside it is such a beginning, too.
        """

        def fetch() -> httpx.Headers | None:
            mark = target.with_name(target.name + ".etag")
            have = target.stat().st_size if target.exists() and mark.exists() else 0
            asked = {"Accept-Encoding": "identity", **(headers or {})}
            if have:
                asked |= {"Range": f"bytes={have}-", "If-Range": mark.read_text()}
            with self._stream(url, params, asked) as response:
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    return None
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    target.unlink()
                    raise TryAgain("the server does not know the rest of the file")
                self._refuse(response)
                resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
                if resumed and not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
                    target.unlink()
                    raise TryAgain("the server sent another part of the file than asked for")
                if not resumed and (version := strong_version(response.headers)):
                    mark.write_text(version)
                elif not resumed:
                    mark.unlink(missing_ok=True)
                written = self._write(response, target, have if resumed else 0, on_bytes)
                _refuse_short(response, written, have if resumed else 0)
                mark.unlink(missing_ok=True)
                return response.headers

        return self._patiently(url, "a whole file", fetch)

    def _write(self, response: httpx.Response, target: Path, have: int, on_bytes: Callable[[int], None]) -> int:
        with target.open("ab" if have else "wb") as out:
            for chunk in response.iter_raw(CHUNK):
                out.write(chunk)
                on_bytes(len(chunk))
            return out.tell()

    @contextmanager
    def _stream(
        self, url: str, params: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        self._refuse_if_forbidden(url)
        with self.client.stream("GET", url, params=params, headers=headers) as response:
            yield response

    def _answer(self, method: str, url: str, params: Mapping[str, Any] | None, **options: Any) -> httpx.Response:
        self._refuse_if_forbidden(url)
        response = self.client.request(method, url, params=params, **options)
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

    def _refuse_if_forbidden(self, url: str) -> None:
        path = urlsplit(url).path
        if forbidden := next((prefix for prefix in self.robots_disallow if path.startswith(prefix)), None):
            raise SourceError(
                file=url,
                found=f"the publisher's robots.txt forbids {forbidden}",
                expected="an address that may be asked",
                mend="take the download address of the file instead (`use: download` in the city file)",
            )

    def _patiently(self, url: str, expected: str, attempt: Callable[[], Any]) -> Any:
        retrying = Retrying(
            retry=retry_if_exception_type((TryAgain, httpx.TransportError, httpx.DecodingError)),
            wait=self.wait,
            stop=stop_after_attempt(self.attempts),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except (TryAgain, httpx.HTTPError) as error:
            raise SourceError(
                file=url,
                found=f"{self.attempts} times {_in_words(error)}",
                expected=expected,
                mend="try again later; if it stays so, look whether the portal has moved or is down",
            ) from error


_MEND = {
    401: "the data set needs a token: set FOOTPRINT_SOCRATA_APP_TOKEN, or ask the publisher for access",
    403: "the publisher refuses: a token may be needed, or the data set is no longer public",
    404: "the data set is gone or has another address; look it up and change `source` in the city file",
    429: "the publisher asks to come back much later; run again another day, or with an app token",
}


def strong_version(headers: httpx.Headers) -> str | None:
    """The mark by which a server tells one state of a file from another; weak ETags do not hold byte by byte."""
    etag = headers.get("etag")
    return etag if etag and not etag.startswith("W/") else headers.get("last-modified")


def _refuse_short(response: httpx.Response, written: int, have: int) -> None:
    promised = response.headers.get("content-length")
    if promised is not None and written - have != int(promised):
        raise TryAgain(f"{written - have:,} bytes where {int(promised):,} were promised")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds the server asks to wait: a number, or a time."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        until = email.utils.parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


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
