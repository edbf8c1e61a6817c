"""What an attacker has: the published tables of releases, the limit, and the rule by which numbers are hidden."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.disclosure.tables import fixed_order

SMALL = 10  # counts of 1 to 10 are hidden
LEAST_VALUES = 5
KEPT_VALUES = 6  # with fewer, the rule adds a partner
Key = tuple[str, str, str]  # city, measure, zone


@dataclass(frozen=True)
class PublishedLine:
    """A zone's months and total as published, None where hidden."""

    key: Key
    months: dict[date, int | None]
    total: int | None

    @property
    def hidden(self) -> list[date]:
        """The months hidden."""
        return [month for month, n in self.months.items() if n is None]

    @property
    def shown(self) -> int:
        """The sum of the months shown."""
        return sum(n for n in self.months.values() if n is not None)


def lines(release: Path) -> dict[Key, PublishedLine]:
    """Every line that a release publishes."""
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as connection:
        totals = connection.execute("select city, measure, zone_id, n from published.zone_summary").fetchall()
        months = connection.execute(
            "select city, measure, zone_id, month, n from published.zone_month order by month"
        ).fetchall()
    parts: dict[Key, dict[date, int | None]] = defaultdict(dict)
    for city, measure, zone, month, n in months:
        parts[city, measure, zone][month] = n
    return {
        (city, measure, zone): PublishedLine((city, measure, zone), parts[city, measure, zone], n)
        for city, measure, zone, n in totals
        if (city, measure, zone) in parts
    }


def small_range(total: int, months: int) -> range:
    """What each of some months of 1 to 10 may be, if they add up to `total`; empty if they cannot."""
    return range(max(1, total - SMALL * (months - 1)), min(SMALL, total - months + 1) + 1)


def possible_values(line: PublishedLine) -> dict[date, set[int]]:
    """Every value of each hidden month that the rule would have published in just this way."""
    hidden = line.hidden
    values: dict[date, set[int]] = {month: set() for month in hidden}
    if line.total is None:  # the line is hidden whole: any months of a small total are published so
        return {month: set(range(SMALL + 1)) for month in hidden} if len(hidden) == len(line.months) else values
    rest = line.total - line.shown
    if len(small_range(rest, len(hidden))) >= KEPT_VALUES:
        for month in hidden:
            values[month] |= set(small_range(rest, len(hidden)))
    for partner in _partners(line):
        others = len(hidden) - 1
        for small_sum in range(others, min(SMALL * others, rest - SMALL - 1) + 1):
            fitting = small_range(small_sum, others)
            if (others and len(fitting) and len(fitting) < KEPT_VALUES) or (others == 1 and len(fitting)):
                values[partner].add(rest - small_sum)
                for month in hidden:
                    if month != partner:
                        values[month] |= set(fitting)
    return values


def _partners(line: PublishedLine) -> Iterator[date]:
    """The hidden months that may be the larger one: no larger one that is shown comes before it in the rule's order."""
    city, measure, zone = line.key
    months = sorted(line.months)
    ranks = fixed_order([f"{city}\x1f{measure}\x1f{zone}"], [*map(str, months), "total"])[0]
    rank = dict(zip(months, ranks, strict=False))
    first_shown = min((rank[month] for month, n in line.months.items() if n is not None and n > SMALL), default=2**40)
    yield from (month for month in line.hidden if rank[month] < first_shown)


def known_too_well(release: Path) -> list[tuple[PublishedLine, date, set[int]]]:
    """Hidden months of a release of which an attacker who knows the rule is left with too few values."""
    return [
        (line, month, values)
        for line in lines(release).values()
        for month, values in possible_values(line).items()
        if len(values) < LEAST_VALUES
    ]


def small_changes(before: Path, now: Path) -> list[tuple[Key, date | None, int, int]]:
    """Numbers that two releases publish of the same thing, and that differ by a small one."""
    old, new = lines(before), lines(now)
    found = []
    for key in old.keys() & new.keys():
        pairs: list[tuple[date | None, int | None, int | None]] = [
            (month, old[key].months[month], n) for month, n in new[key].months.items() if month in old[key].months
        ]
        if old[key].months.keys() == new[key].months.keys():
            pairs.append((None, old[key].total, new[key].total))
        found += [
            (key, month, a, b) for month, a, b in pairs if a is not None and b is not None and 0 < abs(a - b) <= SMALL
        ]
    return found
