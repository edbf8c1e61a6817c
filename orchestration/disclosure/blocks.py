"""Blocks: what is published of one city and measure over one period, as arrays of lines and parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast

import numpy as np
import pandas as pd

from orchestration.disclosure.declared import HIDDEN, WHY_HIDDEN, Declaration
from orchestration.disclosure.tables import Counts, Mask, Table, fixed_order
from orchestration.statistics.marts import Mart

Period = tuple[date, date]
BlockKey = tuple[str, str, date, date]


@dataclass(frozen=True)
class Block:
    """The rows of both tables of one city and measure; `first_release` where a former release published them."""

    declaration: Declaration
    city: str
    measure: str
    period: Period
    totals: pd.DataFrame
    parts: pd.DataFrame
    first_release: str | None = None
    last_release: str | None = None

    @property
    def is_whole_year(self) -> bool:
        """Whether the period is twelve months, all of whose days are covered: such a period does not grow."""
        start, end = self.period
        after = end + timedelta(days=1)
        days = (after - start).days
        return (after.year - 1, after.month, after.day) == (start.year, start.month, 1) and bool(
            (self.totals["covered_days"] == days).all()
        )

    @property
    def says_something(self) -> bool:
        """Whether any number of it is known or hidden, rather than none of them known."""
        return bool((self.totals["n"].notna() | (self.totals["status"] == HIDDEN)).any())

    def overlaps(self, period: Period) -> bool:
        """Whether the periods share a day."""
        return self.period[0] <= period[1] and period[0] <= self.period[1]

    @property
    def lines(self) -> list[str]:
        """The lines that have parts, in order."""
        return sorted(self.parts[self.declaration.line].unique())

    @property
    def columns(self) -> list[date]:
        """The parts of every line, in order."""
        return sorted(self.parts[self.declaration.part].unique())

    def counts(self) -> pd.DataFrame:
        """Lines by parts and their total, missing where hidden."""
        line, part = self.declaration.line, self.declaration.part
        wide = self.parts.pivot(index=line, columns=part, values="n").reindex(self.lines)[self.columns]
        wide["total"] = self.totals.set_index(line)["n"].reindex(self.lines)
        return wide

    def table(self) -> Table:
        """The counts as a table; what is missing in a candidate would be a fault, and is an error here."""
        counts = self.counts()
        if counts.isna().any(axis=None):
            raise ValueError(f"{self.city}, {self.measure}: a line lacks a month or its total")
        try:
            return Table(counts.to_numpy(dtype=np.int64))
        except ValueError as error:
            raise ValueError(f"{self.city}, {self.measure}, {self.period[0]} to {self.period[1]}: {error}") from error

    def order(self) -> Counts:
        """An order of the cells that knows nothing of their counts."""
        return fixed_order(
            [f"{self.city}\x1f{self.measure}\x1f{line}" for line in self.lines],
            [*map(str, self.columns), "total"],
        )

    def with_hidden(self, hidden: Mask) -> Block:
        """The block as it is published: hidden counts gone, and what would tell of them."""
        line, part = self.declaration.line, self.declaration.part
        names, columns = np.array(self.lines), np.array(self.columns)
        hidden_totals = set(names[hidden[:, -1]])
        hidden_parts = {(names[row], columns[column]) for row, column in np.argwhere(hidden[:, :-1])}
        totals, parts = self.totals.copy(), self.parts.copy()
        is_hidden = totals[line].isin(hidden_totals)
        totals.loc[is_hidden, ["n", *self.declaration.totals.go_with_count]] = None
        totals.loc[is_hidden, "status"] = HIDDEN
        totals.loc[is_hidden, "reason"] = WHY_HIDDEN
        is_hidden = pd.Series(
            [key in hidden_parts for key in zip(parts[line], parts[part], strict=True)], index=parts.index, dtype=bool
        )
        parts.loc[is_hidden, ["n", *self.declaration.parts.go_with_count]] = None
        parts.loc[is_hidden, "status"] = HIDDEN
        return replace(self, totals=totals, parts=parts)


def blocks(declaration: Declaration, totals: pd.DataFrame, parts: pd.DataFrame) -> list[Block]:
    """Rows of the two tables, cut into blocks; of a city and measure there is one period."""
    of_parts = dict(list(parts.groupby(["city", "measure"], sort=False)))
    found = []
    for key, rows in totals.groupby(["city", "measure", "period_start", "period_end"]):
        city, measure, start, end = cast("BlockKey", key)
        found.append(
            Block(declaration, city, measure, (start, end), rows, of_parts.get((city, measure), parts.iloc[:0]))
        )
    return found


def vintages(declaration: Declaration, totals: pd.DataFrame, parts: pd.DataFrame) -> list[Block]:
    """Blocks that former releases published, oldest first: one for every time that a row of a block was new."""
    by = ["city", "measure", "period_start", "period_end"]
    of_parts = dict(list(parts.groupby(by, sort=False)))
    found = []
    for key, rows in totals.groupby(by, sort=True):
        months = of_parts.get(key, parts.iloc[:0])
        city, measure, start, end = cast("BlockKey", key)
        for release in sorted({*rows["first_release"], *months["first_release"]}):
            then, months_then = (
                one[(one["first_release"] <= release) & (one["last_release"] >= release)] for one in (rows, months)
            )
            block = Block(
                declaration,
                city,
                measure,
                (start, end),
                then[declaration.totals.columns],
                months_then[declaration.parts.columns],
                str(rows["first_release"].min()),
                str(then["last_release"].max()),
            )
            if block.says_something:
                found.append(block)
    return sorted(found, key=lambda block: block.last_release or "")


def typed(frame: pd.DataFrame, mart: Mart) -> pd.DataFrame:
    """A frame with the columns of a table, in kinds that can be missing."""
    kinds = {"varchar": "object", "date": "object", "double": "float64", "bigint": "Int64", "integer": "Int64"}
    whole = frame.reindex(columns=list(mart.columns)).reset_index(drop=True)
    typed = whole.astype({name: kinds[kind] for name, (kind, _) in mart.columns.items()})
    return typed.where(typed.notna(), None) if len(typed) else typed
