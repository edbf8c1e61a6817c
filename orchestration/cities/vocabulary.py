"""The words that publishers use for what a canonical column holds.

Patterns are matched to whole normalised column names, the surest first; the first of a list is sure, later ones are
likely, the last are weak.
"""

import re
from typing import Literal

from orchestration.ingest.columns import normalised

Sure = Literal["high", "medium", "low"]
Guessable = Literal["calls", "requests", "offenses", "contacts", "zones"]
Patterns = tuple[str, str, str]  # names that are sure, likely, weak

ID = r"(number|num|no|id|nbr)"
CLOCK = r"(date_?time|date|time_?stamp|time|dttm|dt|tm|ts|at)"
TIME = rf"(_?{CLOCK})?"

PLACE: dict[str, Patterns] = {
    "native_zone": (
        r"beat|police_beat|zone_beat|reporting_area|patrol_beat",
        r"(police_)?(district|zone|sector|ward|precinct|grid|area)(_(id|no|number|name))?|beat_.*|.*_beat",
        r"neighbou?rhood|council_district|community_area|division",
    ),
    "longitude": (
        r"long|lon|lng|longitude|geometry_x",
        r".*_(longitude|lng|lon|long)|(longitude|lon)_.*",
        r"x|point_x",
    ),
    "latitude": (r"lat|latitude|geometry_y", r".*_(latitude|lat)|(latitude|lat)_.*", r"y|point_y"),
}
ADDRESS: dict[str, Patterns] = {
    "block_address": (
        r"(hundred_)?block(_(address|location|addr))?|hundred_block_location|100_block_address|block_address",
        r".*block.*|.*address.*|location(_text)?|intersection|incident_location",
        r"place|street(_name)?|.*location.*",
    ),
}
CALL: dict[str, Patterns] = {
    "call_id": (rf"(cad_)?(call|event|cfs|cad)_?{ID}|cad_event_{ID}", rf"(cad_)?incident_?{ID}|.*call_?{ID}", r"^$"),
}

