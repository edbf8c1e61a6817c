"""Calls for service: what truly happened, before any file is written.

What belongs here: drawing base events (type, moment, block), ordering all calls by time of receipt, and deciding how
each call was answered. The result is one narrow table, calls, in order of receipt.
What does not: further callers of an event (callers.py); text, flaws of the export and file formats (call_exports.py).
"""

from __future__ import annotations

from datetime import datetime

from orchestration.demo import placement, rhythm
from orchestration.demo.callers import Callers, draw_further_calls
from orchestration.demo.calltypes import disposition
from orchestration.demo.lookups import (
    EXTRA_CALLERS_SHARE,
    MISTAKE_SLOTS,
    NOT_COMMUNITY,
    OUTCOME_SLOTS,
    TYPE_SLOTS,
    load_lookups,
)
from orchestration.demo.world import World
from orchestration.demo.writing import count

SOURCES = ("911", "NON-EMERGENCY", "ALARM COMPANY", "FIELD", "CAD SYSTEM")
FIELD = SOURCES.index("FIELD")
NINE_ONE_ONE_BY_PRIORITY = [0.86, 0.72, 0.45, 0.26, 0.12]


def draw_events(world: World, calls: int) -> None:
    """Table events: one row per thing that happened, in no order of time."""
    u = world.draws
    base = round(calls * (1 - EXTRA_CALLERS_SHARE))
    repeat = u.uniform("repeat", "e")
    world.con.execute(f"""
        CREATE TABLE events AS
        WITH drawn AS (
            SELECT range::INTEGER AS e, {u.integer("type", "range", TYPE_SLOTS)} AS slot FROM range({base})
        )
        SELECT
            d.e,
            y.type_id,
            CASE WHEN {u.uniform("mistaken", "e")} < y.mistaken_rate
                THEN m.initial_id ELSE y.type_id END AS initial_id,
            (w.begin_s + floor({u.uniform("second", "e")} * w.length_s))::INTEGER AS t,
            b.block_id,
            CASE
                WHEN {repeat} >= y.repeat_rate THEN 0
                WHEN {repeat} < y.repeat_rate * 0.1 THEN 3
                WHEN {repeat} < y.repeat_rate * 0.3 THEN 2
                ELSE 1
            END::UTINYINT AS extra_callers
        FROM drawn AS d
        JOIN type_slots AS s ON s.slot = d.slot
        JOIN call_types AS y ON y.type_id = s.type_id
        JOIN mistake_slots AS m
            ON m.slot = y.type_id::INTEGER * {MISTAKE_SLOTS} + {u.integer("mistake", "e", MISTAKE_SLOTS)}
        JOIN moments AS w ON w.slot = y.rhythm_slot + {u.integer("moment", "e", rhythm.SLOTS)}
        JOIN block_slots AS b ON b.slot = y.place_slot + {u.integer("block", "e", placement.SLOTS)}
    """)


def order_calls(world: World) -> None:
    """Table received: events and further calls about them (k > 0), in order of time."""
    world.con.execute("""
        CREATE TABLE received AS
        SELECT t, e, k, type_id, initial_id, block_id, extra_callers, other_type, other_block, is_late
        FROM (
            SELECT *, 0::UTINYINT AS k, FALSE AS other_type, FALSE AS other_block, FALSE AS is_late FROM events
            UNION ALL BY NAME
            FROM further_calls
        )
        ORDER BY t, e, k
    """)
    world.con.execute("DROP TABLE events")
    world.con.execute("DROP TABLE further_calls")


def decide_source() -> str:
    """Call source as a position in SOURCES (NULL = left empty), from a uniform number v."""
    return f"""
        CASE
            WHEN grp = 'admin' THEN CASE WHEN v < 0.96 THEN 4 WHEN v < 0.98 THEN {FIELD} END
            WHEN grp = 'test' THEN CASE WHEN v < 0.5 THEN 4 ELSE 0 END
            WHEN grp = 'officer' THEN CASE WHEN v < 0.975 THEN {FIELD} END
            WHEN grp = 'alarm' THEN CASE WHEN v < 0.9 THEN 2 WHEN v < 0.97 THEN 0 END
            WHEN v < 0.02 AND k = 0 THEN NULL
            WHEN v < 0.06 AND extra_callers = 0 THEN {FIELD}
            WHEN v < 0.06 + 0.94 * {NINE_ONE_ONE_BY_PRIORITY}[priority] THEN 0
            ELSE 1
        END
    """


