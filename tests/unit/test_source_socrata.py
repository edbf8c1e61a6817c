"""Socrata: every row once or a clear error, whatever the portal does; increments, resumed pulls, both interfaces."""

import csv
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.catalog.portals import Socrata
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import Landing, land
from orchestration.sources.base import Last
from orchestration.sources.socrata import SocrataSource
from tests.unit.servers.base import Fault
from tests.unit.servers.portals import Row, SocrataServer, Table

ONE, TWO = "aaaa-1111", "bbbb-2222"
NASTY = ['a "quoted" word', "two\nlines", "comma, and\r\nbreak", "", "ünïcode 事", "plain"]
Pull = Callable[..., Landing | None]


def rows_of(count: int, start: int = 0) -> list[Row]:
    return [{"a": str(n), "b": NASTY[n % len(NASTY)], "c": str(n * n)} for n in range(start, start + count)]


@pytest.fixture
def server() -> Iterator[SocrataServer]:
    """A portal with one table of 25 rows."""
    with SocrataServer({ONE: Table.of(rows_of(25))}) as running:
        yield running


@pytest.fixture
def source(server: SocrataServer, web: Callable[..., Any]) -> Callable[..., SocrataSource]:
    """A source with pages of ten rows."""

    def make(token: str | None = None, page_rows: int = 10, **changes: Any) -> SocrataSource:
        portal = Socrata.model_validate(
            {"kind": "socrata", "scheme": "http", "domain": server.address, "ids": [ONE], **changes}
        )
        return SocrataSource(portal, web(), token, page_rows=page_rows)

    return make


@pytest.fixture
def pull(source: Callable[..., SocrataSource], data_set: Callable[..., Any], tmp_path: Path) -> Pull:
    """Lands a data set that grows by pages; `growth` and `last` may be given, all else goes to the source."""

    def pull(growth: str = "append", last: Last | None = None, changes_for_days: int = 0, **changes: Any) -> Any:
        wanted = data_set(growth=growth, changes_for_days=changes_for_days, key=["a"])
        landed = land(source(**changes), wanted, tmp_path / "landing", last)
        return landed and landed[0]

    return pull


def landed_rows(tmp_path: Path, landing: Landing, name: str = f"{ONE}.csv") -> list[Row]:
    file = tmp_path / "landing" / "testville" / "things" / landing.content_id / name
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def last_of(landing: Landing, day: int = 10) -> Last:
    return Last(landing.versions, datetime(2024, 1, day, tzinfo=UTC))


def folders(tmp_path: Path) -> list[str]:
    home = tmp_path / "landing" / "testville" / "things"
    return sorted(path.name for path in home.iterdir() if not path.name.startswith(".")) if home.exists() else []


# --- whole tables ---


@pytest.mark.parametrize("api", ["2", "3"])
@pytest.mark.parametrize("count", [1, 10, 25, 30])
def test_pages_bring_every_row_once(server: SocrataServer, pull: Pull, tmp_path: Path, api: str, count: int) -> None:
    server.tables[ONE] = Table.of(rows_of(count))
    landing = pull(api=api)
    found = landed_rows(tmp_path, landing)
    assert [(row["a"], row["b"], row["c"]) for row in found] == [tuple(row.values()) for row in rows_of(count)]
    assert [row[":id"] for row in found] == [f"row-{n:06d}" for n in range(count)]
    (file,) = landing.files
    assert (file.rows, file.names[":updated_at"]) == (count, "socrata_updated_at")
    assert landing.complete and landing.versions == {ONE: "1700000000"}


@pytest.mark.parametrize(("api", "path"), [("2", f"/api/views/{ONE}/rows.csv"), ("3", "/export.csv")])
def test_a_whole_snapshot_comes_by_export(
    server: SocrataServer, pull: Pull, tmp_path: Path, api: str, path: str
) -> None:
    server.tables[ONE] = Table.of(rows_of(25), {"a": "The A", "b": "Same", "c": "c"})
    landing = pull("snapshot", api=api)
    assert [row["The A"] for row in landed_rows(tmp_path, landing)] == [str(n) for n in range(25)]
    assert landing.files[0].names == {"The A": "a", "Same": "b"}
    assert landing.files[0].rows == 25
    assert len(server.asked(path)) == 1 and not server.asked("resource/aaaa-1111.csv")


