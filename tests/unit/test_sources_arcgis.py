"""ArcGIS layers: every row exactly once or a clear refusal, whatever the server does."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tenacity import wait_none

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import ArcGIS
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import land
from orchestration.ingest.loads import load
from orchestration.ingest.needed import missing_columns
from orchestration.sources.arcgis import ArcGISSource, part_names
from orchestration.sources.base import Delivered, Last
from orchestration.sources.web import Web
from tests.unit.servers.arcgis import ArcGISPortal, Switches
from tests.unit.servers.base import Server, fault

DAY = 86_400_000  # milliseconds
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def rows(ids: Any) -> dict[int, dict[str, Any]]:
    """Rows by object id, one a day from 2024-01-01."""
    return {number: {"call_id": f"c{number}", "called_at": 1_704_067_200_000 + n * DAY} for n, number in enumerate(ids)}


def calls(**changes: Any) -> DataSet:
    given = {
        "name": "calls", "city": "riverbend", "title": "Calls", "entity": "calls", "files": ["*.json"],
        "format": "arcgis_json", "license": "none", "grain": "one call", "growth": "snapshot",
        "columns": ["call_id", "called_at"], "key": ["call_id"],
    }  # fmt: skip
    return DataSet.model_validate(given | changes)


def source(portal: Server, *layers: str) -> ArcGISSource:
    return ArcGISSource(ArcGIS(kind="arcgis", layers=list(layers)), Web(wait=wait_none(), attempts=3, timeout=10))


def found(into: Path, delivered: Delivered) -> list[int]:
    """Object ids in the delivered pages, in order."""
    pages = [json.loads((into / file.name).read_bytes()) for file in delivered.files]
    return [feature["attributes"]["OBJECTID"] for page in pages for feature in page["features"]]


@contextmanager
def serving(ids: Any, page: int = 10, /, **switches: Any) -> Iterator[ArcGISPortal]:
    with ArcGISPortal(rows(ids), Switches(**switches), page) as portal:
        yield portal


IDS = [*range(1, 48), *range(1000, 1013), 64_579_816]


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"says_pages": False},
        {"has_pages": False},
        {"has_pages": "error"},
        {"has_pages": False, "ranges": "error"},
        {"has_pages": False, "ranges": "ignored"},
        {"has_pages": False, "ranges": "error", "lists": "error"},
        {"says_pages": False, "ranges": "error", "lists": "error", "in_lists": "error"},
        {"skips": 3},
        {"overlaps": 3},
        {"cap": 4},
        {"cap": 4, "says_pages": False},
        {"cap": 4, "says_pages": False, "ordered": False},
        {"cap": 3, "has_pages": False, "ranges": "error"},
        {"count": 7},
        {"count": 70_000},
        {"count": 0},
        {"count": "no"},
        {"ids": "floats"},
        {"ids": "no"},
        {"ids": "error"},
        {"ids": "error", "ordered": False},
        {"ids": "error", "count": "no", "ordered": False, "says_pages": False},
        {"ids": "no", "ranges": "error"},
        {"flags": "always", "says_pages": False, "cap": 9},
        {"flags": "never"},
        {"ordered": False},
        {"ordered": False, "skips": 1},
        {"mark": None},
    ],
    ids=str,
)
def test_every_row_comes_once(tmp_path: Path, switches: dict[str, Any]) -> None:
    with serving(IDS, **switches) as portal:
        delivered = source(portal, portal.layer()).deliver(calls(), tmp_path)
    assert delivered is not None and delivered.complete
    assert sorted(found(tmp_path, delivered)) == IDS
    assert sum(file.rows or 0 for file in delivered.files) == len(IDS)
    names = [file.name for file in delivered.files]
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"ids": "short"}, "does not list"),
        ({"ids": "short", "count": "no"}, "does not list"),
        ({"ids": "short", "says_pages": False, "ordered": False, "flags": "never"}, "does not list"),
        ({"ids": "short", "says_pages": False}, "does not list"),
        # It sends fewer rows than it says it can: a page that is not full may still have been cut short.
        ({"ids": "short", "cap": 4, "says_pages": False, "ordered": False, "flags": "never"}, "does not list"),
        ({"ids": "short", "ranges": "error"}, "does not list"),
        ({"ids": "short", "ranges": "error", "has_pages": "error"}, "does not list"),
        (
            {"says_pages": False, "ranges": "error", "lists": "error", "in_lists": "error", "has_pages": False},
            "not send",
        ),
        ({"ids": "error", "count": 7}, "where it counts 7"),
        ({"ids": "error", "count": "no", "ranges": "ignored"}, "neither object ids nor a count"),
        ({"ids": "no", "ranges": "error", "skips": 1}, "60 rows where it counts 61"),
        ({"ids": "no", "ranges": "error", "has_pages": False}, "no way of paging"),
    ],
    ids=str,
)
def test_what_cannot_be_had_is_refused(tmp_path: Path, switches: dict[str, Any], said: str) -> None:
    with serving(IDS, **switches) as portal, pytest.raises(SourceError) as caught:
        source(portal, portal.layer()).deliver(calls(), tmp_path)
    assert said in str(caught.value)


def test_a_row_that_an_answer_has_no_room_for_is_missed(tmp_path: Path) -> None:
    # One row an answer, not in order: the row that is listed always comes, the other never shows.
    switches = {"says_pages": False, "mark": None, "ordered": False, "ids": "short"}
    with serving([1, 14], 1, **switches) as portal, pytest.raises(SourceError, match=r"does not list|no way to tell"):
        source(portal, portal.layer()).deliver(calls(), tmp_path)


@pytest.mark.parametrize(
    "name", ["cut", "short_length", "long_length", "html", "500", "429", "gzip_lie", "gzip", "passing_error"]
)
@pytest.mark.parametrize("place", ["resultOffset=20", "returnIdsOnly", "f=json"])
def test_a_fault_passes(tmp_path: Path, name: str, place: str) -> None:
    with serving(IDS) as portal:
        portal.faults = [fault(name, place)]
        delivered = source(portal, portal.layer()).deliver(calls(), tmp_path)
        assert portal.spent
    assert delivered is not None and sorted(found(tmp_path, delivered)) == IDS
    assert all(json.loads((tmp_path / file.name).read_bytes())["features"] is not None for file in delivered.files)


@pytest.mark.parametrize("name", ["cut", "html", "500", "short_length", "gzip_lie", "passing_error"])
def test_a_fault_that_stays_leaves_the_former_landing(tmp_path: Path, name: str) -> None:
    with serving(IDS) as portal:
        first = land(source(portal, portal.layer()), calls(), tmp_path)
        assert first is not None
        before = {path: path.read_bytes() for path in first[1].iterdir()}
        portal.marks["Calls"] = 5
        portal.faults = [fault(name, "outFields", 100)]
        with pytest.raises(SourceError):
            land(source(portal, portal.layer()), calls(), tmp_path)
        assert {path: path.read_bytes() for path in first[1].iterdir()} == before
        assert [path.name for path in first[1].parent.iterdir() if not path.name.startswith(".")] == [first[1].name]


def test_a_cut_pull_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with serving(range(1, 101), ranges="error", lists="error", in_lists="error") as portal:
        portal.faults = [fault("500", "resultOffset=50", 3)]
        with pytest.raises(SourceError):
            land(source(portal, portal.layer()), calls(), tmp_path)
        portal.requests.clear()
        landed = land(source(portal, portal.layer()), calls(), tmp_path)
        asked = [
            query["resultOffset"]
            for query in (request.params for request in portal.requests)
            if "resultOffset" in query
        ]
    assert asked == ["50", "60", "70", "80", "90"]
    assert landed is not None and sum(file.rows or 0 for file in landed[0].files) == 100


@pytest.mark.parametrize("mark", [1, None])
def test_pages_of_another_state_are_not_gone_on_with(tmp_path: Path, mark: int | None) -> None:
    with serving(range(1, 101), ranges="error", lists="error", in_lists="error", mark=mark) as portal:
        portal.faults = [fault("500", "resultOffset=50", 3)]
        with pytest.raises(SourceError):
            source(portal, portal.layer()).deliver(calls(), tmp_path)
        portal.switches.lists = "yes"
        portal.layers["Calls"] = {
            number: row | {"call_id": f"n{number}"} for number, row in rows(range(1, 101)).items()
        }
        portal.marks["Calls"] = None if mark is None else mark + 1
        delivered = source(portal, portal.layer()).deliver(calls(), tmp_path)
    assert delivered is not None and sorted(found(tmp_path, delivered)) == list(range(1, 101))
    texts = "".join((tmp_path / file.name).read_text() for file in delivered.files)
    assert '"call_id": "n1"' in texts and '"call_id": "c1"' not in texts


@pytest.mark.parametrize("mark", [1, None])
def test_a_layer_that_changes_meanwhile_is_begun_anew(tmp_path: Path, mark: int | None) -> None:
    with serving(range(1, 51), mark=mark) as portal:

        def reload() -> None:
            portal.layers["Calls"] = {n: row | {"call_id": f"n{n}"} for n, row in rows(range(1, 51)).items()}
            portal.marks["Calls"] = None if mark is None else mark + 1

        portal.change_after = {3: reload}
        delivered = source(portal, portal.layer()).deliver(calls(), tmp_path)
    assert delivered is not None and sorted(found(tmp_path, delivered)) == list(range(1, 51))
    texts = "".join((tmp_path / file.name).read_text() for file in delivered.files)
    assert '"call_id": "c' not in texts
    assert delivered.versions == ({} if mark is None else {"Calls_0": "2"})


def test_a_layer_that_never_rests_is_refused(tmp_path: Path) -> None:
    with serving(range(1, 51)) as portal:

        def edit(number: int) -> Callable[[], None]:
            return lambda: portal.marks.update(Calls=number)

        portal.change_after = {number: edit(number) for number in range(1, 100)}
        with pytest.raises(SourceError, match="changed each of the 3 times"):
            source(portal, portal.layer()).deliver(calls(), tmp_path)


def test_nothing_new_is_not_asked_for(tmp_path: Path) -> None:
    with serving(IDS) as portal:
        first = source(portal, portal.layer()).deliver(calls(), tmp_path)
        assert first is not None and first.versions == {"Calls_0": "1700000000000"}
        portal.requests.clear()
        assert source(portal, portal.layer()).deliver(calls(), tmp_path, Last(first.versions, NOON)) is None
        assert len(portal.requests) == 1


def test_of_yearly_layers_only_the_edited_come(tmp_path: Path) -> None:
    with serving([]) as portal:
        portal.layers = {"C2023": rows(range(1, 8)), "C2024": rows(range(1, 31))}
        portal.marks = {"C2023": 1, "C2024": 2}
        pull = source(portal, portal.layer("C2023"), portal.layer("C2024"))
        first = pull.deliver(calls(growth="yearly_files"), tmp_path)
        assert first is not None and first.complete and len(found(tmp_path, first)) == 37
        portal.marks["C2024"] = 3
        again = pull.deliver(calls(growth="yearly_files"), tmp_path, Last(first.versions, NOON))
        whole = pull.deliver(calls(), tmp_path, Last(first.versions, NOON))
    assert again is not None and not again.complete and len(found(tmp_path, again)) == 30
    assert again.versions == {"C2023_0": "1", "C2024_0": "3"}
    assert whole is not None and whole.complete and len(found(tmp_path, whole)) == 37


@pytest.mark.parametrize(
    ("changes", "timestamp", "literal"),
    [
        ({}, True, "TIMESTAMP '2024-04-28 12:00:00'"),
        ({}, False, "DATE '2024-04-28'"),
        ({"dates": "local"}, True, "TIMESTAMP '2024-04-28 07:00:00'"),
    ],
)
def test_what_grows_is_asked_for_by_date(
    tmp_path: Path, changes: dict[str, Any], timestamp: bool, literal: str
) -> None:
    growing = calls(growth="append", date_column="called_at", changes_for_days=3, **changes)
    (tmp_path / "empty").mkdir()
    with serving(range(1, 201), timestamp=timestamp) as portal:
        last = Last({"Calls_0": "another"}, NOON)
        delivered = source(portal, portal.layer()).deliver(growing, tmp_path, last)
        nothing = source(portal, portal.layer()).deliver(
            growing, tmp_path / "empty", Last({}, NOON + timedelta(days=400))
        )
        asked = [query["where"] for query in (request.params for request in portal.requests) if "resultOffset" in query]
    assert delivered is not None and not delivered.complete
    assert delivered.changed_since == NOON - timedelta(days=3)
    assert asked[0] == f"(1=1) AND called_at >= {literal}"
    # Row n is of midnight on day n of the year; the 28th of April is day 119.
    first = 119 if literal.startswith("DATE") else 120
    assert sorted(found(tmp_path, delivered)) == list(range(first, 201))
    assert nothing is None


def test_dates_that_are_texts_and_conditions_refused_bring_all(tmp_path: Path) -> None:
    with serving(range(1, 31)) as portal:
        pull = source(portal, portal.layer())
        texts = pull.deliver(calls(growth="append", date_column="called_at", dates="text"), tmp_path, Last({}, NOON))
        portal.faults = [fault("400", "called_at >=", 2)]
        refused = pull.deliver(calls(growth="append", date_column="called_at"), tmp_path, Last({}, NOON))
    for delivered in (texts, refused):
        assert delivered is not None and delivered.complete and delivered.changed_since is None
        assert len(found(tmp_path, delivered)) == 30


def test_no_rows_no_layer_and_no_token_are_said(tmp_path: Path) -> None:
    with serving([]) as portal:
        with pytest.raises(SourceError, match="no rows"):
            source(portal, portal.layer()).deliver(calls(), tmp_path)
        with pytest.raises(SourceError, match="Layer not found"):
            source(portal, portal.layer("Gone")).deliver(calls(), tmp_path)


def test_layers_have_names_of_their_own() -> None:
    a, b = "https://a.org/rest/services/PD/Calls/FeatureServer/0", "https://a.org/rest/services/FD/Calls/MapServer/0"
    assert part_names([a]) == {"Calls_0": a}
    assert len(part_names([a, b])) == 2


@pytest.mark.parametrize(
    "switches", [{}, {"flags": "always"}, {"reference": {"wkid": 102100, "latestWkid": 3857}}], ids=str
)
def test_what_lands_can_be_read(tmp_path: Path, switches: dict[str, Any]) -> None:
    with serving(IDS, **switches) as portal:
        landed = land(source(portal, portal.layer()), calls(), tmp_path)
    assert landed is not None
    result, _ = load(*landed, calls(), tmp_path / "raw", "1GB")
    assert result.rows == len(IDS)
    assert missing_columns(result.files, calls()) == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=st.sets(st.integers(0, 5000), min_size=1, max_size=60),
    page=st.integers(1, 25),
    switches=st.fixed_dictionaries(
        {},
        optional={
            "says_pages": st.booleans(),
            "has_pages": st.sampled_from([True, False, "error"]),
            "skips": st.integers(0, 3),
            "overlaps": st.integers(0, 3),
            "ids": st.sampled_from(["yes", "no", "error", "floats", "short"]),
            "count": st.sampled_from(["no", 0, 1, 17, 5000]),
            "ranges": st.sampled_from(["yes", "error", "ignored"]),
            "lists": st.sampled_from(["yes", "error", "ignored"]),
            "in_lists": st.sampled_from(["yes", "error", "ignored"]),
            "cap": st.integers(1, 25),
            "flags": st.sampled_from(["true", "always", "never"]),
            "ordered": st.booleans(),
            "mark": st.sampled_from([None, 1]),
        },
    ),
    faults=st.lists(
        st.tuples(
            st.sampled_from(["f=json", "outFields", "where=", "returnIdsOnly", "returnCountOnly"]),
            st.sampled_from(["cut", "short_length", "html", "500", "429", "gzip_lie", "passing_error", "400"]),
        ),
        max_size=6,
    ),
    reload_after=st.none() | st.integers(1, 6),
)
def test_exactly_once_or_refused(
    ids: set[int],
    page: int,
    switches: dict[str, Any],
    faults: list[tuple[str, str]],
    reload_after: int | None,
) -> None:
    count = switches.get("count")
    if switches.get("ids") == "short" and isinstance(count, int) and 0 < count <= (len(ids) + 1) // 2:
        return  # a list and a count that lie alike cannot be told from the truth
    is_capped = switches.get("cap", page) < page and switches.get("flags") in ("never", "always")
    if switches.get("ids") == "short" and is_capped and switches.get("in_lists", "yes") != "yes":
        return  # nor can a full answer of a server that claims to send more, and does not take NOT IN
    folder = Path(tempfile.mkdtemp())
    try:
        with ArcGISPortal(rows(sorted(ids)), Switches(**switches), page) as portal:
            portal.faults = [fault(name, query) for query, name in faults]
            after = dict(portal.layers["Calls"])
            if reload_after is not None:
                after = {number: row | {"call_id": "n"} for number, row in after.items()}

                def reload() -> None:
                    portal.layers["Calls"] = after
                    portal.marks["Calls"] = None if portal.switches.mark is None else 2

                portal.change_after = {reload_after: reload}
            try:
                delivered = source(portal, portal.layer()).deliver(calls(), folder)
            except SourceError as error:
                assert error.found and error.expected and error.mend
                return
            assert delivered is not None
            assert sorted(found(folder, delivered)) == sorted(ids)
    finally:
        shutil.rmtree(folder)
