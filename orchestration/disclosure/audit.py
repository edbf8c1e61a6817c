"""What an attacker can work out: the least and the most that each hidden count may be, all that is shown being known.

Where only lines are summed, the limits are a sum; where columns are too, they come from linear programs, which are
solved for those counts alone that no rectangle of hidden counts shows to be in doubt.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from orchestration.disclosure.tables import LEAST_VALUES, UNBOUNDED, Counts, Mask, Table, known_limits, signs


def limits(table: Table, hidden: Mask) -> tuple[Counts, Counts]:
    """The least and the most that each count may be; equal where it is shown."""
    lower, upper = known_limits(table, hidden)
    if not table.columns_summed:
        return limits_of_lines(lower, upper)
    for cells in _connected(hidden):
        wanted = range(len(cells))
        for cell, (least, most) in zip(cells, _solved(table, hidden, cells, lower, upper, wanted), strict=True):
            lower[tuple(cell)], upper[tuple(cell)] = least, most
    return lower, upper


def least_values(table: Table, hidden: Mask) -> int:
    """How many values the best known of the hidden counts may still have, at least as many as LEAST_VALUES will do."""
    found = values_left(table, hidden)[hidden]
    return int(found.min()) if found.size else int(UNBOUNDED)


def values_left(table: Table, hidden: Mask) -> Counts:
    """How many values each hidden count may have: of those with enough in a rectangle of a table, a number that is safe."""
    if not table.columns_summed:
        lower, upper = limits(table, hidden)
        return upper - lower + 1
    lower, upper = known_limits(table, hidden)
    left = _values_in_rectangles(table, hidden, lower, upper)
    for cells in _connected(hidden):
        wanted = [n for n, cell in enumerate(cells) if left[tuple(cell)] < LEAST_VALUES]
        for n, (least, most) in zip(wanted, _solved(table, hidden, cells, lower, upper, wanted), strict=True):
            left[tuple(cells[n])] = most - least + 1
    return left


def limits_of_lines(lower: Counts, upper: Counts) -> tuple[Counts, Counts]:
    """The limits of each count of lines whose last count is the sum of the others, from limits of each by itself."""
    sign = np.ones(lower.shape[1], dtype=np.int64)
    sign[-1] = -1
    # parts - total = 0; written as a sum of signed numbers, each lies between what the others leave to it.
    least = np.where(sign > 0, lower, -upper)
    most = np.where(sign > 0, upper, -lower)
    from_others_least = -(most.sum(axis=1, keepdims=True) - most)
    from_others_most = -(least.sum(axis=1, keepdims=True) - least)
    least, most = np.maximum(least, from_others_least), np.minimum(most, from_others_most)
    return np.where(sign > 0, least, -most), np.where(sign > 0, most, -least)


def _values_in_rectangles(table: Table, hidden: Mask, lower: Counts, upper: Counts) -> Counts:
    """Values that a hidden count can have while only the corners of one rectangle of hidden counts change."""
    sign = signs(table.counts.shape)
    up = np.where(sign > 0, upper - table.counts, table.counts - lower)
    down = np.where(sign > 0, table.counts - lower, upper - table.counts)
    left = np.where(hidden, 1, UNBOUNDED)
    for row, column in np.argwhere(hidden):
        rows = np.flatnonzero(hidden[:, column])
        columns = np.flatnonzero(hidden[row])
        rows, columns = rows[rows != row], columns[columns != column]
        if not rows.size or not columns.size:
            continue
        corner = np.ix_(rows, columns)
        up_row, down_row = up[row, columns][None, :], down[row, columns][None, :]
        up_column, down_column = up[rows, column][:, None], down[rows, column][:, None]
        rises = np.minimum(np.minimum(up[row, column], down_row), np.minimum(down_column, up[corner]))
        falls = np.minimum(np.minimum(down[row, column], up_row), np.minimum(up_column, down[corner]))
        left[row, column] = max(1, int(np.where(hidden[corner], rises + falls + 1, 1).max()))
    return left


def _connected(hidden: Mask) -> list[Counts]:
    """The hidden counts, in groups that no line joins."""
    cells = np.argwhere(hidden)
    if not len(cells):
        return []
    rows, columns = hidden.shape
    ends = (cells[:, 0], rows + cells[:, 1])
    graph = coo_array((np.ones(len(cells)), ends), shape=(rows + columns, rows + columns))
    _, labels = connected_components(graph, directed=False)
    of_cell = labels[cells[:, 0]]
    return [cells[of_cell == label] for label in np.unique(of_cell)]


def _solved(
    table: Table, hidden: Mask, cells: Counts, lower: Counts, upper: Counts, wanted: Sequence[int]
) -> list[tuple[int, int]]:
    """Least and most of some cells of a group, each by two linear programs. They are whole: such tables have whole corners."""
    if not len(wanted):
        return []
    rows, row_of = np.unique(cells[:, 0], return_inverse=True)
    columns, column_of = np.unique(cells[:, 1], return_inverse=True)
    sign = signs(table.counts.shape)
    own = sign[cells[:, 0], cells[:, 1]].astype(float)
    variables = np.arange(len(cells))
    lines = coo_array(
        (
            np.concatenate([own, own]),
            (np.concatenate([row_of, len(rows) + column_of]), np.concatenate([variables, variables])),
        ),
        shape=(len(rows) + len(columns), len(cells)),
    ).tocsr()
    shown = np.where(hidden, 0, sign * table.counts)
    rest = -np.concatenate([shown.sum(axis=1)[rows], shown.sum(axis=0)[columns]])
    most = upper[cells[:, 0], cells[:, 1]]
    bounds = [
        (int(least), None if top >= UNBOUNDED else int(top))
        for least, top in zip(lower[cells[:, 0], cells[:, 1]], most, strict=True)
    ]
    found = []
    for n in wanted:
        ends = []
        for direction in (1.0, -1.0):
            objective = np.zeros(len(cells))
            objective[n] = direction
            solved = linprog(objective, A_eq=lines, b_eq=rest, bounds=bounds, method="highs")
            if solved.status == 3:  # nothing bounds it
                ends.append(int(UNBOUNDED))
            elif solved.success:
                ends.append(round(direction * solved.fun))
            else:
                raise ValueError(f"no table fits what is shown: {solved.message}")
        found.append((ends[0], ends[1]))
    return found
