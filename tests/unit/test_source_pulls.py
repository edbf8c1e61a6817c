"""What all pulls share: which source reads which portal, a process killed half-way, how far a pull tells it has come."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.catalog.portals import Socrata
from orchestration.ingest.landing import land
from orchestration.sources.ckan import CkanSource
from orchestration.sources.portals import source_of
from orchestration.sources.remote_files import FilesSource
from orchestration.sources.socrata import SocrataSource
from orchestration.sources.state import BytesTold, Part, State
from tests.unit.servers.portals import Row, SocrataServer, Table

ONE = "aaaa-1111"
PULLS = """
import sys
from pathlib import Path
from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Socrata
from orchestration.ingest.landing import land
from orchestration.sources.socrata import SocrataSource
from orchestration.sources.web import Web
data_set = DataSet.model_validate(dict(
    name="things", city="testville", title="Things", entity="calls", files=["things.csv"], format="csv",
    license="none", grain="one thing", growth="append", columns=["a", "b", "c"]))
portal = Socrata(kind="socrata", scheme="http", domain=sys.argv[1], ids=["aaaa-1111"])
land(SocrataSource(portal, Web(), page_rows=10), data_set, Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("portal", "kind"), [
    ({"kind": "socrata", "domain": "data.example.org", "ids": [ONE]}, SocrataSource),
    ({"kind": "ckan", "portal": "https://data.example.org", "resources": ["x"]}, CkanSource),
    ({"kind": "files", "urls": ["https://example.org/a.csv"]}, FilesSource),
])  # fmt: skip
def test_each_portal_has_its_source(data_set: Callable[..., Any], portal: dict[str, Any], kind: type) -> None:
    source = source_of(data_set(source={**portal, "robots_disallow": ["/api/"]}), socrata_token="secret")
    assert isinstance(source, kind) and source.resumes
    assert source.web.robots_disallow == ("/api/",)
    assert source.web.client.headers.get("X-App-Token") == ("secret" if kind is SocrataSource else None)


def test_a_data_set_without_a_portal(data_set: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="testville/things has no `source`"):
        source_of(data_set())


def test_the_next_process_goes_on_where_one_was_killed(
    web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [{"a": str(n), "b": "x", "c": "y"} for n in range(35)]
    reached, killed = threading.Event(), threading.Event()

    def waits_at_the_third_page(page: list[Row], offset: int) -> list[Row]:
        if offset == 20 and not killed.is_set():
            reached.set()
            killed.wait(30)
        return page

    with SocrataServer({ONE: Table.of(rows)}) as server:
        server.edit = waits_at_the_third_page
        project = Path(__file__).parents[2]
        process = subprocess.Popen([sys.executable, "-c", PULLS, server.address, str(tmp_path)], cwd=project)
        assert reached.wait(60)
        process.kill()
        process.wait()
        killed.set()
        server.requests.clear()
        portal = Socrata(kind="socrata", scheme="http", domain=server.address, ids=[ONE])
        source = SocrataSource(portal, web(), page_rows=10)
        landing, folder = land(source, data_set(growth="append"), tmp_path) or pytest.fail("nothing landed")
        assert [request.params["$offset"] for request in server.asked(".csv")] == ["20", "30"]
    lines = (folder / f"{ONE}.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ['"a"', *(f'"{n}"' for n in range(35))]
    assert landing.files[0].rows == 35
    assert sorted(path.name for path in folder.iterdir()) == [f"{ONE}.csv", "manifest.json"]
    assert landing.began_at < datetime.now(UTC)


def test_bytes_are_told_every_few_seconds(data_set: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    now = iter([0.0, 1.0, 6.0, 6.0, 8.0, 12.0, 12.0])
    told = BytesTold(data_set(), "a.csv", 40_000_000, clock=lambda: next(now))
    with caplog.at_level(logging.INFO, "footprint.pull"):
        for done in (1, 12_000_000, 13_000_000, 30_000_000):
            told(done)
    assert caplog.messages == ["testville/things: a.csv, 12 of 40 MB", "testville/things: a.csv, 30 of 40 MB"]


def test_state_is_only_of_the_question_it_was_kept_for(tmp_path: Path) -> None:
    State(tmp_path).save("a.csv", Part(asked="x", rows=7))
    assert State(tmp_path).part("a.csv", "x").rows == 7
    assert State(tmp_path).part("a.csv", "y") == Part(asked="y")
    state = State(tmp_path)
    state.forget("a.csv")
    assert State(tmp_path).part("a.csv", "x").rows == 0
