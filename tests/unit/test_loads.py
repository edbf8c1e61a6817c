"""Loads: the same landing is read once, another way of reading makes another load, and none ever changes."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.catalog.model import Boundary, City
from orchestration.ingest.bind import bind
from orchestration.ingest.errors import SourceError
from orchestration.ingest.in_use import InUse
from orchestration.ingest.incoming import incoming, settle
from orchestration.ingest.landing import land
from orchestration.ingest.loads import Load, as_last_arrived, as_read_now, find_load, load, read_load
from orchestration.ingest.readers import delimited
from orchestration.sources.base import Delivered, Last
from orchestration.sources.base import delivered as described
from orchestration.sources.folder import FolderSource

KEY = bytes(range(32))
CONTENT = b"a,b,c,secret\n1,2,3,hush\n4,5,6,hush\n"

KILLED_WHILE_READING = """
import os, signal, sys
from pathlib import Path
from orchestration.catalog.model import DataSet
from orchestration.ingest.landing import land
from orchestration.ingest import loads
from orchestration.sources.folder import FolderSource
read_files = loads.read_files
def killing(*arguments):
    read_files(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
loads.read_files = killing
exports, home = Path(sys.argv[1]), Path(sys.argv[2])
data_set = DataSet.model_validate_json(sys.argv[3])
loads.load(*land(FolderSource(exports), data_set, home / "landing"), data_set, home / "raw", "1GB")
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "things.csv").write_bytes(CONTENT)
    return folder


@pytest.fixture
def loaded(tmp_path: Path, exports: Path) -> Callable[..., Any]:
    """Lands and loads what lies in the folder of exports."""

    def loaded(data_set: Any) -> Any:
        landing, folder = land(FolderSource(exports), data_set, tmp_path / "landing")
        return load(landing, folder, data_set, tmp_path / "raw", "1GB")

    return loaded


def city_of(data_set: Any) -> City:
    box = Boundary(west=-1, south=-1, east=1, north=1)
    return City(
        name="testville",
        title="T",
        time_zone="UTC",
        projection="EPSG:32630",
        boundary=box,
        data_sets={data_set.name: data_set},
    )


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder: when it was written, and what it holds."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_file_twice_is_a_no_op(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, is_new = loaded(data_set())
    assert is_new
    before = contents(tmp_path / "raw")
    monkeypatch.delattr(delimited, "count_lines")  # so that reading it again could not succeed
    assert loaded(data_set()) == (first, False)
    assert contents(tmp_path / "raw") == before


def test_a_changed_file_is_a_new_load_and_the_old_one_stays(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, exports: Path
) -> None:
    first, _ = loaded(data_set())
    before = contents(tmp_path / "raw")
    (exports / "things.csv").write_bytes(CONTENT + b"7,8,9,hush\n")
    second, is_new = loaded(data_set())
    assert (is_new, first.rows, second.rows) == (True, 2, 3)
    assert before.items() <= contents(tmp_path / "raw").items()
    assert find_load(tmp_path / "raw", "testville", "things", first.load_id) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"drop": ["secret"]},
        {"optional": ["secret"]},
        {"columns": ["a", "b"]},
        {"encoding": "latin-1"},
        {"crs": "EPSG:4326"},
    ],
)
def test_another_way_of_reading_makes_another_load(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, changes: dict[str, Any]
) -> None:
    first, _ = loaded(data_set())
    second, is_new = loaded(data_set(**changes))
    assert is_new and second.load_id != first.load_id
    assert loaded(data_set()) == (first, False)
    assert loaded(data_set(title="Another title")) == (first, False)
    if "drop" in changes:
        folder = tmp_path / "raw" / "testville" / "things" / second.load_id
        assert b"hush" not in b"".join(path.read_bytes() for path in folder.glob("*.parquet"))


