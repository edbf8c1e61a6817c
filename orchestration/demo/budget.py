"""budget.xlsx: the adopted book as a finance office shares it.

What belongs here: departments, programs, phases, and the untidiness of the sheets (title row, text amounts,
subtotals). What does not: any other file.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from orchestration.demo.world import LAST_YEAR, World

HEADER = (
    "Department",
    "Division",
    "Program",
    "Fund",
    "Phase",
    "Amount",
    "Sworn FTE",
    "Civilian FTE",
)
PHASES = {"Proposed": 1.02, "Adopted": 1.00, "Actual": 0.985}
YEARLY_GROWTH = 1.032
ROWS_BEFORE_LINES = 3
STAMP, FIXED_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), b"2024-01-01T00:00:00Z"
Cell = int | float | str | None
# department, division, program, fund, amount in the first year, sworn, civilian
LINES: tuple[tuple[str, str, str, str, int, float, float], ...] = (
    ("Police", "Patrol", "Calls for Service", "General Fund", 24_800_000, 168, 6),
    ("Police", "Patrol", "Directed Patrol", "General Fund", 4_100_000, 28, 0),
    ("Police", "Patrol", "Traffic Enforcement", "General Fund", 2_900_000, 18, 2),
    ("Police", "Investigations", "Violent Crime", "General Fund", 4_700_000, 30, 5),
    ("Police", "Investigations", "Property Crime", "General Fund", 2_600_000, 16, 4),
    ("Police", "Support", "Records and Dispatch", "General Fund", 5_900_000, 2, 58),
    ("Police", "Support", "Training", "General Fund", 1_800_000, 8, 3),
    ("Police", "Administration", "Office of the Chief", "General Fund", 2_300_000, 6, 9),
    ("Police", "Administration", "Grants", "Grant Fund", 900_000, 3, 1),
    ("Fire and EMS", "Operations", "Fire Suppression", "General Fund", 18_400_000, 0, 142),
    ("Fire and EMS", "Operations", "Emergency Medical Services", "General Fund", 7_600_000, 0, 64),
    ("Human Services", "Behavioral Health", "Community Responder Team", "General Fund", 1_650_000, 0, 14),
    ("Human Services", "Behavioral Health", "Crisis Line", "Grant Fund", 640_000, 0, 7),
    ("Human Services", "Housing", "Homeless Outreach", "Grant Fund", 1_150_000, 0, 11),
    ("Human Services", "Youth", "Violence Prevention", "General Fund", 780_000, 0, 6),
    ("Code Enforcement", "Inspections", "Property Standards", "General Fund", 2_100_000, 0, 22),
    ("Parks and Recreation", "Programs", "Youth Recreation", "General Fund", 6_300_000, 0, 61),
    ("Library", "Public Services", "Branches", "General Fund", 7_900_000, 0, 83),
    ("Public Works", "Streets", "Street Lighting", "Road Fund", 3_400_000, 0, 12),
)


def amount_cell(amount: int, rng: np.random.Generator) -> int | str:
    """A number, or now and then the text somebody typed."""
    draw = float(rng.random())
    if draw < 0.70:
        return amount
    return f"${amount:,}" if draw < 0.93 else f"{amount:,}"


def sheet_rows(year: int, growth: float, rng: np.random.Generator) -> list[list[Cell]]:
    """Title, blank row, header, lines by department and phase, with a subtotal after each department."""
    rows: list[list[Cell]] = [[f"City of Riverbend - FY{year} Budget by Program"], [], [*HEADER]]
    for department in dict.fromkeys(line[0] for line in LINES):
        adopted = 0
        for line in LINES:
            if line[0] != department:
                continue
            for phase, factor in PHASES.items():
                amount = int(round(line[4] * growth * factor * float(rng.uniform(0.985, 1.015)), -2))
                adopted += amount if phase == "Adopted" else 0
                rows.append([*line[:4], phase, amount_cell(amount, rng), line[5] or None, line[6] or None])
        rows.append([f"TOTAL {department.upper()}", None, None, None, "Adopted", f"${adopted:,}"])
    return rows


def without_clock(data: bytes) -> bytes:
    """The same workbook without the present moment, which the library writes into it in several places."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = STAMP.sub(FIXED_STAMP, content)
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()


def write_budget(world: World, path: Path) -> int:
    """budget.xlsx, one sheet a fiscal year; returns lines and subtotals written."""
    rng, first_year = world.draws.generator("budget"), world.clock.first_year
    book = Workbook()
    book.remove(book.worksheets[0])
    written = 0
    for year in range(first_year, LAST_YEAR + 1):
        sheet = book.create_sheet(f"FY{year}")
        rows = sheet_rows(year, YEARLY_GROWTH ** (year - first_year), rng)
        for row in rows:
            sheet.append(row)
        written += len(rows) - ROWS_BEFORE_LINES
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(without_clock(buffer.getvalue()))
    return written
