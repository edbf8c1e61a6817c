"""Baltimore: 911 calls by year, some of them deleted, and 311 requests, both from ArcGIS; tracts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.published_types import type_of
from tests.shapes.writing import later, milliseconds, moments, spread, write_arcgis, write_tracts

WEST, SOUTH, EAST, NORTH = -76.71, 39.21, -76.53, 39.37
ZONE = "America/New_York"

CALLS = [
    "callKey", "callDateTime", "priority", "district", "description", "callNumber", "incidentLocation", "location",
    "Neighborhood", "PoliceDistrict", "PolicePost", "CouncilDistrict", "SheriffDistricts",
    "Community_Statistical_Areas", "Census_Tracts", "VRIZones", "ZIPCode", "NeedsSync", "IsDeleted",
]  # fmt: skip
REQUESTS = [
    "RowID", "SRRecordID", "ServiceRequestNum", "SRType", "MethodReceived", "CreatedDate", "SRStatus", "StatusDate",
    "DueDate", "Agency", "LastActivity", "LastActivityDate", "Outcome", "Address", "ZipCode", "Neighborhood",
    "Latitude", "Longitude",
]  # fmt: skip


def call(number: int, local: datetime, **changes: Any) -> dict[str, Any]:
    """One call; `x` and `y` are its point."""
    return {
        "callKey": number, "callDateTime": milliseconds(local, ZONE), "priority": "Medium", "district": "CD",
        "description": type_of("baltimore", number), "callNumber": f"P24{number:07}", "incidentLocation": "400 E BALTIMORE ST",
        "Neighborhood": "Downtown", "PoliceDistrict": "Central", "PolicePost": "111", "CouncilDistrict": "11",
        "Census_Tracts": "Census Tract 401", "ZIPCode": "21202", "NeedsSync": 0, "IsDeleted": 0,
        "x": spread(WEST, EAST, number), "y": spread(SOUTH, NORTH, number + 50),
    } | changes  # fmt: skip


def request(number: int, local: datetime, **changes: Any) -> dict[str, Any]:
    """One 311 request."""
    return {
        "RowID": number, "SRRecordID": f"5006{number:08}", "ServiceRequestNum": f"24-{number:08}",
        "SRType": "SW-Dirty Alley", "MethodReceived": "Phone", "CreatedDate": milliseconds(local, ZONE),
        "SRStatus": "Closed", "StatusDate": milliseconds(later(local, 600), ZONE), "Agency": "Solid Waste",
        "LastActivity": "a note", "Outcome": "an outcome", "Address": "an address", "ZipCode": "21202",
        "Neighborhood": "Downtown", "Latitude": spread(SOUTH, NORTH, number), "Longitude": spread(WEST, EAST, number),
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """Two years of calls, 311 requests, tracts."""
    noon = datetime(2024, 3, 1, 12)
    nowhere = {"x": None, "y": None}
    write_arcgis(folder / "calls_2023.json", CALLS, [
        *(call(number, moment) for number, moment in enumerate(moments(datetime(2023, 1, 2)), start=1)),
        call(9001, datetime(2023, 12, 31, 23)),
    ])  # fmt: skip
    write_arcgis(folder / "calls_2024.json", CALLS, [
        *(call(1000 + number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        call(9001, datetime(2023, 12, 31, 23), description="ARMED PERSON"),
        call(9002, noon, IsDeleted=1),
        call(9003, noon, priority="Out-of-Service", description="BUSY"),
        call(9004, noon, location="(39.29, -76.61)", **nowhere),
        call(9005, noon, **nowhere),
        call(9006, noon, callDateTime=None),
    ])  # fmt: skip
    write_arcgis(folder / "311.json", REQUESTS, [
        *(request(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        request(9001, noon, SRType="ECC-Miscellaneous Request"),
        request(9002, noon, SRStatus="Closed (Duplicate)"),
        request(9003, noon, SRStatus="New", StatusDate=None),
    ])  # fmt: skip
    write_tracts(folder / "cb_2020_24_tract_500k.zip", "24", "510", WEST, SOUTH, EAST, NORTH)
