"""Chicago: the portal's crimes and 311 requests, and two community areas."""

from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
from shapely.geometry import box

from tests.shapes.writing import iso, later, moments, spread, write_csv

WEST, SOUTH, EAST, NORTH = -87.80, 41.75, -87.60, 41.95

CRIMES = [
    "id", "case_number", "date", "block", "iucr", "primary_type", "description", "location_description", "arrest",
    "domestic", "beat", "district", "ward", "community_area", "fbi_code", "x_coordinate", "y_coordinate", "year",
    "updated_on", "latitude", "longitude", "location",
]  # fmt: skip
REQUESTS = [
    "sr_number", "sr_type", "sr_short_code", "created_department", "owner_department", "status", "origin",
    "created_date", "last_modified_date", "closed_date", "street_address", "city", "state", "zip_code", "street_number",
    "street_direction", "street_name", "street_type", "duplicate", "legacy_record", "legacy_sr_number",
    "parent_sr_number", "community_area", "ward", "electrical_district", "electricity_grid", "police_sector",
    "police_district", "police_beat", "precinct", "sanitation_division_days", "created_hour", "created_day_of_week",
    "created_month", "x_coordinate", "y_coordinate", "latitude", "longitude", "location",
]  # fmt: skip


def crime(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One report."""
    return {
        "id": 13000000 + number, "case_number": f"JG{number:06}", "date": iso(moment), "block": "001XX N STATE ST",
        "iucr": "0820", "primary_type": "THEFT", "description": "$500 AND UNDER", "location_description": "STREET",
        "arrest": "false", "domestic": "false", "beat": "0111", "district": "001", "ward": "42",
        "community_area": number % 2 + 1, "fbi_code": "06", "year": moment.year, "updated_on": iso(later(moment, 9000)),
        "latitude": spread(SOUTH, NORTH, number), "longitude": spread(WEST, EAST, number + 50),
    } | changes  # fmt: skip


def request(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One 311 request."""
    return {
        "sr_number": f"SR24-{number:08}", "sr_type": "Pothole in Street Complaint", "sr_short_code": "PHF",
        "owner_department": "CDOT - Department of Transportation", "status": "Completed", "origin": "Mobile Device",
        "created_date": iso(moment), "last_modified_date": iso(later(moment, 900)),
        "closed_date": iso(later(moment, 900)), "street_address": "an address", "street_number": "1",
        "street_direction": "N", "street_name": "STATE", "street_type": "ST", "duplicate": "false",
        "legacy_record": "false", "community_area": number % 2 + 1, "ward": "42", "police_district": "1",
        "police_beat": "111", "latitude": spread(SOUTH, NORTH, number), "longitude": spread(WEST, EAST, number),
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """One file of crimes, one of requests, and the layer of community areas (feet of the state plane, without .prj)."""
    noon = datetime(2024, 7, 1, 12)
    write_csv(folder / "crimes_ijzp-q8t2.csv", CRIMES, [
        *(crime(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        crime(9001, noon, fbi_code="01A", primary_type="HOMICIDE", description="FIRST DEGREE MURDER", arrest="true"),
        crime(9001, noon, fbi_code="01A", updated_on=iso(noon)),
        crime(9002, noon, latitude="", longitude=""),
        crime(9003, noon, date=""),
    ])  # fmt: skip
    write_csv(folder / "311.csv", REQUESTS, [
        *(request(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        *(
            request(5000 + number, moment, sr_type="311 INFORMATION ONLY CALL", sr_short_code="311IOC", latitude="",
                longitude="", community_area="")
            for number, moment in enumerate(moments(datetime(2024, 1, 2), 300), start=1)
        ),
        request(9001, noon, duplicate="true", parent_sr_number="SR24-00000001"),
        request(9002, noon, latitude="", longitude="", community_area=2),
        request(9003, noon, status="Open", closed_date="", created_date="07/01/2024 12:00:00 PM"),
    ])  # fmt: skip
    (folder / "community_areas_77").mkdir()
    middle = (WEST + EAST) / 2
    areas = geopandas.GeoDataFrame(
        {"AREA_NUMBE": [1, 2], "COMMUNITY": ["ONE", "TWO"]},
        geometry=[box(WEST, SOUTH, middle, NORTH), box(middle, SOUTH, EAST, NORTH)],
        crs="EPSG:4326",
    ).to_crs("EPSG:3435")
    areas.to_file(folder / "community_areas_77" / "Chicago77.shp")
    (folder / "community_areas_77" / "Chicago77.prj").unlink()