# Of each entity, the words for its columns. Those in TIMES hold a time.
WORDS: dict[Guessable, dict[str, Patterns]] = {
    "calls": {
        "call_id": (
            rf"(cad_)?(call|event|cfs|cad)_?{ID}|cad_event_{ID}|call_for_service_{ID}",
            rf"(cad_)?(incident|case|master_incident|problem)_?{ID}|record_{ID}",
            rf".*_{ID}|id|objectid",
        ),
        "received_at": (
            rf"(call|event|incident|time|date)?_?(received|create|created|queued|entry|entered){TIME}"
            rf"|original_time_queued|(call|called|event)_?{CLOCK}",
            rf"(incident|start|report(ed)?|response)_?{CLOCK}|date_?time(_.*)?|time_?stamp|.*(received|created|queued){TIME}",
            r".*(date|time).*|(.*_)?dt",
        ),
        "dispatched_at": (rf"(first_)?(unit_)?dispatch(ed)?{TIME}|time_dispatched", rf".*dispatch.*{TIME}", r"^$"),
        "arrived_at": (rf"(first_)?(unit_)?(arrive|arrived|arrival|on_?scene|at_scene){TIME}", r".*(arriv|on_?scene|at_scene).*", r"^$"),
        "cleared_at": (rf"(clear|cleared|close|closed|complete|completed){TIME}|event_clearance_date", r".*(clear|closed?|complete).*(time|date|dttm).*", r"^$"),
        "updated_at": (r"last_(updated?|modified)(_.*)?|updated?_(at|on|date.*|time)|edited?_.*", r".*(updated|modified).*", r"^$"),
        "channel": (
            r"call_source|source|how_received|call_origin|(officer|self)_initiated(_.*)?|.*initiated(_flag)?|channel",
            r".*(source|origin|initiat|how_received).*",
            r"call_type",
        ),
        "priority": (r"priority(_(code|level|description))?", r".*priority.*", r"^$"),
        "initial_type": (
            r"(initial|original)_(call_)?type(_(desc|description|text|code))?|initial_problem|initialcalltype",
            r".*(initial|original).*(type|desc|problem|nature).*",
            r"^$",
        ),
        "final_type": (
            r"(final|closed?)_(call_)?type(_(desc|description|text|code))?|finalcalltype",
            r"(call|event|incident|problem)_?(type|nature|description)(_(desc|description|text))?|nature(_of_call)?|problem|type_?(desc|description)?",
            r".*(type|nature|problem).*|title|offense|.*legend",
        ),
        "type_group": (r"(call|event|final)_?(type_)?(group|category|class)", r".*(group|category|class)(_.*)?", r"^$"),
        "disposition": (r"(final_|call_|event_)?disposition(_(text|desc|description|code))?", r".*(dispo|clearance_desc|outcome|result).*", r"^$"),
        "parent_call_id": (rf"(parent|master|related|duplicate_of)_(call|event|incident)_?{ID}", r"^$", r"^$"),
        **ADDRESS,
        **PLACE,
    },
    "requests": {
        "request_id": (rf"(service_)?request_?{ID}|sr_?{ID}|case_?(enquiry_)?{ID}|ticket_?{ID}", rf".*(request|case|ticket)_?{ID}", rf".*_{ID}|id"),
        "requested_at": (rf"(requested|created|opened?|submitted|received)(_?(at|on))?{TIME}|sr_create_date", rf".*(request|creat|open|submit).*{TIME}", r".*(date|time).*"),
        "closed_at": (rf"(closed?|completed|resolved)(_?(at|on))?{TIME}", r".*(clos|complet|resolv).*", r"^$"),
        "updated_at": (r"(last_)?(updated?|modified)(_.*)?", r".*(updated|modified).*", r"^$"),
        "category": (r"service_name|request_type|category|case_title|service_request_type|type", r".*(type|categor|service|subject|reason).*", r"^$"),
        "agency": (r"agency(_responsible|_name)?|department|owner(_dept)?", r".*(agency|depart|division).*", r"^$"),
        "request_status": (r"status|request_status|case_status", r".*status.*", r"^$"),
        **PLACE,
    },
    "offenses": {
        "offense_id": (rf"offense_?{ID}|crime_{ID}", rf"(incident|case|report|dr|record)_?{ID}", rf".*_{ID}|id|objectid"),
        "report_id": (rf"(report|case|incident|dr|rd)_?{ID}|general_offense_number|case_number", rf".*(report|case)_?{ID}", r"^$"),
        "occurred_at": (
            rf"(occur(red|ence)?|offense|crime|incident)(_?(from|start|on|begin))?{TIME}|offense_start_{TIME}|date_occ|occurred_from",
            rf".*(occur|offense|start|from).*|date{TIME}",
            r".*(date|time).*",
        ),
        "occurred_to": (r"(occur(red)?|offense|crime)_?(to|end|thru|through).*", r".*(_end|_to)_(date|time).*", r"^$"),
        "reported_at": (rf"report(ed)?(_?(on|at))?{TIME}|date_rptd|report_{TIME}", r".*report.*(date|time).*", r"^$"),
        "updated_at": (r"(last_)?(updated?|modified)(_.*)?", r".*(updated|modified).*", r"^$"),
        "nibrs_code": (r"nibrs(_(code|offense_code))?|offense_code", r".*(nibrs|ucr|offense_code|crime_code).*", r"^$"),
        "offense": (r"offense(_(description|desc|type|name))?|crime(_(type|description))?|primary_type", r".*(offense|crime|charge).*", r".*(type|description).*"),
        "report_status": (r"(case_|report_)?status", r".*status.*", r"^$"),
        **CALL,
        **ADDRESS,
        **PLACE,
    },
    "contacts": {
        "contact_id": (rf"(contact|stop|terry_stop|arrest|citation|fi)_?{ID}", rf"((master_)?incident|record|case)_?{ID}", rf".*_{ID}|id"),
        "contact_at": (rf"(contact|stop|arrest|citation|occurred|occured){TIME}|(stop|arrest)_?(date|time|datetime).*", rf"(incident|report(ed)?|response|event|date|time){TIME}", r".*(date|time).*|(.*_)?dt"),
        "updated_at": (r"(last_)?(updated?|modified)(_.*)?", r".*(updated|modified).*", r"^$"),
        "reason": (r"(stop_?)?(reason|basis)(_for_stop)?|charge(_description)?", r".*(reason|charge|violation|basis).*", r"^$"),
        "outcome": (r"(stop_?)?(outcome|resolution|disposition|action_taken)", r".*(outcome|resolution|dispos).*", r"^$"),
        "search_conducted": (r"search_?(conducted|performed|flag)|searched", r".*search.*(conduct|flag|y_n).*", r"^$"),
        "frisk_performed": (r"frisk_?(performed|flag|conducted)?|frisked", r".*frisk.*", r"^$"),
        "arrest_made": (r"arrest_?(made|flag)|arrested", r"^$", r"^$"),
        "contraband_found": (r"contraband_?(found|flag)?", r".*contraband.*", r"^$"),
        "subject_race": (r"(subject_?|perceived_?|person_?)*(race|ethnicity)(_.*)?", r".*(race|ethnic).*", r"^$"),
        "subject_sex": (r"(subject_?|perceived_?|person_?)*(sex|gender)(_.*)?", r".*(_sex|gender).*", r"^$"),
        "subject_age_group": (r"(subject_?|perceived_?|person_?)*age_?(group|range|band|category)", r"^$", r"^$"),
        **CALL,
        **PLACE,
    },
    "zones": {
        "zone_id": (r"geoid(10|20)?|beat(_(id|no|num|number))?|tract(ce)?(10|20)?|zone_id", r"(district|sector|precinct|area|zone|ward)(_.*)?|.*_id|name", r"id|objectid|fid"),
        "zone_name": (r"name(lsad)?|beat_name|zone_name", r".*name.*|label", r"^$"),
    },
}  # fmt: skip
TIMES = {
    "received_at", "dispatched_at", "arrived_at", "cleared_at", "updated_at", "requested_at", "closed_at",
    "occurred_at", "occurred_to", "reported_at", "contact_at",
}  # fmt: skip
FLAGS = {"search_conducted", "frisk_performed", "arrest_made", "contraband_found"}
# Words in the name of a file that tell what is in it.
FILE_WORDS: dict[Guessable, str] = {
    "requests": r"311|request|service_?req",
    "contacts": r"stop|arrest|citation|contact|use_?of_?force|field_?interview",
    "offenses": r"crime|offense|offence|nibrs|burglar|robber|theft|homicide|shooting",
    "calls": r"call|cfs|911|cad|dispatch|incident_resp",
    "zones": r"zone|beat|tract|district|precinct|boundar|ward",
}


