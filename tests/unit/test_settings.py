"""The environment: what may be set, and folders that are not the project's to touch."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from orchestration.cli.errors import explain
from orchestration.settings import Settings


def test_an_empty_variable_is_one_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTPRINT_HOME", "")
    assert Settings().root == tmp_path / "warehouse"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FOOTPRINT_HOME", "a?b", "may not hold ?"),
        ("FOOTPRINT_HOME", "a#b%41", "may not hold # %"),
        ("FOOTPRINT_MEMORY_LIMIT", "banana", "FOOTPRINT_MEMORY_LIMIT='banana'"),
        ("FOOTPRINT_MEMORY_LIMIT", "2", "FOOTPRINT_MEMORY_LIMIT='2'"),
        ("FOOTPRINT_KEEP_RELEASES", "0", "greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    known = explain(caught.value)
    assert known and says in known.message


@pytest.mark.parametrize("limit", ["500MB", "1.5gb", "3 GiB"])
def test_memory_limits_that_duckdb_understands(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("FOOTPRINT_MEMORY_LIMIT", limit)
    assert Settings().memory_limit == limit


def test_a_folder_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    tmp_path.chmod(0o755)
    with pytest.raises(OSError, match="not empty") as caught:
        Settings(home=tmp_path).create_folders()
    known = explain(caught.value)
    assert known and known.message == f"{tmp_path} holds other files and is no warehouse folder."
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_warehouse_folder_is_closed_to_others_even_if_exports_were_put_there_first(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse é")
    (home.incoming / "seattle").mkdir(parents=True)
    home.create_folders()
    assert home.root.stat().st_mode & 0o777 == 0o700
