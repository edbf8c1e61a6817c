"""An attack on what is published: the hidden months, worked out from the public tables and the published rule.

The attacker knows each zone's total of the year, the months shown, and how months are chosen to be hidden. No hidden
month may have a single value that fits.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

MONTHS = 12
SMALL = 10  # counts up to here are hidden
SPREAD = 4  # hidden months that may differ by less have a larger one among them
Line = list[int | None]


def published_lines(release: Path) -> dict[tuple[str, str, str], tuple[int | None, Line]]:
    """Total and months by city, zone and measure."""
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as connection:
        totals = connection.execute(
            "select city, zone_id, measure, n from published.zone_summary where n is not null or status = 'suppressed'"
        ).fetchall()
        months = connection.execute(
            "select city, zone_id, measure, n from published.zone_month order by month"
        ).fetchall()
    lines: dict[tuple[str, str, str], Line] = defaultdict(list)
    for *key, n in months:
        lines[key[0], key[1], key[2]].append(n)
    return {(city, zone, measure): (n, lines[city, zone, measure]) for city, zone, measure, n in totals}


def small_range(total: int, months: int) -> range:
    """What each of some months of 1 to 10 may be, if they add up to `total`; empty if they cannot."""
    return range(max(1, total - SMALL * (months - 1)), min(SMALL, total - months + 1) + 1)


def in_doubt(total: int, months: int) -> bool:
    """Whether small months may be hidden without a larger one."""
    possible = small_range(total, months)
    return total > SMALL and len(possible) > SPREAD


def possible_values(total: int, months: Line) -> set[int]:
    """Every value that fits one hidden month: as the rule looks at numbers only, it fits each of the others as well."""
    shown = [n for n in months if n is not None]
    hidden, rest = len(months) - len(shown), total - sum(shown)
    least_large = min((n for n in shown if n > SMALL), default=None)
    values: set[int] = set()
    if shown and (in_doubt(rest, hidden) if least_large else hidden < SMALL):
        values |= set(small_range(rest, hidden))
    if not shown:
        for small in range(SMALL, MONTHS + 1):
            fits = small_range(rest, small)
            values |= {*fits, *([0] if fits and small < MONTHS else [])}
    for large in range(1, hidden):
        for n in range(SMALL + 1, rest // large + 1):
            left, small = rest - large * n, hidden - large
            if (least_large is None or n < least_large) and small_range(left, small) and not in_doubt(left, small):
                values |= {n, *small_range(left, small)}
    return values


def recovered(lines: Iterable[tuple[int | None, Line]]) -> list[tuple[int | None, Line]]:
    """The lines of which a hidden month or total follows, and those that the rule would not have hidden so."""
    found = []
    for total, months in lines:
        totals = [total] if total is not None else range(1, SMALL + 1)
        values = set().union(*(possible_values(one, months) for one in totals))
        if len(values) < 2 if None in months else total is None:
            found.append((total, months))
    return found


@pytest.mark.parametrize(
    ("total", "months"),
    [
        (37, [30, None, *[0] * 10]),  # a lone month
        (31, [11, None, None, *[0] * 9]),  # two of 10: no larger one is smaller than the 11 shown
        (42, [21, 11, None, None, *[0] * 8]),  # two that make 10
        (None, [*[None] * 10, 0, 0]),  # ten of one, and a hidden total
        (None, [0] * 12),
    ],
)
def test_the_attack_finds_what_is_badly_hidden(total: int | None, months: Line) -> None:
    assert recovered([(total, months)]) == [(total, months)]


@pytest.mark.parametrize("release", ["demo_release", "seattle_release"])
def test_no_hidden_month_follows_from_what_is_published(request: pytest.FixtureRequest, release: str) -> None:
    lines = published_lines(request.getfixturevalue(release))
    assert sum(None in months for _, months in lines.values()) > 50
    assert recovered(lines.values()) == []
