"""Seattle's portal: calls, a row for each call sign sent, so an event stands more than once; crimes; uses of force."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.writing import iso, later, moments, spread, write_csv

WEST, SOUTH, EAST, NORTH = -122.40, 47.52, -122.26, 47.70

DISPATCHES = [
    "cad_event_number", "cad_event_clearance_description", "call_type", "priority", "initial_call_type",
    "final_call_type", "cad_event_original_time_queued", "cad_event_arrived_time", "dispatch_precinct",
    "dispatch_sector", "dispatch_beat", "dispatch_neighborhood", "dispatch_address", "dispatch_latitude",
    "dispatch_longitude", "call_sign_dispatch_id", "call_sign_dispatch_time", "call_sign_at_scene_time",
    "call_sign_in_service_time", "call_sign_dispatch_delay_time_s_", "call_sign_response_time_s_",
    "call_sign_total_service_time_s_", "cad_event_first_response_time_s_", "cad_event_response_category",
    "call_type_indicator", "call_type_received_classification", "event_group", "count_of_officers",
]  # fmt: skip


OFFENSES = [
    "report_number", "report_date_time", "offense_id", "offense_date", "nibrs_group_a_b",
    "nibrs_crime_against_category", "offense_sub_category", "shooting_type_group", "block_address", "latitude",
    "longitude", "beat", "precinct", "sector", "neighborhood", "reporting_area", "offense_category",
    "nibrs_offense_code_description", "nibrs_offense_code",
]  # fmt: skip
FORCE = [
    "uniqueid", "incident_num", "incident_type", "occured_date_time", "precinct", "sector", "beat", "officer_id",
    "subject_id", "subject_race", "subject_gender",
]  # fmt: skip


def offense(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One offense of a report."""
    return {
        "report_number": f"2025-{number:06}", "report_date_time": iso(later(moment, 90)), "offense_id": 60000 + number,
        "offense_date": iso(moment), "nibrs_group_a_b": "A", "nibrs_crime_against_category": "PROPERTY",
        "offense_sub_category": "LARCENY-THEFT", "shooting_type_group": "-", "block_address": "1XX BLOCK OF PIKE ST",
        "latitude": spread(SOUTH, NORTH, number), "longitude": spread(WEST, EAST, number + 50), "beat": "K3",
        "precinct": "West", "sector": "K", "neighborhood": "DOWNTOWN COMMERCIAL", "reporting_area": "14000",
        "offense_category": "PROPERTY CRIME", "nibrs_offense_code_description": "Shoplifting",
        "nibrs_offense_code": "23C",
    } | changes  # fmt: skip


def dispatch(event: int, unit: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One call sign sent to one event."""
    sent = later(moment, 4 + 2 * unit)
    return {
        "cad_event_number": f"2025{event:09}", "cad_event_clearance_description": "ASSISTANCE RENDERED",
        "call_type": "911", "priority": "2", "initial_call_type": "DISTURBANCE", "final_call_type": "--DISTURBANCE",
        "cad_event_original_time_queued": iso(moment), "cad_event_arrived_time": iso(later(moment, 15)),
        "dispatch_precinct": "WEST", "dispatch_sector": "KING", "dispatch_beat": "K3",
        "dispatch_neighborhood": "DOWNTOWN COMMERCIAL", "dispatch_address": "1XX BLOCK OF PIKE ST",
        "dispatch_latitude": spread(SOUTH, NORTH, event), "dispatch_longitude": spread(WEST, EAST, event + 50),
        "call_sign_dispatch_id": f"{event:06}{unit}", "call_sign_dispatch_time": iso(sent),
        "call_sign_at_scene_time": iso(later(sent, 9)), "call_sign_in_service_time": iso(later(sent, 40)),
        "call_sign_dispatch_delay_time_s_": 240, "call_sign_response_time_s_": 780,
        "call_sign_total_service_time_s_": 2400, "cad_event_first_response_time_s_": 780,
        "cad_event_response_category": "SPD", "call_type_indicator": "DISPATCH", "event_group": "DISTURBANCES",
        "call_type_received_classification": "COMMUNITY_GENERATED", "count_of_officers": "2",
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """A file a table: two units to each event of the bulk, offenses, uses of force."""
    noon = datetime(2025, 6, 1, 12)
    hidden = {"dispatch_latitude": "REDACTED", "dispatch_longitude": "REDACTED"}
    write_csv(folder / "call_data_33kz-ixgy.csv", DISPATCHES, [
        *(
            dispatch(event, unit, moment)
            for event, moment in enumerate(moments(datetime(2025, 1, 2), 100), start=1)
            for unit in (1, 2)
        ),
        dispatch(9001, 1, noon, call_type="ONVIEW", call_type_received_classification="OFFICER_GENERATED"),
        dispatch(9002, 1, noon, call_type="ALARM CALL (NOT POLICE ALARM)"),
        dispatch(9003, 1, noon, **hidden),
        dispatch(9004, 1, noon, dispatch_latitude="-1", dispatch_longitude="-1"),
        dispatch(9005, 1, noon, call_sign_dispatch_id=""),
    ])  # fmt: skip
    nowhere = {"latitude": "-1.0", "longitude": "-1.0"}
    write_csv(folder / "crime_data_tazs-3rd5.csv", OFFENSES, [
        *(offense(number, moment) for number, moment in enumerate(moments(datetime(2025, 1, 2)), start=1)),
        offense(9001, noon, latitude="REDACTED", longitude="REDACTED", nibrs_offense_code="13A",
            nibrs_crime_against_category="PERSON"),
        offense(9002, noon, offense_date="", **nowhere),
        offense(9003, noon, offense_id=""),
    ])  # fmt: skip
    write_csv(folder / "use_of_force.csv", FORCE, [
        {
            "uniqueid": f"2025UOF-{number}-9-9", "incident_num": 2000 + number, "incident_type": "Level 1 - Use of Force",
            "occured_date_time": iso(moment), "precinct": "West", "sector": "KING", "beat": "K3", "officer_id": 456,
            "subject_id": 789, "subject_race": "Not Specified", "subject_gender": "Male",
        }
        for number, moment in enumerate(moments(datetime(2025, 1, 2), 50), start=1)
    ])  # fmt: skip
