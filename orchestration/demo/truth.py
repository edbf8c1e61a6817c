"""planted_truth.json: what an analysis of the demo city should find.

What belongs here: writing down the plan and the counts. No other file may hold any of it, and nothing but
tests may read it. What does not: planting (people.py, placement.py, calls.py).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from orchestration.demo import placement
from orchestration.demo.callers import Callers
from orchestration.demo.calltypes import disposition
from orchestration.demo.enforcement import HIT_RATE, HIT_RATE_OVER_POLICED
from orchestration.demo.people import PROGRAMME_TYPES
from orchestration.demo.services import also_called
from orchestration.demo.world import World

FILE_NAME = "planted_truth.json"
PROGRAMME_RULE = (
    "Of the calls in these zones, from this date, whose initial or final type is listed and that police "
    "would otherwise have answered, this share has no unit row and the disposition HANDLED BY CRT."
)


def duplicate_groups(world: World) -> list[list[str]]:
    """Call numbers of each event that several callers reported, the first call first."""
    rows = world.con.execute("""
        SELECT list(call_number(seq, t) ORDER BY seq)
        FROM calls
        WHERE extra_callers > 0
        GROUP BY e
        ORDER BY min(seq)
    """).fetchall()
    return [row[0] for row in rows]


def repeats(world: World) -> list[dict[str, object]]:
    """Each further call of an event: its number, how it differs from the first call, and whether it was closed as one."""
    columns = ("call", "first_call", "other_type", "other_block", "late", "closed_as_duplicate")
    rows = world.con.execute(f"""
        SELECT call_number(later.seq, later.t), call_number(original.seq, original.t),
            later.other_type, later.other_block, later.is_late, later.disposition_id = {disposition("DUP")}
        FROM calls AS later
        JOIN calls AS original ON original.e = later.e AND original.k = 0
        WHERE later.k > 0
        ORDER BY later.seq
    """).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def write_truth(
    world: World, out: Path, parameters: dict[str, int], callers: Callers, counts: dict[str, object]
) -> Path:
    """The truth file."""
    plan = world.plan

    def ids(numbers: list[int]) -> list[str]:
        return [world.zones.zone_id[zone] for zone in numbers]

    truth = {
        **parameters,
        "over_policed_zones": ids(plan.over_policed),
        "over_policing_factor": placement.OVER_POLICING,
        "high_crime_zones": ids(plan.high_crime),
        "low_resource_zones": ids(plan.low_resource),
        "responder_programme": {
            "start_date": plan.programme_start.isoformat(),
            "zones": ids(plan.programme_zones),
            "call_types": list(PROGRAMME_TYPES),
            "share": plan.programme_share,
            "rule": PROGRAMME_RULE,
        },
        "violence_concentration": {
            "share_of_blocks": placement.HOT_SHARE_OF_BLOCKS,
            "share_of_events": placement.HOT_SHARE_OF_VIOLENCE,
        },
        "search_hit_rate": {"over_policed_zones": HIT_RATE_OVER_POLICED, "elsewhere": HIT_RATE},
        "counts": counts,
        "callers_who_differ": asdict(callers),
        "duplicate_groups": duplicate_groups(world),
        "repeats": repeats(world),
        "requests_also_called": also_called(world),
    }
    path = out / FILE_NAME
    path.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return path
