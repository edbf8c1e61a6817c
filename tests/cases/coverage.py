"""Cases of coverage: exports that end, begin or break off where a calendar would have them whole."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.cases.writing import Case, Row, call, write_csv, write_tracts

A_DAY = 8
CLOCK = "%Y-%m-%d %H:%M:%S"
TODAY = dt.datetime.now(dt.UTC).date()


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from the first to the last."""
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def calls_on(some: Iterable[dt.date], first_number: int = 0, a_day: int = A_DAY) -> list[Row]:
    """So many calls on each day, a quarter of them in each tract, at hours that move from day to day."""
    return [
        call(
            first_number + a_day * place + nth,
            f"{day} {(5 * nth + place) % 24:02d}:{7 * nth % 60:02d}:00",
            nth % 4,
            block_address=f"{nth + 1}00 BLOCK {'OAK' if place % 2 else 'ELM'} ST",
        )
        for place, day in enumerate(some)
        for nth in range(a_day)
    ]


def export(some: Callable[[], list[dt.date]]) -> Callable[[Path], None]:
    """What writes tracts and the calls of some days."""

    def write(folder: Path) -> None:
        write_tracts(folder)
        write_csv(folder / "calls.csv", calls_on(some()))

    return write


def _year_ends_in_october() -> list[dt.date]:
    return days(dt.date(2022, 1, 1), dt.date(2023, 10, 31))


def _six_days_of_each_month() -> list[dt.date]:
    return [dt.date(2023, month, day) for month in range(1, 13) if month != 5 for day in range(1, 7)]


def _half_a_year() -> list[dt.date]:
    return days(dt.date(2023, 1, 1), dt.date(2023, 6, 30))


def _a_quarter() -> list[dt.date]:
    return days(dt.date(2023, 7, 1), dt.date(2023, 9, 30))


def _three_weeks_missing() -> list[dt.date]:
    """Two years, without 10 to 30 May of the second."""
    gap = days(dt.date(2023, 5, 10), dt.date(2023, 5, 30))
    return [day for day in days(dt.date(2022, 1, 1), dt.date(2023, 12, 31)) if day not in gap]


def _still_filling(folder: Path) -> None:
    """Calls up to yesterday, of which the last three days have few yet."""
    yesterday = TODAY - dt.timedelta(days=1)
    rows = calls_on(days(yesterday - dt.timedelta(days=399), yesterday))
    late = {str(yesterday - dt.timedelta(days=age)) for age in range(3)}
    write_tracts(folder)
    write_csv(
        folder / "calls.csv",
        [row for number, row in enumerate(rows) if row["received"][:10] not in late or number % 4 == 0],
    )


def _of_two_files(folder: Path) -> None:
    """Calls of two data sets, one up to June, the other from July on."""
    write_tracts(folder)
    first = calls_on(days(dt.date(2023, 1, 1), dt.date(2023, 6, 30)))
    second = calls_on(days(dt.date(2023, 7, 1), dt.date(2023, 12, 31)), first_number=len(first))
    write_csv(folder / "calls_old_system.csv", first)
    # The new system has other names for its columns.
    renamed = {"received": "time_received", "call_type": "problem", "block_address": "address"}
    write_csv(
        folder / "dispatch_new_system.csv",
        [{renamed.get(name, name): value for name, value in row.items()} for row in second],
    )


CASES = (
    Case("year_ends_in_october", export(_year_ends_in_october)),
    Case("six_days_of_each_month", export(_six_days_of_each_month)),
    Case("half_a_year", export(_half_a_year)),
    Case("a_quarter", export(_a_quarter)),
    Case("three_weeks_missing", export(_three_weeks_missing)),
    Case("still_filling", _still_filling),
    Case("of_two_files", _of_two_files),
)
