"""The published tables as the disclosure engine sees them: which counts there are, what sums up what, what goes with a count.

Tables that share a margin are one declaration: a total and its parts are hidden together or not at all. Each is published
in blocks: one city and measure over one period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from orchestration.statistics.marts import Mart

TEXT, DATE, NUMBER, COUNT, DAYS = "varchar", "date", "double", "bigint", "integer"
HIDDEN = "suppressed"
WHY_HIDDEN = (
    "a small number (1 to 10), or one that a small number would follow from: hidden so that nobody can be recognised"
)


@dataclass(frozen=True)
class Published:
    """A published table: what it holds, and which columns say something of the count beside them."""

    mart: Mart
    grain: tuple[str, ...]
    go_with_count: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name within the schema."""
        return self.mart.key[1]

    @property
    def columns(self) -> list[str]:
        """Its columns, in order."""
        return list(self.mart.columns)


@dataclass(frozen=True)
class Declaration:
    """Published tables that share a margin: parts of a line, and the line's total over a period."""

    totals: Published
    parts: Published
    counts: Literal["people", "events"]
    line: str
    part: str


_ZONE = (TEXT, "Zone of the city's primary zoning, or (unmatched).")
_CITY = (TEXT, "City, by its name in the catalog.")
_MEASURE = (TEXT, "calls (demand), contacts, offenses (reported), offenses_police_generated or offenses_unclassified.")
_SUMMARY: Mapping[str, tuple[str, str]] = {
    "city": _CITY,
    "zone_id": _ZONE,
    "zone_name": (TEXT, "Name, as published."),
    "population": (NUMBER, "Residents (ACS estimate)."),
    "measure": _MEASURE,
    "n": (COUNT, "Number in the period; NULL where hidden or unknown."),
    "period_start": (DATE, "First day counted."),
    "period_end": (DATE, "Last day counted."),
    "covered_days": (DAYS, "Days counted: those of the period for which the data are whole."),
    "rate_per_1000": (NUMBER, "Per 1,000 residents a year; NULL where hidden or not defined."),
    "rate_lo": (NUMBER, "Lower 95 % limit, from a dispersion rounded up, so that no hidden number follows from it."),
    "rate_hi": (NUMBER, "Upper 95 % limit, likewise."),
    "ci_method": (
        TEXT,
        "As in zones.zone_summary: Poisson's limits, or wider ones where counts vary more than chance.",
    ),
    "status": (
        TEXT,
        "ok, unreliable, partial_period (no whole year), suppressed, zero_denominator, insufficient_data or "
        "not_applicable. Which of the suppressed are small and which their partners is not told.",
    ),
    "reason": (TEXT, "Why the status is not ok."),
    "caveat_codes": (TEXT, "Caveats to tell with the number (codebooks.caveats), with ; between; NULL where hidden."),
}
_MONTH: Mapping[str, tuple[str, str]] = {
    "city": _CITY,
    "zone_id": _ZONE,
    "month": (DATE, "First day of the local month."),
    "measure": _MEASURE,
    "n": (COUNT, "Number on the covered days of the month; NULL where hidden."),
    "days": (DAYS, "Days of the month."),
    "covered_days": (DAYS, "Of these, the days for which the data are whole; what a number a day divides by."),
    "status": (TEXT, "ok, partial_period (not all days of the month are covered) or suppressed."),
}

ZONES = Declaration(
    totals=Published(
        Mart(
            "published.zone_summary",
            "One row per city, zone and measure: the number in the period published and its rate with a 95 % interval. "
            "Zones with 1 to 10 events are hidden, and those whose months would otherwise follow.",
            _SUMMARY,
        ),
        grain=("city", "measure", "zone_id"),
        go_with_count=("rate_per_1000", "rate_lo", "rate_hi", "ci_method", "caveat_codes"),
    ),
    parts=Published(
        Mart(
            "published.zone_month",
            "One row per city, zone, month of the period published and measure whose records have places; where no whole "
            "year is covered, of the covered months. Months of 1 to 10 are hidden, and others where the total would give "
            "a hidden one away.",
            _MONTH,
        ),
        grain=("city", "measure", "zone_id", "month"),
        go_with_count=(),
    ),
    counts="events",
    line="zone_id",
    part="month",
)
DECLARED = (ZONES,)

_VINTAGE: Mapping[str, tuple[str, str]] = {
    "period_start": (DATE, "First day of the period that the row was published for."),
    "period_end": (DATE, "Last day of it."),
    "first_release": (TEXT, "Release that published the row first."),
    "last_release": (TEXT, "Release that published it last."),
}


def former(table: Published) -> Mart:
    """The table that carries from release to release what was ever published of another."""
    return Mart(
        f"audit.former_{table.name}",
        f"One row per row that a former release had in {table.mart.table}, as it was published. What is published now is "
        "held against it; kept for longer than the releases are.",
        {**table.mart.columns, **_VINTAGE},
    )


PERIODS = Mart(
    "audit.published_periods",
    "One row per city and measure published: the period, and whether its numbers are new or stand as first published.",
    {
        "city": _CITY,
        "measure": _MEASURE,
        "period_start": (DATE, "First day of the period published."),
        "period_end": (DATE, "Last day of it."),
        "outcome": (
            TEXT,
            "new; frozen: as first published; held: as first published, since the newer period overlaps it; completed: a "
            "whole year in place of a part of one; restated: anew, because it was asked for.",
        ),
        "since_release": (TEXT, "Release that published the period first; NULL where it is this one."),
        "hidden": (COUNT, "Numbers hidden, totals and months."),
        "partners": (
            COUNT,
            "Of these, numbers that are not small themselves; NULL where they stand as first published.",
        ),
        "lines_kept": (COUNT, "Zones that a restatement left as they were: the change itself would be a small number."),
    },
)
