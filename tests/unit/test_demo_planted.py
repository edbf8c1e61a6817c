"""The demo city's planted patterns: each can be seen in the files, and none is told outside the truth file.

What belongs here: simple counts over the raw files. What does not: whether the warehouse's own methods find
what is planted (integration).
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import shapely
from shapely.geometry import shape

from orchestration.demo import generate
from orchestration.demo.callers import Callers
from orchestration.demo.calltypes import CALL_TYPES
from orchestration.demo.truth import FILE_NAME

CLOCK = "%m/%d/%Y %I:%M:%S %p"
CALLS = 40_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("city"), calls=CALLS).parent


@pytest.fixture(scope="module")
def truth(city: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((city / FILE_NAME).read_text())
    return answer


def sql_table(con: duckdb.DuckDBPyConnection, path: Path, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """A table named after a scratch file through which its rows go."""
    path.write_text("".join("|".join(map(str, row)) + "\n" for row in rows))
    con.execute(f"CREATE TABLE {path.stem} ({columns})")
    con.execute(f"COPY {path.stem} FROM '{path}' (DELIMITER '|', HEADER false)")


def zones_of_blocks(city: Path, con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Block address and zone, from the published coordinates and polygons."""
    zones = json.loads((city / "zones.geojson").read_text())["features"]
    blocks = con.execute("SELECT DISTINCT address, lon, lat FROM calls WHERE lon <> 0 AND address <> 'WITHHELD'")
    places = blocks.fetchall()
    tree = shapely.STRtree([shape(zone["geometry"]) for zone in zones])
    point, zone = tree.query(shapely.points([(lon, lat) for _, lon, lat in places]), predicate="within")
    return [(places[p][0], zones[z]["properties"]["zone_id"]) for p, z in zip(point, zone, strict=True)]