class Publisher:
    """A source whose file never changes, but what is told of it does."""

    resumes = False

    def __init__(self, told: dict[str, Any], names: dict[str, str] | None = None) -> None:
        self.told, self.names = told, names

    def deliver(self, data_set: Any, into: Path, last: Last | None = None) -> Delivered:
        (into / "things.csv").write_bytes(CONTENT)
        return Delivered([described(into / "things.csv", "https://example.org", 2, self.names)], **self.told)


@pytest.fixture
def arriving(data_set: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[Load, bool]]:
    """Lands and loads the file as it is told of."""

    def arriving(told: dict[str, Any], names: dict[str, str] | None = None) -> tuple[Load, bool]:
        landed = land(Publisher(told, names), data_set(), tmp_path / "landing") or pytest.fail("nothing landed")
        return load(*landed, data_set(), tmp_path / "raw", "1GB")

    return arriving


def test_the_same_bytes_under_other_names_are_another_load(
    loaded: Callable[..., Any], arriving: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    saved, _ = loaded(data_set())
    pulled, is_new = arriving({"versions": {"things": "v1"}}, {"secret": "d"})
    assert is_new and pulled.load_id != saved.load_id
    assert (saved.columns[3], pulled.columns[3], pulled.versions) == ("secret", "d", {"things": "v1"})
    assert loaded(data_set()) == (saved, False)
    # What one arrival told is not told of the other's load.
    assert as_last_arrived(saved, tmp_path / "landing").versions == {}
    assert len(list((tmp_path / "landing" / "testville" / "things").iterdir())) == 1


def test_the_same_bytes_with_a_new_mark_are_the_same_load(arriving: Callable[..., Any], tmp_path: Path) -> None:
    first, _ = arriving({"versions": {"things": "v1"}})
    before = contents(tmp_path / "raw")
    second, is_new = arriving({"versions": {"things": "v2"}})
    assert (is_new, second.load_id, second.versions) == (False, first.load_id, {"things": "v2"})
    assert contents(tmp_path / "raw") == before
    stored = find_load(tmp_path / "raw", "testville", "things", first.load_id)
    assert as_last_arrived(stored, tmp_path / "landing") == second


def test_a_change_and_a_whole_of_the_same_bytes_are_two_loads(arriving: Callable[..., Any]) -> None:
    change, _ = arriving({"complete": False})
    whole, is_new = arriving({})
    assert is_new and (change.complete, whole.complete) == (False, True)


def test_what_is_to_be_hashed_since_is_read_again_from_landing(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    first, _ = loaded(data_set())
    home = [tmp_path / "landing", tmp_path / "raw"]
    assert as_read_now(first, data_set(), *home, "1GB") == first
    again = as_read_now(
        first, data_set(hash={"secret": "person"}, columns=["a", "b", "c", "secret"]), *home, "1GB", lambda: KEY
    )
    assert again.load_id != first.load_id and again.rows == first.rows
    folder = tmp_path / "raw" / "testville" / "things" / again.load_id
    assert b"hush" not in b"".join(path.read_bytes() for path in folder.glob("*.parquet"))


def test_a_damaged_landing_leaves_the_load_in_use_unless_it_shows_what_is_to_be_hashed(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    first, _ = loaded(data_set())
    for file in (tmp_path / "landing").rglob("things.csv"):
        file.write_bytes(b"a,b\n")
    home = [tmp_path / "landing", tmp_path / "raw"]
    assert as_read_now(first, data_set(encoding="latin-1"), *home, "1GB") == first
    hashing = data_set(hash={"secret": "person"}, columns=["a", "b", "c", "secret"])
    with pytest.raises(SourceError, match="a landed file of 4 bytes"):
        as_read_now(first, hashing, *home, "1GB", lambda: KEY)
    shutil.rmtree(tmp_path / "landing")
    assert as_read_now(first, data_set(), *home, "1GB") == first
    with pytest.raises(SourceError, match="no such landing"):
        as_read_now(first, hashing, *home, "1GB", lambda: KEY)


def test_the_manifest_tells_what_was_read(
    loaded: Callable[..., Any], data_set: Callable[..., Any], exports: Path
) -> None:
    (exports / "things.csv").write_bytes(b"a,b,c\n1,2,3\nbad\n\n4,5,6\n")
    found, _ = loaded(data_set(columns=["a", "b", "c", "a_new"], key=["a"], license="CC0", url="https://example.org"))
    assert (found.rows, found.records, len(found.rejected), found.columns) == (2, 3, 1, ["a", "b", "c"])
    assert (found.rejected[0].line, found.rejected[0].reason) == (3, "missing_columns")
    assert (found.license, found.url, found.bytes) == ("CC0", "https://example.org", 23)


def test_files_with_different_columns_are_united(read: Callable[..., Any], data_set: Callable[..., Any]) -> None:
    raw = read(data_set(), {"things.1.csv": b"a,b,c\n1,2,3\n", "things.2.csv": b"c,d,a\n6,7,4\n"})
    assert [(row["a"], row["b"], row["c"], row["d"], row["_file"]) for row in raw.rows] == [
        ("1", "2", "3", None, "things.1.csv"),
        ("4", None, "6", "7", "things.2.csv"),
    ]


def test_one_bad_file_among_good_ones_leaves_no_load(
    read: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        read(data_set(), {"things.1.csv": b"a,b,c\n1,2,3\n", "things.2.csv": b"x,y,z\n4,5,6\n"})
    assert caught.value.file == "things.2.csv"
    assert list((tmp_path / "raw" / "testville" / "things").iterdir()) == []


def test_a_warehouse_folder_with_an_odd_name(data_set: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    # DuckDB would take it for a pattern, and for values of columns a and b written into the path.
    home = tmp_path / "a=7 [x]*'\"" / "b=8"
    landing, folder = land(FolderSource(exports), data_set(), home / "landing")
    found, _ = load(landing, folder, data_set(), home / "raw", "1GB")
    with duckdb.connect() as connection:
        used = {("testville", "things"): InUse((found,))}
        bind(connection, [city_of(data_set())], used, home / "raw")
        assert connection.execute("select a, b, c from raw.testville__things").fetchall() == [
            ("1", "2", "3"),
            ("4", "5", "6"),
        ]


def test_a_damaged_landing_is_not_read(data_set: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    landing, folder = land(FolderSource(exports), data_set(), tmp_path / "landing")
    (folder / "things.csv").write_bytes(CONTENT[:20])
    with pytest.raises(SourceError, match="a landed file of 20 bytes"):
        load(landing, folder, data_set(), tmp_path / "raw", "1GB")


def test_what_a_killed_process_left_is_swept_by_the_next(
    loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path, exports: Path
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_READING, str(exports), str(tmp_path), data_set().model_dump_json()],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(list((tmp_path / "raw").rglob(".incoming-*/*.parquet"))) == 1
    found, is_new = loaded(data_set())
    assert (is_new, found.rows) == (True, 2)
    assert [path.name for path in (tmp_path / "raw" / "testville" / "things").iterdir()] == [found.load_id]


def test_of_two_processes_at_one_landing_the_first_stands(tmp_path: Path) -> None:
    with incoming(tmp_path) as first, incoming(tmp_path) as second:
        for folder in (first, second):
            (folder / "who").write_text(folder.name)
        settle(first, tmp_path / "load")
        settle(second, tmp_path / "load")
    assert (tmp_path / "load" / "who").read_text() == first.name
    assert [path.name for path in tmp_path.iterdir()] == ["load"]


def test_parquet_is_all_text(loaded: Callable[..., Any], data_set: Callable[..., Any], tmp_path: Path) -> None:
    found, _ = loaded(data_set())
    folder = tmp_path / "raw" / "testville" / "things" / found.load_id
    assert read_load(folder) == found
    assert json.loads((folder / "manifest.json").read_text())["load_id"] == found.load_id
    kinds = duckdb.sql(f"describe select * from '{folder}/*.parquet'").fetchall()
    assert [(name, kind) for name, kind, *_ in kinds] == [(name, "VARCHAR") for name in found.columns]
