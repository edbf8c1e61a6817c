"""What may be published anew of a period of which something was published before.

Two releases that differ tell what came in between: a zone that had 23 calls and has 24 tells of one caller. Periods
are therefore published once. Where one must be published anew, each line is, if neither the change of any number nor
what both releases hide together can be told from them; else more of the line is hidden, or it stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.optimize import linprog

from orchestration.disclosure.tables import LEAST_VALUES, LIMIT, UNBOUNDED, Counts, Mask


@dataclass(frozen=True)
class Line:
    """A line as published: its parts by month, and its total; None where hidden."""

    parts: dict[date, int | None]
    total: int | None


def revise(
    line: Counts, months: list[date], hidden: Mask, formers: list[Line], order: Counts, *, same_period: bool
) -> Mask | None:
    """What is hidden of a line published anew, next to what is known of it already; None if it stays as it was."""
    counts = dict(zip(months, map(int, line[:-1]), strict=True))
    *patterns, without_total = _patterns(line, months, hidden, formers, order)
    for pattern in patterns:
        shown = {month: None if out else counts[month] for month, out in zip(months, pattern[:-1], strict=True)}
        proposed = Line(shown, None if pattern[-1] else int(line[-1]))
        if all(_keeps_secrets(proposed, former, counts, same_period=same_period) for former in formers):
            return pattern
    changes = [
        abs(counts[month] - n) for former in formers for month, n in former.parts.items() if n and month in counts
    ]
    return None if same_period and max(changes, default=0) < LIMIT else without_total


def _patterns(line: Counts, months: list[date], hidden: Mask, formers: list[Line], order: Counts) -> list[Mask]:
    """What might be hidden, the least first: as if nothing were known; small changes too; one more; the total with them."""
    told = hidden.copy()
    for column, month in enumerate(months):
        for former in (former for former in formers if month in former.parts):
            before = former.parts[month]
            told[column] |= before is None or _is_small_change(int(line[column]), before)
    more = told.copy()
    open_to = np.flatnonzero(~told[:-1] & (line[:-1] >= LIMIT))
    if told[:-1].any() and open_to.size:
        more[open_to[np.argmin(order[:-1][open_to])]] = True
    without_total = told.copy()
    without_total[-1] = True
    return [hidden, told, more, without_total]


def _keeps_secrets(proposed: Line, former: Line, counts: dict[date, int], *, same_period: bool) -> bool:
    """Whether what was hidden stays so, no change is small, and whoever takes hidden numbers for unchanged learns none."""
    if same_period and (proposed.total is not None and former.total is None):
        return False
    if same_period and _is_small_change(proposed.total, former.total):
        return False
    for month in proposed.parts.keys() & former.parts.keys():
        now, before = proposed.parts[month], former.parts[month]
        if (before is None and now is not None) or _is_small_change(now, before):
            return False
    return _in_doubt(proposed, former, counts)


def _is_small_change(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and 0 < abs(one - other) < LIMIT


def _in_doubt(proposed: Line, former: Line, counts: dict[date, int]) -> bool:
    """Whether each number that either hides has enough values, both totals and what was shown before being known."""
    known = {month: n for month, n in former.parts.items() if n is not None and counts.get(month) == n}
    proposed = Line(
        proposed.parts | {month: n for month, n in known.items() if month in proposed.parts}, proposed.total
    )
    both = (proposed, former)
    unknown = sorted({month for line in both for month, n in line.parts.items() if n is None})
    sums = [
        ([float(month in line.parts and line.parts[month] is None) for month in unknown], line.total - _shown(line))
        for line in both
        if line.total is not None
    ]
    sums = [(row, rest) for row, rest in sums if any(row)]
    if not sums:
        return True
    bounds = [_known_limits(counts.get(month), former.parts.get(month)) for month in unknown]
    for n in range(len(unknown)):
        ends = []
        for direction in (1.0, -1.0):
            objective = np.zeros(len(unknown))
            objective[n] = direction
            solved = linprog(
                objective,
                A_eq=np.array([row for row, _ in sums]),
                b_eq=np.array([float(rest) for _, rest in sums]),
                bounds=bounds,
            )
            if solved.status == 2:  # what was taken for unchanged has changed: nothing follows
                return True
            ends.append(float(UNBOUNDED) if solved.status == 3 else direction * solved.fun)
        if np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) + 1 < LEAST_VALUES:
            return False
    return True


def _known_limits(n: int | None, before: int | None) -> tuple[int, int | None]:
    """What everybody knows of a hidden number: that it is small, or not far from what was shown before."""
    if n is not None and 0 < n < LIMIT:
        return 1, LIMIT - 1
    if n is not None and before is not None and abs(n - before) < LIMIT:
        return max(0, before - LIMIT + 1), before + LIMIT - 1
    return 0, None


def _shown(line: Line) -> int:
    return sum(n for n in line.parts.values() if n is not None)
