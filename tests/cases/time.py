"""Cases of time: clocks, offsets and ways of writing them."""

import datetime as dt

from tests.cases.writing import CHICAGO, STAMP, Case, Row, changed, plain


def _offset_on_some_rows(rows: list[Row]) -> list[Row]:
    """All calls come at 22:00 by the wall; 160 of 400 are written in UTC with a Z."""
    for number, row in enumerate(rows):
        local = dt.datetime(2023, 1, 1, 22) + dt.timedelta(days=number % 365)
        utc = local.replace(tzinfo=CHICAGO).astimezone(dt.UTC)
        written = f"{local:%Y-%m-%dT%H:%M:%S}" if number < 240 else f"{utc:%Y-%m-%dT%H:%M:%SZ}"
        rows[number] = changed(row, received=written)
    return rows


def _two_digit_years(rows: list[Row]) -> list[Row]:
    """Times as 8/23/14 7:05."""
    for number, row in enumerate(rows):
        at = dt.datetime.strptime(row["received"], STAMP).replace(year=2014)
        rows[number] = changed(row, received=f"{at.month}/{at.day}/{at:%y} {at.hour}:{at:%M}")
    return rows


CASES = (
    Case("offset_on_some_rows", plain(_offset_on_some_rows)),
    Case("two_digit_years", plain(_two_digit_years)),
)
