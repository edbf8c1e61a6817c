"""Guesses at a new city: what its files are, which columns are which, who must not be named; and what is written."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from orchestration.catalog.model import Boundary, read_city
from orchestration.cities.draft import draft, look
from orchestration.cities.guess import DataSetGuess
from orchestration.cities.portal import fetch_sample, recognise
from orchestration.cities.scaffold import CityExistsError, time_zone_of, utm, write
from orchestration.ingest.errors import SourceError

PROJECT = Path(__file__).parents[2]
CALLS = "Incident No,Call Date/Time,Nature,Officer Initiated,Disposition,Lat,Lon,Beat\n" + "".join(
    f"24-{number:05d},{number % 12 + 1:02d}/{number % 28 + 1:02d}/2024 {number % 24:02d}:15,NOISE,"
    f"{'Y' if number % 3 else 'N'},GOA,{41.5 + number / 1000},{-93.6 + number / 1000},B{number % 4}\n"
    for number in range(100)
)


@pytest.fixture
def looked(tmp_path: Path) -> Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]]:
    def looked(**files: str | bytes) -> tuple[dict[str, DataSetGuess], dict[str, str]]:
        folder = tmp_path / "exports"
        folder.mkdir()
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name.replace("__", ".")).write_bytes(data)
        guesses, passed = look(folder)
        return {one.profile.name: one for one in guesses}, passed

    return looked


def by_role(guess: DataSetGuess) -> dict[str, tuple[str, str]]:
    return {role: (found.column, found.sure) for role, found in guess.columns.items()}


def test_a_call_export(looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]]) -> None:
    found, _ = looked(police_calls__csv=CALLS)
    calls = found["police_calls"]
    assert (calls.entity, calls.key, calls.profile.rows) == ("calls", ["incident_no"], 100)
    assert by_role(calls) == {
        "call_id": ("incident_no", "medium"),
        "received_at": ("call_date_time", "high"),
        "final_type": ("nature", "medium"),
        "channel": ("officer_initiated", "high"),
        "disposition": ("disposition", "high"),
        "longitude": ("lon", "high"),
        "latitude": ("lat", "high"),
        "native_zone": ("beat", "high"),
    }
    assert calls.profile.columns["call_date_time"].time == ("%m/%d/%Y %H:%M", 1.0)
    assert calls.boundary == Boundary(west=-93.62, south=41.48, east=-93.48, north=41.62)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_and_encoding(
    looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]], delimiter: str, encoding: str
) -> None:
    text = CALLS.replace(",", delimiter).replace("NOISE", "CAFÉ NOISE")
    profile = looked(calls__csv=text.encode(encoding))[0]["calls"].profile
    assert (profile.delimiter, profile.rows) == (delimiter, 100)
    assert profile.encoding == ("latin-1" if encoding == "cp1252" else encoding)
    assert profile.columns["nature"].values[0] == "CAFÉ NOISE"


def test_years_are_one_data_set_and_the_unknown_is_told(
    looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]],
) -> None:
    found, passed = looked(
        calls_2023__csv=CALLS, calls_2024__csv=CALLS.replace("24-", "25-"), readme__pdf="x", odd__csv="p,q\n1,2\n"
    )
    assert (found["calls"].profile.files, found["calls"].profile.rows) == (("calls_*.csv",), 200)
    assert passed["readme.pdf"] == "no form that can be read" and "no entity" in passed["odd.csv"]


def test_day_and_month_that_may_be_exchanged_are_less_sure(
    looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]],
) -> None:
    header, *rows = CALLS.splitlines()
    early = "\n".join([header, *(row for row in rows if "/0" in row.split(",")[1])])
    found, _ = looked(calls__csv=CALLS, early_calls__csv=early)
    assert [found[name].columns["received_at"].sure for name in ("calls", "early_calls")] == ["high", "medium"]


def test_persons_are_dropped_by_name_and_by_value(
    looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]], tmp_path: Path
) -> None:
    header, *rows = CALLS.splitlines()
    text = "\n".join([f"{header},Officer Name,Contact,Story", *(
        f"{row},Ann Doe,303-555-{number:04d},{'somebody said something about somebody else ' * 3}{number}"
        for number, row in enumerate(rows)
    )])  # fmt: skip
    found, _ = looked(calls__csv=text)
    assert set(found["calls"].drop) == {"officer_name", "contact", "story"}
    written = write(draft("testburg", list(found.values())), copied(tmp_path))
    city = read_city(next(path for path in written if path.name == "testburg.yml"))
    assert city.data_sets["calls"].drop == ["officer_name", "contact", "story"]
    assert not {"officer_name", "contact", "story"} & set(city.data_sets["calls"].columns)
    assert "officer_name" not in next(path for path in written if path.suffix == ".sql").read_text()


def copied(folder: Path) -> Path:
    """The parts of the project that a new city changes."""
    project = folder / "project"
    shutil.copytree(PROJECT / "orchestration" / "catalog" / "cities", project / "orchestration" / "catalog" / "cities")
    for part in ("models/canonical", "models/staging", "macros"):
        shutil.copytree(PROJECT / "dbt_project" / part, project / "dbt_project" / part)
    return project


def test_what_is_written(looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]], tmp_path: Path) -> None:
    project = copied(tmp_path)
    city = draft("testburg", list(looked(calls__csv=CALLS)[0].values()), title="Testburg: a town")
    written = write(city, project)
    assert {path.name for path in written} == {
        "testburg.yml", "_testburg__sources.yml", "stg_testburg__calls.sql", "stg_testburg__calls.yml", "staged_models.sql",
    }  # fmt: skip
    read = read_city(project / "orchestration" / "catalog" / "cities" / "testburg.yml")
    assert (read.title, read.time_zone, read.projection) == ("Testburg: a town", "America/Chicago", "EPSG:32615")
    assert "# medium: call_id" in written[0].read_text()
    listed = (project / "dbt_project" / "macros" / "staged_models.sql").read_text()
    assert listed.count("('stg_testburg__calls', 'calls'),") == 1 and listed.count("stg_riverbend__calls") == 1
    documented = yaml.safe_load((project / "dbt_project/models/staging/testburg/stg_testburg__calls.yml").read_text())
    contract = yaml.safe_load((project / "dbt_project/models/canonical/calls.yml").read_text())["models"][0]["columns"]
    names = [column["name"] for column in documented["models"][0]["columns"]]
    assert names == [*(column["name"] for column in contract), "row_status", "row_reason"]


def test_nothing_is_overwritten(
    looked: Callable[..., tuple[dict[str, DataSetGuess], dict[str, str]]], tmp_path: Path
) -> None:
    project = copied(tmp_path)
    guesses = list(looked(calls__csv=CALLS)[0].values())
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    with pytest.raises(CityExistsError, match="is there already"):
        write(draft("riverbend", guesses), project)
    for name in ("../evil", "Capital", "1st", "a b", ""):
        with pytest.raises(ValueError, match="no name for a city"):
            draft(name, guesses)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone", "projection"),
    [
        (-122.3, 47.6, "America/Los_Angeles", "EPSG:32610"),
        (-104.9, 39.7, "America/Denver", "EPSG:32613"),
        (-87.7, 41.9, "America/Chicago", "EPSG:32616"),
        (-71.1, 42.4, "America/New_York", "EPSG:32619"),
        (8.7, 50.6, "Etc/GMT-1", "EPSG:32632"),
        (-58.4, -34.6, "Etc/GMT+4", "EPSG:32721"),
    ],
)
def test_time_zone_and_projection(longitude: float, latitude: float, zone: str, projection: str) -> None:
    box = Boundary(west=longitude - 0.1, east=longitude + 0.1, south=latitude - 0.1, north=latitude + 0.1)
    assert (time_zone_of(box), utm(box)) == (zone, projection)


# --- addresses ---


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://data.seattle.gov/d/33kz-ixgy", {"kind": "socrata", "domain": "data.seattle.gov", "ids": ["33kz-ixgy"]}),
        ("https://data.x.gov/Public-Safety/Call-Data/33kz-ixgy/about_data", {"kind": "socrata", "domain": "data.x.gov", "ids": ["33kz-ixgy"]}),
        ("https://data.x.gov/resource/33kz-ixgy.json?$limit=5", {"kind": "socrata", "domain": "data.x.gov", "ids": ["33kz-ixgy"]}),
        ("https://gis.x.gov/a/rest/services/CFS/FeatureServer/0/query?f=html", {"kind": "arcgis", "layers": ["https://gis.x.gov/a/rest/services/CFS/FeatureServer/0"]}),
        ("https://data.x.org/dataset/calls/resource/f68e2de5-4563-4c60-a4cd-3fb0e0a3a7d0", {"kind": "ckan", "portal": "https://data.x.org", "resources": ["f68e2de5-4563-4c60-a4cd-3fb0e0a3a7d0"], "use": "datastore"}),
        ("https://x.gov/open311/v2/requests.xml?jurisdiction_id=x.gov", {"kind": "open311", "endpoint": "https://x.gov/open311/v2", "answer": "xml", "first_day": "2020-01-01", "jurisdiction": "x.gov"}),
        ("https://x.gov/files/calls_2024.csv.gz", {"kind": "files", "urls": ["https://x.gov/files/calls_2024.csv.gz"]}),
    ],
)  # fmt: skip
def test_addresses_of_portals(address: str, source: dict[str, object]) -> None:
    assert recognise(address).source == source


def test_an_address_of_no_known_kind() -> None:
    with pytest.raises(SourceError, match="no kind that is known"):
        recognise("https://example.org/page")


@pytest.fixture
def server() -> Iterator[str]:
    """A small portal: SODA rows as CSV, and a page of an ArcGIS layer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            query = parse_qs(asked.query)
            if asked.path == "/resource/abcd-1234.csv" and query["$limit"] == ["2000"]:
                content = CALLS.encode()
            elif asked.path.endswith("/CallsForService/FeatureServer/0/query") and query["outSR"] == ["4326"]:
                found = [
                    {"attributes": {"CallNumber": str(number), "CallTime": 1700000000000 + number, "CallType": "NOISE",
                                    "Priority": "1"}, "geometry": {"x": -93.6, "y": 41.5}}
                    for number in range(20)
                ]  # fmt: skip
                content = json.dumps(
                    {"features": found, "spatialReference": {"wkid": 4326}, "exceededTransferLimit": True}
                ).encode()
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/d/abcd-1234", "csv", "data"),
        ("/rest/services/CallsForService/FeatureServer/0", "arcgis_json", "callsforservice"),
    ],
)
def test_a_sample_of_a_portal(server: str, tmp_path: Path, path: str, kind: str, name: str) -> None:
    portal = recognise(server + path)
    fetch_sample(portal, tmp_path)
    guesses, passed = look(tmp_path)
    assert [(one.profile.name, one.profile.format, one.entity) for one in guesses] == [(name, kind, "calls")], passed
    city = draft("testburg", guesses, source=portal.source)
    assert city.source == portal.source and city.time_zone == "America/Chicago"
