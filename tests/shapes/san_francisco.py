"""San Francisco: closed calls, the last 48 hours, 311, incident reports, tracts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.published_types import type_of
from tests.shapes.writing import iso, later, moments, spread, write_csv, write_tracts

WEST, SOUTH, EAST, NORTH = -122.51, 37.71, -122.37, 37.81

CALLS = [
    "id", "cad_number", "dup_cad_number", "pd_incident_report", "received_datetime", "entry_datetime",
    "dispatch_datetime", "enroute_datetime", "onscene_datetime", "close_datetime", "call_type_original",
    "call_type_original_desc", "call_type_original_notes", "call_type_final", "call_type_final_desc",
    "call_type_final_notes", "priority_original", "priority_final", "agency", "disposition", "onview_flag",
    "sensitive_call", "intersection_name", "intersection_id", "intersection_point", "supervisor_district",
    "analysis_neighborhood", "police_district", "census_tract_geoid", "call_last_updated_at", "data_as_of",
    "data_loaded_at",
]  # fmt: skip
REQUESTS = [
    "service_request_id", "requested_datetime", "closed_date", "updated_datetime", "status_description",
    "status_notes", "agency_responsible", "service_name", "service_subtype", "service_details", "address",
    "supervisor_district", "neighborhoods_sffind_boundaries", "police_district", "lat", "long", "source", "media_url",
]  # fmt: skip
INCIDENTS = [
    "row_id", "incident_id", "incident_number", "cad_number", "incident_datetime", "report_datetime", "incident_code",
    "incident_category", "incident_subcategory", "incident_description", "report_type_description", "resolution",
    "intersection", "cnn", "analysis_neighborhood", "police_district", "supervisor_district", "latitude", "longitude",
]  # fmt: skip
PLACE = (
    "intersection_name", "intersection_id", "intersection_point", "supervisor_district", "analysis_neighborhood",
    "police_district", "census_tract_geoid", "call_type_original_notes",
)  # fmt: skip
SENSITIVE = {"sensitive_call": "true"} | dict.fromkeys(PLACE, "")


def call(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One dispatched call."""
    point = f"POINT ({spread(WEST, EAST, number)} {spread(SOUTH, NORTH, number + 50)})"
    return {
        "id": number, "cad_number": number, "received_datetime": iso(moment), "entry_datetime": iso(later(moment, 1)),
        "dispatch_datetime": iso(later(moment, 6)), "enroute_datetime": iso(later(moment, 7)),
        "onscene_datetime": iso(later(moment, 15)), "close_datetime": iso(later(moment, 50)),
        "call_type_original": "415", "call_type_original_desc": "NOISE NUISANCE",
        "call_type_original_notes": "a note of the dispatcher", "call_type_final": "415",
        "call_type_final_desc": type_of("san_francisco", number), "priority_original": "C", "priority_final": "C",
        "agency": "Police", "disposition": "HAN", "onview_flag": "Y" if number % 5 == 0 else "N",
        "sensitive_call": "false", "intersection_name": "1ST ST \\ MARKET ST", "intersection_id": "24496000",
        "intersection_point": point, "supervisor_district": "6", "analysis_neighborhood": "South of Market",
        "police_district": "SOUTHERN", "census_tract_geoid": "06075061500",
        "call_last_updated_at": iso(later(moment, 60)), "data_as_of": iso(later(moment, 90)),
        "data_loaded_at": iso(later(moment, 91)),
    } | changes  # fmt: skip


def incident(number: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One incident code of a report."""
    return {
        "row_id": f"{number}06244", "incident_id": number, "incident_number": f"24{number:07}",
        "cad_number": 240000000 + number, "incident_datetime": iso(moment), "report_datetime": iso(later(moment, 90)),
        "incident_code": "06244", "incident_category": "Larceny Theft", "incident_subcategory": "Theft From Vehicle",
        "incident_description": "Theft, From Locked Vehicle, >$950", "report_type_description": "Initial",
        "resolution": "Open or Active", "intersection": "1ST ST \\ MARKET ST", "cnn": "24496000",
        "analysis_neighborhood": "South of Market", "police_district": "Southern", "supervisor_district": "6",
        "latitude": spread(SOUTH, NORTH, number), "longitude": spread(WEST, EAST, number),
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """Two tables of calls that overlap, 311 cases, incidents with a supplement, tracts."""
    noon = datetime(2024, 9, 1, 12)
    bulk = [call(240000000 + number, moment) for number, moment in enumerate(moments(datetime(2024, 5, 1)), start=1)]
    write_csv(folder / "calls_closed.csv", CALLS, [
        *(row | SENSITIVE if number % 4 == 0 else row for number, row in enumerate(bulk)),
        call(249000001, noon, onview_flag="HSOC", agency="HEART"),
        call(249000002, noon, onview_flag="N", **SENSITIVE),
        call(249000003, noon, dup_cad_number="249000001", onview_flag="N"),
        call(249000004, noon, onview_flag="Y", dup_cad_number="249000004", agency="MTA", priority_final="I"),
        call(249000005, noon, received_datetime=""),
        call(249000006, noon, disposition="CAN", onscene_datetime="", dispatch_datetime="", enroute_datetime=""),
    ])  # fmt: skip
    write_csv(folder / "calls_48h.csv", CALLS, [
        *(call(248000000 + number, moment) for number, moment in enumerate(moments(datetime(2024, 9, 2), 40), start=1)),
        call(249000001, noon, onview_flag="HSOC", close_datetime="", call_last_updated_at=iso(noon)),
        call(249000008, noon, close_datetime="", call_type_final_desc="", call_type_final="",
            call_last_updated_at=iso(noon)),
        call(249000008, noon, close_datetime="", call_type_final_desc="FIGHT NO WEAPON",
            call_last_updated_at=iso(later(noon, 20))),
    ])  # fmt: skip
    write_csv(folder / "311.csv", REQUESTS, [
        {
            "service_request_id": 101000000 + number, "requested_datetime": iso(moment),
            "closed_date": iso(later(moment, 600)) if number % 2 else "", "updated_datetime": iso(later(moment, 600)),
            "status_description": "Closed" if number % 2 else "Open", "status_notes": "a note of the city's",
            "agency_responsible": "DPW Ops Queue", "service_name": "Encampment", "service_subtype": "Encampment items",
            "service_details": "a detail", "address": "an address", "supervisor_district": "6",
            "neighborhoods_sffind_boundaries": "South of Market", "police_district": "SOUTHERN",
            "lat": 0 if number == 7 else spread(SOUTH, NORTH, number),
            "long": 0 if number == 7 else spread(WEST, EAST, number), "source": "Mobile/Open311",
        }
        for number, moment in enumerate(moments(datetime(2024, 4, 1)), start=1)
    ])  # fmt: skip
    write_csv(folder / "incidents.csv", INCIDENTS, [
        *(incident(number, moment) for number, moment in enumerate(moments(datetime(2024, 5, 1)), start=1)),
        incident(1, datetime(2024, 5, 1), row_id="900106244", report_datetime=iso(datetime(2024, 6, 1)),
            report_type_description="Initial Supplement"),
        incident(9002, datetime(2024, 6, 2), incident_category="Non-Criminal", latitude="", longitude=""),
    ])  # fmt: skip
    write_tracts(folder / "cb_2020_06_tract_500k.zip", "06", "075", WEST, SOUTH, EAST, NORTH)
