"""Workbooks (XLSX): every sheet that has the needed columns, hidden ones too.

Rows above the header (titles) and empty rows hold no data. A sheet of notes is passed over, a sheet that looks like
a table without its header is refused.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, Note, RawFile, checked_headers, fits, no_rows
from orchestration.ingest.readers.tables import Row, text, unreadable, write_rows

SHEET = "sheet"  # added column: which sheet a row stands on
LIKE_A_TABLE = 3  # rows as wide as the needed columns, from which on a sheet is no notes
# What openpyxl lets through from the layers below it, when a workbook is damaged or is none.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, SyntaxError)

Rows = list[tuple[int, list[Any]]]  # rows that are not empty, with their numbers
# A row of a sheet's XML that has a cell with a value; an empty one before it, without an end of its own, is part of it.
ROW = re.compile(rb"<(?:\w+:)?row[\s>].*?</(?:\w+:)?row>", re.DOTALL)
FILLED = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its rows that are not empty, and how many have any cell with a value, be it blanks."""

    title: str
    is_hidden: bool
    filled: int
    rows: Rows


def read_workbook(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Write `target` from every sheet of a workbook; the header is the first row that names the needed columns."""
    try:
        found = list(_sheets(file, formulas=False))
        sheets = {sheet.title: sheet.rows for sheet in found}
        has_formulas, written = _in_xml(file)
        if has_formulas:
            _refuse_never_calculated(file, sheets, data_set)
    except BROKEN as error:
        raise unreadable(file, data_set, error) from error
    headers: dict[str, str] = {}
    rows: list[Row] = []
    lines: list[int] = []
    notes: list[Note] = []
    heads = {title: _header_place(file, sheet, data_set) for title, sheet in sheets.items()}
    if all(head is None for head in heads.values()):
        first = next((cells for sheet in sheets.values() for _, cells in sheet), [])
        checked_headers(file, [text(cell) or "" for cell in first], data_set)
    for title, sheet in sheets.items():
        head = heads[title]
        if head is None:
            _refuse_headless(file, title, sheet, data_set)
            if sheet:
                told = f"the sheet {title!r} was not read ({len(sheet):,} rows with cells, none of them a header)"
                notes.append(Note(kind="unread_sheet", count=len(sheet), found=told))
            continue
        if head:
            told = f"{head:,} rows above the header of the sheet {title!r} were not read"
            notes.append(Note(kind="unread_rows", count=head, found=told))
        width = max(len(cells) for _, cells in sheet)
        labels = [text(cell) or "" for cell in sheet[head][1]]
        labels += [""] * (width - len(labels))
        names = file.columns(labels, reserved=[SHEET])
        for line, cells in sheet[head + 1 :]:
            rows.append({name: text(cell) for name, cell in zip(names, cells, strict=False)} | {SHEET: title})
            lines.append(line)
        used = {name for row in rows for name, value in row.items() if value is not None}
        headers |= {name: label for name, label in zip(names, labels, strict=True) if label or name in used}
    if not rows:
        raise no_rows(file, data_set, "a header row and nothing below it")
    for one in found:
        if one.is_hidden and (head := heads[one.title]) is not None:
            told = f"the sheet {one.title!r} is hidden; its {len(one.rows) - head - 1:,} rows were read"
            notes.append(Note(kind="hidden_sheet", count=1, found=told))
    read = write_rows(file, data_set, target, connection, headers | {SHEET: SHEET}, rows, lines)
    missed = written - sum(one.filled for one in found)
    return read.model_copy(update={"records": len(rows) + missed, "notes": notes})


def _sheets(file: RawFile, formulas: bool) -> Iterator[Sheet]:
    from openpyxl import load_workbook

    # Opened here, because openpyxl goes by the name's ending.
    with file.path.open("rb") as opened:
        book = load_workbook(opened, read_only=True, data_only=not formulas)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong extent, which would hide cells
            numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
            filled = [(line, list(cells)) for line, cells in numbered if any(cell is not None for cell in cells)]
            rows = [(line, cells) for line, cells in filled if any(text(cell) for cell in cells)]
            yield Sheet(sheet.title, sheet.sheet_state != "visible", len(filled), rows)
        book.close()


def _header_place(file: RawFile, sheet: Rows, data_set: DataSet) -> int | None:
    """Which of a sheet's rows names the needed columns."""
    for place, (_, cells) in enumerate(sheet):
        if fits(file.columns([text(cell) or "" for cell in cells]), data_set):
            return place
    return None


def _in_xml(file: RawFile) -> tuple[bool, int]:
    """Whether there are formulas, and how many rows have a cell with a value, by the XML of the sheets."""
    has_formulas, filled = False, 0
    with zipfile.ZipFile(file.path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                content = archive.read(name)
                has_formulas |= b"<f>" in content or b"<f " in content
                filled += sum(bool(FILLED.search(row[0])) for row in ROW.finditer(content))
    return has_formulas, filled


def _refuse_headless(file: RawFile, title: str, sheet: Rows, data_set: DataSet) -> None:
    wide = [line for line, cells in sheet if sum(text(cell) is not None for cell in cells) >= len(data_set.columns) / 2]
    if len(wide) >= LIKE_A_TABLE and len(data_set.columns) > 1:
        raise SourceError(
            file=file.name,
            found=f"sheet {title!r}: a table from row {wide[0]} on, without a row of the needed column names",
            expected=f"{data_set.title}, with columns such as {', '.join(data_set.columns[:6])}",
            mend="put the column names above it, or take the sheet out if it is something else",
        )


def _refuse_never_calculated(file: RawFile, sheets: dict[str, Rows], data_set: DataSet) -> None:
    """SourceError where formulas have no stored results, as in workbooks that a program wrote and nobody opened."""
    results = {(title, line): cells for title, sheet in sheets.items() for line, cells in sheet}
    found = [
        (title, line, results.get((title, line), []), place)
        for title, rows in ((sheet.title, sheet.rows) for sheet in _sheets(file, formulas=True))
        for line, cells in rows
        for place, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith("=")
    ]
    if found and all(place >= len(cells) or cells[place] is None for _, _, cells, place in found):
        title, line, _, _ = found[0]
        raise SourceError(
            file=file.name,
            found=f"formulas without results; the first is on sheet {title!r}, row {line}",
            expected=f"{data_set.title} with values in its cells",
            mend="open it in a spreadsheet program, save it there, and run again",
        )
