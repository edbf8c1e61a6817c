"""The call types of the demo city and how calls of each type usually end.

What belongs here: one row per final call type (how often, when, where, how urgent, how long, what it may
first be mistaken for) and the disposition profiles.
What does not: the warehouse's own crosswalk of call types; it is a seed and does not read this file.
"""

from __future__ import annotations

from typing import NamedTuple


class CallType(NamedTuple):
    """One call type; rhythm and place name entries of rhythm.py and placement.py, outcome one of OUTCOMES.

    share is per thousand base calls, repeat_rate how readily several people report the same event (relative),
    and mistaken_for the types as which such a call may first be entered, with probability mistaken_rate.
    """

    name: str
    code: str
    group: str
    share: float
    rhythm: str
    place: str
    priority: int
    scene_minutes: float
    extra_units: float
    outcome: str
    repeat_rate: float
    mistaken_rate: float
    mistaken_for: tuple[str, ...]


# The fields of CallType in their order; mistaken_for as codes.
TABLE = """
ASSAULT                   |ASLT|violent    | 11|night  |violent |2| 34| 0.6|violent  |1.6|0.49|DIST UNKT 911H
AGGRAVATED ASSAULT        |AGAS|violent    |  4|night  |violent |1| 62|0.85|violent  |1.6|0.49|ASLT DIST
ROBBERY                   |ROBB|violent    |  3|night  |violent |1| 58| 0.8|violent  |1.2|0.24|THFT ASLT
SHOTS FIRED               |SHOT|violent    |  8|night  |violent |1| 24| 0.7|suspicion|3.5|0.19|FWRK DIST
SHOOTING                  |SHTG|violent    |0.8|night  |violent |1|150|0.95|violent  |  3|0.49|SHOT
STABBING                  |STAB|violent    |0.6|night  |violent |1|120|0.95|violent  |1.5|0.49|ASLT MEDE
SEXUAL ASSAULT            |SEXA|violent    |2.2|evening|home    |2| 75| 0.4|violent  |  0|0.24|ASLT UNKT
PERSON WITH WEAPON        |PWPN|violent    |3.4|night  |violent |1| 28|0.85|suspicion|1.8|0.32|SUSP DIST
THREATS                   |THRT|violent    | 10|day    |violent |3| 30|0.15|report   |0.2|0.19|DIST CITA
BURGLARY                  |BURG|property   | 11|day    |property|3| 42| 0.2|property |0.2|0.13|SUSA BALM
BURGLARY IN PROGRESS      |BIPR|property   |  3|night  |property|1| 34| 0.8|property |1.2| 0.4|PROW SUSP
THEFT                     |THFT|property   | 26|day    |property|4| 28|0.08|property |0.2| 0.1|CITA SUSA
THEFT FROM VEHICLE        |TFMV|property   | 14|day    |property|4| 24|0.06|property |0.1|0.13|THFT VAND
SHOPLIFTING               |SHOP|property   | 10|day    |retail  |3| 36|0.15|shoplift |0.3| 0.1|THFT
STOLEN VEHICLE            |STLV|property   |  9|day    |property|3| 32| 0.1|property |0.1|0.08|THFT
VANDALISM                 |VAND|property   | 12|day    |property|4| 24|0.08|property |0.3| 0.1|SUSA
FRAUD                     |FRAU|property   |  7|office |home    |4| 34|0.03|report   |  0|0.08|CITA THFT
DOMESTIC DISTURBANCE      |DOMD|domestic   | 23|evening|home    |2| 30|0.75|domestic |0.5|0.23|DIST UNKT 911H
DOMESTIC ASSAULT          |DOMA|domestic   |  8|night  |home    |1| 58|0.85|domestic |0.5|0.45|DOMD DIST 911H
PROTECTION ORDER VIOLATION|POVI|domestic   |  4|evening|home    |2| 40|0.35|domestic |  0|0.16|UNWP
CUSTODY DISPUTE           |CUST|domestic   |  4|evening|home    |3| 28| 0.2|domestic |0.1|0.16|CIVS
CRASH NO INJURY           |CRNI|traffic    | 28|commute|road    |3| 34|0.15|crash    |2.2|0.08|CRWI THAZ
CRASH WITH INJURY         |CRWI|traffic    |  9|commute|road    |1| 56|0.75|crash    |3.5|0.19|CRNI MEDE
HIT AND RUN               |HITR|traffic    |  9|commute|road    |3| 34| 0.1|crash    |0.6|0.16|CRNI
TRAFFIC HAZARD            |THAZ|traffic    | 13|commute|road    |3| 14|0.08|traffic  |2.2|0.08|DISV
PARKING COMPLAINT         |PARK|traffic    | 16|office |home    |5| 12|0.02|traffic  |0.4|0.03|CITA
DISABLED VEHICLE          |DISV|traffic    | 10|commute|road    |4| 18|0.05|traffic  |1.2| 0.1|THAZ
IMPAIRED DRIVER           |DUI |traffic    |  5|night  |road    |2| 22|0.35|traffic  |0.8|0.19|RECK
RECKLESS DRIVER           |RECK|traffic    |  9|commute|road    |3|  9|0.05|traffic  |  1|0.05|THAZ
DISTURBANCE               |DIST|disorder   | 34|evening|disorder|2| 20|0.45|disorder |1.2|0.08|UNKT NOIS
NOISE COMPLAINT           |NOIS|disorder   | 23|night  |home    |4| 10|0.08|disorder |1.8|0.05|DIST
TRESPASS                  |TRES|disorder   | 15|day    |retail  |3| 20| 0.2|disorder |0.5|0.16|UNWP SUSP
UNWANTED PERSON           |UNWP|disorder   | 12|evening|disorder|3| 20| 0.3|disorder |0.4|0.13|DIST TRES
INTOXICATED PERSON        |INTX|disorder   |  8|night  |disorder|3| 20| 0.2|welfare  |0.8|0.29|WELF PDWN DIST
PANHANDLING               |PANH|disorder   |  4|day    |retail  |5|  9|0.02|disorder |0.4| 0.1|SUSP
FIGHT                     |FGHT|disorder   |  6|night  |violent |1| 22| 0.8|disorder |2.6|0.19|DIST UNKT 911H
NEIGHBOR DISPUTE          |NEIG|disorder   |  6|evening|home    |4| 26| 0.1|disorder |0.4|0.19|DIST NOIS
JUVENILE COMPLAINT        |JUVC|disorder   |  6|evening|disorder|4| 16| 0.1|disorder |0.7|0.13|DIST
DRUG ACTIVITY             |DRUG|other_crime|  5|evening|violent |4| 16|0.15|suspicion|0.3|0.16|SUSA
FIREWORKS                 |FWRK|disorder   |2.5|night  |home    |4|  9|0.05|disorder |  2|0.13|SHOT
SUSPICIOUS PERSON         |SUSP|suspicion  | 26|evening|disorder|3| 15|0.25|suspicion|0.5|0.06|SUSA
SUSPICIOUS VEHICLE        |SUSV|suspicion  | 19|night  |property|3| 13|0.15|suspicion|0.4|0.06|SUSP
SUSPICIOUS ACTIVITY       |SUSA|suspicion  | 12|evening|property|3| 15| 0.2|suspicion|0.4|0.06|SUSP
PROWLER                   |PROW|suspicion  |  2|night  |home    |2| 18| 0.6|suspicion|0.4|0.13|SUSP
BURGLARY ALARM            |BALM|alarm      | 48|alarm  |retail  |3| 12| 0.3|alarm    |  0|   0|
HOLDUP ALARM              |HALM|alarm      |  3|office |retail  |1| 14|0.85|alarm    |  0|   0|
PANIC ALARM               |PALM|alarm      |  4|alarm  |home    |2| 14| 0.4|alarm    |  0|   0|
MENTAL HEALTH CRISIS      |MHCR|health     | 17|health |crisis  |2| 46|0.55|crisis   |0.5| 0.4|DIST WELF SUSP
SUICIDAL SUBJECT          |SUIC|health     |  9|health |crisis  |1| 52|0.65|crisis   |0.2|0.23|DIST WELF SUSP
SUICIDE ATTEMPT           |SUIA|health     |1.4|health |crisis  |1| 64| 0.8|crisis   |0.2|0.32|MEDE WELF
OVERDOSE                  |OVDS|health     |  6|evening|crisis  |1| 34|0.65|medical  |  1|0.36|MEDE PDWN
WELFARE CHECK             |WELF|welfare    | 32|health |crisis  |3| 20| 0.2|welfare  |0.4|0.06|CITA
MISSING PERSON            |MISP|welfare    |  4|evening|home    |2| 44|0.35|report   |0.2|0.13|WELF
RUNAWAY JUVENILE          |RUNA|welfare    |  5|evening|home    |3| 34| 0.1|report   |0.1| 0.1|MISP
HOMELESS ASSIST           |HOML|welfare    |  9|day    |crisis  |4| 18| 0.1|welfare  |0.4|0.29|TRES WELF SUSP
CITIZEN ASSIST            |CITA|assist     | 17|office |home    |4| 16|0.05|assist   |0.1|   0|
ASSIST FIRE OR EMS        |AFIR|assist     | 13|health |home    |2| 22|0.45|assist   |0.6|0.06|MEDE
ASSIST OTHER AGENCY       |AOTH|assist     |  6|office |home    |4| 26|0.15|assist   |  0|   0|
ANIMAL COMPLAINT          |ANIM|assist     | 11|day    |home    |5| 14|0.02|assist   |0.6|   0|
FOUND PROPERTY            |FNDP|assist     |  6|office |retail  |5| 14|0.02|assist   |0.1|   0|
CIVIL STANDBY             |CIVS|assist     |  5|day    |home    |4| 22| 0.1|assist   |  0|   0|
911 HANG UP               |911H|assist     | 20|evening|home    |3|  9| 0.1|assist   |  0|   0|
UNKNOWN TROUBLE           |UNKT|assist     |  4|night  |home    |2| 16|0.65|disorder |0.4|   0|
MEDICAL EMERGENCY         |MEDE|medical    | 12|health |home    |1| 26|0.35|medical  |0.4|0.06|UNKT
PERSON DOWN               |PDWN|medical    |  4|day    |crisis  |2| 18|0.35|medical  |1.4| 0.1|WELF
DEATH INVESTIGATION       |DEAD|medical    |1.6|health |home    |2| 96| 0.5|report   |0.2| 0.4|MEDE WELF
TRAFFIC STOP              |TSTP|officer    |112|patrol |stops   |5|  9|0.18|vehicle  |  0|   0|
SUBJECT STOP              |SSTP|officer    | 30|patrol |stops   |5| 12| 0.3|person   |  0|   0|
PREMISE CHECK             |PCHK|officer    | 50|patrol |checks  |5|  9|0.05|check    |  0|   0|
DIRECTED PATROL           |DPAT|officer    | 42|patrol |checks  |5| 20|0.05|check    |  0|   0|
BAR CHECK                 |BCHK|officer    |  6|night  |retail  |5| 12|0.45|check    |  0|   0|
FOLLOW UP                 |FLUP|officer    | 20|office |home    |5| 26|0.05|check    |  0|   0|
WARRANT SERVICE           |WARR|officer    |  6|patrol |stops   |5| 34| 0.8|warrant  |  0|   0|
MEAL BREAK                |MEAL|admin      | 26|shift  |station |5| 31|   0|admin    |  0|   0|
OUT OF SERVICE            |OOS |admin      | 15|shift  |station |5| 24|   0|admin    |  0|   0|
REPORT WRITING            |RPTW|admin      | 24|shift  |station |5| 46|   0|admin    |  0|   0|
COURT                     |CRT |admin      |  5|office |station |5|120|   0|admin    |  0|   0|
ROLL CALL                 |ROLL|admin      |  9|shift  |station |5| 22|   0|admin    |  0|   0|
FUEL                      |FUEL|admin      |  6|shift  |station |5| 10|   0|admin    |  0|   0|
SPECIAL DETAIL            |SPDT|admin      |  8|evening|retail  |5|170| 0.1|admin    |  0|   0|
TEST CALL                 |TEST|test       |1.5|office |station |5|  1|   0|test     |  0|   0|
"""


