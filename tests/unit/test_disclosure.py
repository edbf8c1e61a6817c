"""The disclosure engine: reference cases, and whatever table it is given.

What the engine hides is held against a linear program written here from the definition, and against an attacker who
knows the rule: of every line that would have been published in the same way, what is common to all is no secret.
"""

import csv
import itertools
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from orchestration.disclosure.audit import least_values, limits, values_left
from orchestration.disclosure.hiding import hide, hide_line, values_of_small_parts
from orchestration.disclosure.tables import LEAST_VALUES, LIMIT, Counts, Mask, Table, fixed_order, indistinct

CASES = Path(__file__).parents[1] / "reference_cases" / "10_privacy"
SUPPRESSION = json.loads((CASES / "expected_suppression.json").read_text())["expected"]
YEAR_MONTHS = json.loads((CASES / "expected_year_months.json").read_text())["expected"]


def crossed(parts: Counts) -> Table:
    """A table with the totals of its rows and columns."""
    rows = np.hstack([parts, parts.sum(axis=1, keepdims=True)])
    return Table(np.vstack([rows, rows.sum(axis=0, keepdims=True)]), columns_summed=True)


def lines(parts: Counts) -> Table:
    """Lines with their totals."""
    return Table(np.hstack([parts, parts.sum(axis=1, keepdims=True)]))


def some_order(table: Table) -> Counts:
    """Ranks of the cells of a table."""
    rows, columns = table.counts.shape
    return fixed_order([f"zone {n}" for n in range(rows)], [f"month {n}" for n in range(columns)])


def solved_limits(table: Table, hidden: Mask) -> dict[tuple[int, int], tuple[int, int]]:
    """Least and most of every hidden count by linear programs over the whole table."""
    rows, columns = table.counts.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    groups = [(number[row, :-1], number[row, -1]) for row in range(rows)]
    if table.columns_summed:
        groups += [(number[:-1, column], number[-1, column]) for column in range(columns)]
    sums = np.zeros((len(groups), rows * columns))
    for line, (parts, total) in zip(sums, groups, strict=True):
        line[parts] += 1
        line[total] -= 1
    unclear = indistinct(table, hidden)
    bounds: list[tuple[int, int | None]] = []
    for cell in np.ndindex(rows, columns):
        n = int(table.counts[cell])
        if not hidden[cell]:
            bounds.append((n, n))
        else:
            bounds.append((1, LIMIT - 1) if 0 < n < LIMIT and not unclear[cell] else (0, None))
    found = {}
    for row, column in np.argwhere(hidden):
        ends = []
        for direction in (1, -1):
            objective = np.zeros(rows * columns)
            objective[number[row, column]] = direction
            solved = linprog(objective, A_eq=sums, b_eq=np.zeros(len(groups)), bounds=bounds)
            ends.append(2**40 if solved.status == 3 else round(direction * solved.fun))
        found[int(row), int(column)] = ends[0], ends[1]
    return found


def assert_safe(table: Table, hidden: Mask) -> None:
    """Every small count is hidden, and every hidden one may be five or more."""
    assert hidden[table.small].all()
    for cell, (least, most) in solved_limits(table, hidden).items():
        assert least <= table.counts[cell] <= most
        assert most - least + 1 >= LEAST_VALUES, (cell, least, most)


@pytest.mark.parametrize("name", SUPPRESSION["tables"])
def test_reference_tables_keep_the_contract(name: str) -> None:
    expected = SUPPRESSION["tables"][name]
    table = Table(np.array(expected["table_with_totals"]), columns_summed=True)
    hidden = hide(table, some_order(table))
    assert_safe(table, hidden)
    assert int(table.small.sum()) == expected["primary"]
    assert int((hidden & ~table.small).sum()) <= expected["secondary"] + 2
    assert not hidden[table.counts == 0].any() and not hidden[-1, -1]


@pytest.mark.parametrize("name", SUPPRESSION["tables"])
def test_audit_gives_the_intervals_of_the_reference(name: str) -> None:
    expected = SUPPRESSION["tables"][name]
    table = Table(np.array(expected["table_with_totals"]), columns_summed=True)
    hidden = np.array([[cell == "*" for cell in row] for row in expected["published"]])
    lower, upper = limits(table, hidden)
    found = {f"{row},{column}": [lower[row, column], upper[row, column]] for row, column in np.argwhere(hidden)}
    assert found == expected["feasible_intervals"]


