"""Kinds of columns, from what their values have in common."""

from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.column_kinds import column_kinds, wider


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-20", " 3 ", None, ""], "whole number"),
        (["1", "2.5", ".5", "1e3"], "number"),
        (["2024-01-02", "2024-01-02T03:04:05Z", "2024-01-02 03:04"], "ISO date or time"),
        (["1/2/24", "01/02/2024 3:04:05 PM"], "date or time with slashes"),
        (["1", "N/A"], "text"),
        (["one\ntwo"], "text"),
        ([None, "", "  "], "no value"),
    ],
)
def test_kind_of_a_column(tmp_path: Path, values: list[str | None], kind: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table things as select unnest(?::varchar[]) as a, 'x' as b", [values])
        connection.execute(f"copy things to '{tmp_path}/things.parquet'")
        assert column_kinds(connection, tmp_path / "things.parquet", ["a", "b"]) == {"a": kind, "b": "text"}


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("no value", "number", "number"),
        ("number", "no value", "number"),
        ("whole number", "number", "number"),
        ("number", "ISO date or time", "text"),
        ("text", "text", "text"),
    ],
)
def test_kind_of_a_column_in_two_files(one: str, other: str, both: str) -> None:
    assert wider(one, other) == both
