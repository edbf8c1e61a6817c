"""The real `footprint ui`: what another page, another program and a kill can do to it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

PATIENCE = 180
LAUNCH = """mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUN = """query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status eventConnection { events {
    __typename ... on ExecutionStepFailureEvent { error { message causes { message } } failureMetadata { description } } } } } } }"""


@dataclass
class Pages:
    """The command under way, where it serves, and the address that it printed."""

    command: "subprocess.Popen[str]"
    here: str
    address: str
    home: Path

    def family(self) -> list[psutil.Process]:
        """The server and everything it started."""
        return psutil.Process(self.command.pid).children(recursive=True)

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """A browser in which the address was opened."""
        with httpx.Client(base_url=self.here, follow_redirects=True, timeout=60, trust_env=False) as client:
            assert client.get(self.address).status_code == 200
            yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path) -> Pages:
    port = free_port()
    command = subprocess.Popen(
        [Path(sys.executable).with_name("footprint"), "ui", "--port", str(port)],
        env=os.environ | {"FOOTPRINT_HOME": str(home), "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert command.stdout is not None
    told = command.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", told)
    assert found, told + command.stdout.read()
    return Pages(command, f"http://127.0.0.1:{port}", found[0], home)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    started = start(tmp_path_factory.mktemp("ui") / "warehouse")
    yield started
    if started.command.poll() is None:
        started.command.send_signal(signal.SIGINT)
        started.command.wait(60)


def asked(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    answer = client.post(
        "/graphql", json={"query": query, "variables": variables}, headers={"Origin": str(client.base_url).rstrip("/")}
    )
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def execution(folder: Path, *path: str) -> dict[str, Any]:
    """Of a run of one asset: what the launchpad sends."""
    return {
        "selector": {
            "repositoryName": "__repository__",
            "repositoryLocationName": "footprint",
            "jobName": "refresh_riverbend",
            "assetSelection": [{"path": list(path)}],
        },
        "runConfigData": {"resources": {"raw_exports": {"config": {"folder": str(folder), "accept_shrink": []}}}},
        "mode": "default",
    }


def test_a_page_elsewhere_can_neither_read_nor_change(pages: Pages) -> None:
    mutation = {"query": "mutation { startSchedule(scheduleSelector: {}) { __typename } }"}
    elsewhere = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    with pages.client() as insider, httpx.Client(base_url=pages.here, trust_env=False) as outsider:
        assert outsider.get("/graphql", params=mutation).status_code in (401, 405)
        assert outsider.post("/graphql", json=mutation).status_code == 401
        assert insider.get("/graphql", params=mutation).status_code == 405
        assert insider.post("/graphql", json=mutation, headers=elsewhere).status_code == 403
        assert (
            insider.post("/graphql", content=json.dumps(mutation), headers={"Content-Type": "text/plain"}).status_code
            == 415
        )
        assert insider.get("/server_info", headers={"Host": "evil.example"}).status_code == 421
        assert insider.get("/server_info").json()["dagster_version"]


def test_the_secret_is_on_no_command_line(pages: Pages) -> None:
    secret = pages.address.rpartition("=")[2]
    assert not [one for one in pages.family() if any(secret in part for part in one.cmdline())]


def test_a_run_reads_no_folder_that_the_keeper_did_not_name(pages: Pages, tmp_path: Path) -> None:
    """Not even one started from the pages themselves."""
    with pages.client() as insider:
        launched = asked(insider, LAUNCH, params=execution(tmp_path, "landing", "riverbend", "zones"))["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        deadline = time.monotonic() + PATIENCE
        run: dict[str, Any] = {}
        while time.monotonic() < deadline and run.get("status") not in ("SUCCESS", "FAILURE", "CANCELED"):
            time.sleep(1)
            run = asked(insider, RUN, id=launched["run"]["runId"])["runOrError"]
    assert run["status"] == "FAILURE"
    assert "FOOTPRINT_EXPORT_FOLDERS" in json.dumps(run)
    assert not list((pages.home / "landing").rglob("manifest.json"))


def gone(family: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(family, timeout=60)
    return not alive


@pytest.mark.parametrize("whom", ["the command", "the server"])
def test_what_is_killed_takes_all_with_it(whom: str, pages: Pages, tmp_path: Path) -> None:
    doomed = pages if whom == "the command" else start(tmp_path / "warehouse")
    family = doomed.family()
    assert len(family) >= 3  # the pages, the daemon, the code
    victim = (
        doomed.command.pid
        if whom == "the command"
        else next(one.pid for one in family if "orchestration.ui.server" in one.cmdline())
    )
    os.kill(victim, signal.SIGKILL)
    doomed.command.wait(60)
    assert gone(family)
