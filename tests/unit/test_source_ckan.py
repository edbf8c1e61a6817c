"""CKAN: resources as files and rows of the datastore, with every row once or a clear error."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.catalog.portals import Ckan
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import Landing, land
from orchestration.sources.base import Last
from orchestration.sources.ckan import CkanSource
from tests.unit.servers.base import Fault
from tests.unit.servers.portals import CkanServer, Row

FILES = {"/download/calls_2023.csv": b"a,b,c\n1,2,3\n", "/download/calls_2024.csv": b"a,b,c\n4,5,6\n" * 50_000}
IDS = ["id-2023", "id-2024"]
ROWS = [
    {"id": n, "text": t, "share": s} for n, t, s in [(7, 'a "word"', 0.1), (8, None, True), (9, "l1\nl2", {"k": 1})]
]
Pull = Callable[..., Landing | None]


@pytest.fixture
def server() -> Iterator[CkanServer]:
    """A portal with two yearly files, and a table of 25 rows."""
    with CkanServer(dict(FILES), {"table": [{"n": str(n), "b": "x"} for n in range(25)]}) as running:
        for resource, path in zip(IDS, FILES, strict=True):
            running.resources[resource] = {
                "url": running.url + path,
                "last_modified": "2024-01-01T00:00:00",
                "hash": "",
            }
        running.resources["table"] = {"url": f"{running.url}/dump", "last_modified": None, "metadata_modified": "2024"}
        yield running


@pytest.fixture
def pull(server: CkanServer, web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path) -> Pull:
    """Lands resources of the portal; the datastore is read in pages of ten rows."""

    def pull(*resources: str, growth: str = "yearly_files", last: Landing | None = None, **changes: Any) -> Any:
        portal = {"kind": "ckan", "portal": server.url, "resources": resources or IDS, **changes}
        source = CkanSource(
            Ckan.model_validate(portal), web(robots_disallow=tuple(changes.get("robots_disallow", ()))), page_rows=10
        )
        before = Last(last.versions, datetime(2024, 1, 1, tzinfo=UTC)) if last else None
        landed = land(source, data_set(growth=growth), tmp_path / "landing", before)
        return landed and landed[0]

    return pull


def landed(tmp_path: Path, landing: Landing, name: str) -> Path:
    return tmp_path / "landing" / "testville" / "things" / landing.content_id / name


def rows_in(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# --- files ---


def test_each_resource_is_a_file(pull: Pull, tmp_path: Path) -> None:
    landing = pull()
    for path, content in FILES.items():
        assert landed(tmp_path, landing, path.rsplit("/", 1)[1]).read_bytes() == content
    assert landing.complete
    assert landing.versions == {"calls_2023": "2024-01-01T00:00:00", "calls_2024": "2024-01-01T00:00:00"}


def test_nothing_is_fetched_where_no_mark_changed(server: CkanServer, pull: Pull) -> None:
    last = pull()
    server.requests.clear()
    assert pull(last=last) is None
    assert not server.asked("/download/")


@pytest.mark.parametrize(("growth", "names"), [
    ("yearly_files", ["calls_2024.csv"]), ("snapshot", ["calls_2023.csv", "calls_2024.csv"]),
])  # fmt: skip
def test_a_year_that_changed(server: CkanServer, pull: Pull, growth: str, names: list[str]) -> None:
    last = pull(growth=growth)
    server.files["/download/calls_2024.csv"] = b"a,b,c\n7,8,9\n"
    server.resources["id-2024"]["hash"] = "abc"
    landing = pull(growth=growth, last=last)
    assert [file.name for file in landing.files] == names
    assert landing.complete == (growth == "snapshot")
    assert landing.versions["calls_2024"] == "2024-01-01T00:00:00 abc"
    assert landing.versions["calls_2023"] == "2024-01-01T00:00:00"


def test_where_the_interface_is_forbidden_the_address_does(server: CkanServer, pull: Pull) -> None:
    with pytest.raises(SourceError, match=r"robots\.txt forbids /api/"):
        pull(robots_disallow=["/api/"])
    addresses = [server.url + path for path in FILES]
    last = pull(*addresses, robots_disallow=["/api/"])
    assert not server.asked("/api/") and len(last.files) == 2
    assert pull(*addresses, robots_disallow=["/api/"], last=last) is None
    server.files["/download/calls_2023.csv"] += b"7,8,9\n"
    assert [file.name for file in pull(*addresses, robots_disallow=["/api/"], last=last).files] == ["calls_2023.csv"]


def test_a_pull_that_was_cut_off_goes_on_with_the_next_byte(server: CkanServer, pull: Pull, tmp_path: Path) -> None:
    server.faults = [Fault("cut", "2024.csv", after=400_000), Fault("status", "2024.csv", times=3)]
    with pytest.raises(SourceError, match="4 times status 503"):
        pull()
    server.requests.clear()
    landing = pull()
    assert not server.asked("calls_2023.csv")
    (request,) = server.asked("calls_2024.csv")
    assert request.headers["range"] != "bytes=0-"
    assert landed(tmp_path, landing, "calls_2024.csv").read_bytes() == FILES["/download/calls_2024.csv"]


def test_an_empty_file_is_refused(server: CkanServer, pull: Pull) -> None:
    server.files["/download/calls_2023.csv"] = b""
    with pytest.raises(SourceError, match="0 bytes"):
        pull()


@pytest.mark.parametrize("resource", ["gone", "no-address"])
def test_a_resource_that_cannot_be_had(server: CkanServer, pull: Pull, resource: str) -> None:
    server.resources["no-address"] = {"url": ""}
    with pytest.raises(SourceError, match=r"404 Not Found: .*Not Found Error|another answer than asked for"):
        pull(resource)


# --- datastore ---


def test_the_datastore_is_read_page_by_page(server: CkanServer, pull: Pull, tmp_path: Path) -> None:
    landing = pull("table", use="datastore")
    assert [row["n"] for row in rows_in(landed(tmp_path, landing, "table.csv"))] == [str(n) for n in range(25)]
    assert landing.files[0].rows == 25
    assert pull("table", use="datastore", last=landing) is None
    server.tables["table"].append({"n": "25", "b": "x"})
    assert pull("table", use="datastore", last=landing).files[0].rows == 26


def test_values_of_all_kinds_become_text(server: CkanServer, pull: Pull, tmp_path: Path) -> None:
    server.tables["table"] = ROWS
    assert rows_in(landed(tmp_path, pull("table", use="datastore"), "table.csv")) == [
        {"id": "7", "text": 'a "word"', "share": "0.1"},
        {"id": "8", "text": "", "share": "true"},
        {"id": "9", "text": "l1\nl2", "share": '{"k": 1}'},
    ]


def test_a_datastore_that_gives_less_than_asked_for(server: CkanServer, pull: Pull) -> None:
    server.most_rows = 7
    assert pull("table", use="datastore").files[0].rows == 25


@pytest.mark.parametrize("fault", [
    Fault("status", status=500, times=3), Fault("html"), Fault("cut", after=100), Fault("no_gzip"),
    Fault("half_gzip"), Fault("half_body", after=300), Fault("short_length", after=9),
], ids=lambda fault: fault.kind)  # fmt: skip
def test_a_fault_that_passes_loses_nothing(server: CkanServer, pull: Pull, tmp_path: Path, fault: Fault) -> None:
    server.faults = [Fault(**{**vars(fault), "path": "datastore_search"})]
    landing = pull("table", use="datastore")
    assert [row["n"] for row in rows_in(landed(tmp_path, landing, "table.csv"))] == [str(n) for n in range(25)]
    assert server.faults[0].times == 0


@pytest.mark.parametrize(("edit", "found"), [
    (lambda rows, offset: [*rows[:-1], rows[0]] if rows else rows, "twice: 3 of 25 rows came more than once"),
    (lambda rows, offset: [] if offset >= 20 else rows, "twice: the rows end after 20"),
    (lambda rows, offset: rows * 2, "rows arrived, the portal counts 25 before and 25 after"),
    (lambda rows, offset: [{"_id": 1, "other": "x"}], "twice: rows with other columns than the table"),
])  # fmt: skip
def test_pages_that_repeat_or_lack_rows_are_refused(
    server: CkanServer, pull: Pull, tmp_path: Path, edit: Callable[..., list[Row]], found: str
) -> None:
    server.edit = edit
    with pytest.raises(SourceError, match=found):
        pull("table", use="datastore")
    home = tmp_path / "landing" / "testville" / "things"
    assert [path for path in home.iterdir() if not path.name.startswith(".")] == []


def test_a_total_that_disagrees_once_is_asked_again(server: CkanServer, pull: Pull) -> None:
    server.totals = [25, 25, 25, 25, 26]
    assert pull("table", use="datastore").files[0].rows == 25


def test_a_pull_goes_on_with_the_next_page(server: CkanServer, pull: Pull, tmp_path: Path) -> None:
    def breaks(rows: list[Row], offset: int) -> list[Row]:
        if offset == 10:
            server.faults = [Fault("status", "datastore_search", times=4)]
        return rows

    server.edit = breaks
    with pytest.raises(SourceError, match="4 times status 503"):
        pull("table", use="datastore")
    server.edit = lambda rows, offset: rows
    server.requests.clear()
    landing = pull("table", use="datastore")
    assert [request.params["offset"] for request in server.asked("datastore_search")] == ["0", "20", "0"]
    assert [row["n"] for row in rows_in(landed(tmp_path, landing, "table.csv"))] == [str(n) for n in range(25)]


def test_a_datastore_without_rows(server: CkanServer, pull: Pull) -> None:
    server.tables["table"] = []
    with pytest.raises(SourceError, match="the portal counts no row"):
        pull("table", use="datastore")
