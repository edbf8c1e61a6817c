"""Austin: dispatched incidents without a coordinate, 311 requests, tracts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.published_types import type_of
from tests.shapes.writing import iso, later, moments, spread, write_csv, write_tracts

WEST, SOUTH, EAST, NORTH = -97.90, 30.15, -97.60, 30.45

CALLS = [
    "incident_number", "incident_type", "mental_health_flag", "priority_level", "response_datetime",
    "response_day_of_week", "response_hour", "first_unit_arrived_datetime", "call_closed_datetime", "sector",
    "initial_problem_description", "initial_problem_category", "final_problem_description", "final_problem_category",
    "number_of_units_arrived", "unit_time_on_scene", "call_disposition_description", "report_written_flag",
    "response_time", "officer_injured_killed_count", "subject_injured_killed_count", "other_injured_killed_count",
    "geoid", "council_district",
]  # fmt: skip
REQUESTS = [
    "sr_number", "sr_type_code", "sr_type_desc", "sr_department_desc", "sr_method_received_desc", "sr_status_desc",
    "sr_status_date", "sr_created_date", "sr_updated_date", "sr_closed_date", "sr_location", "sr_location_lat",
    "sr_location_long", "sr_location_council_district",
]  # fmt: skip


def call(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One incident."""
    officer = number % 3 == 0
    return {
        "incident_number": f"24{number:07}", "mental_health_flag": "Not Mental Health Incident",
        "incident_type": "Officer-Initiated Incident" if officer else "Dispatched Incident",
        "priority_level": "Priority 2", "response_datetime": iso(moment),
        "response_day_of_week": moment.strftime("%a"), "response_hour": moment.hour,
        "first_unit_arrived_datetime": iso(later(moment, 11)), "call_closed_datetime": iso(later(moment, 50)),
        "sector": "George", "initial_problem_description": "Disturbance", "initial_problem_category": "Disturbances",
        "final_problem_description": type_of("austin", number), "final_problem_category": "Disturbances",
        "number_of_units_arrived": "2", "unit_time_on_scene": "70", "call_disposition_description": "No Report",
        "report_written_flag": "No", "response_time": "720", "officer_injured_killed_count": "0",
        "subject_injured_killed_count": "0", "other_injured_killed_count": "0",
        "geoid": f"48453000{number % 2 + 1}00{number % 4 + 1}", "council_district": "9",
    } | changes  # fmt: skip


def request(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One 311 request."""
    return {
        "sr_number": f"24-{number:08}", "sr_type_code": "CODECOMP", "sr_type_desc": "Austin Code - Request",
        "sr_department_desc": "Austin Code Department", "sr_method_received_desc": "Phone", "sr_status_desc": "Closed",
        "sr_status_date": iso(later(moment, 900)), "sr_created_date": iso(moment),
        "sr_updated_date": iso(later(moment, 900)), "sr_closed_date": iso(later(moment, 900)),
        "sr_location": "an address", "sr_location_lat": spread(SOUTH, NORTH, number),
        "sr_location_long": spread(WEST, EAST, number), "sr_location_council_district": "9",
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """One file of incidents, one of requests, one of tracts."""
    noon = datetime(2024, 6, 1, 12)
    write_csv(folder / "calls.csv", CALLS, [
        *(call(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        call(9001, noon, mental_health_flag="Mental Health Incident", unit_time_on_scene="135.5"),
        call(9002, noon, geoid="484530001001.0"),
        call(9003, noon, response_datetime=""),
        # No description that anybody mapped: the publisher's category says what is known.
        call(9005, noon, initial_problem_description="Prohibited Acts", final_problem_description="Prohibited Acts",
            final_problem_category="Traffic Stop/Hazard"),
        call(9004, noon, first_unit_arrived_datetime="", number_of_units_arrived="0", geoid=""),
    ])  # fmt: skip
    write_csv(folder / "311.csv", REQUESTS, [
        *(request(number, moment) for number, moment in enumerate(moments(datetime(2024, 1, 2)), start=1)),
        request(9001, noon, sr_status_desc="Duplicate (closed)"),
        request(9002, noon, sr_status_desc="Open", sr_closed_date=""),
    ])  # fmt: skip
    write_tracts(folder / "cb_2020_48_tract_500k.zip", "48", "453", WEST, SOUTH, EAST, NORTH)
