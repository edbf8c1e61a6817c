"""Tables of counts with their totals, and what everybody knows of a hidden count before working anything out.

The limit is public, and so is the rule. A count below the limit is known to lie between 1 and the limit less one. Of
its partners nobody outside is told which they are, so they are only known not to be negative. Where all that stands
together is hidden, nobody can tell a small count from none.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from expectations.thresholds import LEAST_POSSIBLE_VALUES, SMALLEST_PUBLISHED_COUNT

LIMIT = int(SMALLEST_PUBLISHED_COUNT.value)
LEAST_VALUES = int(LEAST_POSSIBLE_VALUES.value)
UNBOUNDED = np.int64(2**40)  # more than any count, and sums of it still fit

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """Counts with totals: the last column sums up the others and, where columns are summed too, so does the last row."""

    counts: Counts
    columns_summed: bool = False

    def __post_init__(self) -> None:
        """Refuse a table whose totals are not its sums: what is hidden in it would be nobody's secret."""
        if (self.counts < 0).any():
            raise ValueError("a table of counts holds a negative number")
        if (self.counts[:, :-1].sum(axis=1) != self.counts[:, -1]).any():
            raise ValueError("a row of the table does not add up to its total")
        if self.columns_summed and (self.counts[:-1].sum(axis=0) != self.counts[-1]).any():
            raise ValueError("a column of the table does not add up to its total")

    @property
    def small(self) -> Mask:
        """The counts that could point to a person."""
        found: Mask = (self.counts > 0) & (self.counts < LIMIT)
        return found


def known_limits(table: Table, hidden: Mask) -> tuple[Counts, Counts]:
    """The least and the most that a count may be, by the rule alone; a shown count is what it is."""
    lower = np.where(hidden, 0, table.counts)
    upper = np.where(hidden, UNBOUNDED, table.counts)
    known_small = hidden & table.small & ~indistinct(table, hidden)
    return np.where(known_small, 1, lower), np.where(known_small, LIMIT - 1, upper)


def indistinct(table: Table, hidden: Mask) -> Mask:
    """Counts hidden with all that stands beside them: a line with its total, or all of a table that is one."""
    if not table.columns_summed:
        whole = hidden.all(axis=1, keepdims=True) & np.ones_like(hidden)
        whole[:, -1] = False  # of a total that is small, a reader knows as much
        return whole
    parts = np.ones_like(hidden)
    parts[-1, -1] = False
    return parts & hidden[parts].all()


def fixed_order(rows: list[str], columns: list[str]) -> Counts:
    """An order of a table's cells that has nothing to do with what is counted in them, the same at every release."""
    return np.array(
        [
            [int.from_bytes(blake2b(f"{row}\x1f{column}".encode(), digest_size=4).digest()) for column in columns]
            for row in rows
        ],
        dtype=np.int64,
    ).reshape(len(rows), len(columns))


def signs(shape: tuple[int, ...]) -> Counts:
    """1, and -1 for the totals of rows and of columns: with these signs, all lines add up to nothing."""
    sign = np.ones(shape, dtype=np.int64)
    sign[-1] *= -1
    sign[:, -1] *= -1
    return sign
