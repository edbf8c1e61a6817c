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


def _clock_goes_back(rows: list[Row]) -> list[Row]:
    """All calls wait ten minutes; 48 come five minutes apart in the night on which clocks go back."""
    night = dt.datetime(2023, 11, 5, 4, 30, tzinfo=dt.UTC)
    for number, row in enumerate(rows):
        usual = dt.datetime(2023, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(hours=20 * number)
        came = night + dt.timedelta(minutes=5 * number) if number < 48 else usual
        received, dispatched, arrived, cleared = (
            (came + dt.timedelta(minutes=minutes)).astimezone(CHICAGO).strftime(STAMP) for minutes in (0, 4, 10, 40)
        )
        rows[number] = changed(row, received=received, dispatched=dispatched, arrived=arrived, cleared=cleared)
    return rows


def _utc_at_local_midnight(rows: list[Row]) -> list[Row]:
    """Days without a clock, written as the instant in UTC at which they began."""
    for number, row in enumerate(rows):
        day = (dt.datetime(2023, 1, 1) + dt.timedelta(days=number % 365)).replace(tzinfo=CHICAGO)
        rows[number] = changed(row, received=f"{day.astimezone(dt.UTC):%Y/%m/%d %H:%M:%S}+00")
    return rows


def _four_ways(rows: list[Row]) -> list[Row]:
    """One column, four ways of writing 22:05 on a day; one value is a day without a clock, one no time at all."""
    ways = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%y %H:%M", "%Y-%m-%dT%H:%M:%S%z")
    for number, row in enumerate(rows):
        local = (dt.datetime(2023, 1, 1, 22, 5) + dt.timedelta(days=number % 365)).replace(tzinfo=CHICAGO)
        rows[number] = changed(row, received=local.strftime(ways[min(number % 7, 3)]))
    rows[10] = changed(rows[10], received="2023-02-01")
    rows[11] = changed(rows[11], received="yesterday")
    return rows


def _placeholders(rows: list[Row]) -> list[Row]:
    """Twelve calls have a mark for no time, two are older than the city file lets them be; some were never reached."""
    marks = ("0", "1900-01-01 00:00:00", "1970-01-01T00:00:00Z", "9999-12-31 00:00:00", "1899-12-30", "")
    for number, row in enumerate(rows):
        at = dt.datetime.strptime(row["received"], STAMP)
        arrived = f"{at + dt.timedelta(minutes=10)}" if number % 33 != 1 else marks[number % 6]
        rows[number] = changed(row, arrived=arrived)
    for number in range(12):
        rows[5 + 33 * number] = changed(rows[5 + 33 * number], received=marks[number % 6])
    for number in (20, 40):
        rows[number] = changed(rows[number], received="1923-05-01 10:00:00")
    return rows


def _milliseconds(rows: list[Row]) -> list[Row]:
    """Milliseconds since 1970, as text."""
    for number, row in enumerate(rows):
        at = dt.datetime.strptime(row["received"], STAMP).replace(tzinfo=CHICAGO)
        rows[number] = changed(row, received=str(int(at.timestamp() * 1000)))
    return rows


CASES = (
    Case("offset_on_some_rows", plain(_offset_on_some_rows)),
    Case("two_digit_years", plain(_two_digit_years)),
    Case("clock_goes_back", plain(_clock_goes_back)),
    Case("utc_at_local_midnight", plain(_utc_at_local_midnight)),
    Case("four_ways_in_one_column", plain(_four_ways)),
    Case("placeholders_of_time", plain(_placeholders)),
    Case("milliseconds_as_text", plain(_milliseconds)),
)
