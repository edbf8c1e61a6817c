"""offenses.csv: what the records system keeps of the calls that led to a report.

What belongs here: reported offences, their codes and the span in which they happened.
What does not: arrests (enforcement.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orchestration.demo.calltypes import CALL_TYPES, disposition
from orchestration.demo.charges import CHARGES, NIBRS, NIBRS_CODES, OTHER_CHARGE
from orchestration.demo.lookups import load_slots
from orchestration.demo.placement import slots
from orchestration.demo.world import World
from orchestration.demo.writing import Columns, copy_piece, count, load_table, pieces

HEADER = (
    "Report Number,Offense ID,Occurred From,Occurred To,Reported,NIBRS Code,Offense Description,"
    "Crime Against,Call Number,Block Address,Beat,Longitude,Latitude,Status"
)
CHARGE_SLOTS = 128
WITHHELD_CODES = ("11A", "11D")
SECOND_CHARGES = ("290", "13B", "90Z", "35B")
# Reports without an arrest that hold an offence; the others are for information only.
FOUNDED = 0.64


def charge_slot(world: World, call: str) -> str:
    """Slot of charge_slots for a call (a table alias); its offence and its arrest draw the same charge."""
    draw = world.draws.integer("charge", f"{call}.seq", CHARGE_SLOTS)
    return f"{call}.type_id::INTEGER * {CHARGE_SLOTS} + {draw}"


def load_charges(world: World) -> None:
    """Tables nibrs, crime_types and charge_slots (the last for every call type, listed or not)."""
    codes: Columns = {
        "nibrs_id": ("UTINYINT", range(len(NIBRS_CODES))),
        "code": ("VARCHAR", NIBRS_CODES),
        "description": ("VARCHAR", [text for text, _ in NIBRS.values()]),
        "against": ("VARCHAR", [against for _, against in NIBRS.values()]),
    }
    load_table(world.con, world.scratch, "nibrs", codes)
    listed: Columns = {
        "type_id": ("UTINYINT", range(len(CALL_TYPES))),
        "is_crime": ("BOOLEAN", [kind.name in CHARGES for kind in CALL_TYPES]),
    }
    load_table(world.con, world.scratch, "crime_types", listed)
    of_slot: list[int] = []
    for kind in CALL_TYPES:
        shares = CHARGES.get(kind.name, OTHER_CHARGE)
        numbers = [NIBRS_CODES.index(code) for code in shares]
        of_slot += [numbers[n] for n in slots(np.array(list(shares.values())), CHARGE_SLOTS).tolist()]
    load_slots(world, "charge_slots", "nibrs_id", "UTINYINT", of_slot)


def draw_offenses(world: World) -> int:
    """Table offenses, in order of report; returns how many."""
    u = world.draws
    arrest = disposition("ARREST")
    reported = f"({disposition('REPORT TAKEN')}, {disposition('TELEPHONE REPORT')}, {arrest})"
    second = [NIBRS_CODES.index(code) for code in SECOND_CHARGES]
    pick_second = f"{second}[1 + {u.integer('second charge', 'seq', len(second))}]::UTINYINT"
    written = u.lognormal("report lag", "c.seq", "1500", "0.7")
    hours = u.lognormal("discovery lag", "seq", "CASE against WHEN 'PROPERTY' THEN 21600 ELSE 420 END", "1.1")
    world.con.execute(f"""
        CREATE TABLE reports AS
        SELECT c.seq, c.t, c.block_id, c.withheld, c.disposition_id, s.nibrs_id,
            (c.t + 240 + least({written}, 40000))::INTEGER AS reported
        FROM calls AS c
        JOIN crime_types AS y ON y.type_id = c.type_id AND y.is_crime
        JOIN charge_slots AS s ON s.slot = {charge_slot(world, "c")}
        WHERE c.k = 0 AND c.disposition_id IN {reported}
            AND (c.disposition_id = {arrest} OR {u.uniform("founded", "c.seq")} < {FOUNDED})
        ORDER BY reported, c.seq
    """)
    world.con.execute(f"""
        CREATE TABLE offenses AS
        WITH parts AS (
            SELECT rowid + 1 AS report, 0 AS part, * FROM reports
            UNION ALL
            SELECT rowid + 1, 1, * REPLACE ({pick_second} AS nibrs_id)
            FROM reports
            WHERE {u.uniform("two charges", "seq")} < 0.10
        )
        SELECT p.*, (p.t - 60 - least({hours}, 2400000))::INTEGER AS occurred
        FROM parts AS p
        JOIN nibrs AS n ON n.nibrs_id = p.nibrs_id
        ORDER BY p.report, p.part
    """)
    return count(world.con, "offenses")


def offense_rows(world: World, first: int, last: int) -> str:
    """Query for a range of lines."""
    u = world.draws
    i = "(o.seq::BIGINT * 2 + o.part)"
    status = u.uniform("status", "o.seq")
    ended = f"o.occurred + ((o.t - o.occurred) * {u.uniform('span', i)})::INTEGER"
    return f"""
        WITH placed AS (
            SELECT o.*, o.rowid AS line, n.code, n.description, n.against, b.address, b.beat, b.lon, b.lat,
                o.withheld OR n.code IN {WITHHELD_CODES} AS hidden,
                {u.uniform("no map", i)} < 0.02 AS unmapped
            FROM offenses AS o
            JOIN nibrs AS n ON n.nibrs_id = o.nibrs_id
            JOIN blocks AS b ON b.block_id = o.block_id
            WHERE o.rowid >= {first} AND o.rowid < {last}
        )
        SELECT
            'R' || strftime(make_timestamp(local_s(o.reported::BIGINT) * 1000000), '%y') || '-'
                || right((1000000000 + o.report)::VARCHAR, 8),
            70000001 + o.line,
            local_text(o.occurred),
            CASE WHEN o.against = 'PROPERTY' AND {u.uniform("no end", i)} < 0.7 THEN local_text({ended}) END,
            local_text(o.reported),
            o.code,
            o.description,
            o.against,
            CASE WHEN {u.uniform("no call", "o.seq")} >= 0.10 THEN call_number(o.seq, o.t) END,
            CASE WHEN o.hidden THEN 'WITHHELD' ELSE o.address END,
            o.beat,
            CASE WHEN NOT (o.hidden OR o.unmapped) THEN o.lon END,
            CASE WHEN NOT (o.hidden OR o.unmapped) THEN o.lat END,
            CASE
                WHEN o.disposition_id = {disposition("ARREST")} OR {status} < 0.07 THEN 'CLEARED BY ARREST'
                WHEN {status} < 0.10 THEN 'EXCEPTIONALLY CLEARED'
                WHEN {status} < 0.13 THEN 'UNFOUNDED'
                WHEN {status} < 0.62 THEN 'SUSPENDED'
                ELSE 'OPEN'
            END
        FROM placed AS o
        ORDER BY o.line
    """


def write_offenses(world: World, path: Path) -> int:
    """offenses.csv; returns its rows."""
    load_charges(world)
    written = 0
    with path.open("wb") as target:
        target.write(HEADER.encode() + b"\n")
        for first, last in pieces(draw_offenses(world)):
            written += copy_piece(world.con, offense_rows(world, first, last), world.scratch, target)
    return written