@pytest.fixture(scope="module")
def con(
    city: Path, truth: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables calls (as last published), sent, types, block_zones, groups (planted duplicates)."""
    con, scratch = duckdb.connect(), tmp_path_factory.mktemp("tables")
    con.execute(f"""
        CREATE TABLE calls AS
        SELECT "Call Number" AS number, "Initial Call Type" AS initial, "Final Call Type" AS final,
            "Call Source" AS source, Disposition AS disposition, "Parent Call Number" AS parent,
            "Block Address" AS address, Longitude::DOUBLE AS lon, Latitude::DOUBLE AS lat,
            try_strptime("Call Received", '{CLOCK}') AS received
        FROM read_csv('{city / "calls_for_service.csv"}', all_varchar = true, ignore_errors = true)
        WHERE received IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY number ORDER BY strptime("Last Updated", '{CLOCK}') DESC) = 1
    """)
    units = city / "unit_responses.csv"
    con.execute(f"""CREATE TABLE sent AS SELECT DISTINCT "Call Number" AS number FROM '{units}'""")
    types = [(kind.name, kind.group, kind.place) for kind in CALL_TYPES]
    sql_table(con, scratch / "types.txt", "final VARCHAR, grp VARCHAR, place VARCHAR", types)
    sql_table(con, scratch / "block_zones.txt", "address VARCHAR, zone VARCHAR", zones_of_blocks(city, con))
    members = [
        (number, n, place) for n, group in enumerate(truth["duplicate_groups"]) for place, number in enumerate(group)
    ]
    sql_table(con, scratch / "groups.txt", "number VARCHAR, event INTEGER, place INTEGER", members)
    con.execute(
        f"CREATE TABLE repeats AS SELECT unnest(repeats, recursive := true) FROM read_json('{city / FILE_NAME}')"
    )
    yield con
    con.close()


def one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = con.execute(query).fetchone()
    assert row is not None
    return row


@pytest.fixture(scope="module")
def pairs(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """With the table pairs: each further call beside the first of its event."""
    con.execute("""
        CREATE OR REPLACE TABLE pairs AS
        SELECT later.*, first.number AS original, first.parent AS original_parent,
            first.address AS first_address, first.initial AS first_initial, first.final AS first_final,
            111.32 * sqrt(pow(later.lat - first.lat, 2) + pow((later.lon - first.lon) * cos(radians(first.lat)), 2)) AS km,
            epoch(later.received - first.received) AS seconds, r.*
        FROM groups AS g
        JOIN calls AS later ON later.number = g.number
        JOIN repeats AS r ON r.call = g.number
        JOIN groups AS g0 ON g0.event = g.event AND g0.place = 0
        JOIN calls AS first ON first.number = g0.number
        WHERE g.place > 0
    """)
    return con


def test_duplicates_are_one_event(pairs: duckdb.DuckDBPyConnection) -> None:
    con = pairs
    extra, marked, soonest = one(con, "SELECT count(*), count_if(disposition = 'DUP'), min(seconds) FROM pairs")
    assert extra / CALLS == pytest.approx(0.025, abs=0.004)
    assert marked / extra == pytest.approx(1 / 3, abs=0.06)
    assert soonest > 0
    wrong = """
        SELECT count(*) FROM pairs
        WHERE source = 'FIELD' OR original <> first_call OR closed_as_duplicate <> (disposition = 'DUP')
            OR original_parent IS NOT NULL OR (disposition = 'DUP') <> (parent IS NOT DISTINCT FROM original)
    """
    assert one(con, wrong) == (0,)
    assert one(con, "SELECT count(*) FROM calls WHERE disposition = 'DUP'") == (marked,)
    sizes = con.execute("SELECT DISTINCT count(*) FROM groups GROUP BY event ORDER BY 1").fetchall()
    assert sizes == [(2,), (3,), (4,)]


def test_callers_of_one_event_disagree_as_often_as_planted(
    pairs: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    con = pairs
    shares = truth["callers_who_differ"]
    other_type, other_block, late = one(
        con, "SELECT avg(other_type::INT), avg(other_block::INT), avg(late::INT) FROM pairs"
    )
    # A type that nothing is mistaken for and a block at the city's edge keep their callers.
    assert other_type == pytest.approx(shares["other_type"], abs=0.03)
    assert other_block == pytest.approx(shares["other_block"], abs=0.03)
    assert late == pytest.approx(shares["late"], abs=0.03)
    untold = """
        SELECT count(*) FROM pairs
        WHERE (initial <> first_initial OR final <> first_final) <> other_type
            OR (address <> first_address) <> (other_block AND address <> 'WITHHELD' AND first_address <> 'WITHHELD')
            OR (seconds > 600) <> late
    """
    assert one(con, untold)[0] <= 0.02 * one(con, "SELECT count(*) FROM pairs")[0]
    # At a neighbour's, on the same street or round the corner: streets are 200 metres from corner to corner.
    (furthest,) = one(con, "SELECT max(km) FROM pairs WHERE other_block AND lon <> 0")
    assert 0.05 < furthest < 0.25
    assert one(con, "SELECT max(seconds) FROM pairs")[0] <= 2_700


def test_callers_agree_where_they_shall(tmp_path: Path) -> None:
    agreeing = generate(tmp_path, calls=10_000, callers=Callers(other_type=0, other_block=0, late=0))
    repeats = json.loads(agreeing.read_text())["repeats"]
    assert len(repeats) > 150
    assert not any(repeat["other_type"] or repeat["other_block"] or repeat["late"] for repeat in repeats)
    with pytest.raises(ValueError, match=r"other_block lies between 0 and 1, not at 1\.5"):
        Callers(other_block=1.5)


def test_most_calls_that_look_like_duplicates_are_planted(con: duckdb.DuckDBPyConnection) -> None:
    lookalikes = """
        SELECT number FROM calls
        WHERE address <> 'WITHHELD' AND coalesce(source, '') NOT IN ('FIELD', 'CAD SYSTEM')
        QUALIFY received - lag(received) OVER (PARTITION BY final, address ORDER BY received) <= INTERVAL 10 MINUTE
    """
    found, planted = one(con, f"SELECT count(*), count_if(number IN (SELECT call FROM repeats)) FROM ({lookalikes})")
    assert found > 400
    assert planted / found > 0.97


def test_requests_have_times_of_their_own(city: Path) -> None:
    requests = json.loads((city / "requests_311.json").read_text())
    ((_, most),) = Counter(request["requested_datetime"] for request in requests).most_common(1)
    assert most <= 3
    by_month = Counter(request["requested_datetime"][:7] for request in requests)
    assert len(by_month) == 24
    assert max(by_month.values()) < 1.5 * min(by_month.values())


def test_some_requests_are_about_a_call(city: Path, con: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    requests = {
        request["service_request_id"]: request for request in json.loads((city / "requests_311.json").read_text())
    }
    names = {"Abandoned Vehicle", "Noise", "Encampment Concern", "Animal Control"}
    could_be = sum(request["service_name"] in names for request in requests.values())
    planted = truth["requests_also_called"]
    assert len(planted) / could_be == pytest.approx(0.15, abs=0.03)
    calls = {
        number: (at, block, final)
        for number, at, block, final in con.execute("SELECT number, received, address, final FROM calls").fetchall()
    }
    hours, topics = [], set()
    for request, number in planted:
        received, address, final = calls[number]
        assert requests[request]["address"] == address
        topics.add((requests[request]["service_name"], final))
        requested = datetime.fromisoformat(requests[request]["requested_datetime"]).replace(tzinfo=None)
        hours.append((requested - received).total_seconds() / 3600)
    assert topics == {
        ("Abandoned Vehicle", "PARKING COMPLAINT"),
        ("Noise", "NOISE COMPLAINT"),
        ("Encampment Concern", "HOMELESS ASSIST"),
        ("Animal Control", "ANIMAL COMPLAINT"),
    }
    # An hour more where the clock changes between the two.
    assert max(map(abs, hours)) <= 41
    assert sum(hour < 0 for hour in hours) / len(hours) == pytest.approx(0.3, abs=0.1)


def test_programme_lowers_police_dispatch(con: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    programme = truth["responder_programme"]
    cells = con.execute(f"""
        SELECT z.zone IN {tuple(programme["zones"])} AS treated,
            c.received >= '{programme["start_date"]}' AS later,
            count(*) AS total, count(s.number) AS police
        FROM calls AS c
        JOIN block_zones AS z ON z.address = c.address
        LEFT JOIN sent AS s ON s.number = c.number
        WHERE c.final IN {tuple(programme["call_types"])}
        GROUP BY ALL
    """).fetchall()
    total = {(treated, later): calls for treated, later, calls, _ in cells}
    share = {(treated, later): police / calls for treated, later, calls, police in cells}
    assert share[True, True] / share[True, False] == pytest.approx(1 - programme["share"], abs=0.08)
    assert share[False, True] / share[False, False] == pytest.approx(1, abs=0.04)
    # People call as before; only the answer changes.
    assert total[True, True] / total[True, False] == pytest.approx(1, abs=0.2)
    elsewhere = f"""
        SELECT count(*) FROM calls JOIN block_zones USING (address)
        WHERE disposition = 'HANDLED BY CRT'
            AND (zone NOT IN {tuple(programme["zones"])} OR received < '{programme["start_date"]}')
    """
    assert one(con, elsewhere) == (0,)


def test_crime_and_enforcement_stand_out_where_planted(con: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    counts = con.execute("""
        SELECT z.zone, count_if(t.grp IN ('violent', 'property')) AS crime,
            count_if(t.place IN ('stops', 'checks')) AS contacts
        FROM calls AS c JOIN types AS t USING (final) JOIN block_zones AS z USING (address)
        GROUP BY z.zone
    """).fetchall()
    crime = {zone: number for zone, number, _ in counts}
    ratio = {zone: contacts / max(number, 1) for zone, number, contacts in counts}
    high, policed = set(truth["high_crime_zones"]), set(truth["over_policed_zones"])
    assert sum(crime[zone] for zone in high) / len(high) > 1.7 * sum(crime.values()) / len(crime)
    assert high & policed, "some zones are both, so crime alone cannot point them out"
    assert set(sorted(ratio, key=lambda zone: -ratio[zone])[: len(policed)]) == policed


def test_violence_is_concentrated_on_few_blocks(con: duckdb.DuckDBPyConnection) -> None:
    top, every = one(
        con,
        """
        WITH blocks AS (
            SELECT count(*) AS number
            FROM calls JOIN types USING (final)
            WHERE types.place = 'violent'
            GROUP BY address
        ),
        ranked AS (SELECT number, row_number() OVER (ORDER BY number DESC) AS rank FROM blocks)
        SELECT sum(number) FILTER (rank <= 300), sum(number) FROM ranked
        """,
    )
    # With few calls chance alone adds to the planted half.
    assert 0.48 < top / every < 0.72


def test_crises_hide_behind_other_types(con: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT initial, count(*) FROM calls WHERE final = 'MENTAL HEALTH CRISIS' GROUP BY initial"
    initial = dict(con.execute(query).fetchall())
    for disguise in ("DISTURBANCE", "WELFARE CHECK"):
        assert initial[disguise] / sum(initial.values()) == pytest.approx(0.4 / 3, abs=0.05)


def test_searches_find_less_where_police_are_planted(city: Path, truth: dict[str, Any]) -> None:
    zones = json.loads((city / "zones.geojson").read_text())["features"]
    names = [zone["properties"]["zone_id"] for zone in zones]
    policed = shapely.union_all(
        [
            shape(zone["geometry"])
            for zone, name in zip(zones, names, strict=True)
            if name in truth["over_policed_zones"]
        ]
    )
    found: dict[bool, list[bool]] = {True: [], False: []}
    for page in sorted(city.glob("officer_stops_*.json")):
        for stop in json.loads(page.read_text())["features"]:
            if stop["geometry"] and stop["attributes"]["SearchConducted"] == "Y":
                inside = policed.contains(shapely.Point(stop["geometry"]["x"], stop["geometry"]["y"]))
                found[inside].append(stop["attributes"]["ContrabandFound"] == "Y")
    rate = {inside: sum(hits) / len(hits) for inside, hits in found.items()}
    assert rate[True] == pytest.approx(truth["search_hit_rate"]["over_policed_zones"], abs=0.10)
    assert rate[False] == pytest.approx(truth["search_hit_rate"]["elsewhere"], abs=0.10)
    assert rate[True] < rate[False]


def test_services_are_missing_where_planted(city: Path, con: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    zones = json.loads((city / "zones.geojson").read_text())["features"]
    poor = [shape(z["geometry"]) for z in zones if z["properties"]["zone_id"] in truth["low_resource_zones"]]
    query = f"""SELECT "Facility Type", Longitude, Latitude, Beds FROM '{city / "resources.csv"}'"""
    facilities = con.execute(query).fetchall()
    inside = {kind for kind, lon, lat, _ in facilities if any(p.contains(shapely.Point(lon, lat)) for p in poor)}
    assert inside <= {"Convenience Store"}
    assert len({kind for kind, *_ in facilities}) == 8
    assert -999 in {beds for *_, beds in facilities}


def test_truth_is_told_in_one_file_only(city: Path) -> None:
    words = rb"planted|truth|over.?polic|high.?crime|low.?resource|programme|duplicate.?group|seed"
    for path in city.iterdir():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        else:
            content = path.read_bytes()
        assert bool(re.search(words, content, re.I)) == (path.name == FILE_NAME), path.name
