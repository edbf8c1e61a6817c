"""What a delivery may replace: order by content, and what would go of files and months."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from orchestration.ingest.age import why_older
from orchestration.ingest.in_use import in_use
from orchestration.ingest.loads import Load
from orchestration.ingest.parts import date_in, part_of
from orchestration.ingest.readers import FileRead
from orchestration.ingest.replaced import kept_rows, missing, parts_in_use, shrunk_months

LANDED = datetime(2024, 7, 1, tzinfo=UTC)


def load_of(load_id: str, days: dict[str, dict[str, int]], **more: Any) -> Load:
    """A load whose parts have these records a day."""
    files = [
        FileRead(file=part, parquet="rows.parquet", rows=sum(counts.values()), headers={"a": "a"}, first_line=2)
        for part, counts in days.items()
    ]
    given = {
        "load_id": load_id, "city": "testville", "data_set": "things", "began_at": LANDED, "landed_at": LANDED,
        "url": None, "license": "none", "bytes": 1, "sha256": {}, "files": files, "time_column": "at", "days": days,
    }  # fmt: skip
    return Load.model_validate(given | more)


def whole(load_id: str, days: dict[str, int], name: str = "log.csv", **more: Any) -> Load:
    return load_of(load_id, {name: days}, **more)


JUNE = {f"2024-06-{day:02d}": 10 for day in range(1, 21)}
EARLY = {day: rows for day, rows in JUNE.items() if day < "2024-06-18"}


@pytest.mark.parametrize(
    ("new", "kept", "said"),
    [
        (whole("n", EARLY), whole("k", JUNE), "its newest record is of 2024-06-17, that of the one in use of 2024-06-20"),
        (whole("n", JUNE), whole("k", EARLY), None),
        # Much shorter: a download that broke off, for the gate to stop.
        (whole("n", {"2024-06-01": 10}), whole("k", JUNE), None),
        # A slip of the pen lies in the future.
        (whole("n", EARLY | {"2042-01-01": 1}), whole("k", JUNE), "its newest record is of 2024-06-17"),
        (whole("n", JUNE, "log_asof_2024-03-01.csv"), whole("k", JUNE, "log_asof_2024-03-15.csv"), "its name is of 2024-03-01"),
        (whole("n", EARLY, "log_asof_20240315.csv"), whole("k", JUNE, "log_asof_20240301.csv"), None),
        # Dates of two different kinds of file say nothing of each other.
        (whole("n", JUNE, "log_2024-03-01.csv"), whole("k", JUNE, "other_2024-03-15.csv"), None),
        (whole("n", EARLY, versions={"log": "1700000000"}), whole("k", JUNE, versions={"log": "1700001000"}), "mark went back"),
        (whole("n", EARLY, versions={"log": "1700001000"}), whole("k", JUNE, versions={"log": "1700000000"}), None),
        (
            whole("n", JUNE, versions={"log": "2024-05-01T00:00:00, 90 rows"}),
            whole("k", JUNE, versions={"log": "2024-06-01T00:00:00, 100 rows"}),
            "mark went back",
        ),
        (whole("n", EARLY, versions={"log": '"abc"'}), whole("k", JUNE, versions={"log": '"def"'}), "its newest record"),
        (whole("n", {}, time_column=None), whole("k", {}, time_column=None), None),
    ],
)  # fmt: skip
def test_which_of_two_deliveries_is_older(new: Load, kept: Load, said: str | None) -> None:
    found = why_older(new, kept)
    assert (found is None) if said is None else (found is not None and said in found)


@pytest.mark.parametrize("growth", ["snapshot", "append"])
def test_an_older_one_is_held_back_unless_insisted(growth: Any) -> None:
    old, new = whole("old", EARLY), whole("new", JUNE)
    used = in_use(growth, [new], old)
    assert used.loads == (new,) and used.replaced is None and used.former is None
    assert used.held_back is not None and used.held_back.load == old
    insisted = in_use(growth, [new], old, shrink_accepted=True)
    assert insisted.loads == (old,) and insisted.replaced == new and insisted.held_back is None
    assert in_use(growth, [old], new).loads == (new,)
    assert in_use(growth, [new], new).held_back is None


def test_changes_and_files_of_their_own_are_never_held_back() -> None:
    old, new = whole("old", EARLY, complete=False), whole("new", JUNE)
    assert in_use("append", [new], old).loads == (new, old)
    assert in_use("rolling_window", [new], whole("old", EARLY)).held_back is None


def test_files_beside_what_they_replace() -> None:
    before = load_of("before", {"a.csv": {"2024-01-31": 9}, "b.csv": {"2024-02-29": 8}})
    again = load_of("again", {"b.csv": {"2024-02-05": 2}})
    found = {part.file: part for part in parts_in_use("yearly_files", in_use("yearly_files", [before], again))}
    assert (found["a.csv"].load_id, found["a.csv"].previous_rows) == ("before", None)
    assert (found["b.csv"].rows, found["b.csv"].previous_rows) == (2, 8)
    assert (found["b.csv"].last_day, found["b.csv"].previous_last_day) == ("2024-02-05", "2024-02-29")
    found = {part.file: part for part in parts_in_use("snapshot", in_use("snapshot", [before], again))}
    assert (found["a.csv"].load_id, found["a.csv"].rows, found["a.csv"].previous_rows) == (None, None, 9)


def test_a_release_that_stays_compares_nothing() -> None:
    before = load_of("before", {"a.csv": {"2024-01-31": 9}})
    (part,) = parts_in_use("snapshot", in_use("snapshot", [before], None))
    assert part.previous_rows is None


@pytest.mark.parametrize(
    ("before", "now", "gone"),
    [
        (["24-1.csv", "24-2.csv"], ["24-1.csv"], ["24-2.csv"]),
        # One that is new does not stand for one that is gone.
        (["24-1.csv", "24-2.csv"], ["24-1.csv", "24-3.csv"], ["24-2.csv"]),
        (["log_2024-03-01.csv"], ["log_2024-03-15.csv"], []),
        (["2022.csv", "2023.csv"], ["2024.csv"], ["2022.csv", "2023.csv"]),
        (["calls.csv"], ["stops.csv"], ["calls.csv"]),
    ],
)
def test_members_of_a_family_that_are_missing(before: list[str], now: list[str], gone: list[str]) -> None:
    assert missing(before, now) == gone


def test_rows_are_compared_month_by_month() -> None:
    kept = whole("k", {"2024-01-05": 100, "2024-02-05": 100})
    new = whole("n", {"2024-02-05": 100, "2024-03-05": 150})
    assert kept_rows(new, kept) == 100
    assert list(shrunk_months(new, kept)) == [("2024-01", 100, 0)]
    # Manifests of before days were counted: rows alone.
    assert kept_rows(new, kept.model_copy(update={"days": {}, "time_column": None})) == 200
    assert kept_rows(whole("n", {}, time_column=None), kept) == 0


def test_names_of_files() -> None:
    assert part_of("layer-000012.json") == part_of("layer-000013.json") == "layer.json"
    assert part_of("requests-20240101T000000-20240131T000000-0001.json") == "requests.json"
    assert date_in("log_asof_2024-03-15.csv") == date(2024, 3, 15)
    assert date_in("SLOPD_report_asof_20211230.csv") == date(2021, 12, 30)
    assert date_in("calls 3-15-2024.csv") == date(2024, 3, 15)
    assert date_in("calls_2024.csv") is date_in("24-1.csv") is date_in("id_12345678.csv") is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-05T10:11:12.000", "2024-03-05"),
        ("2024-03-05 10:11:12-06", "2024-03-05"),
        ("03/05/2024 10:11:12 PM", "2024-03-05"),
        ("3/5/24 7:05", "2024-03-05"),
        ("1709596800000", "2024-03-05"),
        ("20240305101112", "2024-03-05"),
        ("2024 Mar 05 10:11:12 PM", "2024-03-05"),
    ],
)
def test_days_are_counted_however_they_are_written(
    data_set: Callable[..., Any], read: Callable[..., Any], written: str, day: str
) -> None:
    text = "a,b,c\n" + "".join(f"{number},{written},x\n" for number in range(5)) + "6,,x\n"
    load = read(data_set(), {"things.csv": text.encode()}).load
    assert (load.time_column, load.days) == ("b", {"things.csv": {day: 5}})


def test_days_of_each_file(data_set: Callable[..., Any], read: Callable[..., Any]) -> None:
    files = {f"things.{number}.csv": f"a,b,c\n1,2024-0{number}-01,x\n2,soon,x\n".encode() for number in (1, 2)}
    load = read(data_set(date_column="B"), files).load
    # Half of the values are no days: no column that tells one.
    assert (load.time_column, load.days) == (None, {})
    files = {f"things.{number}.csv": f"a,b,c\n1,2024-0{number}-01,x\n".encode() for number in (1, 2)}
    load = read(data_set(date_column="B"), files).load
    assert load.days == {"things.1.csv": {"2024-01-01": 1}, "things.2.csv": {"2024-02-01": 1}}


def test_a_file_of_a_family_with_only_a_header_is_told(data_set: Callable[..., Any], read: Callable[..., Any]) -> None:
    load = read(data_set(), {"things.1.csv": b"a,b,c\n1,2,3\n", "things.2.csv": b"a,b,c\n"}).load
    assert load.parts == {"things.1.csv": 1, "things.2.csv": 0}
