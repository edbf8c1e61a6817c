"""Which of two whole deliveries is the older one, by what they contain and not by when they came.

The publisher's mark decides where both have one that can be ordered, then the date in the files' names, then the day
of the newest record.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from expectations.thresholds import KEPT_ROWS
from orchestration.ingest.loads import Load
from orchestration.ingest.parts import date_in, without_dates

CLOCKS_DIFFER = timedelta(days=1)  # a record may be dated tomorrow where it is tomorrow already


def why_older(new: Load, kept: Load) -> str | None:
    """What tells that `new` is older than `kept`; None where nothing does.

    One that lacks much of what is in use, and has neither mark nor date, is no older state but a download that broke
    off: the gate is to stop it.
    """
    marks = _marks(new, kept)
    if marks is not None:
        return f"the publisher's mark went back from {marks[1]} to {marks[0]}" if marks[0] < marks[1] else None
    names = _dates_in_names(new, kept)
    if names is not None:
        return f"its name is of {names[0]}, that of the one in use of {names[1]}" if names[0] < names[1] else None
    day, other = newest_day(new), newest_day(kept)
    is_as_long = KEPT_ROWS.value * kept.rows <= new.rows <= kept.rows
    if new.time_column != kept.time_column or day is None or other is None or not is_as_long:
        return None
    return f"its newest record is of {day}, that of the one in use of {other}" if day < other else None


def newest_day(load: Load, part: str | None = None) -> str | None:
    """The day (ISO) of the newest record; what lies after the landing is a slip of the pen."""
    last = (load.landed_at.date() + CLOCKS_DIFFER).isoformat()
    days = [days for name, days in load.days.items() if part in (None, name)]
    return max((day for counts in days for day in counts if day <= last), default=None)


def _marks(new: Load, kept: Load) -> tuple[datetime, datetime] | None:
    """The newest marks of both loads; None unless both have the same parts, each with a mark that is a time."""
    if not new.versions or new.versions.keys() != kept.versions.keys():
        return None
    times = [
        (ours, theirs)
        for part in new.versions
        if (ours := _time(new.versions[part])) and (theirs := _time(kept.versions[part]))
    ]
    differing = [(ours, theirs) for ours, theirs in times if ours != theirs]
    if len(times) < len(new.versions) or not differing:
        return None
    return next((pair for pair in differing if pair[0] > pair[1]), differing[0])


def _time(mark: str) -> datetime | None:
    """A publisher's mark as a time: seconds or milliseconds since 1970, an ISO or an HTTP date; None for an ETag."""
    text = re.split(r",? \d+( rows)?$", mark.strip())[0]
    try:
        if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        try:
            found = parsedate_to_datetime(text)
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _dates_in_names(new: Load, kept: Load) -> tuple[date, date] | None:
    """The latest dates in the names of both loads' files, where these differ in their dates alone and are not the same."""
    ours, theirs = ({without_dates(part) for part in load.parts} for load in (new, kept))
    dates = [[found for part in load.parts if (found := date_in(part))] for load in (new, kept)]
    if ours != theirs or not all(dates) or max(dates[0]) == max(dates[1]):
        return None
    return max(dates[0]), max(dates[1])
