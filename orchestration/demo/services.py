"""Requests that do not go to the police, or not only: 311 service requests and 211/411 contacts.

What belongs here: the two files and the need they show. What does not: where services are (community.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from orchestration.demo import placement, rhythm
from orchestration.demo.calls import FIELD
from orchestration.demo.calltypes import TYPE_NUMBER
from orchestration.demo.city import N_ZONES
from orchestration.demo.lookups import load_slots
from orchestration.demo.world import World
from orchestration.demo.writing import Columns, copy_piece, json_piece, load_table, pieces, sql_list

REQUESTS_SHARE, CONTACTS_SHARE = 0.20, 0.05
SLOTS = 256
# name, code, share, place, days to close, agency, description
REQUESTS: tuple[tuple[str, str, float, str, float, str, str], ...] = (
    (
        "Missed Trash Collection",
        "SAN-01",
        18,
        "home",
        2,
        "Public Works",
        "Collection missed on the scheduled day.",
    ),
    ("Bulky Item Pickup", "SAN-02", 9, "home", 6, "Public Works", "Large items at the curb."),
    ("Pothole", "STR-01", 12, "road", 9, "Public Works", "Hole in the roadway."),
    ("Street Light Out", "STR-02", 10, "road", 14, "Public Works", "Street light does not work."),
    (
        "Abandoned Vehicle",
        "COD-01",
        9,
        "home",
        8,
        "Code Enforcement",
        "Vehicle not moved for a week or longer.",
    ),
    ("Overgrown Lot", "COD-02", 8, "crisis", 16, "Code Enforcement", "Vegetation above the height allowed."),
    (
        "Vacant Building Open",
        "COD-03",
        3,
        "crisis",
        12,
        "Code Enforcement",
        "Door or window of a vacant building open.",
    ),
    ("Graffiti Removal", "COD-04", 6, "retail", 7, "Public Works", "Markings on a public surface."),
    ("Noise", "COD-05", 5, "disorder", 3, "Code Enforcement", "Repeated noise at the same place."),
    (
        "Encampment Concern",
        "HUM-01",
        4,
        "crisis",
        10,
        "Human Services",
        "People sheltering outdoors; outreach asked for.",
    ),
    ("Discarded Needles", "HUM-02", 2, "crisis", 2, "Human Services", "Needles seen on public ground."),
    ("Animal Control", "ANI-01", 7, "home", 2, "Animal Services", "Loose or injured animal."),
    (
        "Water Main or Sewer",
        "UTL-01",
        7,
        "home",
        4,
        "Water Works",
        "Water in the street or a backed-up drain.",
    ),
)
# The call types by which people ask the police for the same; of such requests a share is about an earlier or later call.
CALLED_AS = {
    "Abandoned Vehicle": "PARKING COMPLAINT",
    "Noise": "NOISE COMPLAINT",
    "Encampment Concern": "HOMELESS ASSIST",
    "Animal Control": "ANIMAL COMPLAINT",
}
ALSO_CALLED_SHARE = 0.15
REQUEST_FIRST_SHARE = 0.3
HOURS_BETWEEN, MOST_HOURS_BETWEEN = 2, 40
STATUS_NOTES = ["Work completed."] * 3 + ["Inspected; no action needed.", "Referred to the property owner."]

# code, category, share, share met when the person lives in a zone with few services, share met elsewhere
NEEDS: tuple[tuple[str, str, float, float, float], ...] = (
    ("H-100", "Housing and shelter", 22, 0.38, 0.50),
    ("U-100", "Utility assistance", 17, 0.55, 0.64),
    ("F-100", "Food", 16, 0.52, 0.82),
    ("M-100", "Mental health care", 10, 0.34, 0.62),
    ("S-100", "Substance use treatment", 6, 0.30, 0.58),
    ("C-100", "Health care", 8, 0.45, 0.72),
    ("T-100", "Transportation", 6, 0.42, 0.56),
    ("L-100", "Legal help", 5, 0.48, 0.58),
    ("K-100", "Child care", 4, 0.40, 0.52),
    ("E-100", "Employment", 6, 0.55, 0.62),
)
UNMET = ("No provider nearby", "Waiting list", "Not eligible", "Could not be reached", "Hours do not fit")
CONTACTS_HEADER = "Contact ID,Channel,Contact Date,Zip,Zone ID,Need Code,Need Category,Met,Unmet Reason,Referral"


def load_services(world: World) -> None:
    """Tables request_types, request_slots, needs, need_slots and zones."""
    names, codes, shares, places, days, agencies, texts = zip(*REQUESTS, strict=True)
    requests: Columns = {
        "request_id": ("UTINYINT", range(len(names))),
        "name": ("VARCHAR", names),
        "code": ("VARCHAR", codes),
        "place_slot": ("INTEGER", [placement.first_slot(place) for place in places]),
        "days": ("DOUBLE", days),
        "agency": ("VARCHAR", agencies),
        "description": ("VARCHAR", texts),
        # -1: nobody calls the police about it.
        "call_type_id": ("SMALLINT", [TYPE_NUMBER[CALLED_AS[name]] if name in CALLED_AS else -1 for name in names]),
    }
    load_table(world.con, world.scratch, "request_types", requests)
    picks = placement.slots(np.array(shares), SLOTS).tolist()
    load_slots(world, "request_slots", "request_id", "UTINYINT", picks)
    codes, categories, shares, met_few, met_else = zip(*NEEDS, strict=True)
    needs: Columns = {
        "need_id": ("UTINYINT", range(len(codes))),
        "code": ("VARCHAR", codes),
        "category": ("VARCHAR", categories),
        "met_few": ("DOUBLE", met_few),
        "met_else": ("DOUBLE", met_else),
    }
    load_table(world.con, world.scratch, "needs", needs)
    load_slots(world, "need_slots", "need_id", "UTINYINT", placement.slots(np.array(shares), SLOTS).tolist())
    zones: Columns = {
        "zone": ("UTINYINT", range(N_ZONES)),
        "zone_id": ("VARCHAR", world.zones.zone_id),
        # One postal code for every two beats.
        "zip": ("VARCHAR", [f"509{61 + (int(beat[1:]) - 1) // 2}" for beat in world.zones.beat]),
        "few_services": ("BOOLEAN", [zone in world.plan.low_resource for zone in range(N_ZONES)]),
    }
    load_table(world.con, world.scratch, "zones", zones)


def draw_requests(world: World, rows: int) -> None:
    """Table requests, in order of time; call_seq is the call about the same need, where somebody called as well."""
    u = world.draws
    office = rhythm.first_slot("office")
    between = u.lognormal("hours between", "q", f"3600 * {HOURS_BETWEEN}", "1.0")
    world.con.execute(f"""
        CREATE TABLE requests AS
        WITH drawn AS (
            SELECT
                (w.begin_s + floor({u.uniform("request second", "q")} * w.length_s))::INTEGER AS t,
                r.q,
                s.request_id,
                b.block_id,
                CASE WHEN {u.uniform("also called", "q")} < {ALSO_CALLED_SHARE} THEN y.call_type_id END AS call_type_id
            FROM (
                SELECT range::INTEGER AS q, {u.integer("request type", "range", SLOTS)} AS slot FROM range({rows})
            ) AS r
            JOIN request_slots AS s ON s.slot = r.slot
            JOIN request_types AS y ON y.request_id = s.request_id
            JOIN moments AS w ON w.slot = {office} + {u.integer("request moment", "q", rhythm.SLOTS)}
            JOIN block_slots AS b ON b.slot = y.place_slot + {u.integer("request block", "q", placement.SLOTS)}
        ),
        called AS (
            SELECT type_id, seq, t, block_id,
                row_number() OVER (PARTITION BY type_id ORDER BY seq) - 1 AS n,
                count(*) OVER (PARTITION BY type_id) AS of_type
            FROM calls
            WHERE k = 0 AND NOT withheld AND source_id IS DISTINCT FROM {FIELD}
                AND type_id IN (SELECT call_type_id FROM request_types)
        ),
        picked AS (
            SELECT d.q, c.seq, c.t, c.block_id
            FROM drawn AS d
            JOIN (SELECT DISTINCT type_id, of_type FROM called) AS types ON types.type_id = d.call_type_id
            JOIN called AS c
                ON c.type_id = d.call_type_id AND c.n = floor({u.uniform("which call", "d.q")} * types.of_type)
        ),
        timed AS (
            SELECT q, seq, block_id,
                t + (CASE WHEN {u.uniform("request first", "q")} < {REQUEST_FIRST_SHARE} THEN -1 ELSE 1 END
                    * least({between}, 3600 * {MOST_HOURS_BETWEEN}))::INTEGER AS t
            FROM picked
        )
        SELECT
            -- greatest and least skip a NULL, so a request that is about no call must be told apart first.
            CASE WHEN p.q IS NULL THEN d.t
                ELSE greatest({world.clock.start}, least({world.clock.end - 1}, p.t)) END::INTEGER AS t,
            d.q,
            d.request_id,
            coalesce(p.block_id, d.block_id) AS block_id,
            p.seq AS call_seq
        FROM drawn AS d
        LEFT JOIN timed AS p ON p.q = d.q
        ORDER BY t, d.q
    """)


def request_number(seq: str, second: str) -> str:
    """The published number of a request, from its order and its time (epoch second)."""
    year = f"year(make_timestamp(local_s(({second})::BIGINT) * 1000000))"
    return f"right({year}::VARCHAR, 2) || '-' || right((1000000001 + {seq})::VARCHAR, 8)"


def also_called(world: World) -> list[tuple[str, str]]:
    """Number of each request about a need that somebody also called the police about, and of that call."""
    return world.con.execute(f"""
        SELECT {request_number("r.rowid", "r.t")}, call_number(c.seq, c.t)
        FROM requests AS r
        JOIN calls AS c ON c.seq = r.call_seq
        ORDER BY r.rowid
    """).fetchall()


def iso_text(second: str) -> str:
    """Local ISO-8601 text with its offset."""
    local = f"local_s(({second})::BIGINT)"
    return (
        f"strftime(make_timestamp({local} * 1000000), '%Y-%m-%dT%H:%M:%S') || "
        f"CASE {local} - ({second}) WHEN -18000 THEN '-05:00' ELSE '-06:00' END"
    )


def request_rows(world: World, first: int, last: int) -> str:
    """Query for a range of service requests, closed ones with the time of the last update."""
    u = world.draws
    worked = u.lognormal("request work", "q", "86400 * y.days", "0.8")
    note = u.integer("note", "q", len(STATUS_NOTES))
    return f"""
        SELECT
            {request_number("seq", "t")} AS service_request_id,
            CASE WHEN is_open THEN 'open' ELSE 'closed' END AS status,
            CASE WHEN NOT is_open THEN {sql_list(STATUS_NOTES)}[1 + {note}] END AS status_notes,
            name AS service_name,
            code AS service_code,
            description,
            agency AS agency_responsible,
            {iso_text("t")} AS requested_datetime,
            {iso_text("updated")} AS updated_datetime,
            {iso_text("expected")} AS expected_datetime,
            address,
            zip AS zipcode,
            CASE WHEN mapped THEN lat::DOUBLE END AS lat,
            CASE WHEN mapped THEN lon::DOUBLE END AS long,
            NULL::VARCHAR AS media_url
        FROM (
            SELECT r.rowid AS seq, r.t, r.q, y.*, b.address, b.lat, b.lon, z.zip,
                {u.uniform("request map", "q")} >= 0.02 AS mapped,
                (r.t + 600 + least({worked}, 200 * 86400))::INTEGER AS done,
                done > {world.clock.end} OR {u.uniform("request open", "q")} < 0.02 AS is_open,
                CASE WHEN is_open THEN r.t + 600 ELSE done END AS updated,
                (r.t + 86400 * 1.5 * y.days)::INTEGER AS expected
            FROM requests AS r
            JOIN request_types AS y ON y.request_id = r.request_id
            JOIN blocks AS b ON b.block_id = r.block_id
            JOIN zones AS z ON z.zone = b.zone
            WHERE r.rowid >= {first} AND r.rowid < {last}
        )
        ORDER BY seq
    """


def write_requests(world: World, path: Path, n_calls: int) -> int:
    """requests_311.json; returns its rows."""
    rows = round(n_calls * REQUESTS_SHARE)
    draw_requests(world, rows)
    with path.open("wb") as target:
        target.write(b"[\n")
        for first, last in pieces(rows, size=200_000):
            target.write(b",\n" if first else b"")
            target.write(json_piece(world.con, request_rows(world, first, last), world.scratch))
        target.write(b"\n]\n")
    return rows


def contact_rows(world: World, first: int, last: int) -> str:
    """Query for a range of contacts."""
    u = world.draws
    asked, met = u.uniform("follow-up", "c.q"), u.uniform("met", "c.q")
    return f"""
        SELECT
            'C' || right((100000001 + c.rowid)::VARCHAR, 8),
            CASE WHEN {u.uniform("channel", "c.q")} < 0.78 THEN '211' ELSE '411' END,
            strftime(make_timestamp(local_s(c.t::BIGINT) * 1000000), '%Y-%m-%d %H:%M'),
            CASE WHEN {u.uniform("no zip", "c.q")} >= 0.04 THEN z.zip END,
            CASE WHEN {u.uniform("no zone", "c.q")} >= 0.08 THEN z.zone_id END,
            n.code,
            n.category,
            CASE WHEN {asked} < 0.15 THEN NULL WHEN {met} < c.met_rate THEN 'Y' ELSE 'N' END,
            CASE WHEN {asked} >= 0.15 AND {met} >= c.met_rate
                THEN {sql_list(UNMET)}[1 + {u.integer("unmet", "c.q", len(UNMET))}] END,
            CASE WHEN {u.uniform("referral", "c.q")} < 0.82 THEN 'Y' ELSE 'N' END
        FROM contacts AS c
        JOIN needs AS n ON n.need_id = c.need_id
        JOIN zones AS z ON z.zone = c.zone
        WHERE c.rowid >= {first} AND c.rowid < {last}
        ORDER BY c.rowid
    """


def write_contacts(world: World, path: Path, n_calls: int) -> int:
    """contacts_211_411.csv; returns its rows."""
    u = world.draws
    office = rhythm.first_slot("office")
    crisis = placement.first_slot("crisis")
    rows = round(n_calls * CONTACTS_SHARE)
    world.con.execute(f"""
        CREATE TABLE contacts AS
        SELECT
            (w.begin_s + floor({u.uniform("contact second", "q")} * w.length_s))::INTEGER AS t,
            r.q,
            s.need_id,
            z.zone,
            CASE WHEN z.few_services THEN n.met_few ELSE n.met_else END AS met_rate
        FROM (SELECT range::INTEGER AS q, {u.integer("need", "range", SLOTS)} AS slot FROM range({rows})) AS r
        JOIN need_slots AS s ON s.slot = r.slot
        JOIN needs AS n ON n.need_id = s.need_id
        JOIN moments AS w ON w.slot = {office} + {u.integer("contact moment", "q", rhythm.SLOTS)}
        JOIN block_slots AS p ON p.slot = {crisis} + {u.integer("contact block", "q", placement.SLOTS)}
        JOIN blocks AS b ON b.block_id = p.block_id
        JOIN zones AS z ON z.zone = b.zone
        ORDER BY t, q
    """)
    with path.open("wb") as target:
        target.write(CONTACTS_HEADER.encode() + b"\n")
        for first, last in pieces(rows):
            copy_piece(world.con, contact_rows(world, first, last), world.scratch, target)
    return rows
