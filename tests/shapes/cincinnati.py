"""Cincinnati: police calls for service, with times as text in two ways of writing."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.published_types import type_of
from tests.shapes.writing import iso, later, moments, spread, write_csv, write_tracts

WEST, SOUTH, EAST, NORTH = -84.65, 39.08, -84.42, 39.20

CALLS = [
    "address_x", "latitude_x", "longitude_x", "agency", "create_time_incident", "disposition_text", "event_number",
    "incident_type_id", "incident_type_desc", "priority", "priority_color", "arrival_time_primary_unit",
    "closed_time_incident", "dispatch_time_primary_unit", "beat", "district", "community_council_neighborhood",
    "sna_neighborhood", "cpd_neighborhood",
]  # fmt: skip


def call(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One event."""
    return {
        "address_x": f"{number % 90}XX VINE ST", "latitude_x": spread(SOUTH, NORTH, number),
        "longitude_x": spread(WEST, EAST, number + 50), "agency": "CPD", "create_time_incident": iso(moment),
        "disposition_text": "NTR: NOTHING TO REPORT", "event_number": f"CPD23{number:07}", "incident_type_id": "DIST",
        "incident_type_desc": type_of("cincinnati", number), "priority": "20", "priority_color": "GREEN",
        "arrival_time_primary_unit": iso(later(moment, 14)), "closed_time_incident": iso(later(moment, 40)),
        "dispatch_time_primary_unit": iso(later(moment, 6)), "beat": "1", "district": "1",
        "community_council_neighborhood": "DOWNTOWN", "sna_neighborhood": "DOWNTOWN", "cpd_neighborhood": "C.B.D.",
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """One file of calls, one of tracts: one by the city's old numbers, one by its new ones."""
    evening = datetime(2023, 7, 4, 21, 15)
    write_csv(folder / "calls.csv", CALLS, [
        *(call(number, moment) for number, moment in enumerate(moments(datetime(2023, 5, 1)), start=1)),
        call(9001, evening, incident_type_desc="SHOT SPOTTER ACTIVITY", incident_type_id="SHOTSP"),
        call(9002, evening, create_time_incident="07/04/2023 09:15:00 PM", closed_time_incident=""),
        call(9003, evening, create_time_incident="July the fourth"),
        call(9004, evening, latitude_x="", longitude_x=""),
        call(9005, evening, event_number=""),
        call(9008, evening, disposition_text="CAN:CANCEL", dispatch_time_primary_unit="", arrival_time_primary_unit=""),
        call(9009, evening, disposition_text="DUP: DUPLICATE"),
        call(9010, evening, disposition_text="TEST: TEST"),
        # A type without a text, and marks that the system and the call taker add to its code.
        call(9007, evening, incident_type_desc="", incident_type_id="+ASSLTP-COMBINED (JO)(W)"),
        call(9006, evening), call(9006, evening, closed_time_incident=iso(later(evening, 90)), priority="10"),
    ])  # fmt: skip
    numbers = ("000700", "026500", "027800")
    write_tracts(folder / "cb_2020_39_tract_500k.zip", "39", "061", WEST, SOUTH, EAST, NORTH, numbers)
