"""What stands before Dagster's pages: an ASGI middleware that answers only the browser that was given the secret.

Dagster's own server asks for no password, takes changes by GET and looks at neither Origin nor Host, so that any page
open in the same browser could start runs. Here a request must name this server as its Host, come from its own pages
where the browser says where it comes from, and bring the secret of this start: once in the address, then in a cookie
that other sites cannot send and scripts cannot read. Changes come as POST with JSON alone.
"""

import secrets
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEY = "key"  # the part of the address that carries the secret
READING, CHANGING = ("GET", "HEAD"), ("POST",)
OWN_PAGES = ("same-origin", "none")  # none: typed or opened from outside any page
HARDENED = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def authorities(host: str, port: int) -> frozenset[str]:
    """What the Host header of a request to a loopback address may be.

    >>> sorted(authorities("127.0.0.1", 3000))
    ['127.0.0.1:3000', 'localhost:3000']
    """
    names = {host, "localhost"}
    bracketed = {f"[{name}]" if ":" in name else name for name in names}
    return frozenset(f"{name}:{port}" for name in bracketed) | (bracketed if port == 80 else frozenset())


def cookie_name(port: int) -> str:
    """Cookies do not know ports: another server on this machine would be sent one of the same name."""
    return f"footprint_{port}"


class Front:
    """The middleware. `secret` is made at each start; host and port are where the server listens."""

    def __init__(self, app: ASGIApp, secret: str, host: str, port: int) -> None:
        self.app = app
        self.secret = secret
        self.hosts = authorities(host, port)
        self.origins = frozenset(f"http://{host}" for host in self.hosts)
        self.cookie = cookie_name(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is refused; hand on the rest."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(scope, connection.headers, connection.query_params)
        if scope["type"] == "websocket":
            if refusal or not self._is_known(connection) or "origin" not in connection.headers:
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        if refusal:
            response: Response = PlainTextResponse(refusal[1], refusal[0], HARDENED)
        elif self._holds(connection.query_params.get(KEY)) and scope["method"] == "GET":
            response = self._let_in(scope, connection.query_params)
        elif not self._is_known(connection):
            told = "Open the address that footprint ui printed: it carries the key of this start.\n"
            response = PlainTextResponse(told, HTTPStatus.UNAUTHORIZED, HARDENED)
        else:
            await self.app(scope, receive, _hardening(send))
            return
        await response(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers, query: QueryParams) -> tuple[int, str] | None:
        """Status and reason where a request may not be answered whoever sends it."""
        if headers.getlist("host") not in [[host] for host in self.hosts]:
            return HTTPStatus.MISDIRECTED_REQUEST, "This server answers to its own address alone.\n"
        if "origin" in headers and headers.getlist("origin") not in [[origin] for origin in self.origins]:
            return HTTPStatus.FORBIDDEN, "A page of another site may not ask.\n"
        if headers.get("sec-fetch-site", "none") not in OWN_PAGES:
            return HTTPStatus.FORBIDDEN, "A page of another site may not ask.\n"
        if scope["type"] == "websocket":
            return None
        if scope["method"] not in (*READING, *CHANGING):
            return HTTPStatus.METHOD_NOT_ALLOWED, "GET, HEAD and POST are answered.\n"
        if scope["method"] in READING and scope["path"].rstrip("/").endswith("/graphql") and query.keys() - {KEY}:
            return HTTPStatus.METHOD_NOT_ALLOWED, "GraphQL is asked by POST.\n"
        if scope["method"] in CHANGING and headers.get("content-type", "").partition(";")[0].strip().lower() != (
            "application/json"
        ):
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A body is application/json.\n"
        return None

    def _is_known(self, connection: HTTPConnection) -> bool:
        return self._holds(connection.cookies.get(self.cookie))

    def _holds(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self.secret.encode())

    def _let_in(self, scope: Scope, query: QueryParams) -> Response:
        """Put the secret from the address into a cookie, so that it stands in no address after that."""
        rest = urlencode([(name, value) for name, value in query.multi_items() if name != KEY])
        # A path such as //elsewhere would lead away.
        path = "/" + scope["path"].lstrip("/\\")
        response = RedirectResponse(f"{path}?{rest}" if rest else path, HTTPStatus.SEE_OTHER, HARDENED)
        response.set_cookie(self.cookie, self.secret, path="/", httponly=True, samesite="strict")
        response.headers["Cache-Control"] = "no-store"
        return response


def _hardening(send: Send) -> Send:
    """Send with the headers that keep answers out of other sites' pages."""

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            named = {name.lower() for name, _ in message.get("headers", [])}
            added = [(name.lower().encode(), value.encode()) for name, value in HARDENED.items()]
            message["headers"] = [*message.get("headers", []), *(one for one in added if one[0] not in named)]
        await send(message)

    return hardened