def year_months() -> tuple[Table, list[str], list[str]]:
    """The table of months and years, and the names of its rows and columns."""
    with (CASES / "zone_months.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    months = [name for name in rows[0] if name != "zone"]
    table = crossed(np.array([[int(row[month]) for month in months] for row in rows]))
    return table, [*(row["zone"] for row in rows), "city"], [*months, "year"]


@pytest.mark.parametrize("name", YEAR_MONTHS["patterns"])
def test_audit_judges_patterns_of_months_and_years_as_the_reference(name: str) -> None:
    pattern: dict[str, Any] = YEAR_MONTHS["patterns"][name]
    table, zones, months = year_months()
    cells = [(zones.index(cell.split("/")[0]), months.index(cell.split("/")[1])) for cell in pattern["hidden"]]
    hidden = np.zeros(table.counts.shape, dtype=bool)
    hidden[tuple(zip(*cells, strict=True))] = True
    lower, upper = limits(table, hidden)
    found = {name: [lower[cell], upper[cell]] for name, cell in zip(pattern["hidden"], cells, strict=True)}
    assert found == pattern["interval"]
    assert (least_values(table, hidden) >= LEAST_VALUES) == pattern["passes"]
    left = values_left(table, hidden)
    too_well_known = [name for name, cell in zip(pattern["hidden"], cells, strict=True) if left[cell] < LEAST_VALUES]
    assert too_well_known == pattern["too_well_known"]


@pytest.mark.parametrize("columns_summed", [True, False])
def test_months_and_years_of_the_reference_are_hidden_well(columns_summed: bool) -> None:
    table, zones, months = year_months()
    if not columns_summed:
        table = Table(table.counts[:-1])
    hidden = hide(table, some_order(table))
    assert_safe(table, hidden)
    for cell in YEAR_MONTHS["may_not_be_published"]:
        zone, month = cell.split("/")
        assert hidden[zones.index(zone), months.index(month)]


COUNTS = st.one_of(st.integers(0, 30), st.sampled_from([0, 0, 1, 2, 9, 10, 11, 12, 60, 1000]))


@settings(max_examples=150, deadline=None)
@given(parts=arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=COUNTS))
def test_whatever_the_table_five_values_are_left_and_all_else_is_shown(parts: Counts) -> None:
    for table in (lines(parts), crossed(parts)):
        hidden = hide(table, some_order(table))
        assert_safe(table, hidden)
        if not table.small.any():
            assert not hidden.any()


@settings(max_examples=100, deadline=None)
@given(
    parts=arrays(np.int64, st.tuples(st.integers(1, 3), st.integers(1, 4)), elements=COUNTS),
    more=arrays(np.bool_, (4, 5), elements=st.booleans()),
    columns_summed=st.booleans(),
)
def test_the_audit_is_the_linear_program(parts: Counts, more: Mask, columns_summed: bool) -> None:
    table = crossed(parts) if columns_summed else lines(parts)
    hidden = table.small | more[: table.counts.shape[0], : table.counts.shape[1]]
    lower, upper = limits(table, hidden)
    left = values_left(table, hidden)
    for cell, (least, most) in solved_limits(table, hidden).items():
        assert (lower[cell], min(upper[cell], 2**39)) == (least, min(most, 2**39))
        assert (left[cell] < LEAST_VALUES) == (most - least + 1 < LEAST_VALUES)


@pytest.mark.parametrize(
    ("order", "beside"),
    [
        ((0, 1, 2), ()),
        ((2, 0, 1), ()),
        ((0, 2, 3, 1), (30,)),  # the only month that may be the partner is known
    ],
)
def test_whoever_knows_the_rule_is_left_with_five_values(order: tuple[int, ...], beside: tuple[int, ...]) -> None:
    """Every line of three months, and some beside them: those that look alike have five values of each hidden count."""
    most = 40  # lines whose months come to no more, while those beside them are shown, are all among those listed
    looks: dict[Any, list[tuple[int, ...]]] = defaultdict(list)
    for months in itertools.product(range(most + 1), repeat=3):
        line = np.array([*months, *beside, sum(months) + sum(beside)])
        hidden = hide_line(line, np.array([*order, 9]))
        looks[tuple(None if is_hidden else int(n) for n, is_hidden in zip(line, hidden, strict=True))].append(
            tuple(map(int, line))
        )
    checked = 0
    for shown, came_from in looks.items():
        if (shown[-1] or 0) > most + sum(beside) or None in shown[3:-1]:
            continue
        for place, n in enumerate(shown):
            if n is None:
                checked += 1
                assert len({line[place] for line in came_from}) >= LEAST_VALUES, (shown, came_from)
    assert checked > 500


def test_small_parts_are_counted_as_listed() -> None:
    for parts in (1, 2, 3):
        for total in range(1, 31):
            fitting = [line for line in itertools.product(range(1, LIMIT), repeat=parts) if sum(line) == total]
            assert values_of_small_parts(total, parts) == len({line[0] for line in fitting})


def test_a_table_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="row of the table"):
        Table(np.array([[1, 2, 4]]))
    with pytest.raises(ValueError, match="column of the table"):
        Table(np.array([[1, 2, 3], [1, 3, 4]]), columns_summed=True)
    with pytest.raises(ValueError, match="negative"):
        Table(np.array([[-1, 2, 1]]))
