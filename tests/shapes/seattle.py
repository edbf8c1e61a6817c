"""Seattle's portal table of calls: a row for each call sign sent, so an event stands more than once."""

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
    """One file: two units to each event of the bulk."""
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
