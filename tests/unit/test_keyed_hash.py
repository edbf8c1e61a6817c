"""Keyed hashes: against the RFC and the reference case, the key's ways in, and no clear text left in a load."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.enrich.keyed_hash import canonical, fingerprint, hashed_column, keyed_hash, read_key
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import land
from orchestration.ingest.loads import load
from orchestration.settings import Settings
from orchestration.sources.folder import FolderSource

PROJECT = Path(__file__).parents[2]
CASE = PROJECT.parent / "shared" / "reference_cases" / "10_privacy" / "expected_hmac.json"
KEY = bytes(range(32))
MakeDataSet = Callable[..., Any]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    if not CASE.exists():
        pytest.skip(f"the reference case {CASE.name} does not lie beside the checkout")
    return dict(json.loads(CASE.read_text(encoding="utf-8"))["expected"])


def test_reference_case(expected: dict[str, Any]) -> None:
    key = bytes.fromhex(expected["key_hex"])
    for case in expected["cases"]:
        for domain in ("person", "plate"):
            assert keyed_hash(key, domain, case["value"]) == case[domain], case
            column = pa.chunked_array([pa.array([case["value"], "other"], pa.string())])
            assert hashed_column(key, domain, column).to_pylist()[0] == case[domain]


def test_rfc_4231(expected: dict[str, Any]) -> None:
    # Test cases 1 and 2 of the RFC, by the function that keyed_hash stands on.
    first = hmac.digest(b"\x0b" * 20, b"Hi There", hashlib.sha256).hex()
    second = hmac.digest(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hex()
    assert {"tc1": first, "tc2": second} == expected["rfc4231"]


def test_message_layout() -> None:
    message = b"officer|v1|STRASSE 5 A"
    wanted = hmac.new(KEY, message, hashlib.sha256).hexdigest()[:32]
    assert keyed_hash(KEY, "officer", "\u00a0straße\t5\n\u2003a ") == wanted


@given(st.text(), st.text())
def test_equal_if_and_only_if_canonically_equal(one: str, other: str) -> None:
    same = canonical(one) == canonical(other)
    assert (keyed_hash(KEY, "person", one) == keyed_hash(KEY, "person", other)) == same
    assert canonical(canonical(one).lower()) == canonical(canonical(canonical(one).lower()))


@given(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=20), st.integers(1, 5))
def test_a_column_is_hashed_as_its_values_are(values: list[str | None], size: int) -> None:
    chunks = [values[start : start + size] for start in range(0, len(values), size)]
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string())
    assert hashed_column(KEY, "plate", column).to_pylist() == [keyed_hash(KEY, "plate", value) for value in values]


def test_domains_and_keys_never_meet() -> None:
    hashes = {keyed_hash(key, domain, "7") for key in (KEY, bytes(32)) for domain in ("person", "officer", "phone")}
    assert len(hashes) == 6 and fingerprint(KEY) != fingerprint(bytes(32))


# --- the key ---


def test_the_key_of_the_environment_goes_first(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("11" * 32 + "\n")
    given = Settings(home=tmp_path, hash_key=KEY.hex(), hash_key_file=tmp_path / "key")
    assert read_key(given) == KEY
    assert KEY.hex() not in repr(given) + str(given)
    assert read_key(Settings(home=tmp_path, hash_key_file=tmp_path / "key")) == b"\x11" * 32
    assert not (tmp_path / "hash.key").exists()


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse")
    key = read_key(home)
    file = tmp_path / "warehouse" / "hash.key"
    assert len(key) == 32 and file.stat().st_mode & 0o777 == 0o600
    assert read_key(home) == key == bytes.fromhex(file.read_text().strip())
    assert list(file.parent.iterdir()) == [file]
    assert read_key(Settings(home=tmp_path / "another")) != key


def test_processes_that_make_a_key_at_once_agree(tmp_path: Path) -> None:
    script = (
        "from orchestration.enrich.keyed_hash import read_key; from orchestration.settings import Settings; "
        "print(read_key(Settings()).hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"FOOTPRINT_HOME": str(tmp_path)},
        )
        for _ in range(3)
    ]  # fmt: skip
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


@pytest.mark.parametrize("text", ["", "xyz", "00" * 16, "00" * 33, "0x" + "00" * 32])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    for home in (Settings(home=tmp_path, hash_key=text), Settings(home=tmp_path, hash_key_file=tmp_path / "key")):
        with pytest.raises(SourceError) as caught:
            read_key(home)
        assert not text or text not in str(caught.value)


def test_a_named_key_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_key(Settings(home=tmp_path, hash_key_file=tmp_path / "nowhere"))
    assert list(tmp_path.iterdir()) == []


# --- loads ---


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Any]:
    def loaded(data_set: Any, content: bytes, key: Callable[[], bytes] = lambda: KEY) -> Any:
        exports = tmp_path / "exports"
        exports.mkdir(exist_ok=True)
        (exports / "things.csv").write_bytes(content)
        landing, folder = land(FolderSource(exports), data_set, tmp_path / "landing")  # type: ignore[misc]
        return load(landing, folder, data_set, tmp_path / "raw", "1GB", key)

    return loaded


def no_key() -> bytes:
    raise AssertionError("the key was asked for")


def test_without_columns_to_hash_no_key_is_asked_for(loaded: Callable[..., Any], data_set: MakeDataSet) -> None:
    assert loaded(data_set(), b"a,b,c\n1,2,3\n", no_key)[1]


def test_repeats_and_other_names_of_a_hashed_column(
    loaded: Callable[..., Any], data_set: MakeDataSet, tmp_path: Path
) -> None:
    things = data_set(hash={"b": "person", "c": "plate"}, also_called={"b": ["who"]}, drop=["d"])
    content = b"a,b,c,who,c,Who,d\n1,Ann,X 1,Bob,x  1,Cy,gone\n2,,,,,,gone\n"
    found, _ = loaded(things, content)
    path = tmp_path / "raw" / "testville" / "things" / found.load_id / "rows-0001.parquet"
    assert duckdb.sql(f"select a, b, c, who, c_2, who_2 from '{path}'").fetchall() == [
        ("1", *(keyed_hash(KEY, "person", "Ann"),), *(keyed_hash(KEY, "plate", "X 1"),),
         keyed_hash(KEY, "person", "Bob"), keyed_hash(KEY, "plate", "X 1"), keyed_hash(KEY, "person", "Cy")),
        ("2", None, None, None, None, None),
    ]  # fmt: skip


def test_lines_stay_right_where_some_are_set_aside(
    read: Callable[..., Any], data_set: MakeDataSet, loaded: Callable[..., Any], tmp_path: Path
) -> None:
    content = b'a,b,c\n1,"x\ny",3\nbad\n\n4,5,6\n'
    found, _ = loaded(data_set(hash={"b": "address"}), content)
    plain = read(data_set(), {"things.csv": content})
    path = tmp_path / "raw" / "testville" / "things" / found.load_id / "rows-0001.parquet"
    hashed = duckdb.sql(f"select a, b, c from '{path}'").fetchall()
    assert hashed == [(row["a"], keyed_hash(KEY, "address", row["b"]), row["c"]) for row in plain.rows]
    assert [(file.aside, file.first_line, file.rows) for file in found.files] == [
        (file.aside, file.first_line, file.rows) for file in plain.load.files
    ]


def test_another_key_or_other_columns_are_another_load(loaded: Callable[..., Any], data_set: MakeDataSet) -> None:
    content = b"a,b,c\n1,2,3\n"
    ways = [
        loaded(data_set(), content)[0].load_id,
        loaded(data_set(hash={"a": "person"}), content)[0].load_id,
        loaded(data_set(hash={"a": "person"}), content, lambda: bytes(32))[0].load_id,
        loaded(data_set(hash={"a": "plate"}), content)[0].load_id,
        loaded(data_set(hash={"a": "person"}, also_called={"a": ["aa"]}), content)[0].load_id,
    ]
    assert len(set(ways)) == 5
    again, is_new = loaded(data_set(hash={"a": "person"}), content)
    assert (again.load_id, is_new) == (ways[1], False)
    assert KEY.hex() not in again.model_dump_json()


def test_many_row_groups(loaded: Callable[..., Any], data_set: MakeDataSet, tmp_path: Path) -> None:
    lines = b"".join(b"%d,who %d,3\n" % (number, number % 1000) for number in range(300_000))
    found, _ = loaded(data_set(hash={"b": "person"}), b"a,b,c\n" + lines)
    folder = tmp_path / "raw" / "testville" / "things" / found.load_id
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "rows-0001.parquet"]
    scan = f"read_parquet('{folder}/rows-0001.parquet', file_row_number = true)"
    query = f"select count(*), count(distinct b), bool_and(a::bigint = file_row_number), min(length(b)) from {scan}"
    assert duckdb.sql(query).fetchall() == [(300_000, 1000, True, 32)]
