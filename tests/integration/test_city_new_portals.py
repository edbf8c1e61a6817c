"""Cities begun from the addresses of portals alone, one of each kind: their drafts run, and nothing comes twice."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.servers.arcgis import ArcGISPortal
from tests.unit.servers.base import Answer, FileServer, Server
from tests.unit.servers.open311 import Open311Portal
from tests.unit.servers.portals import CkanServer, SocrataServer, Table

PROJECT = Path(__file__).parents[2]
COMMAND = "from orchestration.cli import app; app()"
ROWS = 300
RESOURCE = "f68e2de5-4563-4c60-a4cd-3fb0e0a3a7d0"
ISO, TWELVE = "%Y-%m-%dT%H:%M:%S.000", "%m/%d/%Y %I:%M:%S %p"
MOMENTS = [datetime(2024, 1, 1) + timedelta(hours=5 * number) for number in range(ROWS)]
CALLS: list[dict[str, Any]] = [
    {
        "call_number": f"24-{number:06}",
        "call_time": moment.strftime(ISO),
        "arrived": (moment + timedelta(minutes=9)).strftime(ISO),
        "call_type": "NOISE",
        "call_source": "911" if number % 3 else "ON VIEW",
        "latitude": f"{41.5 + number % 50 / 1000:.4f}",
        "longitude": f"{-93.6 - number % 50 / 1000:.4f}",
        "caller_name": "SOMEBODY",
    }
    for number, moment in enumerate(MOMENTS)
]


class Socrata(SocrataServer):
    """Writes times on a 12-hour clock in exports, as the real ones do."""

    def _export(self, table: Table) -> Answer:
        rows = [
            row | {name: datetime.strptime(row[name], ISO).strftime(TWELVE) for name in ("call_time", "arrived")}
            for row in table.rows
        ]
        return super()._export(Table(table.names, rows, table.updated))


@dataclass
class Begun:
    """Servers by city, what two runs said, what was asked in the second, and the warehouse."""

    first: dict[str, Any]
    second: dict[str, Any]
    asked: dict[str, list[str]]
    project: Path
    home: Path


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    folder = tmp_path_factory.mktemp("portals")
    project, home = folder / "project", folder / "warehouse"
    for name in ("orchestration", "expectations", "dbt_project"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    text = "\n".join(",".join(map(str, row)) for row in (CALLS[0], *(row.values() for row in CALLS))) + "\n"
    socrata = Socrata({"abcd-1234": Table.of(CALLS, {name: name.replace("_", " ").title() for name in CALLS[0]})})
    ckan = CkanServer(tables={RESOURCE: CALLS})
    ckan.resources[RESOURCE] = {"last_modified": "2024-01-01T00:00:00", "url": "elsewhere"}
    arcgis = ArcGISPortal(
        {
            number + 1: {"call_id": f"c{number}", "called_at": int(moment.replace(tzinfo=UTC).timestamp()) * 1000}
            for number, moment in enumerate(MOMENTS)
        },
        page=100,
    )
    open311 = Open311Portal({f"r{number}": moment.replace(tzinfo=UTC) for number, moment in enumerate(MOMENTS)})
    files = FileServer({"/calls_2024.csv": text.encode()})
    taken = Socrata({"efgh-5678": Table.of(CALLS)})
    with ExitStack() as running:
        servers: dict[str, Server] = {
            name: running.enter_context(server)
            for name, server in {
                "soda": socrata, "ckan": ckan, "arcgis": arcgis, "open311": open311, "files": files,
                "taken": taken,
            }.items()
        }  # fmt: skip
        addresses = {
            "soda": f"{socrata.url}/Public-Safety/Calls/abcd-1234",
            "ckan": f"{ckan.url}/dataset/calls/resource/{RESOURCE}",
            "arcgis": arcgis.layer(),
            "open311": f"{open311.url}/v2/requests.json",
            "files": f"{files.url}/calls_2024.csv",
            "taken": f"{taken.url}/Public-Safety/Calls/efgh-5678",
        }
        for name, address in addresses.items():
            footprint(project, home, "city", "new", name, "--url", address, "--time-zone", "America/Chicago", "--json")
        drafted = project / "orchestration" / "catalog" / "cities" / "taken.yml"
        drafted.write_text(drafted.read_text().replace("growth: snapshot", "growth: append\n    changes_for_days: 2"))
        chosen = [word for name in servers for word in ("--city", name)]
        first = footprint(project, home, "run", *chosen, "--json")
        for server in servers.values():
            server.requests.clear()
        take_back(taken.tables["efgh-5678"])
        second = footprint(project, home, "run", *chosen, "--json")
        asked = {name: [request.path for request in server.requests] for name, server in servers.items()}
        yield Begun(first, second, asked, project, home)


def take_back(table: Table) -> None:
    """A portal withdraws every 25th row, and gets four new ones."""
    stamp = f"{datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}.000Z"
    new = [
        CALLS[0] | {"call_number": f"25-{number:06}", ":id": f"row-9{number}", ":updated_at": stamp}
        for number in range(4)
    ]
    table.rows = [row for number, row in enumerate(table.rows) if number % 25 != 3] + new
    table.updated = (table.updated or 0) + 1000


def footprint(project: Path, home: Path, *arguments: str) -> dict[str, Any]:
    """The real command, from a copy of the project; what it says."""
    variables = os.environ | {"FOOTPRINT_HOME": str(home), "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=project, env=variables, capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_every_kind_of_portal_comes_whole(begun: Begun) -> None:
    assert begun.first["success"], begun.first
    with duckdb.connect(str(begun.home / "releases" / "current" / "analyst.duckdb"), read_only=True) as analyst:
        fates = analyst.execute("select city, fate, rows from audit.row_accounting order by city").fetchall()
        urls = analyst.execute("select count(*) from audit.loads where url like 'http://127.0.0.1:%'").fetchall()
        calls = analyst.execute(
            "select city, min(call_at_local), count(*) filter (where response_minutes = 9) from demand.fct_calls "
            "where city in ('soda', 'ckan', 'files') group by city"
        ).fetchall()
    assert [row for row in fates if row[0] != "taken"] == [
        (name, "accepted", ROWS) for name in ("arcgis", "ckan", "files", "open311", "soda")
    ]
    assert urls == [(7,)]
    # On a 12-hour clock or not, in the city's time.
    officers = sum(number % 3 == 0 for number in range(ROWS))
    assert {row[1:] for row in calls} == {(MOMENTS[0], ROWS - officers)}


def test_nothing_new_is_not_downloaded(begun: Begun) -> None:
    assert {landed["city"] for landed in begun.second["landed"] if landed["is_new"]} == {"taken"}
    assert begun.asked["soda"] == ["/api/views/abcd-1234.json"]
    assert begun.asked["arcgis"] == ["/arcgis/rest/services/Calls/FeatureServer/0"]
    assert begun.asked["files"] == ["/calls_2024.csv"]
    assert {path.rpartition("/")[2] for path in begun.asked["ckan"]} == {"resource_show", "datastore_search"}
    assert begun.asked["open311"]


def test_what_a_portal_takes_back_leaves_the_marts_and_keeps_its_fate(begun: Begun) -> None:
    assert begun.second["success"], begun.second
    with duckdb.connect(str(begun.home / "releases" / "current" / "analyst.duckdb"), read_only=True) as analyst:
        fates = analyst.execute(
            "select fate, sum(rows) from audit.row_accounting where city = 'taken' group by all order by all"
        ).fetchall()
        calls = analyst.execute("select count(*) from demand.fct_calls where city = 'taken'").fetchall()
        ledger = analyst.execute(
            "select rows_in, rows_removed from demand.exclusion_ledger "
            "where city = 'taken' and rule = 'not_the_published_version' and zone_kind = 'city'"
        ).fetchall()
        lines = analyst.execute(
            "select source_line from audit.rows_set_aside where city = 'taken' and fate = 'withdrawn' order by all"
        ).fetchall()
    assert fates == [("accepted", ROWS - 12 + 4), ("withdrawn", 12)]
    assert calls == [(ROWS - 12 + 4,)]
    assert ledger == [(ROWS + 4, 12)]
    assert lines == [(25 * number + 3 + 2,) for number in range(12)]


def test_who_called_ends_at_landing(begun: Begun) -> None:
    for file in (begun.home / "raw").rglob("*.parquet"):
        columns = duckdb.sql(f"select * from '{file}' limit 0").columns
        assert "caller_name" not in columns
