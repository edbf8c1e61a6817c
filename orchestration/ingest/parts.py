"""Parts of a data set: what one file is the whole of, or with other pages, and what its name says of its date."""

import re
from datetime import date

DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=s)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)(?P<m2>0?[1-9]|1[0-2])(?P<s2>[-_.])(?P<d2>0?[1-9]|[12]\d|3[01])(?P=s2)(?P<y2>(?:19|20)\d\d)(?!\d)"
)


def part_of(file: str) -> str:
    """What a file is the whole of, or with other pages: its name without the number of its page or its window of time."""
    return re.sub(r"(-\d{8}T\d{6}-\d{8}T\d{6}-\d{4}|-\d{6})(?=\.[^./]+$)", "", file)


def date_in(name: str) -> date | None:
    """The day that a file's name states: log_asof_2024-03-15.csv, 20240315.csv, 3-15-2024.csv. The last one where several."""
    found = None
    for match in DATE.finditer(name):
        parts = [match[group] or match[f"{group}2"] for group in ("y", "m", "d")]
        try:
            found = date(*map(int, parts))
        except ValueError:
            continue
    return found


def without_dates(name: str) -> str:
    """A name that is the same for exports of several days."""
    return re.sub(r"\d+", "#", DATE.sub("#", name))
