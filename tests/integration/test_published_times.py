"""The macros of published times and of ranges, run by dbt on texts of all kinds that cities write."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expectations.thresholds import CREW_SIZE
from orchestration.cities.clocks import CLOCK_FORMATS
from orchestration.cities.models import with_clock
from orchestration.cities.profile import DAYS, TIME_FORMATS
from orchestration.settings import DBT_PROJECT_DIR, Settings

Show = dict[str, Any]
MOMENT = "2024-07-04 21:05"  # by the wall in Chicago, five hours behind UTC
# text, formats (None: those always tried), the instant in UTC or why there is none
TIMES: tuple[tuple[str, list[str] | None, str], ...] = (
    ("2024-07-04T21:05:00", None, "2024-07-05 02:05:00"),
    ("2024-07-04 21:05", None, "2024-07-05 02:05:00"),
    ("2024/07/04 21:05:00.000", None, "2024-07-05 02:05:00"),
    ("2024-07-05T02:05:00Z", None, "2024-07-05 02:05:00"),
    ("2024-07-05T02:05:00.000Z", None, "2024-07-05 02:05:00"),
    ("2024/07/05 02:05:00+00", None, "2024-07-05 02:05:00"),
    ("2024-07-04 21:05:00-05:00", None, "2024-07-05 02:05:00"),
    ("2024-07-05 07:35:00 +0530", None, "2024-07-05 02:05:00"),
    ("07/04/2024 09:05:00 PM -0500", None, "2024-07-05 02:05:00"),
    ("7/4/2024 9:05:00 PM", None, "2024-07-05 02:05:00"),
    ("7/4/24 21:05", None, "2024-07-05 02:05:00"),
    ("7/4/24 21:05", ["%m/%d/%y %H:%M"], "2024-07-05 02:05:00"),
    ("7/4/49 21:05", None, "2049-07-05 02:05:00"),
    ("7/4/50 21:05", None, "1950-07-05 02:05:00"),
    ("1720145100000", ["epoch_ms"], "2024-07-05 02:05:00"),
    ("1720145100", ["epoch_s", "epoch_ms"], "2024-07-05 02:05:00"),
    ("2024-07-04 21:05:00", ["epoch_ms"], "2024-07-05 02:05:00"),
    ("4/7/2024 21:05", ["%d/%m/%Y %H:%M"], "2024-07-05 02:05:00"),
    ("2024-07-04", ["%Y-%m-%d"], "2024-07-04 05:00:00"),
    ("2024-07-04", None, "unreadable_time"),
    ("13/31/2024 10:00", None, "unreadable_time"),
    ("1720145100000", None, "unreadable_time"),
    ("12", ["epoch_ms"], "unreadable_time"),
    ("1e308", ["epoch_ms"], "unreadable_time"),
    ("1949-12-31 23:59:00", None, "before_first_day"),
    ("", None, "missing_time"),
    ("0", None, "missing_time"),
    ("0", ["epoch_ms"], "missing_time"),
    ("0000-00-00 00:00:00", None, "missing_time"),
    ("0001-01-01T00:00:00", None, "missing_time"),
    ("1899-12-30", None, "missing_time"),
    ("1/1/1900 12:00:00 AM", None, "missing_time"),
    ("1970-01-01T00:00:00Z", None, "missing_time"),
    ("1969-12-31 18:00:00", None, "missing_time"),
    ("12/31/9999 11:59:00 PM", None, "missing_time"),
)
DRAFTED = tuple(form for form in TIME_FORMATS if "%H" in form or "%I" in form)
# A day, or a time whose clock says nothing, and the clock of another column: what a draft joins.
JOINED = tuple((day, clock) for day in (*DAYS, "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S") for clock in CLOCK_FORMATS
               if day != "%Y%m%d")  # fmt: skip
# text, whether its hour comes twice and nothing says which
TWICE = (
    ("2024-11-03 01:30:00", True), ("11/3/24 1:30", True), ("2024-11-03T01:30:00-06:00", False),
    ("2024-11-03T07:30:00Z", False), ("2024-11-03 02:30:00", False), ("2024-07-04 01:30:00", False), ("", False),
)  # fmt: skip
# text, quantity, the number or why there is none
NUMBERS = (
    ("2", "crew_size", "2"), ("20", "crew_size", "20"), ("2.0", "crew_size", "2"), ("0", "crew_size", ""),
    ("", "crew_size", ""), ("-5", "crew_size", "impossible_crew_size"), ("1.5", "crew_size", "impossible_crew_size"),
    ("1e9", "crew_size", "impossible_crew_size"), ("inf", "crew_size", "impossible_crew_size"),
    ("nan", "crew_size", "impossible_crew_size"), ("99999999999999999999", "crew_size", "impossible_crew_size"),
    (f"{CREW_SIZE.value + 1:.0f}", "crew_size", "impossible_crew_size"), ("-180", "longitude", "-180.0"),
    ("180.1", "longitude", "impossible_longitude"), ("1e308", "latitude", "impossible_latitude"),
    ("121", "age", "impossible_age"), ("7", "age", "7"),
)  # fmt: skip


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def cell(macro: str, text: str, *arguments: object) -> str:
    """A macro over a text, cast to text."""
    given = ", ".join(["'text_of_it'", *map(repr, arguments)])
    return (
        f"(select cast({{{{ {macro}({given}) }}}} as varchar) "
        f"from (select {quoted(text)} as text_of_it, date '1950-01-01' as _first_day))"
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Show:
    """What dbt answers to one query of all cells, by the name of each."""
    home = Settings(home=tmp_path_factory.mktemp("published_times"))
    home.create_folders()
    cells: dict[str, str] = {}
    for n, (text, formats, _) in enumerate(TIMES):
        more = [formats] if formats else []
        at, reason = cell("published_time_utc", text, "America/Chicago", *more), cell("time_reason", text, *more)
        cells[f"time_{n}"] = f"coalesce({reason}, {at})"
    for n, form in enumerate(DRAFTED):
        text = f"strftime(timestamp '{MOMENT}', '{form}')"
        cells[f"form_{n}"] = cell("published_time_utc", "@", "America/Chicago", [form]).replace("'@'", text)
    for n, form in enumerate(DAYS):
        text = f"strftime(timestamp '{MOMENT}', '{form}')"
        cells[f"day_{n}"] = cell("published_time_utc", "@", "America/Chicago", [form]).replace("'@'", text)
    for n, (day, clock) in enumerate(JOINED):
        texts = [f"strftime(timestamp '{moment}', '{form}')" for moment, form in (("2024-07-04", day), (MOMENT, clock))]
        macro = f"published_time_utc(day_and_clock('a', 'b'), 'America/Chicago', {[with_clock(day, clock)]!r})"
        cells[f"joined_{n}"] = (
            f"(select cast({{{{ {macro} }}}} as varchar) from (select {texts[0]} as a, {texts[1]} as b))"
        )
    for n, (text, _) in enumerate(TWICE):
        cells[f"twice_{n}"] = cell("is_ambiguous_time", text, "America/Chicago")
    for n, (text, quantity, _) in enumerate(NUMBERS):
        number, reason = cell("number_of", text, quantity), cell("number_reason", text, quantity)
        cells[f"number_{n}"] = f"coalesce({number}, {reason}, '')"
    query = "select " + ",\n".join(f"{sql} as {name}" for name, sql in cells.items())
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "show", "--inline", query, "--output", "json",
         "--project-dir", DBT_PROJECT_DIR, "--profiles-dir", DBT_PROJECT_DIR],
        env=os.environ | home.dbt_environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    (row,) = json.loads(done.stdout[done.stdout.index("{") :])["show"]
    return dict(row)


def test_each_value_is_read_by_what_it_is(shown: Show) -> None:
    assert [(*case[:2], shown[f"time_{n}"]) for n, case in enumerate(TIMES)] == list(TIMES)


def test_every_format_that_a_draft_can_name_is_read(shown: Show) -> None:
    assert {form: shown[f"form_{n}"] for n, form in enumerate(DRAFTED)} == dict.fromkeys(DRAFTED, "2024-07-05 02:05:00")


def test_every_way_of_writing_days_is_read(shown: Show) -> None:
    assert {form: shown[f"day_{n}"] for n, form in enumerate(DAYS)} == dict.fromkeys(DAYS, "2024-07-04 05:00:00")


def test_every_day_that_a_draft_joins_with_a_clock_is_read(shown: Show) -> None:
    found = {forms: shown[f"joined_{n}"] for n, forms in enumerate(JOINED)}
    assert found == dict.fromkeys(JOINED, "2024-07-05 02:05:00")


def test_the_hour_that_comes_twice(shown: Show) -> None:
    assert [(text, shown[f"twice_{n}"] == "true") for n, (text, _) in enumerate(TWICE)] == list(TWICE)


def test_numbers_outside_their_range_are_none(shown: Show) -> None:
    assert [(*case[:2], shown[f"number_{n}"]) for n, case in enumerate(NUMBERS)] == list(NUMBERS)
