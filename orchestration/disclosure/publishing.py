"""What is published of each city and measure: candidates with what must not be told hidden, or what stands since a release."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from orchestration.disclosure.blocks import Block
from orchestration.disclosure.hiding import hide
from orchestration.disclosure.revising import Line, revise
from orchestration.disclosure.tables import Mask

Outcome = Literal["new", "frozen", "held", "completed", "restated"]


@dataclass(frozen=True)
class Decision:
    """A block as it is published, and how that came about."""

    block: Block
    outcome: Outcome
    hidden: int
    partners: int | None
    lines_kept: int = 0


def decide(candidate: Block, formers: list[Block], restated: Collection[str]) -> Decision:
    """What is published of a city and measure. `formers`: what former releases published of it, oldest first.

    A period is published once and stands. One that overlaps a published one waits: a total of the last twelve months
    beside one of the twelve before gives a month away. Part of a year gives way to the whole year, once.
    """
    overlapping = [former for former in formers if former.overlaps(candidate.period)]
    if not candidate.says_something or not overlapping:
        hidden = _hidden(candidate)
        return Decision(candidate.with_hidden(hidden), "new", int(hidden.sum()), _partners(candidate, hidden))
    same = [former for former in overlapping if former.period == candidate.period]
    if candidate.city in restated:
        return _revised(candidate, overlapping, "restated")
    if same and same[-1].is_whole_year:
        return _standing(same[-1], "frozen")
    if candidate.is_whole_year and not any(former.is_whole_year for former in overlapping):
        return _revised(candidate, overlapping, "completed")
    if same:
        return _standing(same[-1], "frozen")
    return _standing(formers[-1], "held")


def _hidden(candidate: Block) -> Mask:
    return hide(candidate.table(), candidate.order()) if candidate.lines else np.zeros((0, 1), dtype=bool)


def _partners(candidate: Block, hidden: Mask) -> int:
    return int((hidden & ~candidate.table().small).sum()) if candidate.lines else 0


def _standing(former: Block, outcome: Outcome) -> Decision:
    counts = former.counts()
    return Decision(former, outcome, int(counts.isna().sum().sum()), None)


def _revised(candidate: Block, formers: list[Block], outcome: Outcome) -> Decision:
    """The candidate, each line held against what was published of it; some may stay as they were."""
    hidden, order, counts = _hidden(candidate), candidate.order(), candidate.table().counts
    same = [former for former in formers if former.period == candidate.period]
    known = [_lines(former) for former in formers]
    kept = set()
    for row, name in enumerate(candidate.lines):
        pattern = revise(
            counts[row],
            candidate.columns,
            hidden[row],
            [lines[name] for lines in known if name in lines],
            order[row],
            same_period=bool(same),
        )
        if pattern is None:
            kept.add(name)
        else:
            hidden[row] = pattern
    block = candidate.with_hidden(hidden)
    if kept:
        block = _with_lines_of(block, same[-1], kept)
    is_new = np.array([name not in kept for name in candidate.lines])[:, None]
    published = block.counts().isna().to_numpy()
    return Decision(
        replace(block, first_release=None),
        outcome,
        int(published.sum()),
        _partners(candidate, hidden & is_new),
        len(kept),
    )


def _lines(block: Block) -> dict[str, Line]:
    """The lines of a block as published."""
    found = {}
    for name, row in zip(block.lines, block.counts().itertuples(index=False), strict=True):
        *parts, total = (None if pd.isna(n) else int(n) for n in row)
        found[name] = Line(dict[date, int | None](zip(block.columns, parts, strict=True)), total)
    return found


def _with_lines_of(block: Block, former: Block, kept: set[str]) -> Block:
    """The block with some lines as they were published."""
    line = block.declaration.line
    totals, parts = (
        pd.concat([now[~now[line].isin(kept)], before[before[line].isin(kept)]])
        for now, before in ((block.totals, former.totals), (block.parts, former.parts))
    )
    return replace(block, totals=totals, parts=parts)
