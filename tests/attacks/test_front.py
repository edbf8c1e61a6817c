"""Requests that the front before Dagster's pages must not let through, on an application that would answer them all."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from orchestration.ui.front import Front, cookie_name

SECRET = "a-secret-of-this-start"
PORT = 3000
HERE = f"http://127.0.0.1:{PORT}"
COOKIE = {cookie_name(PORT): SECRET}
JSON = {"content-type": "application/json"}


async def answered(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {request.url.path}")


async def talked(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("in")
    await websocket.close()


@pytest.fixture
def outsider() -> TestClient:
    routes = [
        WebSocketRoute("/graphql", talked),
        Route("/{path:path}", answered, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
    ]
    return TestClient(Front(Starlette(routes=routes), SECRET, "127.0.0.1", PORT), HERE, follow_redirects=False)


@pytest.fixture
def insider(outsider: TestClient) -> TestClient:
    outsider.cookies.update(COOKIE)
    return outsider


def test_the_address_with_the_key_lets_in_once_and_leaves_a_cookie(outsider: TestClient) -> None:
    answer = outsider.get("/asset-groups", params={"key": SECRET, "tab": "lineage"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/asset-groups?tab=lineage")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert outsider.get("/asset-groups").text == "GET /asset-groups"


@pytest.mark.parametrize("given", ["", "wrong", SECRET[:-1], SECRET + "x", "é"])
def test_another_key_does_not(outsider: TestClient, given: str) -> None:
    assert outsider.get("/", params={"key": given}).status_code == 401
    assert outsider.get("/", headers={"cookie": f"{cookie_name(PORT)}={given}".encode()}).status_code == 401
    assert outsider.get("/", headers={"cookie": f"{cookie_name(PORT + 1)}={SECRET}"}).status_code == 401


def test_nothing_is_answered_without_it(outsider: TestClient) -> None:
    for path in ("/", "/graphql", "/server_info", "/logs/x/out", "/download_debug/1", "/static/app.js"):
        assert outsider.get(path).status_code == 401
        assert outsider.post(path, headers=JSON, content="{}").status_code == 401


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "///evil.example"])
def test_the_key_leads_to_no_other_site(outsider: TestClient, path: str) -> None:
    answer = outsider.send(httpx.Request("GET", f"{HERE}{path}?key={SECRET}", headers={"host": f"127.0.0.1:{PORT}"}))
    assert not answer.headers.get("location", "/").startswith(("//", "/\\", "http"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1",
        "127.0.0.1:3001",
        "localhost:80",
        "127.0.0.1:3000.evil.example",
        "",
    ],
)
def test_a_foreign_host_is_not_answered(insider: TestClient, host: str) -> None:
    """A name made to point to this machine is told by the Host that the browser then sends."""
    assert insider.get("/", headers={"host": host}).status_code == 421


def test_both_names_of_this_machine_are(insider: TestClient) -> None:
    for host in ("127.0.0.1:3000", "localhost:3000"):
        assert insider.get("/", headers={"host": host, "origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3001"},
        {"origin": "https://127.0.0.1:3000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_foreign_page_is_not_answered_even_with_the_cookie(insider: TestClient, headers: dict[str, str]) -> None:
    assert insider.get("/", headers=headers).status_code == 403
    assert insider.post("/graphql", headers=headers | JSON, content="{}").status_code == 403
    assert insider.get("/", params={"key": SECRET}, headers=headers).status_code == 403


def test_graphql_is_not_asked_by_get(insider: TestClient) -> None:
    asked = {"query": "mutation { deleteRun(runId: 1) { __typename } }"}
    for path in ("/graphql", "/graphql/", "/prefix/graphql"):
        for method in ("GET", "HEAD"):
            assert insider.request(method, path, params=asked).status_code == 405
    assert insider.get("/graphql", headers={"accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "",
        "application/json2",
    ],
)
def test_a_body_that_a_form_could_send_is_refused(insider: TestClient, kind: str) -> None:
    assert insider.post("/graphql", headers={"content-type": kind}, content="{}").status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(insider: TestClient, method: str) -> None:
    assert insider.request(method, "/graphql").status_code == 405


def test_own_pages_may_ask(insider: TestClient) -> None:
    own = {"origin": HERE, "sec-fetch-site": "same-origin"}
    answer = insider.post("/graphql", headers=own | {"content-type": "application/json; charset=utf-8"}, content="{}")
    assert (answer.status_code, answer.text) == (200, "POST /graphql")
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_websocket_needs_cookie_and_origin(outsider: TestClient) -> None:
    own = {"origin": HERE, "host": f"127.0.0.1:{PORT}"}
    refused = [
        own,
        own | {"cookie": f"{cookie_name(PORT)}=wrong"},
        own | {"cookie": f"{cookie_name(PORT)}={SECRET}", "origin": "http://evil.example"},
        own | {"cookie": f"{cookie_name(PORT)}={SECRET}", "host": "evil.example"},
        {"host": f"127.0.0.1:{PORT}", "cookie": f"{cookie_name(PORT)}={SECRET}"},
    ]
    for headers in refused:
        with pytest.raises(WebSocketDisconnect), outsider.websocket_connect("/graphql", headers=headers):
            pass
    with outsider.websocket_connect("/graphql", headers=own | {"cookie": f"{cookie_name(PORT)}={SECRET}"}) as socket:
        assert socket.receive_text() == "in"
