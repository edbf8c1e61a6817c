"""calls_for_service.csv and unit_responses.csv as a dispatch system exports them, flaws included.

What belongs here: text, order of lines, late updates, missing and broken values of the two files.
What does not: what happened (calls.py).
"""

from __future__ import annotations

from pathlib import Path

from orchestration.demo.calls import FIELD, SOURCES
from orchestration.demo.calltypes import DISPOSITIONS, disposition
from orchestration.demo.world import World
from orchestration.demo.writing import copy_piece, count, pieces, sql_list

CALLS_HEADER = (
    "Call Number,Call Received,Call Type Code,Initial Call Type,Final Call Type,Priority,Call Source,"
    "Disposition,Parent Call Number,Block Address,Beat,Longitude,Latitude,Last Updated"
)
UNITS_HEADER = "Call Number,Unit,Crew Size,Dispatched,Arrived,Cleared"
DAY = 86_400
QUEUE_MINUTES = [0.9, 3.0, 9.0, 18.0, 30.0]
TRAVEL_MINUTES = [4.2, 5.8, 7.5, 8.5, 9.5]
# Eight-hour shifts from midnight: the last of the night, day, evening; nights begin at 22.
SHIFT_OF_HOUR = ["C"] * 6 + ["A"] * 8 + ["B"] * 8 + ["C"] * 2


def corrupt_lines(year: int) -> list[str]:
    """Lines no reader can take as they are: short, long, with a day or a time that does not exist."""
    prefix = f"RB{year % 100:02d}-999999"
    whole = "THFT,THEFT,THEFT,4,911,REPORT TAKEN,,900 BLOCK OF ELM ST,B05,-93.601200,41.602300"
    return [
        f"{prefix}1,02/14/{year} 03:12:44 PM,DIST",
        f"{prefix}2,02/30/{year} 10:15:00 AM,{whole},03/01/{year} 11:00:00 AM",
        f"{prefix}3,05/09/{year} 08:47:19 PM,{whole},05/09/{year} 10:02:11 PM,,,REKEYED",
        f"{prefix}4,07/21/{year} 13:75:00 PM,{whole},07/22/{year} 01:30:00 AM",
        f"{prefix}5,11/02/{year} 06:30:05 AM",
    ]


def draw_late_updates(world: World) -> int:
    """Table late_updates: calls whose row is published a second time, days later."""
    lag = world.draws.lognormal("revision lag", "seq", f"{4 * DAY}", "0.8")
    world.con.execute(f"""
        CREATE TABLE late_updates AS
        SELECT seq, (t + {DAY} + least({lag}, {60 * DAY}))::INTEGER AS updated
        FROM calls
        WHERE revised
        ORDER BY seq
    """)
    return count(world.con, "late_updates")


def find_parents(world: World) -> None:
    """Table parents: the first call of the event, for each call closed as its duplicate."""
    world.con.execute(f"""
        CREATE TABLE parents AS
        SELECT later.seq, original.seq AS parent_seq, original.t AS parent_t
        FROM calls AS later
        JOIN calls AS original ON original.e = later.e AND original.k = 0 AND original.extra_callers > 0
        WHERE later.disposition_id = {disposition("DUP")}
        ORDER BY later.seq
    """)


def call_rows(world: World, first: int, last: int, from_s: int, to_s: int) -> str:
    """Query for the lines of the calls file that are published in one stretch of time."""
    u = world.draws
    closing = u.lognormal("closing lag", "seq", "3300", "0.8")
    place = u.uniform("place", "v.e")
    return f"""
        WITH versions AS (
            SELECT *, t AS published, least(t + 240 + {closing}, t + {DAY - 60})::INTEGER AS updated,
                revised AS is_early
            FROM calls
            WHERE seq >= {first} AND seq < {last}
            UNION ALL
            SELECT c.*, l.updated, l.updated, FALSE
            FROM late_updates AS l
            JOIN calls AS c ON c.seq = l.seq
            WHERE l.updated >= {from_s} AND l.updated < {to_s}
        )
        SELECT
            call_number(v.seq, v.t),
            local_text(v.t),
            first_type.code,
            first_type.name,
            CASE WHEN v.is_early THEN first_type.name ELSE final_type.name END,
            CASE WHEN {u.uniform("no priority", "v.seq")} >= 0.01 THEN v.priority END,
            {sql_list(SOURCES)}[v.source_id + 1],
            {sql_list(DISPOSITIONS)}[
                1 + CASE WHEN v.is_early THEN {disposition("PENDING")} ELSE v.disposition_id END],
            CASE WHEN p.parent_seq IS NOT NULL THEN call_number(p.parent_seq, p.parent_t) END,
            CASE WHEN v.withheld THEN 'WITHHELD' ELSE b.address END,
            b.beat,
            CASE WHEN v.withheld OR {place} < 0.02 THEN NULL WHEN {place} < 0.025 THEN '0.0' ELSE b.lon END,
            CASE WHEN v.withheld OR {place} < 0.02 THEN NULL WHEN {place} < 0.025 THEN '0.0' ELSE b.lat END,
            local_text(v.updated)
        FROM versions AS v
        JOIN call_types AS first_type ON first_type.type_id = v.initial_id
        JOIN call_types AS final_type ON final_type.type_id = v.type_id
        JOIN blocks AS b ON b.block_id = v.block_id
        LEFT JOIN parents AS p ON p.seq = v.seq
        ORDER BY v.published, v.seq, NOT v.is_early
    """


