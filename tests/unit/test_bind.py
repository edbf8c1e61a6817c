"""Binding: what SQL sees of the loads in use, and of the data sets that were never loaded."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.catalog.model import Boundary, City
from orchestration.ingest.bind import bind
from orchestration.ingest.in_use import InUse, loads_after
from orchestration.ingest.loads import Load
from orchestration.ingest.needed import missing_columns
from orchestration.ingest.readers import FileRead, Rejected
from orchestration.ingest.sql import path_literal, piecewise


def city_of(data_set: Any) -> City:
    return City(
        name="testville", title="Testville", time_zone="America/Chicago", projection="EPSG:26916",
        boundary=Boundary(west=-1, south=-2, east=3, north=4), data_sets={data_set.name: data_set},
    )  # fmt: skip


def load_of(data_set: Any, files: list[FileRead], load_id: str = "first", complete: bool = True) -> Load:
    return Load(
        load_id=load_id, complete=complete, city="testville", data_set=data_set.name, began_at=datetime(2024, 1, 2, 2, tzinfo=UTC), landed_at=datetime(2024, 1, 2, 3, tzinfo=UTC),
        url=None, license="none", bytes=10, sha256={file.file: "0" for file in files}, files=files,
    )  # fmt: skip


def bound(data_set: Any, used: InUse | None, raw_root: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    bind(connection, [city_of(data_set)], {("testville", "things"): used} if used else {}, raw_root)
    return connection


def with_rows(raw_root: Path, count: int, load_id: str = "first") -> None:
    """A Parquet file whose column a numbers its rows from 0."""
    folder = raw_root / "testville" / "things" / load_id
    folder.mkdir(parents=True)
    duckdb.sql(f"select range::varchar as a from range({count})").write_parquet(str(folder / "rows.parquet"))


def lines(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str, int]]:
    return connection.execute("select a::int, _file, _line from raw.testville__things order by all").fetchall()


def test_a_data_set_never_loaded_is_an_empty_view(data_set: Callable[..., Any], tmp_path: Path) -> None:
    connection = bound(data_set(format="xlsx"), None, tmp_path)
    kinds = connection.execute("describe raw.testville__things").fetchall()
    assert [(name, kind) for name, kind, *_ in kinds] == [
        ("a", "VARCHAR"), ("b", "VARCHAR"), ("c", "VARCHAR"), ("sheet", "VARCHAR"),
        ("_load_id", "VARCHAR"), ("_load_number", "BIGINT"), ("_file", "VARCHAR"), ("_line", "BIGINT"),
        ("_first_day", "DATE"), ("_repeats", "VARCHAR"),
    ]  # fmt: skip
    for table, count in {
        "testville__things": 0,
        "loads": 0,
        "load_columns": 0,
        "column_changes": 0,
        "rejected_lines": 0,
        "cities": 1,
    }.items():
        assert connection.execute(f"select count(*) from raw.{table}").fetchall() == [(count,)]


def test_missing_columns_are_null_and_get_a_likely_new_name(data_set: Callable[..., Any], tmp_path: Path) -> None:
    with_rows(tmp_path, 2)
    file = FileRead(file="things.csv", parquet="rows.parquet", rows=2, headers={"a": "A", "old_b": "B"}, first_line=2)
    things = data_set(columns=["a", "b"], drop=["old_b"])
    connection = bound(things, InUse((load_of(things, [file]),)), tmp_path)
    assert connection.execute("select a, b from raw.testville__things").fetchall() == [("0", None), ("1", None)]
    assert connection.execute("select column_name, present, likely_new_name from raw.load_columns").fetchall() == [
        ("a", True, None),
        ("b", False, "old_b"),
    ]


def test_a_column_of_the_load_before_is_no_new_name(data_set: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "testville/things/first").mkdir(parents=True)
    rows = duckdb.sql("select 'x' as perceived_race, 'y' as object_race from range(2)")
    rows.write_parquet(str(tmp_path / "testville/things/first/rows.parquet"))
    things = data_set(columns=["subject_race"])
    former = {"subject_race": "SubjectRace", "object_race": "ObjectRace"}
    renamed = {"perceived_race": "PerceivedRace", "object_race": "ObjectRace"}
    files = [
        FileRead(file="things.csv", parquet="rows.parquet", rows=2, headers=headers, first_line=2)
        for headers in (former, renamed)
    ]
    before, newest = load_of(things, [files[0]], "before"), load_of(things, [files[1]])
    found = missing_columns(newest.files, things)["subject_race"]
    assert (found.file, found.files, found.likely_new_name) == ("things.csv", 1, "object_race")
    connection = bound(things, InUse((newest,), (before,), before), tmp_path)
    found = connection.execute("select column_name, present, likely_new_name from raw.load_columns").fetchall()
    assert found == [("subject_race", False, "perceived_race")]


def test_tables_about_the_load(data_set: Callable[..., Any], tmp_path: Path) -> None:
    with_rows(tmp_path, 3)
    rejected = [Rejected(file="things.csv", line=line, reason="missing_columns") for line in (3, 5)]
    headers = {name: name for name in "abc"} | {"a": "a"}
    file = FileRead(
        file="things.csv", parquet="rows.parquet", rows=3, records=5, headers={"a": headers["a"]},
        first_line=2, aside=[3, 5], rejected=rejected,
    )  # fmt: skip
    before = load_of(data_set(), [file.model_copy(update={"rows": 7})], "before")
    connection = bound(data_set(), InUse((load_of(data_set(), [file]),), (before,), before, True), tmp_path)
    found = connection.execute(
        "select load_id, landed_at, records, rows, rejected_lines, previous_load_id, previous_rows, shrink_accepted "
        "from raw.loads"
    ).fetchall()
    assert found == [("first", datetime(2024, 1, 2, 3), 5, 3, 2, "before", 7, True)]
    assert connection.execute("select load_id, file, line, reason from raw.rejected_lines").fetchall() == [
        ("first", "things.csv", 3, "missing_columns"),
        ("first", "things.csv", 5, "missing_columns"),
    ]
    assert connection.execute("select time_zone, west, north from raw.cities").fetchall() == [
        ("America/Chicago", -1, 4)
    ]
    assert lines(connection) == [(0, "things.csv", 2), (1, "things.csv", 4), (2, "things.csv", 6)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.lists(st.booleans(), max_size=12), st.integers(1, 3)), min_size=1, max_size=5),
)
def test_files_that_share_a_parquet_keep_their_names_and_lines(
    data_set: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
    given_files: list[tuple[list[bool], int]],
) -> None:
    # Each file is a list of lines, true for a row and false for one set aside, from a first line on.
    raw_root = tmp_path_factory.mktemp("raw")
    files: list[FileRead] = []
    expected: list[tuple[int, str, int]] = []
    for number, (is_row, first_line) in enumerate(given_files):
        name, first_row = f"{number}.csv", len(expected)
        numbered = list(enumerate(is_row, start=first_line))
        for line in (line for line, row in numbered if row):
            expected.append((len(expected), name, line))
        files.append(
            FileRead(
                file=name,
                parquet="rows.parquet",
                first_row=first_row,
                rows=sum(is_row),
                headers={"a": "a"},
                first_line=first_line,
                aside=[line for line, row in numbered if not row],
            )
        )
    if not expected:
        return
    with_rows(raw_root, len(expected))
    connection = bound(data_set(columns=["a"]), InUse((load_of(data_set(), files),)), raw_root)
    assert lines(connection) == expected
    connection.close()


def test_hundreds_of_lines_set_aside_stay_cheap(data_set: Callable[..., Any], tmp_path: Path) -> None:
    # One comparison for each of them and each row would be half a billion, and take half a minute.
    with_rows(tmp_path, 1_000_000)
    file = FileRead(
        file="things.csv", parquet="rows.parquet", rows=1_000_000, headers={"a": "a"}, first_line=2,
        aside=list(range(50, 1_000_000, 2_000)),
    )  # fmt: skip
    connection = bound(data_set(), InUse((load_of(data_set(), [file]),)), tmp_path)
    started = time.process_time()
    ((first, last),) = connection.execute("select min(_line), max(_line) from raw.testville__things").fetchall()
    assert time.process_time() - started < 5
    assert (first, last) == (2, 1_000_001 + len(file.aside))


def file_of(name: str, rows: int, parquet: str = "rows.parquet", first_row: int = 0, **headers: str) -> FileRead:
    return FileRead(
        file=name, parquet=parquet, first_row=first_row, rows=rows, headers=headers or {"a": "a"}, first_line=2
    )  # fmt: skip


def test_rows_of_several_loads_tell_which_is_newer(data_set: Callable[..., Any], tmp_path: Path) -> None:
    things = data_set(columns=["a"], growth="append")
    for load_id, count in (("first", 2), ("second", 3)):
        with_rows(tmp_path, count, load_id)
    loads = (load_of(things, [file_of("x.csv", 2)]), load_of(things, [file_of("x.csv", 3)], "second", complete=False))
    connection = bound(things, InUse(loads, before=loads[:1]), tmp_path)
    assert connection.execute(
        "select _load_id, _load_number, count(*) from raw.testville__things group by all order by all"
    ).fetchall() == [("first", 1, 2), ("second", 2, 3)]
    assert connection.execute(
        "select load_id, load_number, complete, rows, previous_load_id from raw.loads order by load_number"
    ).fetchall() == [("first", 1, True, 2, None), ("second", 2, False, 3, None)]


def test_of_yearly_files_the_newest_of_each_name_counts(data_set: Callable[..., Any], tmp_path: Path) -> None:
    things = data_set(columns=["a"], growth="yearly_files")
    with_rows(tmp_path, 5, "first")
    with_rows(tmp_path, 4, "second")
    first = load_of(things, [file_of("2022.csv", 2), file_of("2023.csv", 3, first_row=2)])
    second = load_of(things, [file_of("2023.csv", 4)], "second")
    connection = bound(things, InUse(loads_after("yearly_files", [first], second)), tmp_path)
    assert connection.execute(
        "select _load_number, _file, count(*), min(_line) from raw.testville__things group by all order by all"
    ).fetchall() == [(1, "2022.csv", 2, 2), (2, "2023.csv", 4, 2)]
    assert connection.execute("select load_id, files, rows from raw.loads order by all").fetchall() == [
        ("first", 1, 2),
        ("second", 1, 4),
    ]


def test_a_row_is_shown_with_what_the_city_file_says_of_it(data_set: Callable[..., Any], tmp_path: Path) -> None:
    things = data_set(repeats="keep", first_day="1900-01-02")
    with_rows(tmp_path, 1)
    connection = bound(things, InUse((load_of(things, [file_of("x.csv", 1)]),)), tmp_path)
    found = connection.execute("select _first_day::varchar, _repeats from raw.testville__things").fetchall()
    assert found == [("1900-01-02", "keep")]


def test_a_column_under_another_name(data_set: Callable[..., Any], tmp_path: Path) -> None:
    things = data_set(columns=["arrived", "b"], also_called={"arrived": ["arrival", "a"]})
    with_rows(tmp_path, 2)
    connection = bound(things, InUse((load_of(things, [file_of("x.csv", 2)]),)), tmp_path)
    names = [name for name, *_ in connection.execute("describe raw.testville__things").fetchall()]
    assert names == ["arrived", "b", "_load_id", "_load_number", "_file", "_line", "_first_day", "_repeats"]
    assert connection.execute("select arrived, b from raw.testville__things").fetchall() == [("0", None), ("1", None)]
    assert connection.execute("select column_name, present from raw.load_columns").fetchall() == [
        ("arrived", True),
        ("b", False),
    ]


def test_what_became_of_the_columns(data_set: Callable[..., Any], tmp_path: Path) -> None:
    things = data_set(columns=["a"])
    duckdb.sql("select '1' as a, '2' as call_notes, '3' as fresh_thing").write_parquet(str(tmp_path / "rows.parquet"))
    with_rows(tmp_path, 1, "second")
    (tmp_path / "rows.parquet").replace(tmp_path / "testville" / "things" / "second" / "rows.parquet")
    before = load_of(things, [file_of("x.csv", 1, a="a", call_note="n", gone="g")])
    after = load_of(things, [file_of("x.csv", 1, a="a", call_notes="n", fresh_thing="f")], "second")
    before, after = (
        load.model_copy(update={"kinds": {"a": kind}}) for load, kind in ((before, "number"), (after, "text"))
    )
    connection = bound(things, InUse((after,), (before,), before), tmp_path)
    assert connection.execute(
        "select column_name, change, before, after, needed from raw.column_changes order by all"
    ).fetchall() == [
        ("a", "another kind", "number", "text", True),
        ("call_note", "renamed", "call_note", "call_notes", False),
        ("fresh_thing", "added", None, "fresh_thing", False),
        ("gone", "dropped", "gone", None, False),
    ]


@pytest.mark.parametrize(
    ("growth", "complete", "in_use"),
    [
        ("snapshot", True, ["new"]),
        ("append", True, ["new"]),
        ("append", False, ["old", "older", "new"]),
        ("rolling_window", True, ["old", "older", "new"]),
        ("rolling_window", False, ["old", "older", "new"]),
    ],
)
def test_what_a_pull_replaces(data_set: Callable[..., Any], growth: Any, complete: bool, in_use: list[str]) -> None:
    released = [load_of(data_set(), [file_of("x.csv", 1)], load_id) for load_id in ("old", "older")]
    pulled = load_of(data_set(), [file_of("x.csv", 1)], "new", complete)
    assert [load.load_id for load in loads_after(growth, released, pulled)] == in_use
    assert [load.load_id for load in loads_after(growth, released, None)] == ["old", "older"]


def test_a_load_that_comes_again_is_the_newest_again(data_set: Callable[..., Any]) -> None:
    released = [load_of(data_set(), [file_of("x.csv", 1)], load_id) for load_id in ("first", "second")]
    assert [load.load_id for load in loads_after("rolling_window", released, released[0])] == ["second", "first"]


def test_piecewise() -> None:
    pieces = [(0, "'a'"), (3, "'b'"), (4, "'c'"), (9, "'d'")]
    query = f"select {piecewise('range', pieces)} from range(-1, 11) order by range"
    assert "".join(value for (value,) in duckdb.sql(query).fetchall()) == "aaaabcccccdd"


@pytest.mark.parametrize("name", ["x.csv", "[x].csv", "x*?.csv", "x'.csv", "[[]x].csv"])
def test_path_literal_names_one_file(tmp_path: Path, name: str) -> None:
    for other in ("x.csv", "xy.csv", name):
        (tmp_path / other).write_text(f"a\n{other}\n")
    assert duckdb.sql(f"select * from read_csv({path_literal(tmp_path / name)}, delim='|', quote='')").fetchall() == [
        (name,)
    ]
