"""Scenario files and what is made of them: hours and money by hand, mistakes told by line and field, envelopes."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.reading import CatalogError
from orchestration.settings import SHIPPED_SCENARIOS
from orchestration.statistics.periods import Period
from orchestration.statistics.plans import Price
from orchestration.statistics.responder_programmes import NOT_SAVINGS
from orchestration.statistics.scenario import SCENARIO, Cell, city_rows
from orchestration.statistics.scenario_files import Scenario, read_scenario, scenarios

FILE = """\
title: Noise to neighbours
moves:
  - responder: mediators
    categories: [noise]
    share: {low: 0.1, mode: 0.2, high: 0.5}
    hours_per_call: 2
    cost_per_hour: {low: 10, mode: 20, high: 30}
    source: invented
  - responder: desk
    groups: [property]
    calls: all
    share: {low: 0.5, mode: 0.5, high: 0.5}
    hours_per_call: 0.5
    cost_per_call: {low: 5, mode: 5, high: 5}
    source: invented
cashable: {low: 0, mode: 0.1, high: 0.5}
"""
CELLS = [
    Cell("noise", "passed", 100, 100, 50, 25.0),
    Cell("noise", "held", 10, 10, 10, 20.0),
    Cell("noise", "answered_by_others", 30, 0, 0, 0.0),
    Cell("theft", "passed", 40, 40, 40, 40.0),
    Cell("theft", "answered_by_others", 20, 0, 0, 0.0),
    Cell("burglary", "held", 10, 10, 0, 0.0),
    Cell("traffic_stop", "officer_initiated", 100, 100, 100, 30.0),
]
PRICE = Price("adopted", 100.0, None)


def written(folder: Path, text: str = FILE, name: str = "neighbours.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def computed(file: Scenario, cells: list[Cell] = CELLS, price: Price = PRICE) -> list[dict[str, Any]]:
    return list(city_rows("a", file, cells, price, 1e6))


def test_hours_and_money_by_hand(tmp_path: Path) -> None:
    whole, mediators, desk = computed(read_scenario(written(tmp_path)))
    assert (whole["scenario"], whole["move"], whole["responder"], mediators["move"]) == ("neighbours", 0, "(all)", 1)
    # Noise: half of its 100 screened calls is timed, at half an hour; what did not pass the screen stays.
    assert (mediators["calls"], mediators["police_hours_before"]) == (100, 50)
    assert (mediators["calls_moved_low"], mediators["calls_moved_high"]) == (10, 50)
    assert (mediators["police_hours_freed_mode"], mediators["police_hours_after_mode"]) == (10, 40)
    assert (mediators["police_hours_after_low"], mediators["police_hours_after_high"]) == (25, 45)
    assert (mediators["responder_hours_mode"], mediators["responder_cost_mode"]) == (40, 800)
    assert (mediators["responder_cost_low"], mediators["responder_cost_high"]) == (200, 3000)
    assert (mediators["police_cost_before"], mediators["time_value_mode"]) == (5000, 1000)
    # Property: theft at an hour a call; burglary, never timed, at the city's mean of 115 hours in 200 timed calls.
    property_hours = 40 + 10 * 115 / 200
    assert desk["calls"] == 50
    assert desk["police_hours_before"] == pytest.approx(property_hours)
    assert desk["police_hours_freed_low"] == desk["police_hours_freed_high"] == pytest.approx(property_hours / 2)
    assert desk["responder_cost_mode"] == 125
    assert desk["categories"].split(";")[:2] == ["arson", "burglary"]
    assert whole["calls"] == 310
    # What others answer already is a number of its own: no move takes it, and it took the police no time.
    assert [row["calls_already_answered"] for row in (whole, mediators, desk)] == [50, 30, 20]
    assert whole["police_hours_before"] == pytest.approx(50 + 20 + property_hours + 30)
    assert whole["calls_moved_mode"] == 20 + 25
    assert whole["spending_before"] == 1e6
    freed = 10 + property_hours / 2
    assert whole["spending_after_mode"] == pytest.approx(1e6 + 800 + 125 - 0.1 * freed * 100)
    assert desk["money_status"] == "ok"
    assert {row["note"] for row in (whole, mediators, desk)} == {NOT_SAVINGS}


def test_rows_have_the_columns_of_the_mart(tmp_path: Path) -> None:
    rows = computed(read_scenario(written(tmp_path)))
    assert {name for row in rows for name in row} == set(SCENARIO.columns)


def test_without_cashable_share_spending_only_grows(tmp_path: Path) -> None:
    whole, *moves = computed(read_scenario(written(tmp_path, FILE[: FILE.index("cashable")])))
    for end in ("low", "mode", "high"):
        cost = sum(move[f"responder_cost_{end}"] for move in moves)
        assert whole[f"spending_after_{end}"] == pytest.approx(1e6 + cost)


ENDS = (
    st.tuples(*[st.floats(0, 1)] * 3)
    .map(sorted)
    .map(lambda ends: dict(zip(("low", "mode", "high"), ends, strict=True)))
)


@given(ENDS, ENDS.map(lambda ends: {end: 400 * value for end, value in ends.items()}), ENDS)
def test_spending_lies_within_its_envelope(
    share: dict[str, float], cost: dict[str, float], cashable: dict[str, float]
) -> None:
    move = {"responder": "x", "categories": ["noise"], "share": share, "hours_per_call": 1, "cost_per_call": cost}
    file = Scenario.model_validate({"title": "x", "moves": [move | {"source": "x"}], "cashable": cashable})
    whole, _ = computed(file)
    low, high = whole["spending_after_low"], whole["spending_after_high"]
    for s, c, k in product(share.values(), cost.values(), cashable.values()):
        spending = 1e6 + s * (100 * c - k * 50 * 100)
        assert low - 1e-6 <= spending <= high + 1e-6
    for name in ("calls_moved", "police_hours_after", "police_hours_freed", "responder_cost", "spending_after"):
        assert whole[f"{name}_low"] <= whole[f"{name}_mode"] + 1e-6
        assert whole[f"{name}_mode"] <= whole[f"{name}_high"] + 1e-6


@pytest.mark.parametrize(
    ("cells", "price", "status", "money", "reason"),
    [
        (
            [Cell("noise", "passed", 100, 100, 0, 0.0)],
            PRICE,
            "insufficient_data",
            "insufficient_data",
            "no time on calls",
        ),
        (CELLS, Price("(none)", None, None), "ok", "insufficient_data", "no police budget"),
        (CELLS, Price("adopted", 100.0, "another year"), "ok", "unreliable", "another year"),
        ([*CELLS, Cell("noise", "passed", 99, 99, 99, 9.0, 99)], PRICE, "unreliable", "unreliable", "who started many"),
        ([*CELLS, Cell("unmapped", "passed", 99, 99, 99, 9.0)], PRICE, "unreliable", "unreliable", "not mapped"),
        ([Cell("noise", "passed", 100, 100, 50, 25.0)], PRICE, "unreliable", "unreliable", "time on calls is unknown"),
    ],
)
def test_what_is_not_known_is_not_told(
    tmp_path: Path, cells: list[Cell], price: Price, status: str, money: str, reason: str
) -> None:
    whole, *_ = computed(read_scenario(written(tmp_path)), cells, price)
    assert (whole["status"], whole["money_status"]) == (status, money)
    assert reason in whole["money_reason"]
    assert ("police_hours_before" in whole) == (status != "insufficient_data")
    assert ("time_value_mode" in whole, "spending_after_mode" in whole) == ((money != "insufficient_data",) * 2)
    assert whole["responder_cost_mode"] > 0


def test_part_of_a_year_is_not_held_against_a_budget_of_a_whole_one(tmp_path: Path) -> None:
    part = Period(2.0, "partial_period", "no whole year is covered")
    for row in city_rows("a", read_scenario(written(tmp_path)), CELLS, PRICE, 1e6, part):
        assert (row["status"], row["money_status"]) == ("unreliable", "insufficient_data")
        assert row["reason"] == row["money_reason"] == "no whole year is covered"
        assert row["police_hours_freed_mode"] > 0
        assert not {"time_value_mode", "spending_before", "spending_after_mode"} & row.keys()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("[noise]", "[nois]", "neighbours.yml:4: moves.0.categories.0: no category .*near it: noise"),
        ("[property]", "[propertie]", "neighbours.yml:10: moves.1.groups.0: no group .*near it: property"),
        ("low: 0.1,", "low: 0.3,", "neighbours.yml:5: moves.0.share: low, mode and high must rise"),
        ("high: 0.5}", "high: 1.5}", "neighbours.yml:5: moves.0.share.high: .*less than or equal to 1"),
        ("{low: 10, mode: 20", "{low: ten, mode: 20", "neighbours.yml:7: moves.0.cost_per_hour.low: .*number"),
        ("    cost_per_hour: {low: 10, mode: 20, high: 30}\n", "", "moves.0: needs either cost_per_hour or cost_per_call"),
        ("    categories: [noise]\n", "", "neighbours.yml:3: moves.0: needs categories or groups"),
        ("[property]", "[property, disorder]", "neighbours.yml:2: moves: noise would move twice"),
        ("hours_per_call: 2", "hours_per_call: 0", "neighbours.yml:6: moves.0.hours_per_call: .*greater than 0"),
        ("cashable:", "cashabel:", "neighbours.yml:16: cashabel: no such field"),
        ("    source: invented\n  -", "  -", "neighbours.yml:3: moves.0.source: needed, but not there"),
        ("moves:", "cities: [rivrbend]\nmoves:", "neighbours.yml:2: cities.0: no city .*near it: riverbend"),
        ("title:", "title: [", "neighbours.yml:.*: not valid YAML"),
    ],
)  # fmt: skip
def test_mistakes_are_told_by_line_and_field(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in FILE
    with pytest.raises(CatalogError, match=message):
        read_scenario(written(tmp_path, FILE.replace(before, after, 1)))


def test_a_file_needs_a_name_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"My scenario\.yml: the file's name is the scenario's"):
        read_scenario(written(tmp_path, name="My scenario.yml"))
    with pytest.raises(CatalogError, match="absent: no such folder; FOOTPRINT_SCENARIOS"):
        scenarios(tmp_path / "absent")


def test_the_shipped_example_can_be_used() -> None:
    (example,) = scenarios(SHIPPED_SCENARIOS)
    assert example.cashable.mode == 0
    assert all(move.share.high <= 1 for move in example.moves)