# Words that names run together: EVENTDT, callreceivedtime.
_PARTS = (
    "received", "receive", "response", "reported", "report", "rptd", "event", "incident", "called", "call", "cad", "cfs",
    "dispatched", "dispatch", "arrived", "arrive", "arrival", "cleared", "clear", "closed", "close", "created", "create",
    "opened", "open", "queued", "entered", "entry", "occurred", "occur", "occ", "offense", "crime", "stop", "arrest", "contact",
    "citation", "start", "begin", "end", "updated", "update", "last", "modified", "first", "unit", "scene", "on", "at", "from", "to",
    "of", "time", "date", "stamp", "dt", "tm", "num", "number", "nbr", "no", "id", "case", "record", "master", "type", "description",
    "desc", "code", "text", "group", "category", "initial", "original", "final", "problem", "nature", "priority", "source",
    "disposition", "block", "address", "addr", "location", "latitude", "longitude", "lat", "long", "lon", "beat", "district", "zone",
    "precinct", "police", "sector", "census", "tract", "geo", "reason", "outcome", "status", "service", "request", "agency",
)  # fmt: skip
_RUN_TOGETHER = re.compile(f"({'|'.join(sorted(_PARTS, key=len, reverse=True))})+")


def spoken(header: str) -> str:
    """A column's own name with its words apart, where capitals or known words part them.

    >>> spoken("responseDate"), spoken("EVENTDT"), spoken("CallReceivedTime"), spoken("Block_Location"), spoken("station")
    ('response_date', 'event_dt', 'call_received_time', 'block_location', 'station')
    """
    apart = normalised([re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", header)])[0]
    return "_".join("_".join(_words(part)) for part in apart.split("_") if part)


def _words(text: str) -> list[str]:
    """The fewest known words that a text is made of; the text itself where it is not."""
    if text in _PARTS or not _RUN_TOGETHER.fullmatch(text):
        return [text]
    best: list[list[str] | None] = [[], *[None] * len(text)]
    for end in range(1, len(text) + 1):
        for word in _PARTS:
            before = best[end - len(word)] if text[:end].endswith(word) else None
            known = best[end]
            if before is not None and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, word]
    return best[-1] or [text]


def how_sure(column: str, patterns: Patterns) -> Sure | None:
    """How sure a column's name makes it that it is meant; None where it says nothing."""
    levels: tuple[Sure, Sure, Sure] = ("high", "medium", "low")
    for pattern, sure in zip(patterns, levels, strict=True):
        if pattern != r"^$" and re.fullmatch(pattern, column):
            return sure
    return None