def test_display_names_of_two_columns_are_not_told_apart(server: SocrataServer, pull: Pull) -> None:
    server.tables[ONE] = Table.of(rows_of(5), {"a": "Same", "b": "Same", "c": "The C"})
    assert pull("snapshot").files[0].names == {"The C": "c"}


def test_field_names_are_taken_for_nothing_else(server: SocrataServer, pull: Pull) -> None:
    server.tables[ONE] = Table.of(rows_of(5), {"a": "b", "b": "a", "c": "The C"})
    assert pull("append").files[0].names == {":id": "socrata_id", ":updated_at": "socrata_updated_at"}


def test_a_condition_is_met_by_all_rows(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    landing = pull("snapshot", where="b = 'plain'")
    assert {row["b"] for row in landed_rows(tmp_path, landing)} == {"plain"}
    assert len(server.asked(".csv")) == 1


def test_a_portal_that_gives_less_than_asked_for(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    server.most_rows = 7
    assert len(landed_rows(tmp_path, pull())) == 25


def test_the_token_goes_with_every_request(server: SocrataServer, pull: Pull) -> None:
    server.token = "secret"
    with pytest.raises(SourceError, match=r"status 403 Forbidden: .*Invalid app_token"):
        pull()
    assert pull(token="secret").files[0].rows == 25


def test_progress_is_told(pull: Pull, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "footprint.pull"):
        pull()
    assert "testville/things: 20 of 25 rows" in caplog.messages


# --- misbehaviour ---


@pytest.mark.parametrize("growth", ["append", "snapshot"])
@pytest.mark.parametrize("fault", [
    Fault("status", status=429, headers={"Retry-After": "0"}), Fault("status", status=500, times=3), Fault("html"),
    Fault("cut", after=100), Fault("stall", after=100, seconds=1.5), Fault("no_gzip"), Fault("half_gzip"),
    Fault("long_length", after=50), Fault("short_length", after=50), Fault("short_length", after=5),
   Fault("half_body", after=200),
], ids=lambda fault: fault.kind)  # fmt: skip
@pytest.mark.parametrize("what", [".csv", ".json"])
def test_a_fault_that_passes_loses_nothing(
    server: SocrataServer, pull: Pull, tmp_path: Path, growth: str, fault: Fault, what: str
) -> None:
    server.faults = [Fault(**{**vars(fault), "path": what})]
    found = landed_rows(tmp_path, pull(growth))
    assert [(row["a"], row["b"]) for row in found] == [(row["a"], row["b"]) for row in rows_of(25)]
    assert server.faults[0].times == 0


def repeats_the_first_page(rows: list[Row], offset: int) -> list[Row]:
    return rows if offset == 0 else rows[: len(rows) - 3] + rows[:3]


def skips_and_repeats(rows: list[Row], offset: int) -> list[Row]:
    return [*rows[:-1], rows[0]] if rows else rows


def skips(rows: list[Row], offset: int) -> list[Row]:
    return rows[1:]


def ends_early(rows: list[Row], offset: int) -> list[Row]:
    return [] if offset >= 20 else rows


@pytest.mark.parametrize(("edit", "found"), [
    (repeats_the_first_page, "twice: 5 of 25 rows came more than once"), (skips_and_repeats, "came more than once"),
    (ends_early, "twice: the rows end after 20"),
])  # fmt: skip
def test_pages_that_repeat_or_skip_rows_are_refused(
    server: SocrataServer, pull: Pull, tmp_path: Path, edit: Callable[..., list[Row]], found: str
) -> None:
    former = pull()
    server.tables[ONE] = Table.of(rows_of(25), None)
    server.tables[ONE].updated = 1_800_000_000
    server.edit = edit
    with pytest.raises(SourceError, match=found) as caught:
        pull()
    assert "run again later" in caught.value.mend
    assert folders(tmp_path) == [former.content_id]
    assert len(landed_rows(tmp_path, former)) == 25


def test_an_export_that_lacks_rows_is_refused(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    server.edit = skips
    with pytest.raises(SourceError, match="twice: 24 rows arrived, the portal counts 25 before and 25 after"):
        pull("snapshot")
    assert folders(tmp_path) == []
    assert len(server.asked("rows.csv")) == 2


@pytest.mark.parametrize("growth", ["append", "snapshot"])
def test_a_count_that_disagrees_once_is_asked_again(
    server: SocrataServer, pull: Pull, tmp_path: Path, growth: str
) -> None:
    server.counts = [25, 26]
    assert len(landed_rows(tmp_path, pull(growth))) == 25
    assert len(server.asked(f"resource/{ONE}.json")) == 4


def test_columns_that_change_between_pages(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    table = server.tables[ONE]

    def rename(rows: list[Row], offset: int) -> list[Row]:
        if offset == 0 and "c" in table.names:
            table.names["d"] = table.names.pop("c")
        return rows

    # The first page has column c; all later ones, and those of the second try, have d.
    server.edit = lambda rows, offset: rows if offset == 0 else rename(rows, 0)
    landing = pull()
    assert list(landed_rows(tmp_path, landing)[0]) == ["a", "b", "d", ":id", ":updated_at"]
    assert landing.files[0].rows == 25


@pytest.mark.parametrize("growth", ["append", "snapshot"])
def test_a_table_without_rows_is_refused(server: SocrataServer, pull: Pull, growth: str) -> None:
    server.tables[ONE].rows.clear()
    with pytest.raises(SourceError, match="the portal counts no row"):
        pull(growth)


def test_an_id_that_is_gone(server: SocrataServer, pull: Pull) -> None:
    with pytest.raises(SourceError, match=r'status 404 Not Found: .*"message": "Not found"'):
        pull(ids=[TWO])


# --- what is new ---


@pytest.mark.parametrize("growth", ["append", "snapshot", "rolling_window", "yearly_files"])
def test_nothing_is_pulled_where_the_mark_is_the_same(server: SocrataServer, pull: Pull, growth: str) -> None:
    last = last_of(pull(growth))
    server.requests.clear()
    assert pull(growth, last) is None
    assert [request.path for request in server.requests] == [f"/api/views/{ONE}.json"]


@pytest.mark.parametrize("api", ["2", "3"])
def test_an_increment_brings_what_changed(server: SocrataServer, pull: Pull, tmp_path: Path, api: str) -> None:
    last = last_of(pull(api=api))
    table = server.tables[ONE]
    table.updated = 1_800_000_000
    table.rows[3][":updated_at"] = "2024-01-06T00:00:00.001Z"
    table.rows[4][":updated_at"] = "2024-01-06T00:00:00.000Z"
    table.rows[5][":updated_at"] = "2024-01-20T00:00:00.000Z"
    landing = pull(last=last, changes_for_days=4, api=api)
    assert [row["a"] for row in landed_rows(tmp_path, landing)] == ["3", "5"]
    assert not landing.complete
    assert landing.changed_since == datetime(2024, 1, 6, tzinfo=UTC)
    assert landing.versions == {ONE: "1800000000"}


def test_an_increment_reaches_back_a_day_at_least(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    last = last_of(pull())
    server.tables[ONE].updated = 1_800_000_000
    server.tables[ONE].rows[3][":updated_at"] = "2024-01-09T12:00:00.000Z"
    assert [row["a"] for row in landed_rows(tmp_path, pull(last=last))] == ["3"]


def test_an_increment_without_rows_is_no_news(server: SocrataServer, pull: Pull) -> None:
    last = last_of(pull())
    server.tables[ONE].updated = 1_800_000_000
    assert pull(last=last) is None


def test_a_condition_holds_for_increments_too(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    last = last_of(pull())
    server.tables[ONE].updated = 1_800_000_000
    for row in server.tables[ONE].rows[:12]:
        row[":updated_at"] = "2024-02-01T00:00:00.000Z"
    landing = pull(last=last, where="b = 'plain'")
    assert [row["a"] for row in landed_rows(tmp_path, landing)] == ["5", "11"]


def test_a_table_new_to_a_growing_data_set_comes_whole(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    last = last_of(pull())
    server.tables[TWO] = Table.of(rows_of(12, start=100))
    landing = pull(last=last, ids=[ONE, TWO])
    assert len(landed_rows(tmp_path, landing, f"{TWO}.csv")) == 12
    assert [file.name for file in landing.files] == [f"{TWO}.csv"]
    assert not landing.complete and landing.changed_since is None
    assert set(landing.versions) == {ONE, TWO}


def test_only_the_yearly_files_that_changed_come_again(server: SocrataServer, pull: Pull) -> None:
    server.tables[TWO] = Table.of(rows_of(12, start=100))
    first = pull("yearly_files", ids=[ONE, TWO])
    assert first.complete and len(first.files) == 2
    server.tables[TWO].updated = 1_800_000_000
    server.tables[TWO].rows.pop()
    second = pull("yearly_files", last_of(first), ids=[ONE, TWO])
    assert [(file.name, file.rows) for file in second.files] == [(f"{TWO}.csv", 11)]
    assert not second.complete and second.changed_since is None


def test_a_snapshot_of_two_tables_comes_whole_when_one_changed(server: SocrataServer, pull: Pull) -> None:
    server.tables[TWO] = Table.of(rows_of(12, start=100))
    last = last_of(pull("snapshot", ids=[ONE, TWO]))
    server.tables[TWO].updated = 1_800_000_000
    server.tables[TWO].rows.pop()
    again = pull("snapshot", last, ids=[ONE, TWO])
    assert again.complete and len(again.files) == 2


def test_a_portal_without_marks_is_always_pulled(server: SocrataServer, pull: Pull) -> None:
    server.tables[ONE].updated = None
    first = pull("snapshot")
    assert first.versions == {ONE: ""}
    assert pull("snapshot", last_of(first)) == first


# --- resumed pulls ---


def cut_off(server: SocrataServer, pull: Pull, after_pages: int, **changes: Any) -> None:
    """A pull that ends in an error after some pages."""
    answered = 0
    edit = server.edit

    def breaks(rows: list[Row], offset: int) -> list[Row]:
        nonlocal answered
        answered += 1
        if answered == after_pages:
            server.faults = [Fault("status", ".csv", times=4)]
        return rows

    server.edit = breaks
    with pytest.raises(SourceError, match="4 times status 503"):
        pull(**changes)
    server.edit = edit
    server.faults = []
    server.requests.clear()


@pytest.mark.parametrize("api", ["2", "3"])
def test_a_pull_goes_on_with_the_next_page(server: SocrataServer, pull: Pull, tmp_path: Path, api: str) -> None:
    cut_off(server, pull, after_pages=2, api=api)
    landing = pull(api=api)
    assert len(server.asked(".csv")) == 1
    assert [row["a"] for row in landed_rows(tmp_path, landing)] == [str(n) for n in range(25)]


def test_it_begins_anew_where_the_portal_has_changed(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    cut_off(server, pull, after_pages=2)
    server.tables[ONE] = Table.of(rows_of(25, start=500))
    server.tables[ONE].updated = 1_800_000_000
    assert [row["a"] for row in landed_rows(tmp_path, pull())] == [str(n) for n in range(500, 525)]
    assert len(server.asked(".csv")) == 3


def test_and_where_another_question_is_asked(server: SocrataServer, pull: Pull, tmp_path: Path) -> None:
    cut_off(server, pull, after_pages=2)
    assert {row["b"] for row in landed_rows(tmp_path, pull(where="b = 'plain'"))} == {"plain"}
    assert len(server.asked(".csv")) == 1


@pytest.mark.parametrize("damage", ["half_a_page_more", "shorter", "state_gone", "state_garbled"])
def test_what_a_killed_process_left_behind_does_no_harm(
    server: SocrataServer, pull: Pull, tmp_path: Path, damage: str
) -> None:
    cut_off(server, pull, after_pages=2)
    partial = tmp_path / "landing" / "testville" / "things" / ".partial"
    file = partial / f"{ONE}.csv"
    if damage == "half_a_page_more":
        file.write_bytes(file.read_bytes() + b'"20","half a r')
        (partial / f"{ONE}.csv.ids").open("ab").write(b"12345")
    elif damage == "shorter":
        file.write_bytes(file.read_bytes()[:-10])
    else:
        (partial / ".state.json").write_text('{"aaaa' if damage == "state_garbled" else "{}")
    landing = pull()
    assert [row["a"] for row in landed_rows(tmp_path, landing)] == [str(n) for n in range(25)]
    assert len(server.asked(".csv")) == (1 if damage == "half_a_page_more" else 3)


def test_tables_that_were_whole_are_not_pulled_again(server: SocrataServer, pull: Pull) -> None:
    server.tables[TWO] = Table.of(rows_of(12, start=100))
    server.faults = [Fault("status", f"{TWO}/rows.csv", times=4)]
    with pytest.raises(SourceError):
        pull("yearly_files", ids=[ONE, TWO])
    server.requests.clear()
    landing = pull("yearly_files", ids=[ONE, TWO])
    assert [file.rows for file in landing.files] == [25, 12]
    assert not server.asked(f"{ONE}/rows.csv")
