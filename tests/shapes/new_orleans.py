"""New Orleans: calls by year with columns that come and are renamed, 311, tracts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.shapes.published_types import type_of
from tests.shapes.writing import BULK, iso, later, moments, spread, write_csv, write_tracts

WEST, SOUTH, EAST, NORTH = -90.14, 29.90, -89.95, 30.05

OLD = [
    "nopd_item", "type", "typetext", "priority", "mapx", "mapy", "timecreate", "timedispatch", "timearrive",
    "timeclosed", "disposition", "dispositiontext", "block_address", "zip", "policedistrict", "location",
]  # fmt: skip
NEW = [
    "nopd_item", "type_", "typetext", "priority", "initialtype", "initialtypetext", "initialpriority", "mapx", "mapy",
    "timecreate", "timedispatch", "timearrive", "timeclosed", "disposition", "dispositiontext", "selfinitiated", "beat",
    "block_address", "zip", "policedistrict", "location",
]  # fmt: skip
RENAMED = ["timearrival" if name == "timearrive" else name for name in NEW]
REQUESTS = [
    "service_request", "request_type", "request_reason", "date_created", "date_modified", "case_close_date",
    "request_status", "responsible_agency", "final_address", "latitude", "longitude",
]  # fmt: skip


def call(number: int, year: int, moment: datetime, **changes: Any) -> dict[str, Any]:
    """One call, with every column that any year has."""
    latitude, longitude = spread(SOUTH, NORTH, number), spread(WEST, EAST, number + 50)
    arrival = iso(later(moment, 12))
    return {
        "nopd_item": f"A{number:05}{year % 100:02}", "type": "103", "type_": "103", "typetext": type_of("new_orleans", number),
        "priority": "1A", "initialtype": "103", "initialtypetext": "DISTURBANCE (OTHER)", "initialpriority": "1A",
        "mapx": "3688756", "mapy": "541234", "timecreate": iso(moment), "timedispatch": iso(later(moment, 5)),
        "timearrive": arrival, "timearrival": arrival, "timeclosed": iso(later(moment, 45)), "disposition": "NAT",
        "dispositiontext": "Necessary Action Taken", "selfinitiated": "Y" if number % 4 == 0 else "N", "beat": "4G04",
        "block_address": f"{number % 90:03}XX Canal St", "zip": "70112", "policedistrict": "4",
        "location": f"({latitude}, {longitude})",
    } | changes  # fmt: skip


def write(folder: Path) -> None:
    """Three years of calls, 311 requests, tracts."""
    for year, header in {2012: OLD, 2014: NEW, 2019: RENAMED}.items():
        rows = [call(number, year, moment) for number, moment in enumerate(moments(datetime(year, 1, 2, 3)), start=1)]
        planted = {
            2012: [
                call(90001, 2012, datetime(2012, 3, 1, 8), location="(0.0, 0.0)"),
                call(90002, 2012, datetime(2012, 3, 1, 9), timecreate="03/01/2012 09:00:00 AM"),
                call(90003, 2012, datetime(2012, 3, 1, 9), timecreate="not recorded"),
            ],
            2014: [
                call(90004, 2014, datetime(2014, 3, 1, 8), selfinitiated="Y"),
                call(90005, 2014, datetime(2014, 12, 31, 23), disposition="UNF"),
                call(90006, 2014, datetime(2014, 3, 2, 8), disposition="DUP", dispositiontext="Duplicate"),
                call(90009, 2014, datetime(2014, 3, 3, 8), disposition="VOI", timedispatch="", timearrive=""),
            ],
            # A call of another year's table, and one that begins in the hour that the clock skips.
            2019: [
                call(
                    90005, 2014, datetime(2014, 12, 31, 23), disposition="GOA", timeclosed=iso(datetime(2015, 1, 1, 2))
                ),
                call(90007, 2019, datetime(2019, 3, 10, 2, 30)),
            ],
        }[year]
        write_csv(folder / f"calls_{year}.csv", header, [{k: row[k] for k in header} for row in [*rows, *planted]])
    requests = [
        {
            "service_request": f"2024-{number:07}", "request_type": "Roads/Drainage", "request_reason": "Pothole",
            "date_created": iso(moment), "date_modified": iso(later(moment, 60)), "request_status": "Pending",
            "responsible_agency": "Department of Public Works", "final_address": "an address",
            "latitude": spread(SOUTH, NORTH, number), "longitude": spread(WEST, EAST, number),
        }
        for number, moment in enumerate(moments(datetime(2024, 2, 1, 9), BULK), start=1)
    ]  # fmt: skip
    closed = requests[0] | {
        "date_modified": iso(datetime(2024, 3, 1, 9)), "case_close_date": iso(datetime(2024, 3, 1, 9)),
        "request_status": "Closed",
    }  # fmt: skip
    write_csv(folder / "311.csv", REQUESTS, [*requests, closed])
    write_tracts(folder / "cb_2020_22_tract_500k.zip", "22", "071", WEST, SOUTH, EAST, NORTH)
