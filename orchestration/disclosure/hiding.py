"""Which counts of a table are hidden: the small ones, and partners so that none follows from what is shown.

Partners are taken in an order that has nothing to do with the counts. "The smallest that will do" would be told by
every larger count that is shown.
"""

import numpy as np
from numpy.typing import NDArray

from orchestration.disclosure.audit import least_values
from orchestration.disclosure.tables import LEAST_VALUES, LIMIT, UNBOUNDED, Counts, Mask, Table, signs

# One more than must remain: that no partner was needed, or that one was, tells a reader something too.
KEPT_VALUES = LEAST_VALUES + 1
Prices = NDArray[np.float64]


def hide(table: Table, order: Counts) -> Mask:
    """The counts to hide. `order` has a rank for every cell, and knows nothing of the counts."""
    if table.columns_summed:
        return _hide_crossed(table, order)
    return np.array([hide_line(line, ranks) for line, ranks in zip(table.counts, order, strict=True)]).reshape(
        table.counts.shape
    )


def hide_line(line: Counts, order: Counts) -> Mask:
    """The counts to hide in a line of parts with their total at the end.

    A line with a small total is hidden whole, whatever its parts. Else the small parts are hidden; where their sum
    leaves too few values to each of them, one larger part with them; where there is none, the line.
    """
    parts, total = line[:-1], int(line[-1])
    small = (parts > 0) & (parts < LIMIT)
    if 0 < total < LIMIT:
        return np.ones_like(line, dtype=bool)
    if not small.any() or values_of_small_parts(int(parts[small].sum()), int(small.sum())) >= KEPT_VALUES:
        return np.append(small, False)
    large = np.flatnonzero(parts >= LIMIT)
    if not large.size:
        return np.ones_like(line, dtype=bool)
    small[large[np.argmin(order[large])]] = True
    return np.append(small, False)


def values_of_small_parts(total: int, parts: int) -> int:
    """How many values each of some small parts may have, if they are known to add up to `total`."""
    least = max(1, total - (LIMIT - 1) * (parts - 1))
    most = min(LIMIT - 1, total - parts + 1)
    return max(0, most - least + 1)


def _hide_crossed(table: Table, order: Counts) -> Mask:
    """Rows and columns are summed: each hidden count gets the three other corners of a rectangle as partners."""
    hidden = table.small.copy()
    if hidden[-1, -1]:
        return np.ones_like(hidden)
    lower, upper = np.where(table.small, 1, 0), np.where(table.small, LIMIT - 1, UNBOUNDED)
    sign = signs(table.counts.shape)
    up = np.where(sign > 0, upper - table.counts, table.counts - lower)
    down = np.where(sign > 0, table.counts - lower, upper - table.counts)
    price = _prices(table, hidden, order)
    for row, column in np.argwhere(hidden):
        corners = _best_rectangle(up, down, price, int(row), int(column))
        if corners is None:
            return _all_but_the_grand_total(table)
        hidden[corners] = True
        price[corners] = 0.0
    return hidden


def _prices(table: Table, hidden: Mask, order: Counts) -> Prices:
    """What it costs to hide a count: the fewest, none of them a total if possible, the grand total never."""
    is_total = np.zeros_like(hidden)
    is_total[-1], is_total[:, -1] = True, True
    # A count of none is the last to be hidden: what is shown as none tells a reader that there is nothing to hide.
    price = np.where(hidden, 0.0, 1.0 + 8.0 * is_total + 64.0 * (table.counts == 0) + order / 2.0**40)
    price[-1, -1] = np.inf
    return price


def _all_but_the_grand_total(table: Table) -> Mask:
    hidden = np.ones(table.counts.shape, dtype=bool)
    hidden[-1, -1] = False
    return hidden if least_values(table, hidden) >= LEAST_VALUES else np.ones_like(hidden)


def _best_rectangle(
    up: Counts, down: Counts, price: Prices, row: int, column: int
) -> tuple[list[int], list[int]] | None:
    """The cheapest rectangle that leaves the count enough values; `up` and `down`: by how much each may rise and fall."""
    in_row, in_column = (slice(row, row + 1), slice(None)), (slice(None), slice(column, column + 1))
    rises = np.minimum(np.minimum(up[row, column], down[in_row]), np.minimum(down[in_column], up))
    falls = np.minimum(np.minimum(down[row, column], up[in_row]), np.minimum(up[in_column], down))
    cost = price + price[in_row] + price[in_column]
    cost[rises + falls + 1 < KEPT_VALUES] = np.inf
    cost[row], cost[:, column] = np.inf, np.inf
    best = np.unravel_index(np.argmin(cost), cost.shape)
    if not np.isfinite(cost[best]):
        return None
    other_row, other_column = int(best[0]), int(best[1])
    return [row, row, other_row, other_row], [column, other_column, column, other_column]
