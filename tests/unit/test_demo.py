"""The demo city's files: the same for a seed, of the form and with the flaws that are promised.

What belongs here: bytes, shapes, counts, times. What does not: planted patterns (test_demo_planted.py).
"""

from __future__ import annotations

import csv
import filecmp
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from shapely.geometry import shape

from orchestration.demo import generate
from orchestration.demo.arcgis import page_ranges
from orchestration.demo.calls import make_calls
from orchestration.demo.calltypes import CALL_TYPES
from orchestration.demo.rhythm import TIME_ZONE, utc_offset
from orchestration.demo.truth import FILE_NAME
from orchestration.demo.world import make_world

Row = dict[str, str]
CLOCK = "%m/%d/%Y %I:%M:%S %p"
HEADERS = {
    "calls_for_service.csv": "Call Number,Call Received,Call Type Code,Initial Call Type,Final Call Type,"
    "Priority,Call Source,Disposition,Parent Call Number,Block Address,Beat,Longitude,Latitude,Last Updated",
    "unit_responses.csv": "Call Number,Unit,Crew Size,Dispatched,Arrived,Cleared",
    "offenses.csv": "Report Number,Offense ID,Occurred From,Occurred To,Reported,NIBRS Code,"
    "Offense Description,Crime Against,Call Number,Block Address,Beat,Longitude,Latitude,Status",
    "resources.csv": "Facility ID,Facility Type,Name,Address,Longitude,Latitude,Beds,Source",
    "contacts_211_411.csv": "Contact ID,Channel,Contact Date,Zip,Zone ID,Need Code,Need Category,Met,"
    "Unmet Reason,Referral",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("small"), calls=3_000).parent


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough for two pages of stops."""
    return generate(tmp_path_factory.mktemp("city"), calls=30_000).parent


@cache
def truth(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / FILE_NAME).read_text())
    return answer


@cache
def lines(path: Path) -> list[list[str]]:
    with path.open(newline="") as text:
        return list(csv.reader(text))


@cache
def parsed(text: str) -> datetime | None:
    """Local time without its zone, if the text is one."""
    try:
        return datetime.strptime(text, CLOCK)
    except ValueError:
        return None


def clock(text: str) -> datetime:
    found = parsed(text)
    assert found is not None, text
    return found


@cache
def rows(folder: Path, name: str) -> list[Row]:
    """The rows that can be read: as many fields as the header, and in the calls file a real time."""
    header, *body = lines(folder / name)
    whole = [dict(zip(header, line, strict=True)) for line in body if len(line) == len(header)]
    return [row for row in whole if "Call Received" not in row or parsed(row["Call Received"])]


@cache
def latest_calls(folder: Path) -> dict[str, Row]:
    """Each call as last published."""
    return {row["Call Number"]: row for row in rows(folder, "calls_for_service.csv")}


def features(folder: Path, stem: str) -> list[dict[str, Any]]:
    pages = sorted(folder.glob(f"{stem}_*.json"))
    return [feature for page in pages for feature in json.loads(page.read_text())["features"]]


@cache
def zone_of_address(folder: Path) -> dict[str, str]:
    """Zone of every block with a coordinate, found from the published polygons."""
    zones = json.loads((folder / "zones.geojson").read_text())["features"]
    places = {
        row["Block Address"]: (float(row["Longitude"]), float(row["Latitude"]))
        for row in rows(folder, "calls_for_service.csv")
        if row["Longitude"] not in ("", "0.0")
    }
    tree = shapely.STRtree([shape(zone["geometry"]) for zone in zones])
    point, zone = tree.query(shapely.points(list(places.values())), predicate="within")
    addresses = list(places)
    assert len(point) == len(addresses), "a block is in no zone or in two"
    return {addresses[p]: zones[z]["properties"]["zone_id"] for p, z in zip(point, zone, strict=True)}


def test_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, calls=3_000)
    names = sorted(path.name for path in small.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert filecmp.cmpfiles(small, tmp_path, names, shallow=False)[0] == names


def test_another_seed_gives_another_city(small: Path, tmp_path: Path) -> None:
    generate(tmp_path, calls=3_000, seed=7)
    for name in ("calls_for_service.csv", "zones.geojson", "budget.xlsx", "resident_survey.csv"):
        assert (small / name).read_bytes() != (tmp_path / name).read_bytes(), name


def test_threads_do_not_change_the_calls(tmp_path: Path) -> None:
    # More than one DuckDB row group (122,880), below which no query runs in parallel.
    sums = []
    for threads in (1, 4):
        with make_world(tmp_path, years=2, seed=1) as world:
            world.con.execute(f"SET threads = {threads}")
            make_calls(world, 130_000)
            query = "SELECT bit_xor(hash(rowid::VARCHAR || '|' || calls::VARCHAR)) FROM calls"
            sums.append(world.con.execute(query).fetchone())
    assert sums[0] == sums[1]


def test_writing_again_leaves_nothing_of_the_larger_city(tmp_path: Path) -> None:
    (tmp_path / "officer_stops_0002.json").write_text("{}")
    (tmp_path / ".scratch").mkdir()
    generate(tmp_path, calls=3_000)
    assert [path.name for path in tmp_path.glob("officer_stops_*")] == ["officer_stops_0001.json"]
    assert not (tmp_path / ".scratch").exists()


def test_refuses_a_city_without_calls(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate(tmp_path, calls=10)


@pytest.mark.parametrize("name", HEADERS)
def test_headers(small: Path, name: str) -> None:
    assert ",".join(lines(small / name)[0]) == HEADERS[name]


def test_survey_header(small: Path) -> None:
    header, *answers = lines(small / "resident_survey.csv")
    assert header[:7] == ["Respondent ID", "Wave", "Field Start", "Field End", "Mode", "Zone ID", "Weight"]
    assert {"safety_day", "safety_night", "trust_police", "pref_person_in_crisis", "unmet_need"} < set(header)
    assert Counter(answer[1] for answer in answers) == {"1": 1_200, "2": 1_200}
    trust = {answer[header.index("trust_police")] for answer in answers}
    assert {"", "98", "99"} < trust <= {"", "98", "99", *map(str, range(11))}


def test_zones_are_a_partition(small: Path) -> None:
    zones = json.loads((small / "zones.geojson").read_text())["features"]
    polygons = [shape(zone["geometry"]) for zone in zones]
    assert len(polygons) == 60
    assert all(polygon.is_valid and polygon.exterior.is_ccw for polygon in polygons)
    union = shapely.union_all(polygons)
    assert union.geom_type == "Polygon" and not union.interiors
    assert sum(polygon.area for polygon in polygons) == pytest.approx(union.area, rel=1e-12)
    assert shapely.coverage_is_valid(polygons)


def test_residents(small: Path) -> None:
    zones = [zone["properties"] for zone in json.loads((small / "zones.geojson").read_text())["features"]]
    population = sorted(zone["B01003_001E"] for zone in zones)
    assert sum(population) == 180_000
    assert population[0] == 0 and 0 < population[1] < 500 < population[2]
    assert [zone["B19013_001E"] for zone in zones].count(-666_666_666) == 1
    assert all(isinstance(zone["zone_id"], str) for zone in zones)
    assert all(zone["B17001_002E"] <= zone["B17001_001E"] <= zone["B01003_001E"] for zone in zones)


def test_every_place_lies_in_one_zone(city: Path) -> None:
    assert set(zone_of_address(city).values()) <= {f"19001{n:04d}" for n in range(1, 61)}


def test_counts_in_the_truth_file(city: Path) -> None:
    counts = truth(city)["counts"]
    for name in (
        "unit_responses.csv",
        "offenses.csv",
        "resources.csv",
        "resident_survey.csv",
        "contacts_211_411.csv",
    ):
        assert len(lines(city / name)) - 1 == counts[name], name
    assert len(json.loads((city / "requests_311.json").read_text())) == counts["requests_311.json"]
    calls = counts["calls_for_service.csv"]
    assert len(lines(city / "calls_for_service.csv")) - 1 == calls["rows"]
    assert len(latest_calls(city)) == calls["distinct_calls"] == pytest.approx(30_000, rel=0.01)
    assert calls["rows"] == calls["distinct_calls"] + calls["late_updates"] + calls["corrupt_lines"]
    assert len(rows(city, "calls_for_service.csv")) == calls["rows"] - calls["corrupt_lines"]
    assert calls["late_updates"] / calls["distinct_calls"] == pytest.approx(0.015, abs=0.003)


def test_call_numbers_follow_receipt_and_updates_come_later(city: Path) -> None:
    seen: dict[str, Row] = {}
    updates = 0
    for row in rows(city, "calls_for_service.csv"):
        number = row["Call Number"]
        if number not in seen:
            assert not seen or number > next(reversed(seen))
            seen[number] = row
            continue
        updates += 1
        first = seen[number]
        assert clock(row["Last Updated"]) > clock(first["Last Updated"])
        assert first["Disposition"] == "PENDING" != row["Disposition"]
    assert updates == truth(city)["counts"]["calls_for_service.csv"]["late_updates"]


@pytest.mark.parametrize("name", ["calls_for_service.csv", "unit_responses.csv", "offenses.csv"])
def test_no_time_falls_into_the_hour_that_spring_skips(city: Path, name: str) -> None:
    pattern = re.compile(r"[\d/]{10} 02:\d\d:\d\d AM")
    times = {text for row in rows(city, name) for text in row.values() if pattern.fullmatch(text)}
    assert len(times) > 50
    for text in times:
        local = clock(text)
        there_and_back = local.replace(tzinfo=TIME_ZONE).astimezone(UTC).astimezone(TIME_ZONE)
        assert there_and_back.replace(tzinfo=None) == local, text


def test_local_clock_in_the_database_agrees_with_the_time_zone(tmp_path: Path) -> None:
    with make_world(tmp_path, years=2, seed=1) as world:
        make_calls(world, 1_000)
        autumn = int(datetime(2024, 11, 3, 6, 30, tzinfo=UTC).timestamp())
        spring = int(datetime(2025, 3, 9, 7, 59, 59, tzinfo=UTC).timestamp())
        moments = [world.clock.start, autumn, autumn + 3_600, spring, spring + 1, world.clock.end + 86_400]
        for second in moments:
            found = world.con.execute(f"SELECT local_s({second}), local_text({second})").fetchone()
            assert found == (
                second + utc_offset(second),
                datetime.fromtimestamp(second, TIME_ZONE).strftime(CLOCK),
            )
        # Both passes through the hour from one to two read the same.
        texts = world.con.execute(f"SELECT local_text({autumn}), local_text({autumn + 3_600})").fetchone()
        assert texts == ("11/03/2024 01:30:00 AM", "11/03/2024 01:30:00 AM")


def test_years_are_whole_local_years(city: Path) -> None:
    received = [clock(row["Call Received"]) for row in latest_calls(city).values()]
    assert min(received) >= datetime(2024, 1, 1) and max(received) < datetime(2026, 1, 1)
    assert min(received) < datetime(2024, 1, 2) and max(received) >= datetime(2025, 12, 31)


def test_flaws_of_the_calls_file(city: Path) -> None:
    calls = list(latest_calls(city).values())

    def part(matches: int) -> float:
        return matches / len(calls)

    withheld = {call["Initial Call Type"] for call in calls if call["Block Address"] == "WITHHELD"}
    assert part(sum(call["Longitude"] == "0.0" for call in calls)) == pytest.approx(0.005, abs=0.002)
    assert part(sum(call["Longitude"] == "" for call in calls)) == pytest.approx(0.035, abs=0.006)
    assert part(sum(call["Priority"] == "" for call in calls)) == pytest.approx(0.01, abs=0.002)
    assert part(sum(c["Initial Call Type"] != c["Final Call Type"] for c in calls)) == pytest.approx(0.08, abs=0.01)
    assert "DOMESTIC DISTURBANCE" in withheld and "TRAFFIC STOP" not in withheld
    assert {call["Call Source"] for call in calls} == {
        "911",
        "NON-EMERGENCY",
        "ALARM COMPANY",
        "FIELD",
        "CAD SYSTEM",
        "",
    }
    assert {call["Final Call Type"] for call in calls} == {kind.name for kind in CALL_TYPES}


def test_units(city: Path) -> None:
    calls, units = latest_calls(city), rows(city, "unit_responses.csv")
    sent = {unit["Call Number"] for unit in units}
    assert sent < set(calls)
    unanswered = {"CANCELLED", "DUP", "TEST", "HANDLED BY CRT", "TELEPHONE REPORT"}
    assert not any(calls[number]["Disposition"] in unanswered for number in sent)
    assert len(units) / len(sent) == pytest.approx(1.3, abs=0.1)
    keys = Counter((unit["Call Number"], unit["Unit"]) for unit in units)
    assert max(keys.values()) == 1
    assert sum(unit["Arrived"] == "" for unit in units) / len(units) == pytest.approx(0.06, abs=0.01)
    early, wait = 0, []
    for unit in units:
        call = calls[unit["Call Number"]]
        if unit["Arrived"]:
            lag = clock(unit["Arrived"]) - clock(call["Call Received"])
            early += lag < timedelta(0)
            if call["Final Call Type"] == "TRAFFIC STOP" and unit["Dispatched"] <= unit["Arrived"]:
                wait.append(lag.total_seconds())
    assert early / len(units) == pytest.approx(0.003, abs=0.0015)
    assert sorted(wait)[len(wait) // 2] <= 30


@pytest.mark.parametrize("stem", ["officer_stops", "arrests"])
def test_feature_pages(city: Path, stem: str) -> None:
    pages = [json.loads(path.read_text()) for path in sorted(city.glob(f"{stem}_*.json"))]
    assert {"rows": sum(len(page["features"]) for page in pages), "pages": len(pages)} == truth(city)["counts"][stem]
    assert [page.get("exceededTransferLimit", False) for page in pages] == [True] * (len(pages) - 1) + [False]
    attributes = [feature["attributes"] for page in pages for feature in page["features"]]
    assert [row["OBJECTID"] for row in attributes] == list(range(1, len(attributes) + 1))
    named = [field["name"] for field in pages[0]["fields"]]
    assert all(list(row) == named for row in attributes)
    assert pages[0]["spatialReference"]["wkid"] == 4326 and pages[0]["objectIdFieldName"] == "OBJECTID"
    share = {"officer_stops": 0.08, "arrests": 0.02}[stem]
    assert len(attributes) / len(latest_calls(city)) == pytest.approx(share, abs=0.005)


def test_pages_stay_about_a_hundred() -> None:
    assert page_ranges(4_001) == [(0, 2_000), (2_000, 4_000), (4_000, 4_001)]
    many = page_ranges(800_123)
    assert len(many) <= 100 and many[0][0] == 0 and many[-1][1] == 800_123
    assert all(before[1] == after[0] for before, after in pairwise(many))


def test_stop_dates_are_true_utc(city: Path) -> None:
    calls = latest_calls(city)
    linked = [f["attributes"] for f in features(city, "officer_stops") if f["attributes"]["CallNumber"]]
    assert len(linked) > 1_000
    for stop in linked:
        local = datetime.fromtimestamp(stop["StopDate"] / 1_000, TIME_ZONE).replace(tzinfo=None)
        lag = local - clock(calls[stop["CallNumber"]]["Call Received"])
        assert timedelta(0) <= lag < timedelta(seconds=90)


def test_requests_carry_their_offset(city: Path) -> None:
    for request in json.loads((city / "requests_311.json").read_text()):
        moment = datetime.fromisoformat(request["requested_datetime"])
        assert moment.utcoffset() == moment.astimezone(TIME_ZONE).utcoffset()
        assert datetime.fromisoformat(request["updated_datetime"]) > moment


def test_budget_subtotals_add_up(small: Path) -> None:
    book = openpyxl.load_workbook(small / "budget.xlsx")
    assert book.sheetnames == ["FY2024", "FY2025"]
    for sheet in book.worksheets:
        title, blank, header, *body = list(sheet.values)
        assert (
            title[0]
            and set(blank) == {None}
            and header[:6]
            == (
                "Department",
                "Division",
                "Program",
                "Fund",
                "Phase",
                "Amount",
            )
        )
        assert any(isinstance(line[5], str) for line in body) and any(isinstance(line[5], int) for line in body)
        adopted: Counter[str] = Counter()
        for line in body:
            amount = int(re.sub(r"[$,]", "", str(line[5])))
            if str(line[0]).startswith("TOTAL "):
                assert adopted[str(line[0])] == amount > 0
            elif line[4] == "Adopted":
                adopted[f"TOTAL {str(line[0]).upper()}"] += amount
