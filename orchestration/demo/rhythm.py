"""When things happen: weekly rhythms, seasons, and the city's clock.

What belongs here: hourly intensities by rhythm, turned into quantile tables from which a uniform number
picks a moment, and the changes of the UTC offset. What does not: how often a thing happens (calltypes.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from orchestration.demo.city import Floats, Ints

TIME_ZONE = ZoneInfo("America/Chicago")
SLOTS = 32_768
HOUR = 3_600

# Hour of the day and weight there, linear in between.
Knots = list[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """A day's course, the factor from Friday to Sunday evening, and the swing from winter to summer."""

    knots: Knots
    weekend: float
    summer: float


SHAPES = {
    "night": Shape([(0, 1.9), (2, 2.0), (4, 0.9), (7, 0.4), (12, 0.7), (18, 1.2), (22, 1.8), (24, 1.9)], 1.45, 0.22),
    "evening": Shape([(0, 1.1), (3, 0.5), (7, 0.5), (12, 1.0), (17, 1.5), (21, 1.6), (24, 1.1)], 1.15, 0.16),
    "day": Shape([(0, 0.4), (4, 0.25), (7, 0.9), (10, 1.5), (14, 1.5), (18, 1.3), (22, 0.7), (24, 0.4)], 0.90, 0.08),
    "office": Shape(
        [(0, 0.12), (6, 0.15), (9, 1.8), (12, 1.9), (16, 1.8), (18, 0.8), (21, 0.3), (24, 0.12)], 0.45, 0.04
    ),
    "commute": Shape(
        [(0, 0.4), (4, 0.3), (7, 1.5), (9, 1.1), (12, 1.1), (16, 1.9), (18, 1.8), (21, 0.8), (24, 0.4)],
        0.85,
        -0.06,
    ),
    "alarm": Shape([(0, 0.9), (5, 1.2), (7, 1.5), (10, 0.8), (16, 0.8), (21, 1.2), (24, 0.9)], 1.10, 0.03),
    "health": Shape([(0, 0.8), (4, 0.5), (8, 0.9), (12, 1.2), (16, 1.3), (20, 1.2), (24, 0.8)], 0.97, 0.06),
    # Dips at the changes of shift.
    "patrol": Shape(
        [
            (0, 1.5),
            (3, 0.9),
            (5, 0.3),
            (6, 0.4),
            (9, 1.3),
            (13, 0.8),
            (14, 0.5),
            (16, 1.4),
            (21, 1.2),
            (22, 0.7),
            (24, 1.5),
        ],
        0.85,
        0.02,
    ),
    "shift": Shape(
        [(0, 0.8), (3, 0.9), (6, 1.3), (9, 0.7), (12, 1.2), (14, 1.4), (18, 1.1), (22, 1.3), (24, 0.8)],
        0.95,
        0.0,
    ),
}
RHYTHMS = tuple(SHAPES)


def first_slot(name: str) -> int:
    """First slot of a rhythm in the table of moments."""
    return RHYTHMS.index(name) * SLOTS


@dataclass(frozen=True)
class Clock:
    """The period covered, in epoch seconds, with the moments at which the local offset changes."""

    start: int
    end: int
    year_starts: list[int]
    first_year: int
    changes: list[tuple[int, int]]


def local_midnight(year: int) -> int:
    """Epoch second at which a local calendar year begins."""
    return int(datetime(year, 1, 1, tzinfo=TIME_ZONE).timestamp())


def utc_offset(second: int) -> int:
    """Seconds to add to UTC to get local time."""
    offset = datetime.fromtimestamp(second, UTC).astimezone(TIME_ZONE).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def make_clock(first_year: int, last_year: int) -> Clock:
    """The clock for whole local years; offsets run on past the end, for updates made later."""
    start, end = local_midnight(first_year), local_midnight(last_year + 1)
    changes = [(start - 86_400 * 400, utc_offset(start - 86_400 * 400))]
    for day in range(changes[0][0], end + 86_400 * 400, 86_400):
        if utc_offset(day) != utc_offset(day + 86_400):
            change = next(h for h in range(day, day + 86_401, HOUR) if utc_offset(h) != utc_offset(day))
            changes.append((change, utc_offset(change)))
    years = [local_midnight(year) for year in range(first_year, last_year + 1)]
    return Clock(start, end, years, first_year, changes)


def hour_offsets(clock: Clock, hours: Ints) -> Ints:
    """UTC offset in force at each hour."""
    since = np.array([change for change, _ in clock.changes])
    offset = np.array([seconds for _, seconds in clock.changes])
    return np.asarray(offset[np.searchsorted(since, hours, side="right") - 1])


def intensities(clock: Clock, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Hours of the period (epoch seconds) and, per rhythm, the relative intensity in each."""
    hours = np.arange(clock.start, clock.end, HOUR)
    local = hours + hour_offsets(clock, hours)
    hour_of_day = (local % 86_400) / HOUR
    # 1970-01-01 was a Thursday; 0 = Monday.
    weekday = (local // 86_400 + 3) % 7
    hour_of_week = weekday * 24 + hour_of_day
    weekend = (hour_of_week >= 4 * 24 + 17) & (hour_of_week < 6 * 24 + 20)
    season = np.cos(2 * np.pi * ((local // 86_400) % 365.25 - 200) / 365.25)
    day = (local // 86_400) - local[0] // 86_400
    common = rng.gamma(150.0, 1 / 150.0, int(day[-1]) + 1)
    rows = []
    for shape in SHAPES.values():
        own = rng.gamma(120.0, 1 / 120.0, int(day[-1]) + 1)
        course = np.interp(hour_of_day, [hour for hour, _ in shape.knots], [weight for _, weight in shape.knots])
        course *= np.where(weekend, shape.weekend, 1.0) * (1 + shape.summer * season)
        rows.append(course * common[day] * own[day])
    return hours, np.array(rows)


def quantile_edges(hours: Ints, intensity: Floats) -> Ints:
    """SLOTS + 1 moments that cut the period into stretches of equal expected count."""
    total = np.concatenate(([0.0], np.cumsum(intensity)))
    edges = np.concatenate((hours, [hours[-1] + HOUR]))
    return np.interp(np.linspace(0, total[-1], SLOTS + 1), total, edges).astype(np.int64)


def local_seconds_sql(clock: Clock, second: str) -> str:
    """Local wall-clock seconds as a SQL expression over an epoch second."""
    cases = " ".join(f"WHEN {second} >= {since} THEN {offset}" for since, offset in reversed(clock.changes[1:]))
    return f"({second} + CASE {cases} ELSE {clock.changes[0][1]} END)"