def write_calls(world: World, path: Path, n_calls: int) -> dict[str, int]:
    """calls_for_service.csv; returns its counts."""
    corrupt = corrupt_lines(world.clock.first_year)
    updates = draw_late_updates(world)
    find_parents(world)
    ranges = pieces(n_calls, at_least=len(corrupt) + 1)
    firsts = ", ".join(str(first) for first, _ in ranges)
    begins = dict(world.con.execute(f"SELECT seq, t FROM calls WHERE seq IN ({firsts})").fetchall())
    edges = [0, *(begins[first] for first, _ in ranges[1:]), 2**31 - 1]
    written = 0
    with path.open("wb") as target:
        target.write(CALLS_HEADER.encode() + b"\n")
        for n, (first, last) in enumerate(ranges):
            query = call_rows(world, first, last, edges[n], edges[n + 1])
            written += copy_piece(world.con, query, world.scratch, target)
            if n < len(corrupt):
                target.write(corrupt[n].encode() + b"\n")
    return {
        "rows": written + len(corrupt),
        "corrupt_lines": len(corrupt),
        "late_updates": updates,
        "distinct_calls": n_calls,
    }


def unit_rows(world: World, first: int, last: int) -> str:
    """Query for the unit rows of a range of calls."""
    u = world.draws
    i = "(seq::BIGINT * 4 + k)"
    queue = u.lognormal("queue", i, f"60 * {QUEUE_MINUTES}[priority]", "0.8")
    travel = u.lognormal("travel", i, f"60 * {TRAVEL_MINUTES}[priority]", "0.5")
    scene = u.lognormal("scene", i, "60 * scene_minutes * CASE WHEN k = 0 THEN 1 ELSE 0.55 END", "0.6")
    backup = u.uniform("backup", i)
    return f"""
        WITH crews AS (
            SELECT
                c.seq, c.t, c.priority, unnest(range(c.n_units::BIGINT)) AS k, y.scene_minutes, b.beat,
                (local_s(c.t::BIGINT) % {DAY}) // 3600 AS hour_of_day,
                y.grp = 'admin' AS is_admin,
                y.grp = 'officer'
                    OR (c.source_id IS NOT DISTINCT FROM {FIELD} AND y.grp <> 'admin') AS on_view
            FROM calls AS c
            JOIN call_types AS y ON y.type_id = c.type_id
            JOIN blocks AS b ON b.block_id = c.block_id
            WHERE c.seq >= {first} AND c.seq < {last} AND c.n_units > 0
        ),
        sent AS (
            SELECT *,
                t + (CASE
                    WHEN is_admin THEN 0
                    WHEN on_view AND k = 0 THEN {u.integer("on view", i, 4)}
                    WHEN on_view THEN 30 + 240 * {backup}
                    ELSE 20 + {queue} + 120 * k * {backup}
                END)::INTEGER AS dispatched,
                {u.uniform("missing arrival", i)} < CASE WHEN on_view OR is_admin THEN 0.015 ELSE 0.09 END
                    AS never_arrived,
                NOT is_admin AND {u.uniform("clock error", i)} < 0.0033 AS clock_is_wrong
            FROM crews
        ),
        arriving AS (
            SELECT *,
                dispatched + (CASE
                    WHEN is_admin THEN 0
                    WHEN on_view AND k = 0 THEN 25 * {u.uniform("walk", i)}
                    ELSE 25 + {travel}
                END)::INTEGER AS arrived
            FROM sent
        )
        SELECT
            call_number(seq, t),
            ltrim(right(beat, 2), '0') || {SHIFT_OF_HOUR}[hour_of_day + 1]
                || (1 + (k + {u.integer("car", "seq", 4)}) % 4),
            CASE WHEN {u.uniform("no crew", i)} >= 0.01
                THEN 1 + ({u.uniform("crew", i)} < 0.24)::INTEGER END,
            local_text(dispatched),
            CASE
                WHEN never_arrived THEN NULL
                WHEN clock_is_wrong THEN local_text(t - 30 - {u.integer("clock", i, 1200)})
                ELSE local_text(arrived)
            END,
            CASE WHEN {u.uniform("no clear", i)} >= CASE WHEN on_view THEN 0.08 ELSE 0.01 END
                THEN local_text((CASE
                    -- Called off on the way.
                    WHEN never_arrived AND NOT on_view THEN dispatched + 60 + 0.4 * (arrived - dispatched)
                    ELSE arrived + least(30 + {scene}, 40000)
                END)::INTEGER) END
        FROM arriving
        ORDER BY seq, k
    """


def write_units(world: World, path: Path, n_calls: int) -> int:
    """unit_responses.csv; returns its rows."""
    written = 0
    with path.open("wb") as target:
        target.write(UNITS_HEADER.encode() + b"\n")
        for first, last in pieces(n_calls):
            written += copy_piece(world.con, unit_rows(world, first, last), world.scratch, target)
    return written
