"""Rows of CSV counted and told apart without a parser, or with one that must agree."""

from pathlib import Path

import pytest

from orchestration.sources.csv_pages import Mismatch, count_rows, identities


def test_a_file_that_ends_within_a_value_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('a\n"1\n')
    with pytest.raises(Mismatch, match="within a value"):
        count_rows(tmp_path / "x.csv")


@pytest.mark.parametrize(("text", "rows"), [
    ("a\n", 0), ("a", 0), ("", 0), ("a\n1\n2\n", 2), ("a\n1\n2", 2), ('a\n"1\n2"\n', 1), ('a\n"1 ""\n"" 2"\n3\n', 2),
    ('"a\nb"\n1\n', 1), ("a\r\n1\r\n", 1),
])  # fmt: skip
def test_rows_are_counted_by_line_ends_outside_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, rows: int
) -> None:
    (tmp_path / "x.csv").write_bytes(text.encode())
    for size in (1, 2, 3, 1 << 20):
        monkeypatch.setattr("orchestration.sources.csv_pages.CHUNK", size)
        assert count_rows(tmp_path / "x.csv") == rows


@pytest.mark.parametrize("text", ["<html>", "a,c\n1,2\n", "a,b\n1\n", ""])
def test_what_is_no_page_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(Mismatch, match="no table of rows"):
        identities(tmp_path / "x.csv", "b")


def test_equal_values_have_equal_identities(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('a,b\n1,x\n2,y\n"3\n",x\n')
    first, second, third = identities(tmp_path / "x.csv", "b")
    assert first == third != second
