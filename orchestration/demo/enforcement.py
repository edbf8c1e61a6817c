"""Officer stops and arrests.

What belongs here: who is stopped, searched and arrested (never a name), and the attributes of the features.
What does not: how many stops a zone gets (placement.py) and the form of the files (arcgis.py).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from orchestration.demo.arcgis import write_pages
from orchestration.demo.calls import FIELD
from orchestration.demo.calltypes import TYPE_NUMBER, disposition
from orchestration.demo.city import N_ZONES
from orchestration.demo.offenses import charge_slot
from orchestration.demo.people import RACES
from orchestration.demo.world import World
from orchestration.demo.writing import Columns, count, load_table, sql_list

STOPS_SHARE = 0.08
HIT_RATE, HIT_RATE_OVER_POLICED = 0.30, 0.14
# How much likelier a resident of each group is to be stopped than a white resident, other things equal.
STOP_FACTOR = (1.0, 1.8, 1.25, 0.7, 1.0)
RACE_KNOWN = 0.96
AGE_LIMITS = {
    "Under 18": 0.05,
    "18-24": 0.25,
    "25-34": 0.52,
    "35-44": 0.73,
    "45-54": 0.87,
    "55-64": 0.95,
    "65+": 1.0,
}
# Each reason stands as often as its share of ten.
VEHICLE_REASONS = ["Moving violation"] * 5 + ["Equipment violation"] * 2 + ["Registration"] * 2 + ["Investigative"]
PERSON_REASONS = (
    ["Suspicious behavior"] * 4 + ["Matches description"] * 2 + ["Loitering"] * 2 + ["Pedestrian violation"] * 2
)
SUBJECT_FIELDS = {"SubjectRace": "String", "SubjectSex": "String", "SubjectAgeGroup": "String"}
STOP_FIELDS = {
    "OBJECTID": "OID",
    "StopID": "String",
    "StopDate": "Date",
    "StopReason": "String",
    "StopType": "String",
    "CallNumber": "String",
    **SUBJECT_FIELDS,
    "SearchConducted": "String",
    "SearchBasis": "String",
    "ContrabandFound": "String",
    "Outcome": "String",
    "Beat": "String",
}
ARREST_FIELDS = {
    "OBJECTID": "OID",
    "ArrestID": "String",
    "ArrestDate": "Date",
    "NIBRSCode": "String",
    "ChargeDescription": "String",
    "CallNumber": "String",
    "Initiation": "String",
    **SUBJECT_FIELDS,
    "Beat": "String",
}


def load_groups(world: World) -> None:
    """Table zone_people: by zone, the limits that cut (0, 1) into the groups of people stopped there."""
    share = world.people.race_share * np.array(STOP_FACTOR)
    limits = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    columns: Columns = {
        "zone": ("UTINYINT", range(N_ZONES)),
        **{f"to_{n}": ("DOUBLE", [f"{value:.6f}" for value in limits[:, n].tolist()]) for n in range(len(RACES))},
    }
    load_table(world.con, world.scratch, "zone_people", columns)


def subject_sql(world: World, name: str, index: str) -> str:
    """SELECT items race, sex and age_group of a person."""
    race, age, sex = (world.draws.uniform(f"{name} {trait}", index) for trait in ("race", "age", "sex"))
    races = " ".join(f"WHEN {race} / {RACE_KNOWN} < z.to_{n} THEN '{label}'" for n, label in enumerate(RACES))
    ages = " ".join(f"WHEN {age} <= {limit} THEN '{label}'" for label, limit in AGE_LIMITS.items())
    return f"""
        CASE {races} ELSE 'Unknown' END AS race,
        CASE WHEN {sex} < 0.70 THEN 'Male' WHEN {sex} < 0.985 THEN 'Female' ELSE 'Unknown' END AS sex,
        CASE {ages} END AS age_group
    """


def draw_stops(world: World, n_calls: int) -> int:
    """Table stops, in order of time; returns how many."""
    u = world.draws
    vehicle = TYPE_NUMBER["TRAFFIC STOP"]
    eligible = f"calls AS c WHERE c.type_id IN ({vehicle}, {TYPE_NUMBER['SUBJECT STOP']}) AND c.n_units > 0"
    share = min(1.0, STOPS_SHARE * n_calls / max(1, count(world.con, eligible)))
    world.con.execute(f"""
        CREATE TABLE stops AS
        WITH kept AS (
            SELECT seq, t, block_id, disposition_id, type_id = {vehicle} AS is_vehicle
            FROM {eligible} AND {u.uniform("stop form", "c.seq")} < {share}
        ),
        persons AS (
            SELECT c.seq, c.t, c.is_vehicle, b.beat, b.lon, b.lat, b.over_policed,
                CASE c.disposition_id
                    WHEN {disposition("CITATION")} THEN 'Citation'
                    WHEN {disposition("WARNING")} THEN 'Warning'
                    WHEN {disposition("ARREST")} THEN 'Arrest'
                    ELSE 'No action'
                END AS outcome,
                {subject_sql(world, "stop", "c.seq")},
                {u.uniform("search", "c.seq")} AS s,
                {u.uniform("basis", "c.seq")} AS v
            FROM kept AS c
            JOIN blocks AS b ON b.block_id = c.block_id
            JOIN zone_people AS z ON z.zone = b.zone
        ),
        searched AS (
            SELECT *,
                CASE WHEN is_vehicle THEN 0.055 ELSE 0.20 END
                    * CASE WHEN over_policed THEN 1.5 ELSE 1 END AS rate,
                CASE
                    WHEN outcome = 'Arrest' AND s < 0.75 THEN 'Incident to arrest'
                    WHEN s >= rate THEN NULL
                    WHEN v < 0.45 THEN 'Consent'
                    WHEN v < 0.80 THEN 'Probable cause'
                    WHEN v < 0.90 THEN 'Plain view'
                    WHEN v < 0.96 THEN 'Inventory'
                    ELSE 'Canine'
                END AS basis,
                CASE WHEN over_policed THEN {HIT_RATE_OVER_POLICED} ELSE {HIT_RATE} END AS hit_rate
            FROM persons
        )
        SELECT *,
            CASE WHEN basis IS NOT NULL
                THEN CASE WHEN {u.uniform("found", "seq")} < hit_rate THEN 'Y' ELSE 'N' END END AS found
        FROM searched
        ORDER BY seq
    """)
    return count(world.con, "stops")


def stop_rows(world: World, first: int, last: int) -> str:
    """Query for a range of stop features."""
    u = world.draws
    reason = u.integer("reason", "seq", 10)
    return f"""
        SELECT
            {{
                'OBJECTID': rowid + 1,
                'StopID': 'S' || right((1000000001 + rowid)::VARCHAR, 8),
                'StopDate': (t::BIGINT + {u.integer("stop form lag", "seq", 90)}) * 1000,
                'StopReason': CASE WHEN is_vehicle THEN {sql_list(VEHICLE_REASONS)}[1 + {reason}]
                    ELSE {sql_list(PERSON_REASONS)}[1 + {reason}] END,
                'StopType': CASE WHEN is_vehicle THEN 'Vehicle' ELSE 'Pedestrian' END,
                'CallNumber': CASE WHEN {u.uniform("stop link", "seq")} < 0.8 THEN call_number(seq, t) END,
                'SubjectRace': race,
                'SubjectSex': sex,
                'SubjectAgeGroup': age_group,
                'SearchConducted': CASE WHEN basis IS NULL THEN 'N' ELSE 'Y' END,
                'SearchBasis': basis,
                'ContrabandFound': found,
                'Outcome': CASE WHEN {u.uniform("no outcome", "seq")} >= 0.03 THEN outcome END,
                'Beat': beat
            }} AS attributes,
            CASE WHEN {u.uniform("no stop place", "seq")} >= 0.02
                THEN {{'x': lon::DOUBLE, 'y': lat::DOUBLE}} END AS geometry
        FROM stops
        WHERE rowid >= {first} AND rowid < {last}
        ORDER BY rowid
    """


def draw_arrests(world: World) -> int:
    """Table arrests, in order of time; returns how many."""
    u = world.draws
    world.con.execute(f"""
        CREATE TABLE arrests AS
        WITH persons AS (
            SELECT c.*, unnest(range(1 + ({u.uniform("arrestees", "c.seq")} < 0.09)::BIGINT)) AS person
            FROM calls AS c
            WHERE c.k = 0 AND c.disposition_id = {disposition("ARREST")}
        )
        SELECT c.seq, c.person, c.t, n.code, n.description, b.beat, b.lon, b.lat,
            (c.t::BIGINT + 420 + {u.integer("arrest lag", "c.seq", 2400)}) * 1000 AS arrested_ms,
            CASE
                WHEN y.name = 'WARRANT SERVICE' THEN 'Warrant'
                WHEN y.grp = 'officer' OR c.source_id = {FIELD} THEN 'Officer initiated'
                ELSE 'Call for service'
            END AS initiation,
            {subject_sql(world, "arrest", "(c.seq::BIGINT * 2 + c.person)")}
        FROM persons AS c
        JOIN call_types AS y ON y.type_id = c.type_id
        JOIN charge_slots AS s ON s.slot = {charge_slot(world, "c")}
        JOIN nibrs AS n ON n.nibrs_id = s.nibrs_id
        JOIN blocks AS b ON b.block_id = c.block_id
        JOIN zone_people AS z ON z.zone = b.zone
        ORDER BY arrested_ms, c.seq, c.person
    """)
    return count(world.con, "arrests")


def arrest_rows(world: World, first: int, last: int) -> str:
    """Query for a range of arrest features."""
    u = world.draws
    return f"""
        SELECT
            {{
                'OBJECTID': rowid + 1,
                'ArrestID': 'A' || right((1000000001 + rowid)::VARCHAR, 8),
                'ArrestDate': arrested_ms,
                'NIBRSCode': code,
                'ChargeDescription': description,
                'CallNumber': CASE WHEN {u.uniform("arrest link", "seq")} < 0.85 THEN call_number(seq, t) END,
                'Initiation': initiation,
                'SubjectRace': race,
                'SubjectSex': sex,
                'SubjectAgeGroup': age_group,
                'Beat': beat
            }} AS attributes,
            CASE WHEN {u.uniform("no arrest place", "seq")} >= 0.02
                THEN {{'x': lon::DOUBLE, 'y': lat::DOUBLE}} END AS geometry
        FROM arrests
        WHERE rowid >= {first} AND rowid < {last}
        ORDER BY rowid
    """


def write_stops(world: World, out: Path, n_calls: int) -> dict[str, int]:
    """officer_stops_NNNN.json; returns rows and pages."""
    load_groups(world)
    rows = draw_stops(world, n_calls)
    return write_pages(world, out, "officer_stops", STOP_FIELDS, rows, partial(stop_rows, world))


def write_arrests(world: World, out: Path) -> dict[str, int]:
    """arrests_NNNN.json; returns rows and pages. Needs the tables of write_offenses and write_stops."""
    rows = draw_arrests(world)
    return write_pages(world, out, "arrests", ARREST_FIELDS, rows, partial(arrest_rows, world))
