"""Answers that were recorded from real portals pass through the connectors. They lie beside the checkout."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from orchestration.catalog.portals import Ckan, Socrata
from orchestration.ingest.errors import SourceError
from orchestration.sources.ckan import CkanSource
from orchestration.sources.socrata import SocrataSource
from tests.unit.servers.arcgis import ArcGISPortal, Switches
from tests.unit.servers.base import Answer, Request, Server
from tests.unit.servers.portals import Recorded, Row, SocrataServer, Table
from tests.unit.test_sources_arcgis import calls, found, source

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
SOCRATA, CKAN, ARCGIS = FIXTURES / "socrata" / "test_data", FIXTURES / "ckan", FIXTURES / "arcgis"
ONE = "aaaa-1111"
ACTION = "/api/3/action"

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="recorded answers lie in ../shared/fixtures")


def rows_in(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def interactions(name: str) -> list[tuple[str, Answer]]:
    """Address and answer of each exchange on a tape, with bodies and their encoding as they were."""
    tape = yaml.safe_load((CKAN / name).read_text(encoding="utf-8"))
    found = []
    for exchange in tape["interactions"]:
        response = exchange["response"]
        body = response["body"]["string"]
        encoding = response["headers"].get("Content-Encoding", [])
        headers = {"Content-Encoding": encoding[0]} if encoding else {}
        content = body if isinstance(body, bytes) else body.encode()
        found.append((exchange["request"]["uri"], Answer(content, status=response["status"]["code"], headers=headers)))
    return found


def content(answer: Answer) -> bytes:
    assert isinstance(answer.body, bytes)
    return gzip.decompress(answer.body) if answer.headers else answer.body


@pytest.fixture
def replaying() -> Iterator[Recorded]:
    """A server that repeats what was recorded."""
    with Recorded() as running:
        yield running


# --- Socrata ---


@pytest.mark.parametrize("growth", ["append", "snapshot"])
@pytest.mark.parametrize(("names", "count"), [
    (["bike_counts_page_1.json", "bike_counts_page_2.json"], 1001), (["get_songs.txt"], 10),
    (["get_songs_unicode.txt"], 10),
])  # fmt: skip
def test_rows_arrive_as_they_were(
    web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, names: list[str], count: int, growth: str
) -> None:
    recorded = [row for name in names for row in json.loads((SOCRATA / name).read_text(encoding="utf-8"))]
    rows = [
        {key: value if isinstance(value, str) else json.dumps(value) for key, value in row.items()} for row in recorded
    ]
    table = Table.of(rows)
    with SocrataServer({ONE: table}) as server:
        portal = Socrata(kind="socrata", scheme="http", domain=server.address, ids=[ONE])
        source = SocrataSource(portal, web(), page_rows=1000)
        delivered = source.deliver(data_set(growth=growth), tmp_path)
    assert delivered and delivered.files[0].rows == len(rows) == count
    found = [{key: value for key, value in row.items() if key[0] != ":"} for row in rows_in(tmp_path / f"{ONE}.csv")]
    assert found == [{field: row.get(field, "") for field in table.names} for row in rows]


@pytest.mark.parametrize(("name", "status", "found"), [
    ("403_response_json.txt", 403, "You must be logged in to access this resource"),
    ("empty.txt", 200, "instead of JSON: nothing"), ("get_songs.txt", 200, "another answer than asked for"),
])  # fmt: skip
def test_answers_that_are_no_metadata(
    replaying: Recorded, web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, name: str,
    status: int, found: str,
) -> None:  # fmt: skip
    replaying.answers = {f"/api/views/{ONE}.json": Answer((SOCRATA / name).read_bytes(), status=status)}
    portal = Socrata(kind="socrata", scheme="http", domain=replaying.address, ids=[ONE])
    with pytest.raises(SourceError, match=found):
        SocrataSource(portal, web()).deliver(data_set(), tmp_path)


def test_metadata_without_a_mark(replaying: Recorded, web: Callable[..., Any]) -> None:
    body = (SOCRATA / "get_song_metadata.txt").read_bytes()
    replaying.answers = {f"/api/views/{ONE}.json": Answer(body)}
    portal = Socrata(kind="socrata", scheme="http", domain=replaying.address, ids=[ONE])
    view = SocrataSource(portal, web()).soda.view(ONE)
    assert (view.version, view.columns) == ("", [])


# --- CKAN ---


def shown(package: Answer, number: int, replaying: Recorded) -> Row:
    """A resource of a recorded package, at the address of the server that repeats it."""
    resource: Row = json.loads(content(package))["result"]["resources"][number]
    return resource | {"url": replaying.url + urlsplit(resource["url"]).path}


@pytest.mark.parametrize(("tape", "number"), [
    ("test_ckan_adapter_read_data.yaml", 0), ("test_ckan_adapter_read_data_xls.yaml", 1),
])  # fmt: skip
def test_a_resource_comes_by_its_address(
    replaying: Recorded, web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, tape: str, number: int
) -> None:
    (_, package), (address, file), *_ = interactions(tape)
    resource = shown(package, number, replaying)
    assert urlsplit(resource["url"]).path == urlsplit(address).path
    answer = Answer(json.dumps({"success": True, "result": resource}).encode())
    replaying.answers = {f"{ACTION}/resource_show": answer, urlsplit(address).path: file}
    portal = Ckan(kind="ckan", portal=replaying.url, resources=[resource["id"]])
    delivered = CkanSource(portal, web()).deliver(data_set(), tmp_path)
    assert delivered and list(delivered.versions.values()) == [resource["last_modified"]]
    assert (tmp_path / delivered.files[0].name).read_bytes() == content(file)


def test_rows_of_a_datastore(
    replaying: Recorded, web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    tape = interactions("test_ckan_parser.yaml")
    package = [answer for address, answer in tape if "package_show" in address][1]
    resource = shown(package, 0, replaying)
    pages = [answer for address, answer in tape if "include_total" in address]
    shown_answer = Answer(json.dumps({"success": True, "result": resource}).encode())
    # Asked for nothing but the number of rows, the portal would leave the rows out; the connector does not look.
    replaying.answers = {f"{ACTION}/resource_show": shown_answer, f"{ACTION}/datastore_search": pages[0]}
    portal = Ckan(kind="ckan", portal=replaying.url, resources=[resource["id"]], use="datastore")
    delivered = CkanSource(portal, web()).deliver(data_set(), tmp_path)
    assert delivered and delivered.files[0].rows == 2
    assert rows_in(tmp_path / delivered.files[0].name) == [
        {"id": "1", "name": "english"}, {"id": "2", "name": "中国人"},
    ]  # fmt: skip


def test_a_resource_that_is_not_there(
    replaying: Recorded, web: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    ((_, answer),) = interactions("test_ckan_adapter_read_invalid_url.yaml")
    replaying.answers = {f"{ACTION}/resource_show": answer}
    portal = Ckan(kind="ckan", portal=replaying.url, resources=["no-dataset"])
    with pytest.raises(SourceError, match="status 404 Not Found") as caught:
        CkanSource(portal, web()).deliver(data_set(), tmp_path)
    assert "success" in caught.value.found


# --- ArcGIS ---


class RecordedLayer(Server):
    """A server that answers with what was recorded of a real one."""

    def __init__(self, metadata: str, ids: str, count: str, *pages: str) -> None:
        self.metadata, self.ids, self.count, self.pages = metadata, ids, count, list(pages)
        super().__init__()

    def answer(self, request: Request) -> Answer:
        if not request.path.endswith("/query"):
            return Answer((ARCGIS / self.metadata).read_bytes())
        if "returnIdsOnly" in request.params or "returnCountOnly" in request.params:
            return Answer((ARCGIS / (self.ids if "returnIdsOnly" in request.params else self.count)).read_bytes())
        return Answer((ARCGIS / self.pages[0]).read_bytes())


@pytest.mark.parametrize(
    ("place", "count", "key"),
    [("us-ca-tuolumne", 15, "O_ID"), ("us-esri-test", 1000, "objectid"), ("us-mo-columbia", 43, "OBJECTID")],
)
def test_recorded_layers(tmp_path: Path, place: str, count: int, key: str) -> None:
    names = [f"{place}/{place}-{kind}.json" for kind in ("metadata", "ids-only", "count-only", "0")]
    with RecordedLayer(*names) as portal:
        delivered = source(portal, f"{portal.url}/rest/services/X/MapServer/0").deliver(calls(), tmp_path)
    assert delivered is not None
    (page,) = [(tmp_path / file.name) for file in delivered.files]
    assert page.read_bytes() == (ARCGIS / names[3]).read_bytes()
    assert len({feature["attributes"][key] for feature in json.loads(page.read_bytes())["features"]}) == count


def test_recorded_server_that_lists_no_ids(tmp_path: Path) -> None:
    """It answers features whatever it is asked, and not in order."""
    folder = ARCGIS / "us-il-cook"
    pages = [json.loads((folder / name).read_bytes()) for name in ("page-full.json", "page-partial.json")]
    real = {feature["attributes"]["OBJECTID"]: feature["attributes"] for page in pages for feature in page["features"]}
    with ArcGISPortal(real, Switches(ids="no", count="no", ordered=False, flags="never"), page=500) as portal:
        answer = portal.answer

        def recorded(request: Request) -> Answer:
            path, query = request.path, request.params
            is_first = path.endswith("/query") and query["where"] == "1=1" and "resultOffset" not in query
            if not path.endswith("/query"):
                return Answer((folder / "metadata.json").read_bytes())
            if "returnIdsOnly" in query or "returnCountOnly" in query:
                return Answer((folder / "ids-only.json").read_bytes())
            return Answer((folder / "page-full.json").read_bytes()) if is_first else answer(request)

        portal.answer = recorded  # type: ignore[method-assign]
        delivered = source(portal, portal.layer()).deliver(calls(), tmp_path)
    assert delivered is not None and sorted(found(tmp_path, delivered)) == sorted(real)
