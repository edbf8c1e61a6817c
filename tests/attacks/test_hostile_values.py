"""Values made to harm who looks at them, through landing, raw, CSV and pages: kept as they are, and shown harmlessly."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.shell import as_csv, as_json
from orchestration.crosswalk import review
from orchestration.gates.data_docs import write_reports
from orchestration.gates.messages import ExpectationResult
from orchestration.safe_text import FORMULA_SIGNS, as_written, safe
from tests.unit.conftest import MakeDataSet, Raw

Read = Callable[..., Raw]
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]
HOSTILE = [
    *FORMULAS, "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; drop table calls; --", "{{ 7 * 7 }}",
    "%s%s%n", "../../etc/passwd", "$(touch /tmp/x)", "[bold]markup[/]", "\u202eexe.csv", "a\u0301\u200b", "NULL", "\x1b[31mred",
]  # fmt: skip


def test_values_go_through_landing_and_raw_as_they_are(read: Read, data_set: MakeDataSet) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b", "c"], *[[f"v{at}", value, "x"] for at, value in enumerate(HOSTILE)]])
    raw = read(data_set(), {"things.csv": out.getvalue().encode()})
    assert [row["b"] for row in raw.rows] == HOSTILE
    records = [{"a": f"v{at}", "b": value, "c": "x"} for at, value in enumerate(HOSTILE)]
    raw = read(data_set(format="json"), {"things.json": json.dumps(records).encode()})
    assert [row["b"] for row in raw.rows] == HOSTILE


def test_no_cell_of_a_csv_begins_like_a_formula() -> None:
    with duckdb.connect() as connection, redirect_stdout(io.StringIO()) as out:
        connection.execute('create table hostile ("=name" varchar, number integer)')
        connection.executemany("insert into hostile values (?, -5)", [[value] for value in HOSTILE])
        as_csv(connection, "from hostile", None)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert len(rows) == len(HOSTILE) + 1
    assert not [row for row in rows if row[0].startswith(FORMULA_SIGNS)]
    assert [as_written(row[0]) for row in rows[1:]] == HOSTILE
    assert {row[1] for row in rows[1:]} == {"-5"}, "a number is no formula"


def test_json_keeps_values_as_they_are() -> None:
    with duckdb.connect() as connection, redirect_stdout(io.StringIO()) as out:
        connection.execute("create table hostile as select unnest($1::varchar[]) as name", [HOSTILE])
        as_json(connection, "from hostile", None)
    assert [row["name"] for row in json.loads(out.getvalue())] == HOSTILE


@pytest.mark.parametrize("text", [*HOSTILE, "'quoted", "", "'=kept"])
def test_what_was_made_safe_is_read_again_as_written(text: str) -> None:
    made = str(safe(text))
    assert not made.startswith(FORMULA_SIGNS)
    if not text.startswith("'"):
        assert as_written(made) == text


def test_a_review_file_is_safe_to_open_and_read_again(tmp_path: Path) -> None:
    row = dict.fromkeys(review.HEADER, "x") | {"published_type": "=1+1", "call_type": "x", "decision": "y"}
    path = tmp_path / "review.csv"
    review.write(path, [row])
    assert "'=1+1" in path.read_text()
    assert [read["published_type"] for _, read in review._read(path)] == ["=1+1"]


@pytest.mark.parametrize("value", HOSTILE)
def test_pages_show_values_as_text(tmp_path: Path, value: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    result = ExpectationResult("raw", f"raw.{value}", "x", "critical", False, value, f"found {value}", now, value)
    write_reports(tmp_path, "run1", "raw", [result], datetime(2026, 1, 1, tzinfo=UTC))
    page = (tmp_path / "data_docs" / "run1" / "raw.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<img" not in page and "{{" not in page.replace(value, "")
    if value.isascii() and value.isprintable() and not set(value) & set("<>\"'&"):
        assert value in page