def decide_answer(world: World) -> str:
    """Who answered: police, responder or nobody, from a uniform number a."""
    midnight = datetime.combine(world.plan.programme_start, datetime.min.time(), rhythm.TIME_ZONE)
    programme = world.draws.uniform("programme", "i")
    return f"""
        CASE
            WHEN grp = 'test' OR (grp <> 'admin' AND k = 0 AND a > 0.9995) THEN 'test'
            WHEN k > 0 AND a < 0.34 THEN 'dup'
            WHEN k > 0 AND a < 0.80 THEN 'merged'
            WHEN grp IN {NOT_COMMUNITY} OR k > 0 THEN 'police'
            WHEN a < 0.055 AND extra_callers = 0 THEN 'cancelled'
            WHEN a >= 0.055 AND a < 0.055 + CASE
                WHEN grp = 'property' AND priority >= 4 THEN 0.24
                WHEN priority >= 4 THEN 0.08
                ELSE 0.01 END THEN 'telephone'
            WHEN programme AND in_programme AND t >= {int(midnight.timestamp())}
                AND {programme} < {world.plan.programme_share} THEN 'responder'
            ELSE 'police'
        END
    """


def decide_calls(world: World) -> None:
    """Table calls: how each call was prioritised, answered and closed; seq = order of receipt from zero."""
    u = world.draws
    units = u.uniform("units", "i")
    world.con.execute(f"""
        CREATE TABLE calls AS
        WITH drawn AS (
            SELECT
                r.rowid::INTEGER AS seq,
                (r.e::BIGINT * 4 + r.k) AS i,
                r.*,
                y.grp,
                y.extra_units,
                y.outcome_slot,
                y.sensitive AND {u.uniform("withheld", "r.e")} < 0.333 AS withheld,
                y.in_programme OR first_type.in_programme AS in_programme,
                b.programme,
                {u.uniform("priority", "i")} AS p,
                {u.uniform("source", "i")} AS v,
                {u.uniform("answer", "i")} AS a,
                CASE WHEN p < 0.07 THEN -1 WHEN p > 0.93 THEN 1 ELSE 0 END AS shift,
                least(5, greatest(1, first_type.priority + shift))::UTINYINT AS priority
            FROM received AS r
            JOIN call_types AS y ON y.type_id = r.type_id
            JOIN call_types AS first_type ON first_type.type_id = r.initial_id
            JOIN blocks AS b ON b.block_id = r.block_id
        ),
        answered AS (
            SELECT *, {decide_answer(world)} AS answer, ({decide_source()})::UTINYINT AS source_id FROM drawn
        )
        SELECT
            a.seq, a.t, a.e, a.k, a.type_id, a.initial_id, a.block_id, a.extra_callers, a.withheld,
            a.other_type, a.other_block, a.is_late,
            a.priority, a.source_id,
            CASE answer
                WHEN 'test' THEN {disposition("TEST")}
                WHEN 'dup' THEN {disposition("DUP")}
                WHEN 'cancelled' THEN {disposition("CANCELLED")}
                WHEN 'telephone' THEN {disposition("TELEPHONE REPORT")}
                WHEN 'responder' THEN {disposition("HANDLED BY CRT")}
                WHEN 'merged' THEN {disposition("NO REPORT")}
                ELSE o.outcome_id
            END::UTINYINT AS disposition_id,
            CASE
                WHEN answer <> 'police' THEN 0
                WHEN k > 0 THEN 1
                ELSE 1 + ({units} < extra_units)::INTEGER + ({units} < extra_units * 0.45)::INTEGER
                    + ({units} < extra_units * 0.15)::INTEGER
            END::UTINYINT AS n_units,
            answer IN ('police', 'telephone', 'responder') AND grp <> 'admin' AND k = 0
                AND {u.uniform("revised", "i")} < 0.0175 AS revised
        FROM answered AS a
        JOIN outcome_slots AS o ON o.slot = a.outcome_slot + {u.integer("outcome", "i", OUTCOME_SLOTS)}
        ORDER BY a.seq
    """)
    world.con.execute("DROP TABLE received")


def define_numbers(world: World) -> None:
    """Macros local_s(s), local_text(s) and call_number(seq, t)."""
    con, clock = world.con, world.clock
    con.execute(f"CREATE MACRO local_s(s) AS {rhythm.local_seconds_sql(clock, 's')}")
    moment = "make_timestamp(local_s(s::BIGINT) * 1000000)"
    con.execute(f"CREATE MACRO local_text(s) AS strftime({moment}, '%m/%d/%Y %I:%M:%S %p')")
    cases = []
    for n, start in reversed(list(enumerate(clock.year_starts))):
        prefix = f"RB{(clock.first_year + n) % 100:02d}-"
        before = count(con, f"calls WHERE t < {start}")
        cases.append(f"WHEN t >= {start} THEN '{prefix}' || right((10000001 + seq - {before})::VARCHAR, 7)")
    con.execute(f"CREATE MACRO call_number(seq, t) AS CASE {' '.join(cases)} END")


def make_calls(world: World, calls: int, callers: Callers | None = None) -> int:
    """Build the table calls and the macros that number them; returns how many there are."""
    load_lookups(world)
    draw_events(world, calls)
    draw_further_calls(world, callers or Callers())
    order_calls(world)
    decide_calls(world)
    define_numbers(world)
    return count(world.con, "calls")
