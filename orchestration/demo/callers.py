"""Several people who report the same event: how often they name it, place it and time it as the first caller did.

What belongs here: the shares by which further callers differ, the blocks next to a block, and the drawing of their
calls. What does not: which events have further callers (calls.py) and how a call is answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from orchestration.demo.calltypes import CALL_TYPES, CODE_NUMBER
from orchestration.demo.city import Blocks, to_km
from orchestration.demo.lookups import load_slots
from orchestration.demo.world import World

RELABEL_SLOTS, NEIGHBOUR_SLOTS = 24, 12
SOONEST_S, LATEST_PROMPT_S = 12, 581
LATE_S, LATE_MEDIAN_S, LATEST_S = 620, 700, 2_700
NEAR_KM = 0.15


@dataclass(frozen=True)
class Callers:
    """Shares of the further callers of an event who differ from the first; each is drawn by itself, so some do twice.

    The defaults are assumptions, not measured of any city: a fifth call it something else (a fight, a disturbance), a
    fifth stand a block away, a tenth call after ten minutes. With all three at 0 every repeat is what a rule of one
    type, one block and ten minutes finds.
    """

    other_type: float = 0.20
    other_block: float = 0.20
    late: float = 0.10

    def __post_init__(self) -> None:
        for name, share in vars(self).items():
            if not 0 <= share <= 1:
                raise ValueError(f"The share of callers {name} lies between 0 and 1, not at {share}")


def other_names(code: str) -> tuple[str, ...]:
    """Codes under which another caller may report an event: what it is mistaken for, and what is mistaken for it."""
    named = {kind.code: kind.mistaken_for for kind in CALL_TYPES}
    return (*named[code], *(other for other, names in named.items() if code in names and other not in named[code]))


def load_other_names(world: World) -> None:
    """Table relabel_slots: for each type, those of other_names, or itself where there is none."""
    picks = []
    for kind in CALL_TYPES:
        codes = other_names(kind.code) or (kind.code,)
        picks += [CODE_NUMBER[codes[n % len(codes)]] for n in range(RELABEL_SLOTS)]
    load_slots(world, "relabel_slots", "type_id", "UTINYINT", picks)


def blocks_next_to(blocks: Blocks) -> list[list[int]]:
    """Blocks within 150 metres of each, and the next ones on its street."""
    points = shapely.points(to_km(blocks.lon, blocks.lat))
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=NEAR_KM)
    near: list[set[int]] = [set() for _ in points]
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        near[a].add(b)
    streets: dict[str, dict[int, int]] = {}
    for block, address in enumerate(blocks.address):
        hundred, street = address.split(" BLOCK OF ")
        streets.setdefault(street, {})[int(hundred)] = block
    for numbers in streets.values():
        for number, block in numbers.items():
            near[block] |= {numbers[next_to] for next_to in (number - 100, number + 100) if next_to in numbers}
    return [sorted(others - {block}) for block, others in enumerate(near)]


def load_neighbours(world: World) -> None:
    """Table neighbour_slots: for each block, those next to it, or itself where there is none."""
    picks = []
    for block, others in enumerate(blocks_next_to(world.blocks)):
        picks += [(others or [block])[n % max(1, len(others))] for n in range(NEIGHBOUR_SLOTS)]
    load_slots(world, "neighbour_slots", "block_id", "SMALLINT", picks)


def draw_further_calls(world: World, callers: Callers) -> None:
    """Table further_calls: for each caller of an event after the first (k > 0), when, as what and where."""
    load_other_names(world)
    load_neighbours(world)
    u, i = world.draws, "(e * 4 + k)"
    lag = u.lognormal("late repeat", i, f"{LATE_MEDIAN_S}", "0.6")
    world.con.execute(f"""
        CREATE TABLE further_calls AS
        WITH drawn AS (
            SELECT
                *,
                {u.uniform("other type", i)} < {callers.other_type} AS names_other,
                {u.uniform("other block", i)} < {callers.other_block} AS stands_off,
                {u.uniform("late", i)} < {callers.late} AS is_late
            FROM (SELECT *, unnest(range(1, extra_callers::BIGINT + 1)) AS k FROM events WHERE extra_callers > 0)
        )
        SELECT
            least({world.clock.end - 1}, t + CASE
                WHEN is_late THEN least({LATE_S} + {lag}, {LATEST_S})
                ELSE {SOONEST_S} + {u.integer("repeat delay", i, LATEST_PROMPT_S - SOONEST_S + 1)}
            END)::INTEGER AS t,
            e,
            k::UTINYINT AS k,
            CASE WHEN names_other THEN r.type_id ELSE d.type_id END AS type_id,
            CASE WHEN names_other THEN r.type_id ELSE d.initial_id END AS initial_id,
            CASE WHEN stands_off THEN n.block_id ELSE d.block_id END AS block_id,
            extra_callers,
            names_other AND r.type_id <> d.type_id AS other_type,
            stands_off AND n.block_id <> d.block_id AS other_block,
            is_late
        FROM drawn AS d
        JOIN relabel_slots AS r
            ON r.slot = d.type_id::INTEGER * {RELABEL_SLOTS} + {u.integer("other name", i, RELABEL_SLOTS)}
        JOIN neighbour_slots AS n
            ON n.slot = d.block_id::INTEGER * {NEIGHBOUR_SLOTS} + {u.integer("which neighbour", i, NEIGHBOUR_SLOTS)}
    """)
