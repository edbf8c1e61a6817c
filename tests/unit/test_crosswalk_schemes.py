"""The crosswalk beside what others published: how often it agrees, and why it does not where it does not.

The published files are not part of the repository; the tests that need them say so and are left out without them.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.thresholds import MAPPED_RECORDS
from orchestration.crosswalk.seed import CROSSWALK, EVERY_CITY, SEEDS, read
from orchestration.crosswalk.suggest import suggest, word_rules
from orchestration.crosswalk.wording import type_key
from tests.shapes.published_types import COUNTED, TYPES

SCHEMES = Path(__file__).parents[3] / "shared" / "data" / "schemes"
DETROIT = SCHEMES / "langton_2022_detroit_relabelling.csv"
APCO = SCHEMES / "apco_common_incident_types_2019.csv"
WHOLE_LISTS = list(SCHEMES.glob("call_types_*.csv"))
# Langton, Ruiter and Verlaan (2022): the type in which each of their new labels counts; all others are unclassified.
LANGTON_TYPES = {
    "health": "MENTAL HEALTH; OTHER MEDICAL EMERGENCY; OVERDOSE; SUICIDE OR SUICIDE THREAT; WELL BEING CHECK",
    "proactive": "BACKGROUND CHECK; BAIT; BUILDING CHECK; STAND-BY; ESCORT; INVESTIGATE AUTO; INVESTIGATE PERSON(S); "
    "SPECIAL ATTENTION",
    "quality of life": "DEAD PERSON OBSERVED; DISTURBANCE; EXPLOSION; FIRE; FIRE ALARM; LITTERING; MISC ACCIDENT; "
    "PARKING COMPLAINT; PROPERTY DAMAGE NON-CRIMINAL; SMOKING VIOLATIONS; SUSPICIOUS PACKAGE; YOUTH LOITERING",
    "traffic": "AID MOTORIST; AUTO ACCIDENT; BREATH TEST; HAZARDOUS CONDITIONS; LICENCE REVOCATION; MISC TRAFFIC; "
    "TOWING DETAIL; TRAFFIC INCIDENT; TRAFFIC STOP",
    "community": "ALARM MALFUNCTION OR MISUSE; ALARM OTHER; ANIMAL INCIDENT; ASSIST CITIZEN; CHILD(REN) HOME ALONE; "
    "CURFEW VIOLATION; ENTRAPMENT; LOST PROPERTY; MISSING OR FOUND PERSON; NOISE COMPLAINT; PEACE OFFICER; SAFEWALK; "
    "SCHOOL CROSSING",
    "crime": "ARMED ROBBERY; ARSON; ASSAULT AND BATTERY; ATM OR BANK ALARM; BOMB THREAT; BREAK AND ENTER AUTO; "
    "BURGLAR ALARM; BURGLARY; CHILD OR ADULT ABUSE; DOMESTIC INCIDENT; EXTORTION; FELONIOUS ASSAULT; FRAUD; "
    "HARASSMENT; HIT AND RUN; HOLDING PERSON; KIDNAPPING; LARCENY; LEWD AND LASCIVIOUS CONDUCT; MALICIOUS DESTRUCTION; "
    "MOLESTATION; NARCOTICS; OTHER ASSAULT; PANIC ALARM; PERSON WITH WEAPON; PPO VIOLATION; RAPE; RECOVER AUTO; "
    "SCRAP METAL THEFT; SHOOTING OR STABBING WOUND; SHOTS; THREATS; UDAA; UNARMED ROBBERY",
}
# Where our category of a Detroit type has another label of that scheme than its authors gave: the one place for why.
OTHER_THAN_LANGTON = {
    "ASSIST OTHER": "Help asked for is help to the public here; theirs leaves it out.",
    "AUTO X HIT & RUN W/ INJ": "A driver who left is hit and run, hurt or not; theirs splits the label by injury.",
    "AUTO X HIT& RUN UNK INJURIES": "As above.",
    "BAIT PROPERTY DEPLOYMENT": "Planned work of the department: it is no patrol.",
    "BLUE LIGHT PHONE MALF": "A broken telephone is for whoever repairs it; theirs leaves it out.",
    "BUS BOARDING": "Officers board buses of their own accord; theirs leaves it out.",
    "CHILD(REN) HOME ALONE": "Neglect of a child, as their own label for abuse has it.",
    "CO, INHALATION OR HAZMAT DELTA": "A dangerous substance first, whoever it hurts.",
    "DDOT TROUBLE": "Trouble aboard a bus is a disturbance; theirs leaves it out.",
    "ELEVATOR ENTRAPMENT": "A rescue, for the fire service.",
    "EXTRICATION / ENTRAPMENT": "A rescue, for the fire service.",
    "EMERGENCY STANDBY": "Officers stand by for another service; theirs counts it as their own activity.",
    "ESCORT": "Somebody asked for it, so it is no activity of officers' own.",
    "FIRE ALARM TEST": "A test is no demand.",
    "HOLDING PERSON": "The type says that somebody is held, not that it is for a crime.",
    "MISCELLANEOUS ACCIDENT": "A danger that no person made; crashes have types of their own.",
    "NOTIFICATION(S) MADE": "Somebody is told of something: help to the public; theirs leaves it out.",
    "PBT TEST": "A condition of release is checked; nobody is driving.",
    "SQUATTER DISTURBANCE": "Somebody is where they may not be: trespass, not a disturbance.",
    "SUSPICIOUS PACKAGE": "A possible explosive, until it is known to be harmless.",
    "VERIFIED ALR / PERSON W/O CODE": "An intruder alarm that somebody verified; theirs reads it as a licence.",
    "WRKABLE ARRST/OBV OR EXP DEATH": "A death to be examined; theirs leaves it out.",
    "ADMIT OR E/E": "Unmapped: nobody outside the department can tell what it means.",
    "DPDA": "Unmapped: nobody outside the department can tell what it means.",
}
# Where the words of an APCO description do not lead to the category that our rows give its code.
OTHER_THAN_APCO = {
    "ASSAULT": "The description repeats the note (WITH OR WITHOUT INJURY) and does not name the incident.",
    "FUNK": "FIRE UNKNOWN reads as trouble nobody can name; the code is the only one for any fire.",
    "HAZ": "The description names wires first; WIRES is a code of its own.",
}

needs_schemes = pytest.mark.skipif(
    not (DETROIT.is_file() and APCO.is_file()),
    reason="needs the published schemes (../shared/data/schemes), which are not part of the repository",
)


def mapped(city: str) -> dict[str, str]:
    """The topic category of each type of a city by its key; the city's own rows stand before those of all."""
    rows = read(CROSSWALK)
    return {row["call_type"]: row["topic_category"] for row in rows if row["city"] == EVERY_CITY} | {
        row["call_type"]: row["topic_category"] for row in rows if row["city"] == city
    }


