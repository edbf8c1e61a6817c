"""Rows that a portal takes back: found by its own count and list of keys, kept in raw, shown to nobody below."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import ArcGIS, Socrata
from orchestration.ingest import assets
from orchestration.ingest.assets import Brought, bring, last_pull, loads_in_use
from orchestration.ingest.bind import bind
from orchestration.ingest.errors import SourceError
from orchestration.ingest.in_use import InUse
from orchestration.ingest.withdrawals import is_due
from orchestration.publish.releases import Release, ReleasedListing, ReleasedLoad, prepare, publish
from orchestration.settings import Settings
from orchestration.sources.arcgis import ArcGISSource
from orchestration.sources.base import Source
from orchestration.sources.socrata import SocrataSource
from tests.unit.conftest import city_of
from tests.unit.servers.arcgis import ArcGISPortal
from tests.unit.servers.portals import Row, SocrataServer, Table

ONE, TWO = "aaaa-1111", "bbbb-2222"
PLACE = ("testville", "things")


def now(minutes: float = 0) -> str:
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.000Z"


def rows(count: int, first: int = 0) -> list[Row]:
    return [{"a": str(number), "b": "x", "c": "y"} for number in range(first, first + count)]


@dataclass
class Warehouse:
    """A warehouse folder whose releases hold nothing but their manifests."""

    home: Settings
    data_set: DataSet
    runs: int = 0
    used: InUse | None = None
    brought: Brought = field(default_factory=Brought)

    def run(self, source: Source, released: bool = True) -> InUse:
        """Bring what is new, bind it, and release it."""
        self.runs += 1
        run_id = f"{self.runs:08d}"
        self.brought = bring(source, self.data_set, self.home)
        assets._note(self.home, run_id, self.data_set, self.brought)
        self.used = loads_in_use(self.home, run_id, [])[PLACE]
        if released:
            folder = prepare(self.home.releases, run_id)
            city, name = PLACE
            loads = [ReleasedLoad(city=city, data_set=name, load_id=load.load_id) for load in self.used.loads]
            listing = self.used.listing
            listings = [ReleasedListing(city=city, data_set=name, listing_id=listing.listing_id)] if listing else []
            publish(self.home.releases, folder, Release(
                release_id=run_id, run_id=run_id, created_at=datetime.now(UTC), version="0", loads=loads,
                listings=listings, tables={}, gates=[], files=[],
            ))  # fmt: skip
        return self.used

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """What SQL sees of the loads in use."""
        with duckdb.connect() as connection:
            assert self.used is not None
            bind(connection, [city_of(self.data_set)], {PLACE: self.used}, self.home.raw)
            return connection.execute(query).fetchall()

    def values(self) -> set[str]:
        return {value for (value,) in self.asked("select a from raw.testville__things")}


@pytest.fixture
def warehouse(data_set: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    home = Settings(home=tmp_path / "warehouse")
    home.create_folders()
    things = data_set(growth="append", key=["a"], changes_for_days=1)
    monkeypatch.setattr(assets, "cities", lambda: {"testville": city_of(things)})
    yield Warehouse(home, things)


def socrata(server: SocrataServer, web: Callable[..., Any], *ids: str, api: str = "2") -> SocrataSource:
    portal = Socrata.model_validate(
        {"kind": "socrata", "scheme": "http", "domain": server.address, "ids": list(ids or (ONE,)), "api": api}
    )
    return SocrataSource(portal, web(), page_rows=40)


def take_back(table: Table, names: set[str], new: int) -> None:
    """A portal withdraws some rows and gets some new ones."""
    table.rows = [row for row in table.rows if row["a"] not in names]
    table.rows += [row | {":id": f"row-9{row['a']}", ":updated_at": now(1)} for row in rows(new, 900)]
    table.updated = (table.updated or 0) + 1000


@pytest.mark.parametrize("api", ["2", "3"])
def test_rows_taken_back_leave_and_are_accounted_for(warehouse: Warehouse, web: Callable[..., Any], api: str) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        warehouse.run(socrata(server, web, api=api))
        take_back(server.tables[ONE], {"3", "30", "99"}, 5)
        used = warehouse.run(socrata(server, web, api=api))
    assert [load.rows for load in used.loads] == [100, 5]
    assert used.listing is not None and used.listing.keys == 102
    assert warehouse.values() == {row["a"] for row in [*rows(100), *rows(5, 900)]} - {"3", "30", "99"}
    assert warehouse.asked("select load_number, rows, withdrawn_rows, listed_keys, unknown_keys from raw.loads") == [
        (1, 100, 3, 102, 0),
        (2, 5, 0, 102, 0),
    ]
    # Rows are told by the file and line they landed in.
    assert warehouse.asked("select file, line from raw.withdrawn_rows order by line") == [
        (f"{ONE}.csv", 5),
        (f"{ONE}.csv", 32),
        (f"{ONE}.csv", 101),
    ]


def test_what_was_taken_back_stays_so_while_nothing_is_new(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        warehouse.run(socrata(server, web))
        take_back(server.tables[ONE], {"7"}, 2)
        warehouse.run(socrata(server, web))
        server.requests.clear()
        again = warehouse.run(socrata(server, web))
        # One question for the mark, one for the count; no keys.
        assert len(server.requests) <= 2
    assert again.listing is not None and warehouse.brought == Brought()
    assert "7" not in warehouse.values() and len(warehouse.values()) == 101


def test_withdrawals_alone_are_found_without_a_new_row(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        warehouse.run(socrata(server, web))
        take_back(server.tables[ONE], set(), 2)
        warehouse.run(socrata(server, web))
        take_back(server.tables[ONE], {"4", "5"}, 0)
        warehouse.run(socrata(server, web))
    assert warehouse.values() == {row["a"] for row in [*rows(100), *rows(2, 900)]} - {"4", "5"}


def test_keys_are_told_apart_by_table(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(50)), TWO: Table.of(rows(50, 100))}) as server:
        warehouse.run(socrata(server, web, ONE, TWO))
        take_back(server.tables[TWO], {"101"}, 1)
        warehouse.run(socrata(server, web, ONE, TWO))
    assert {"1", "100"} <= warehouse.values() and "101" not in warehouse.values()


def test_a_row_that_comes_back_counts_again(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        gone = server.tables[ONE].rows[4]
        warehouse.run(socrata(server, web))
        take_back(server.tables[ONE], {"4"}, 1)
        warehouse.run(socrata(server, web))
        assert "4" not in warehouse.values()
        server.tables[ONE].rows.append(gone | {":updated_at": now(1)})
        server.tables[ONE].updated = 1_800_000_000
        warehouse.run(socrata(server, web))
    assert "4" in warehouse.values()


def test_rows_that_no_change_brought_are_told_then_pulled(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        warehouse.run(socrata(server, web))
        table = server.tables[ONE]
        # A row filled in with an old time of update, beside one that is new.
        table.rows.append({"a": "500", "b": "x", "c": "y", ":id": "row-5", ":updated_at": "2024-01-01T00:00:00.000Z"})
        take_back(table, set(), 1)
        warehouse.run(socrata(server, web))
        assert warehouse.asked("select max(unknown_keys) from raw.loads") == [(1,)]
        assert "500" not in warehouse.values()
        used = warehouse.run(socrata(server, web))
    assert len(used.loads) == 1 and "500" in warehouse.values()


def test_a_list_that_is_gone_is_no_reason_to_count_rows_again(warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(100))}) as server:
        warehouse.run(socrata(server, web))
        take_back(server.tables[ONE], {"7"}, 2)
        used = warehouse.run(socrata(server, web))
    assert used.listing is not None
    folder = warehouse.home.landing / "testville" / "things" / used.listing.listing_id
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(SourceError, match="no such list of keys"):
        loads_in_use(warehouse.home, "another", [])


def test_when_all_is_looked_at(data_set: Callable[..., Any], warehouse: Warehouse, web: Callable[..., Any]) -> None:
    with SocrataServer({ONE: Table.of(rows(10))}) as server:
        loads = list(warehouse.run(socrata(server, web)).loads)
    began = loads[0].began_at
    assert began is not None
    for days, after, due in ((7, 6.9, False), (7, 7, True), (1, 2, True), (0, 900, False)):
        things = data_set(growth="append", compared_every_days=days)
        assert is_due(things, loads, None, began + timedelta(days=after)) is due
    # A portal that tells what changes on any record is held against its keys instead; another is pulled whole.
    old = loads[0].model_copy(update={"began_at": began - timedelta(days=8)})
    assert [last_pull(warehouse.data_set, [load.model_copy(update={"by_change": told})]).whole  # type: ignore[union-attr]
            for load in (old, loads[0]) for told in (True, False)] == [False, True, False, False]  # fmt: skip


def test_a_layer_that_lists_fewer_rows_is_pulled_whole(
    data_set: Callable[..., Any], warehouse: Warehouse, web: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.data_set = data_set(
        city="testville", growth="append", key=["a"], columns=["a", "called_at"], format="arcgis_json", date_column="called_at"
    )
    monkeypatch.setattr(assets, "cities", lambda: {"testville": city_of(warehouse.data_set)})
    monkeypatch.setattr("orchestration.sources.arcgis.city", lambda name: city_of(warehouse.data_set))
    made = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
    calls = {number: {"a": f"c{number}", "called_at": made} for number in range(1, 31)}
    with ArcGISPortal(calls) as portal:
        source = ArcGISSource(ArcGIS(kind="arcgis", layers=[portal.layer()]), web())
        warehouse.run(source)
        layer = portal.layers["Calls"]
        layer[31] = {"a": "c31", "called_at": int(datetime.now(UTC).timestamp() * 1000)}
        portal.switches.mark = 1_700_000_001_000
        used = warehouse.run(source)
        assert [(load.rows, load.complete) for load in used.loads] == [(30, True), (1, False)]
        for number in (3, 4):
            del layer[number]
        layer[32] = {"a": "c32", "called_at": int(datetime.now(UTC).timestamp() * 1000)}
        portal.switches.mark = 1_700_000_002_000
        used = warehouse.run(source)
    assert [(load.rows, load.complete) for load in used.loads] == [(30, True)]
    assert warehouse.values() == {f"c{number}" for number in range(1, 33)} - {"c3", "c4"}