def parse(line: str) -> CallType:
    """One row of TABLE."""
    name, code, group, share, rhythm, place, priority, minutes, units, outcome, repeat, rate, mistaken = (
        cell.strip() for cell in line.split("|")
    )
    return CallType(
        name=name,
        code=code,
        group=group,
        share=float(share),
        rhythm=rhythm,
        place=place,
        priority=int(priority),
        scene_minutes=float(minutes),
        extra_units=float(units),
        outcome=outcome,
        repeat_rate=float(repeat),
        mistaken_rate=float(rate),
        mistaken_for=tuple(mistaken.split()),
    )


CALL_TYPES = tuple(parse(line) for line in TABLE.strip().splitlines())
TYPE_NUMBER = {call_type.name: number for number, call_type in enumerate(CALL_TYPES)}
CODE_NUMBER = {call_type.code: number for number, call_type in enumerate(CALL_TYPES)}
SENSITIVE = frozenset(("DOMD", "DOMA", "POVI", "SEXA", "SUIC", "SUIA"))

# Profile, then dispositions with their weights.
OUTCOME_TABLE = """
violent  |REPORT TAKEN 50, NO REPORT 13, GONE ON ARRIVAL 12, UNFOUNDED 10, ARREST 11, ASSISTED 4
property |REPORT TAKEN 68, NO REPORT 12, GONE ON ARRIVAL 8, UNFOUNDED 7, ARREST 2, ASSISTED 3
shoplift |REPORT TAKEN 52, GONE ON ARRIVAL 14, ARREST 14, CITATION 12, NO REPORT 8
report   |REPORT TAKEN 66, NO REPORT 20, UNFOUNDED 8, ASSISTED 6
domestic |REPORT TAKEN 35, NO REPORT 29, ARREST 8, GONE ON ARRIVAL 12, ASSISTED 11, UNFOUNDED 5
crash    |REPORT TAKEN 50, NO REPORT 20, GONE ON ARRIVAL 9, CITATION 8, ASSISTED 12, ARREST 1
traffic  |GONE ON ARRIVAL 32, NO REPORT 30, ASSISTED 18, WARNING 10, CITATION 8, ARREST 2
disorder |NO REPORT 30, GONE ON ARRIVAL 27, WARNING 16, ASSISTED 12, UNFOUNDED 8, REPORT TAKEN 5, ARREST 2
suspicion|GONE ON ARRIVAL 34, NO REPORT 34, UNFOUNDED 18, ASSISTED 7, REPORT TAKEN 5, ARREST 2
alarm    |FALSE ALARM 88, NO REPORT 8, REPORT TAKEN 3, GONE ON ARRIVAL 1
crisis   |TRANSPORTED 41, ASSISTED 28, REFERRED 12, NO REPORT 9, REPORT TAKEN 5, GONE ON ARRIVAL 4, ARREST 1
welfare  |ASSISTED 44, NO REPORT 27, UNFOUNDED 9, GONE ON ARRIVAL 10, TRANSPORTED 6, REFERRED 4
assist   |ASSISTED 58, NO REPORT 32, REPORT TAKEN 6, GONE ON ARRIVAL 4
medical  |TRANSPORTED 56, ASSISTED 36, NO REPORT 8
vehicle  |WARNING 49, CITATION 33, NO ACTION 15, ARREST 3
person   |NO ACTION 58, WARNING 22, ARREST 8, ASSISTED 9, CITATION 3
check    |CHECKED OK 80, ASSISTED 11, NO ACTION 9
warrant  |NO ACTION 34, GONE ON ARRIVAL 30, ARREST 36
admin    |COMPLETED 100
test     |TEST 100
"""


def parse_outcome(line: str) -> tuple[str, dict[str, float]]:
    """One row of OUTCOME_TABLE."""
    profile, endings = line.split("|")
    pairs = (ending.strip().rsplit(" ", 1) for ending in endings.split(","))
    return profile.strip(), {name: float(weight) for name, weight in pairs}


OUTCOMES = dict(parse_outcome(line) for line in OUTCOME_TABLE.strip().splitlines())
SPECIAL_OUTCOMES = ("CANCELLED", "DUP", "HANDLED BY CRT", "TELEPHONE REPORT", "PENDING")
DISPOSITIONS = tuple(
    sorted({name for profile in OUTCOMES.values() for name in profile}.union(SPECIAL_OUTCOMES))
)


def disposition(name: str) -> int:
    """Number of a disposition in the tables."""
    return DISPOSITIONS.index(name)
