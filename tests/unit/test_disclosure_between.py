"""What is published of a period of which something was published before: it stands, or changes without telling a small number."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.disclosure.blocks import Block, typed, vintages
from orchestration.disclosure.declared import HIDDEN, ZONES, former
from orchestration.disclosure.publishing import Decision, decide
from orchestration.disclosure.tables import LIMIT

YEAR = [date(2024, month, 1) for month in range(1, 13)]
Counts = dict[str, list[int]]


def block(zones: Counts, months: list[date] = YEAR, end: date = date(2024, 12, 31)) -> Block:
    """A candidate: zones with a count a month."""
    period = months[0], end
    days = (end - months[0]).days + 1
    totals = [
        {"city": "a", "measure": "calls", "zone_id": zone, "n": sum(counts), "status": "ok", "rate_per_1000": 1.0}
        | {"period_start": period[0], "period_end": end, "covered_days": days}
        for zone, counts in zones.items()
    ]
    parts = [
        {"city": "a", "measure": "calls", "zone_id": zone, "month": month, "n": n, "status": "ok"}
        for zone, counts in zones.items()
        for month, n in zip(months, counts, strict=True)
    ]
    frames = [typed(pd.DataFrame(rows), table.mart) for rows, table in ((totals, ZONES.totals), (parts, ZONES.parts))]
    return Block(ZONES, "a", "calls", period, *frames)


def released(decision: Decision, release: str) -> Block:
    """What a release published, as later ones know it."""
    frames = []
    for rows, table in ((decision.block.totals, ZONES.totals), (decision.block.parts, ZONES.parts)):
        start, end = decision.block.period
        known = rows.assign(period_start=start, period_end=end, first_release=release, last_release=release)
        frames.append(known[list(former(table).columns)])
    (found,) = vintages(ZONES, *frames)
    return found


def published(decision: Decision) -> dict[str, list[int | None]]:
    """Months and total of each zone, None where hidden."""
    counts = decision.block.counts()
    return {str(zone): [None if pd.isna(n) else int(n) for n in row] for zone, row in counts.iterrows()}


BUSY = [40, 30, 35, 28, 33, 41, 38, 29, 31, 36, 27, 39]
QUIET = [3, 30, 35, 28, 33, 41, 38, 29, 31, 36, 27, 39]


def test_a_whole_year_stands_once_it_is_published() -> None:
    first = decide(block({"z": QUIET, "y": BUSY}), [], restated=())
    assert first.outcome == "new"
    later = block({"z": [4, *QUIET[1:]], "y": [n + 1 for n in BUSY]})
    second = decide(later, [released(first, "r1")], restated=())
    assert (second.outcome, second.block.first_release) == ("frozen", "r1")
    assert published(second) == published(first)


def test_the_next_year_is_new_and_twelve_months_that_overlap_wait() -> None:
    first = released(decide(block({"y": BUSY}), [], restated=()), "r1")
    shifted = [*YEAR[1:], date(2025, 1, 1)]
    held = decide(block({"y": [*BUSY[1:], 5]}, shifted, date(2025, 1, 31)), [first], restated=())
    assert (held.outcome, held.block.period) == ("held", first.period)
    next_year = [date(2025, month, 1) for month in range(1, 13)]
    new = decide(block({"y": BUSY}, next_year, date(2025, 12, 31)), [first], restated=())
    assert (new.outcome, new.block.period) == ("new", (date(2025, 1, 1), date(2025, 12, 31)))


def test_part_of_a_year_gives_way_to_the_year_once() -> None:
    first = released(decide(block({"y": BUSY[:4]}, YEAR[:4], date(2024, 4, 30)), [], restated=()), "r1")
    grown = decide(block({"y": BUSY[:5]}, YEAR[:5], date(2024, 5, 31)), [first], restated=())
    assert (grown.outcome, grown.block.period[1]) == ("held", date(2024, 4, 30))
    whole = decide(block({"y": BUSY}), [first], restated=())
    assert (whole.outcome, published(whole)) == ("completed", {"y": [*BUSY, sum(BUSY)]})


def test_a_month_after_part_of_a_year_does_not_follow_from_two_totals() -> None:
    """All but December was published, with a total: no month of those can be a partner any more."""
    first = released(decide(block({"y": BUSY[:11]}, YEAR[:11], date(2024, 11, 30)), [], restated=()), "r1")
    whole = published(decide(block({"y": [*BUSY[:11], 4]}), [first], restated=()))["y"]
    assert (whole[11], whole[12]) == (None, None)


@pytest.mark.parametrize("change", [1, -1, 10])
def test_a_restatement_keeps_lines_that_change_by_little(change: int) -> None:
    first = decide(block({"y": BUSY}), [], restated=())
    later = block({"y": [BUSY[0] + change, *BUSY[1:]]})
    second = decide(later, [released(first, "r1")], restated=("a",))
    assert (second.outcome, second.lines_kept) == ("restated", 1)
    assert published(second) == published(first)


def test_a_restatement_changes_what_changes_by_much() -> None:
    first = decide(block({"y": BUSY}), [], restated=())
    later = [BUSY[0] + 25, *BUSY[1:]]
    second = decide(block({"y": later}), [released(first, "r1")], restated=("a",))
    assert (second.lines_kept, published(second)) == (0, {"y": [*later, sum(later)]})


CHANGES = st.sampled_from([0, 0, 0, 1, -2, 5, 11, -12, 40])
MONTHS = st.lists(st.sampled_from([0, 1, 4, 10, 11, 12, 20, 60]), min_size=12, max_size=12)


@settings(max_examples=40, deadline=None)
@given(before=MONTHS, changes=st.lists(CHANGES, min_size=12, max_size=12), start=st.integers(1, 12))
def test_no_restatement_tells_a_small_change_or_shows_what_was_hidden(
    before: list[int], changes: list[int], start: int
) -> None:
    now = [max(0, n + change) for n, change in zip(before, changes, strict=True)]
    parts = before[:start], YEAR[:start], date(2024, start, 1) + (date(2024, 2, 1) - date(2024, 1, 1))
    for first in (
        decide(block({"y": before}), [], restated=()),
        decide(block({"y": parts[0]}, parts[1], min(parts[2], date(2024, 12, 30))), [], restated=()),
    ):
        known = released(first, "r1")
        second = decide(block({"y": now}), [known], restated=("a",))
        old, new = published(first)["y"], published(second)["y"]
        pairs = list(zip(old[:-1], new[:-1], strict=False))
        if known.period == second.block.period:
            pairs.append((old[-1], new[-1]))
        for a, b in pairs:
            assert a is not None or b is None
            assert a is None or b is None or a == b or abs(a - b) >= LIMIT
        assert not any(n is not None and 0 < n < LIMIT for n in new)


def test_what_is_hidden_says_nothing_beside() -> None:
    decision = decide(block({"z": [3, *[0] * 11]}), [], restated=())
    (row,) = decision.block.totals.to_dict("records")
    assert row["status"] == HIDDEN
    assert pd.isna(row["n"]) and pd.isna(row["rate_per_1000"])
    assert set(decision.block.parts["status"]) == {HIDDEN}


def test_every_vintage_of_a_block_is_known() -> None:
    first = decide(block({"y": BUSY, "z": QUIET}), [], restated=())
    later = {"y": [BUSY[0] + 25, *BUSY[1:]], "z": QUIET}
    second = decide(block(later), [released(first, "r1")], restated=("a",))
    frames: list[Any] = []
    for name, table in (("totals", ZONES.totals), ("parts", ZONES.parts)):
        known = [
            getattr(decision.block, name).assign(
                period_start=YEAR[0], period_end=date(2024, 12, 31), first_release=release, last_release=release
            )
            for decision, release in ((first, "r1"), (second, "r2"))
        ]
        rows = pd.concat(known)[list(former(table).columns)]
        by = [column for column in rows if not str(column).endswith("_release")]
        frames.append(
            rows.groupby(by, dropna=False, as_index=False).agg(
                first_release=("first_release", "min"), last_release=("last_release", "max")
            )
        )
    found = vintages(ZONES, *frames)
    assert [one.counts().loc["y", "total"] for one in found] == [sum(BUSY), sum(BUSY) + 25]
    assert all(len(one.parts) == 24 for one in found)
