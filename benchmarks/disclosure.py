"""How long the disclosure engine takes over a table of zones and months, beside linear programs for every hidden count.

    python -m benchmarks.disclosure

Two tables: lines with totals, as published, and the same with a city's total of each month as well. The bare way to
audit is two linear programs a hidden count; it is timed on some of them, in this run, and multiplied up.
"""

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from orchestration.disclosure.audit import values_left
from orchestration.disclosure.hiding import hide
from orchestration.disclosure.tables import LEAST_VALUES, LIMIT, Counts, Mask, Table, fixed_order

ZONES, MONTHS = 1_000, 36
SAMPLE = 20  # hidden counts that the bare way is timed on
LIMIT_SECONDS = 60
SEED = 7


def invented(columns_summed: bool) -> Table:
    """Zones of very different sizes; about every tenth count is small."""
    chance = np.random.default_rng(SEED)
    means = np.exp(chance.normal(3.6, 0.9, size=(ZONES, 1))) * np.ones((1, MONTHS))
    parts = chance.poisson(means).astype(np.int64)
    counts = np.hstack([parts, parts.sum(axis=1, keepdims=True)])
    return Table(np.vstack([counts, counts.sum(axis=0)]) if columns_summed else counts, columns_summed)


def bare(table: Table, hidden: Mask) -> float:
    """Seconds that two linear programs for each hidden count take, worked out from some of them."""
    cells = np.argwhere(hidden)
    variables = np.arange(len(cells))
    sign = np.where(cells[:, 1] == MONTHS, -1.0, 1.0)
    rows, row_of = np.unique(cells[:, 0], return_inverse=True)
    ends, numbers, lines = [sign], [variables], [row_of]
    rest = [-_shown(table.counts, hidden)[rows]]
    if table.columns_summed:
        columns, column_of = np.unique(cells[:, 1], return_inverse=True)
        ends.append(np.where(cells[:, 0] == ZONES, -1.0, 1.0))
        numbers.append(variables)
        lines.append(len(rows) + column_of)
        rest.append(-_shown(table.counts.T, hidden.T)[columns])
    sums = coo_array(
        (np.concatenate(ends), (np.concatenate(lines), np.concatenate(numbers))),
        shape=(sum(map(len, rest)), len(cells)),
    ).tocsr()
    small = table.small[hidden]
    bounds = [(1, LIMIT - 1) if is_small else (0, None) for is_small in small]
    sample = np.random.default_rng(SEED).choice(len(cells), size=SAMPLE, replace=False)
    began = time.perf_counter()
    for n in sample:
        for direction in (1.0, -1.0):
            objective = np.zeros(len(cells))
            objective[n] = direction
            linprog(objective, A_eq=sums, b_eq=np.concatenate(rest), bounds=bounds, method="highs")
    return (time.perf_counter() - began) * len(cells) / SAMPLE


def _shown(counts: Counts, hidden: Mask) -> Counts:
    """What is shown of each line, the total taken off."""
    sign = np.ones(counts.shape[1], dtype=np.int64)
    sign[-1] = -1
    found: Counts = np.where(hidden, 0, counts * sign).sum(axis=1)
    return found


def timed(work: Callable[[], Counts | Mask]) -> tuple[Counts | Mask, float]:
    """What some work gives, and its seconds."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def main() -> None:
    """Time both tables and print what came out."""
    for columns_summed in (False, True):
        table = invented(columns_summed)
        rows, columns = table.counts.shape
        order = fixed_order(list(map(str, range(rows))), list(map(str, range(columns))))
        hidden, hiding = timed(lambda table=table, order=order: hide(table, order))  # type: ignore[misc]
        left, auditing = timed(lambda table=table, hidden=hidden: values_left(table, hidden))  # type: ignore[misc]
        if left[hidden.astype(bool)].min() < LEAST_VALUES:
            raise SystemExit("a hidden count is known too well")
        alone = bare(table, hidden.astype(bool))
        print(
            f"{'rows and columns summed' if columns_summed else 'rows summed'}: {int(table.small.sum()):,} small counts, "
            f"{int(hidden.sum()):,} hidden; hiding {hiding:.1f} s, audit {auditing:.1f} s; linear programs alone "
            f"{alone:,.0f} s; ratio {(hiding + auditing) / alone:.4f}"
        )
        if hiding + auditing > LIMIT_SECONDS:
            raise SystemExit(f"more than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    main()
