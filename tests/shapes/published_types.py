"""Call types as the portals write them, and how often where somebody has published a count of them.

A shape's bulk rows carry these in turn. `COUNTED` are counts of records that others took from the portals and
published; what they count is said beside each. They are no sample of ours, and the types beyond them are unknown, so
they bound the mapped share from below.
"""

TYPES: dict[str, tuple[str, ...]] = {
    "new_orleans": (
        "DISTURBANCE (OTHER)", "COMPLAINT OTHER", "AREA CHECK", "BUSINESS CHECK", "BURGLAR ALARM, SILENT",
        "RETURN FOR ADDITIONAL INFO", "TRAFFIC INCIDENT", "TRAFFIC STOP", "AUTO ACCIDENT", "HIT & RUN",
        "SUSPICIOUS PERSON", "THEFT", "DOMESTIC DISTURBANCE", "MENTAL PATIENT", "DISCHARGING FIREARM",
        "SIMPLE BATTERY", "SIMPLE CRIMINAL DAMAGE", "EXTORTION (THREATS)", "THEFT FROM EXTERIOR OF VEHICLE",
        "SIMULTANEOS STOLEN/RECOVERY VEHICLE", "ILLEGAL CARRYING OF WEAPON- GUN", "AUTO ACCIDENT WITH INJURY",
        "BURGLAR ALARM, SILENT, FAR NO RESPONSE", "SIMPLE ROBBERY, PROPERTY SNATCHING", "NOISE COMPLAINT",
        "FUGITIVE ATTACHMENT", "WARR STOP WITH RELEASE", "SILENT 911 CALL", "QUALITY OF LIFE ISSUE", "MEDICAL",
    ),
    "san_francisco": (
        "TRAF VIOLATION CITE", "PASSING CALL", "SUSPICIOUS PERSON", "TRAFFIC STOP", "FIGHT NO WEAPON",
        "TRAF VIOLATION TOW", "TRESPASSER", "WELL BEING CHECK", "MEET W/CITY EMPLOYEE", "NOISE NUISANCE",
        "SUSPICIOUS VEHICLE", "BURGLARY", "AUDIBLE ALARM", "HOMELESS COMPLAINT", "TOW TRUCK", "SIT/LIE ENFORCEMENT",
        "THREATS / HARASSMENT", "MEET W/CITIZEN", "ASSAULT / BATTERY", "PETTY THEFT", "INJURY VEH ACCIDENT",
        "TRAFFIC HAZARD", "AUTO BOOST / STRIP", "H&R VEH ACCIDENT", "PERSON W/GUN", "MENTALLY DISTURBED",
        "AGG ASSAULT / ADW", "COMPLAINT UNKN", "WANTED VEHICLE / SUB", "SHOT SPOTTER",
    ),
    "detroit": (
        "SPECIAL ATTENTION", "TRAFFIC STOP", "INVESTIGATE PERSON", "BUILDING CHECK", "DISTURBANCE REPORT",
        "HANGUP CALLS", "WELL BEING CHECK", "AUTO X REPORT", "DV A/B RPT", "UDAA REPORT", "MENTAL NOT VIOLENT",
        "ASSAULT AND BATTERY REPORT", "BURGLARY RESIDENCE REPORT", "PERSON W/  A WEAPON REPORT", "START OF SHIFT INFORMATION",
    ),
    "cincinnati": (
        "DIRECTED PATROL - VEHICLE", "TRAFFIC STOP", "SUSPICIOUS PERSON OR AUTO", "FAMILY TROUBLE - NON VIOLENT",
        "NEIGHBOR TROUBLE - NON VIOLENT", "THEFT REPORT", "DISORDERLY PERSON (CROWD, GROUP, ETC)", "GUNSHOTS FIRED",
        "CELL DISCONNECT OR SICALL", "TRESPASSERS", "DISTURBANCE",
    ),
    "baltimore": (
        "911/NO  VOICE", "DISORDERLY", "Traffic Stop", "COMMON ASSAULT", "AUTO ACCIDENT", "NARCOTICSOutside",
        "SILENT ALARM", "FAMILY DISTURB", "Repairs/Service", "OTHER", "INVESTIGATE", "BURGLARY", "LARCENCY",
        "HIT AND RUN", "DESTRUCT PROP", "AUTO ACC/INJURY", "CHECK WELL BEING", "BEHAVIOR CRISIS", "DISCHRG FIREARM",
        "Business Check", "Private Tow", "PRKG COMPLAINT", "LYING IN STREET", "EXPART/PROT/PEAC", "Wanted on Warr",
    ),
    "austin": (
        "Traffic Stop", "Disturbance Other", "Alarm Burglar", "Check Welfare Urgent", "Trespass Urgent",
        "Suspicious Person", "Doc / C.o. Violation", "False Burglar Alarm", "Traffic Hazard", "Checking Area",
        "Attempted Suicide Hs", "Check Welfare Service", "Auto Theft Service", "Disturbance Vehicle Urgent",
        "Found/Abandoned Hazardous", "Nature Unknown Urgent", "Stalled Vehicle", "On Site Incident",
    ),
}  # fmt: skip

# Records counted in all, then by type. San Francisco: final descriptions of the rolling window of 48 hours. Austin:
# final and initial descriptions, and final categories, of a sample of the incidents of eleven years.
COUNTED: dict[tuple[str, str], tuple[int, dict[str, int]]] = {
    ("san_francisco", "final type"): (
        3_682,
        {
            "TRAF VIOLATION CITE": 763, "PASSING CALL": 575, "SUSPICIOUS PERSON": 386, "TRAFFIC STOP": 252,
            "FIGHT NO WEAPON": 157, "TRAF VIOLATION TOW": 116, "TRESPASSER": 110, "WELL BEING CHECK": 101,
            "MEET W/CITY EMPLOYEE": 91, "NOISE NUISANCE": 76, "SUSPICIOUS VEHICLE": 75, "BURGLARY": 66,
            "AUDIBLE ALARM": 63, "HOMELESS COMPLAINT": 58, "TOW TRUCK": 57, "SIT/LIE ENFORCEMENT": 50,
            "THREATS / HARASSMENT": 49, "MEET W/CITIZEN": 41, "ASSAULT / BATTERY": 41, "PETTY THEFT": 29,
            "INJURY VEH ACCIDENT": 27, "TRAFFIC HAZARD": 18,
        },
    ),
    ("austin", "final type"): (
        200_000,
        {
            "Traffic Stop": 15_561, "Disturbance Other": 8_063, "Suspicious Person": 7_461,
            "Doc / C.o. Violation": 6_950, "False Burglar Alarm": 6_515, "Trespass Urgent": 6_434,
            "Traffic Hazard": 5_936, "Checking Area": 5_670,
        },
    ),
    ("austin", "initial type"): (
        200_000,
        {
            "Traffic Stop": 17_702, "Disturbance Other": 12_367, "Alarm Burglar": 11_553, "On Site Incident": 11_315,
            "Check Welfare Urgent": 9_137, "Trespass Urgent": 8_804, "Suspicious Person": 8_793,
            "Doc / C.o. Violation": 7_310,
        },
    ),
    ("austin", "category"): (
        200_000,
        {
            "Traffic Stop/Hazard": 29_072, "Administrative": 21_781, "Disturbance": 18_043, "Welfare Check": 13_782,
            "Alarms": 12_919, "Assistance": 12_856, "Suspicious Things": 12_513,
        },
    ),
}  # fmt: skip


def type_of(city: str, number: int) -> str:
    """The call type of a city's bulk row of that number."""
    return TYPES[city][number % len(TYPES[city])]