def apco() -> Iterator[tuple[str, str]]:
    """Codes and descriptions of the APCO list, mended: DIABETIC and FALL stand twice, and FOTHER swallows a row."""
    seen = set()
    with APCO.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code, description = row["code"], (row["description"] or "").strip()
            if code in seen or description in ("", "---"):
                continue
            seen.add(code)
            yield code, description


@needs_schemes
def test_detroit_is_seen_as_langton_and_others_saw_it() -> None:
    type_of = {label: kind for kind, labels in LANGTON_TYPES.items() for label in labels.split("; ")}
    ours = {
        row["topic_category"]: row["label"]
        for row in read(SEEDS / "published_schemes.csv")
        if row["scheme"] == "langton"
    }
    types = mapped("detroit")
    with DETROIT.open(newline="", encoding="utf-8") as file:
        theirs = {
            row["calldescription_original"]: type_of.get(row["calldescription_new"], "unclassified")
            for row in csv.DictReader(file)
        }
    differ = {
        text: (kind, ours.get(types.get(type_key(text), "unmapped"), "none"))
        for text, kind in theirs.items()
        if kind != ours.get(types.get(type_key(text), "unmapped"), "none")
    }
    share = 1 - len(differ) / len(theirs)
    print(f"Detroit: {share:.1%} of {len(theirs)} types have the label their authors gave")
    assert len(theirs) == 202
    assert differ.keys() == OTHER_THAN_LANGTON.keys(), {
        text: differ.get(text) for text in differ.keys() ^ OTHER_THAN_LANGTON.keys()
    }
    assert share >= 0.88


@needs_schemes
def test_apco_codes_stand_where_the_words_of_their_descriptions_lead() -> None:
    categories = defaultdict(set)
    for row in read(CROSSWALK):
        categories[row["apco_code"]].add(row["topic_category"])
    used = [(code, description) for code, description in apco() if code in categories]
    differ = {code for code, description in used if suggest(description).topic_category not in categories[code]}
    share = 1 - len(differ) / len(used)
    print(f"APCO: {share:.1%} of {len(used)} codes in use have a category of ours that their description leads to")
    assert len(used) > 100
    assert differ == OTHER_THAN_APCO.keys()
    assert share >= 0.95


@needs_schemes
def test_every_type_of_detroit_but_those_named_is_mapped() -> None:
    with DETROIT.open(newline="", encoding="utf-8") as file:
        types = [row["calldescription_original"] for row in csv.DictReader(file)]
    unmapped = {text for text in types if type_key(text) not in mapped("detroit")}
    assert unmapped == {"ADMIT OR E/E", "DPDA"}


@pytest.mark.skipif(not WHOLE_LISTS, reason="needs the cities' whole lists of types (../shared/data/schemes)")
@pytest.mark.parametrize("city", ["new_orleans", "seattle"])
def test_nearly_every_record_of_a_whole_list_is_mapped(city: str) -> None:
    types, records, mapped_records = mapped(city), Counter[str](), Counter[str]()
    for row in read(SCHEMES / f"call_types_{city}.csv"):
        column = row["published_column"].strip()
        records[column] += int(row["records"])
        mapped_records[column] += int(row["records"]) * (type_key(row["call_type"]) in types)
    for column, n in records.items():
        print(f"{city}, {column}: {mapped_records[column] / n:.3%} of {n:,} records")
        assert mapped_records[column] >= 0.99 * n


def test_codes_of_a_published_scheme_exist_there() -> None:
    codes = {row["code"].strip() for row in read(APCO)} if APCO.is_file() else None
    if codes is None:
        pytest.skip("needs the published codes (../shared/data/schemes), which are not part of the repository")
    used = {row["apco_code"] for row in read(CROSSWALK)} | {one.apco_code for one in word_rules().profiles.values()}
    assert used - {""} <= codes


@pytest.mark.parametrize("city", TYPES)
def test_types_as_portals_write_them_are_mapped(city: str) -> None:
    types = mapped(city)
    assert [text for text in TYPES[city] if type_key(text) not in types] == []


@pytest.mark.parametrize(("city", "column"), COUNTED)
def test_types_with_published_counts_are_mapped(city: str, column: str) -> None:
    records, counts = COUNTED[city, column]
    types = mapped(city)
    counted = sum(counts.values())
    known = sum(count for text, count in counts.items() if type_key(text) in types)
    print(f"{city}, {column}: {known / counted:.2%} of the {counted:,} records whose type was counted are mapped; "
          f"that is at least {known / records:.0%} of all {records:,}")  # fmt: skip
    assert known / counted >= MAPPED_RECORDS.value
