"""The small tables that the drawing of events joins: places, moments, call types and outcomes.

What belongs here: distributions as slot tables, in which a row number drawn evenly picks an entry in
proportion to its weight. What does not: drawing (calls.py) and the distributions themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from orchestration.demo import placement, rhythm
from orchestration.demo.calltypes import CALL_TYPES, CODE_NUMBER, OUTCOMES, SENSITIVE, disposition
from orchestration.demo.people import PROGRAMME_TYPES
from orchestration.demo.world import World
from orchestration.demo.writing import Columns, load_table

TYPE_SLOTS = 65_536
OUTCOME_SLOTS = 256
MISTAKE_SLOTS = 12
EXTRA_CALLERS_SHARE = 0.025
# Mean number of further callers of an event that has any; calls.py draws one, two or three of them.
CALLERS_PER_REPEAT = 1.4
NOT_COMMUNITY = ("officer", "admin", "test")


def load_slots(world: World, name: str, column: str, sql_type: str, picks: Sequence[int]) -> None:
    """A table of slots numbered from zero."""
    load_table(
        world.con,
        world.scratch,
        name,
        {"slot": ("INTEGER", range(len(picks))), column: (sql_type, picks)},
    )


def load_places(world: World) -> None:
    """Tables blocks and block_slots."""
    zones, blocks, plan = world.zones, world.blocks, world.plan
    of_block = blocks.zone.tolist()
    columns: Columns = {
        "block_id": ("SMALLINT", range(len(of_block))),
        "zone": ("UTINYINT", of_block),
        "beat": ("VARCHAR", [zones.beat[zone] for zone in of_block]),
        "address": ("VARCHAR", blocks.address),
        "lon": ("VARCHAR", [f"{value:.6f}" for value in blocks.lon.tolist()]),
        "lat": ("VARCHAR", [f"{value:.6f}" for value in blocks.lat.tolist()]),
        "over_policed": ("BOOLEAN", [zone in plan.over_policed for zone in of_block]),
        "programme": ("BOOLEAN", [zone in plan.programme_zones for zone in of_block]),
    }
    load_table(world.con, world.scratch, "blocks", columns)
    weights = placement.block_weights(blocks, world.people, plan, world.draws.generator("weights"))
    picks = [placement.slots(weights[place], placement.SLOTS) for place in placement.PLACES]
    load_slots(world, "block_slots", "block_id", "SMALLINT", np.concatenate(picks).tolist())


def load_moments(world: World) -> None:
    """Table moments: for each rhythm, stretches of time of equal expected count."""
    hours, intensity = rhythm.intensities(world.clock, world.draws.generator("rhythm"))
    edges = [rhythm.quantile_edges(hours, row) for row in intensity]
    begin = np.concatenate([row[:-1] for row in edges]).tolist()
    length = np.concatenate([np.diff(row) for row in edges]).tolist()
    columns: Columns = {
        "slot": ("INTEGER", range(len(begin))),
        "begin_s": ("INTEGER", begin),
        "length_s": ("INTEGER", length),
    }
    load_table(world.con, world.scratch, "moments", columns)


def repeat_scale() -> float:
    """Factor on repeat_rate that makes extra callers the planted share of all calls."""
    total = sum(kind.share for kind in CALL_TYPES)
    expected = sum(kind.share * kind.repeat_rate for kind in CALL_TYPES) / total * CALLERS_PER_REPEAT
    return EXTRA_CALLERS_SHARE / (1 - EXTRA_CALLERS_SHARE) / expected


def load_types(world: World) -> None:
    """Tables call_types, type_slots, mistake_slots and outcome_slots."""
    scale, profiles = repeat_scale(), list(OUTCOMES)
    columns: Columns = {
        "type_id": ("UTINYINT", range(len(CALL_TYPES))),
        "name": ("VARCHAR", [kind.name for kind in CALL_TYPES]),
        "code": ("VARCHAR", [kind.code for kind in CALL_TYPES]),
        "grp": ("VARCHAR", [kind.group for kind in CALL_TYPES]),
        "priority": ("UTINYINT", [kind.priority for kind in CALL_TYPES]),
        "scene_minutes": ("FLOAT", [kind.scene_minutes for kind in CALL_TYPES]),
        "extra_units": ("FLOAT", [kind.extra_units for kind in CALL_TYPES]),
        "rhythm_slot": ("INTEGER", [rhythm.first_slot(kind.rhythm) for kind in CALL_TYPES]),
        "place_slot": ("INTEGER", [placement.first_slot(kind.place) for kind in CALL_TYPES]),
        "outcome_slot": ("INTEGER", [profiles.index(kind.outcome) * OUTCOME_SLOTS for kind in CALL_TYPES]),
        "mistaken_rate": ("DOUBLE", [kind.mistaken_rate for kind in CALL_TYPES]),
        "repeat_rate": ("DOUBLE", [kind.repeat_rate * scale for kind in CALL_TYPES]),
        "sensitive": ("BOOLEAN", [kind.code in SENSITIVE for kind in CALL_TYPES]),
        "in_programme": ("BOOLEAN", [kind.name in PROGRAMME_TYPES for kind in CALL_TYPES]),
    }
    load_table(world.con, world.scratch, "call_types", columns)
    shares = np.array([kind.share for kind in CALL_TYPES])
    load_slots(world, "type_slots", "type_id", "UTINYINT", placement.slots(shares, TYPE_SLOTS).tolist())
    mistakes = []
    for kind in CALL_TYPES:
        codes = kind.mistaken_for or (kind.code,)
        mistakes += [CODE_NUMBER[codes[n % len(codes)]] for n in range(MISTAKE_SLOTS)]
    load_slots(world, "mistake_slots", "initial_id", "UTINYINT", mistakes)
    endings = []
    for profile in OUTCOMES.values():
        names = list(profile)
        picks = placement.slots(np.array(list(profile.values())), OUTCOME_SLOTS)
        endings += [disposition(names[n]) for n in picks.tolist()]
    load_slots(world, "outcome_slots", "outcome_id", "UTINYINT", endings)


def load_lookups(world: World) -> None:
    """Every table that calls.py joins."""
    load_places(world)
    load_moments(world)
    load_types(world)
