"""Workbooks: every sheet with the needed columns, wherever its header stands; values as text."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest

from orchestration.ingest.errors import SourceError

Read = Callable[..., Any]
MakeDataSet = Callable[..., Any]

HEADER = ["A", "B", "C"]


def workbook(hidden: Sequence[str] = (), **sheets: list[list[Any]]) -> bytes:
    """A workbook with these sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same workbook with one part of its archive changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            assert name != part or old in text
            after.writestr(name, text.replace(old, new) if name == part else text)
    return out.getvalue()


@pytest.fixture
def book(data_set: MakeDataSet) -> Any:
    return data_set(format="xlsx", entity="budget_lines")


def refused(read: Read, data_set: Any, content: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data_set, {"things.xlsx": content})
    assert caught.value.file == "things.xlsx" and caught.value.expected and caught.value.mend
    return caught.value


def test_several_sheets_with_titles_above_the_header(read: Read, book: Any) -> None:
    content = workbook(
        notes=[["Read me"], ["Amounts in dollars"]],
        first=[["City budget"], [], HEADER, [1, "x", None], [], ["TOTAL", None, 5]],
        second=[["C", "A", "B", None, "D"], [3, 1, 2, "beyond", "d"]],
        third=[HEADER, ["secret", 1, 2]],
        hidden=["third"],
    )
    raw = read(book, {"things.xlsx": content})
    rows = [tuple(row[name] for name in ("sheet", "_line", "a", "b", "c", "column_4", "d")) for row in raw.rows]
    assert rows == [
        ("first", 4, "1", "x", None, None, None),
        ("first", 6, "TOTAL", None, "5", None, None),
        ("second", 2, "1", "2", "3", "beyond", "d"),
        ("third", 2, "secret", "1", "2", None, None),
    ]


def test_values_as_text(read: Read, book: Any) -> None:
    rows: list[list[Any]] = [
        [datetime(2024, 1, 5), datetime(2024, 1, 5, 13, 30), date(2024, 1, 5)],
        [time(13, 30), 5.0, 0.1],
        [True, " padded ", "007"],
        [12345678901, -1.5, "#N/A"],
    ]
    found = [(row["a"], row["b"], row["c"]) for row in read(book, {"things.xlsx": workbook(one=[HEADER, *rows])}).rows]
    assert found == [
        ("2024-01-05T00:00:00", "2024-01-05T13:30:00", "2024-01-05T00:00:00"),
        ("13:30:00", "5", "0.1"),
        ("True", "padded", "007"),
        ("12345678901", "-1.5", "#N/A"),
    ]


def test_column_called_like_the_added_one(read: Read, book: Any) -> None:
    raw = read(book, {"things.xlsx": workbook(one=[[*HEADER, "Sheet"], [1, 2, 3, "theirs"]])})
    assert (raw.rows[0]["sheet"], raw.rows[0]["sheet_2"]) == ("one", "theirs")


def test_a_wrong_extent_hides_no_cells(read: Read, book: Any) -> None:
    content = workbook(one=[HEADER, [1, 2, 3], [4, 5, 6]])
    lying = rewritten(content, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:C3"', b'<dimension ref="A1"')
    assert [row["c"] for row in read(book, {"things.xlsx": lying}).rows] == ["3", "6"]


def test_stored_results_of_formulas_are_the_values(read: Read, book: Any) -> None:
    content = workbook(one=[HEADER, [1, 2, "=A2+B2"]])
    calculated = rewritten(content, "xl/worksheets/sheet1.xml", b"<f>A2+B2</f><v />", b"<f>A2+B2</f><v>3</v>")
    assert read(book, {"things.xlsx": calculated}).rows[0]["c"] == "3"


def test_formulas_never_calculated_are_refused(read: Read, book: Any) -> None:
    error = refused(read, book, workbook(one=[HEADER, [1, 2, "=A2+B2"]]))
    assert "formulas without results; the first is on sheet 'one', row 2" in error.found
    assert "save it" in error.mend


def test_a_table_without_its_header_beside_a_good_sheet_is_refused(read: Read, book: Any) -> None:
    content = workbook(good=[HEADER, [1, 2, 3]], bad=[["x", "y", "z"], [1, 2, 3], [4, 5, 6]])
    assert "sheet 'bad': a table from row 1 on" in refused(read, book, content).found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (workbook(one=[HEADER]), "a header row and nothing below it"),
        (workbook(one=[]), "columns none"),
        (workbook(one=[["x", "y"], [1, 2]]), "columns x, y"),
        (b"\xd0\xcf\x11\xe0 an old or encrypted workbook", "cannot be opened as xlsx"),
        (b"a,b,c\n1,2,3\n", "cannot be opened as xlsx"),
        (b"<html></html>", "cannot be opened as xlsx"),
        (workbook(one=[HEADER, [1, 2, 3]])[:-200], "cannot be opened as xlsx"),
        (
            rewritten(workbook(one=[HEADER]), "xl/worksheets/sheet1.xml", b"</sheetData>", b""),
            "cannot be opened as xlsx",
        ),
    ],
)
def test_refused(read: Read, book: Any, content: bytes, found: str) -> None:
    assert found in refused(read, book, content).found


def test_an_archive_of_something_else(read: Read, book: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("things.csv", "a,b,c\n1,2,3\n")
    assert "a zip archive or workbook of things.csv" in refused(read, book, out.getvalue()).found
