"""Detroit: the table of 911 calls as it is now, and saved copies of the one that was withdrawn."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.shapes.published_types import type_of
from tests.shapes.writing import milliseconds, moments, spread, write_arcgis, write_csv, write_tracts

WEST, SOUTH, EAST, NORTH = -83.25, 42.30, -82.95, 42.43
ZONE = "America/Detroit"

NOW = [
    "incident_entry_id", "incident_location", "call_description", "category", "priority", "call_group", "called_at",
    "intake_time", "dispatch_time", "travel_time", "on_scene_time", "total_response_time", "total_time", "zip_code",
    "precinct", "scout_car_area", "longitude", "latitude",
]  # fmt: skip
WITHDRAWN = [
    "incident_id", "agency", "incident_address", "zip_code", "priority", "callcode", "calldescription", "category",
    "call_timestamp", "precinct_sca", "respondingunit", "officerinitiated", "intaketime", "dispatchtime", "traveltime",
    "totalresponsetime", "time_on_scene", "totaltime", "neighborhood", "block_id", "council_district", "longitude",
    "latitude", "ObjectId",
]  # fmt: skip


def call(number: int, local: datetime, **changes: Any) -> dict[str, Any]:
    """One call of the present layer; its fields are numbers."""
    return {
        "incident_entry_id": f"2024{number:07}", "incident_location": "Woodward Ave & Warren", "priority": "2",
        "call_description": type_of("detroit", number), "category": "DISTURB", "call_group": "DISTURBANCE",
        "called_at": milliseconds(local, ZONE), "intake_time": 1.5, "dispatch_time": 3.0, "travel_time": 6.0,
        "total_response_time": 10.5, "on_scene_time": 20.0, "total_time": 30.5, "zip_code": "48201", "precinct": "03",
        "scout_car_area": "303", "longitude": spread(WEST, EAST, number), "latitude": spread(SOUTH, NORTH, number + 50),
    } | changes  # fmt: skip


def withdrawn(number: int, local: datetime, **changes: Any) -> dict[str, Any]:
    """One row of a saved copy; its time is UTC with its offset."""
    instant = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    officer = number % 3 == 0
    return {
        "incident_id": f"2018{number:07}", "agency": "DPD", "incident_address": "Woodward Ave", "zip_code": "48201",
        "priority": "P" if officer else "2", "callcode": "811000", "category": "TRAFFIC" if officer else "DISTURB",
        "calldescription": "TRAFFIC STOP" if officer else "DISTURBANCE REPORT",
        "call_timestamp": instant.strftime("%Y/%m/%d %H:%M:%S+00"), "precinct_sca": "0303", "respondingunit": "a unit",
        "officerinitiated": "Yes" if officer else "No", "intaketime": "0" if officer else "1.2",
        "dispatchtime": "0" if officer else "2.0", "traveltime": "0" if officer else "5.0",
        "totalresponsetime": "0" if officer else "8.2", "time_on_scene": "10.0",
        "totaltime": "10.0" if officer else "18.2", "longitude": spread(WEST, EAST, number),
        "latitude": spread(SOUTH, NORTH, number),
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """Two pages of calls, one year of the withdrawn table, and tracts; the third is another town's."""
    rows = [call(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)]
    write_arcgis(folder / "calls_1.json", NOW, rows[:100])
    write_arcgis(folder / "calls_2.json", NOW, [
        *rows[100:],
        call(9001, datetime(2024, 3, 1, 7), total_time=99.0),
        call(9002, datetime(2024, 3, 1, 7), intake_time=-0.4),
        call(9003, datetime(2024, 3, 1, 7), longitude=0, latitude=0),
        call(9004, datetime(2024, 3, 1, 7), called_at=None),
    ])  # fmt: skip
    write_csv(folder / "calls_withdrawn_2018.csv", WITHDRAWN, [
        *(withdrawn(number, moment) for number, moment in enumerate(moments(datetime(2018, 1, 2)), start=1)),
        withdrawn(9001, datetime(2018, 3, 1, 7), officerinitiated=""),
        # The table that replaced this one holds the call, too.
        withdrawn(9002, datetime(2024, 1, 2), incident_id="20240000001"),
    ])  # fmt: skip
    numbers = ("500100", "546900", "553600")
    write_tracts(folder / "cb_2020_26_tract_500k.zip", "26", "163", WEST, SOUTH, EAST, NORTH, numbers)
