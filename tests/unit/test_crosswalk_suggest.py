"""What the words of a call type suggest, and that the same text always suggests the same."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.crosswalk.seed import UNMAPPED, accepted_values, disqualifiers, topic_groups
from orchestration.crosswalk.suggest import suggest, word_rules
from orchestration.crosswalk.wording import tokens, type_key
from orchestration.settings import DBT_PROJECT_DIR

DETROIT = Path(__file__).parents[3] / "shared" / "data" / "schemes" / "langton_2022_detroit_relabelling.csv"
WORDS = sorted(
    {
        word.rstrip("*").removeprefix("no_")
        for rule in word_rules().rules
        for alternatives in rule.words
        for word in alternatives
    }
)
TYPES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("text", "topic_category", "answer_axis"),
    [
        ("WELFARE CHECK", "welfare_check", "community_responder"),
        ("--ALARM-RESIDENTIAL BURG", "burglar_alarm", "administrative_online"),
        ("Crash - Property damage only", "crash_no_injury", "administrative_online"),
        ("CRASH NO INJURY", "crash_no_injury", "administrative_online"),
        ("COLL INJ", "crash_injury", "police_required"),
        ("BURG - IP/JO - RES (INCL UNOCC STRUCTURES)", "burglary", "police_required"),
        ("TRU - THEFT", "theft", "administrative_online"),
        ("DV - DOMESTIC VIOL/ASLT (ARREST MANDATORY)", "domestic_violence", "police_required"),
        ("SUICIDE THREAT", "suicidal_person", "co_response"),
        ("NOISE - ANIMAL (INCLUDES BARKING DOGS)", "animal", "service_311"),
    ],
)
def test_plain_types(text: str, topic_category: str, answer_axis: str) -> None:
    found = suggest(text)
    assert (found.topic_category, found.answer_axis) == (topic_category, answer_axis)
    assert found.confidence >= 2


@pytest.mark.parametrize(
    ("text", "topic_category"),
    [
        ("THEFT (DOES NOT INCLUDE SHOPLIFT OR SVCS)", "theft"),
        ("FIGHT - VERBAL/ORAL (NO WEAPONS)", "verbal_dispute"),
        ("ASLT - WITH OR W/O WEAPONS (NO SHOOTINGS)", "assault"),
        ("PARKING VIOLATION (EXCEPT ABANDONED VEHICLES)", "parking"),
        ("HARAS - NO BIAS, THREATS OR MALICIOUSNESS", "harassment"),
    ],
)
def test_what_a_type_leaves_out_does_not_decide(text: str, topic_category: str) -> None:
    assert suggest(text).topic_category == topic_category


def test_the_words_that_decided_are_told() -> None:
    found = suggest("TRAFFIC STOP - OFFICER INITIATED ONVIEW")
    assert found.words == ("traffic", "stop", "onview")
    assert (found.initiation_implied, found.initiation_evidence) == ("officer", "ONVIEW")
    assert found.rationale.startswith("TRAFFIC STOP: an officer stops a driver.")


@pytest.mark.parametrize(
    ("text", "topic_category", "confidence", "told"),
    [
        ("SUSP VEH", "suspicious_vehicle", 2, "SUSP (SUSPICIOUS) VEH (VEHICLE)"),
        ("Welf Chk", "welfare_check", 2, "WELF (WELFARE) CHK (CHECK)"),
        ("MVA NO INJ", "crash_no_injury", 2, "MVA (ACCIDENT) NO INJ"),
        ("AGG ASLT", "aggravated_assault", 2, "ASLT AGG (AGGRAVATED)"),
        ("SUSPICOUS PERSON", "suspicious_person", 1, "SUSPICOUS (SUSPICIOUS) PERSON"),
        ("TRESSPASS", "trespass", 1, "TRESSPASS (TRESPASS)"),
        ("DOMESITC DISPUTE", "domestic_dispute", 1, "DOMESITC (DOMESTIC) DISPUTE"),
    ],
)
def test_short_forms_and_misspellings_are_read_and_told(
    text: str, topic_category: str, confidence: int, told: str
) -> None:
    found = suggest(text)
    assert (found.topic_category, found.confidence) == (topic_category, confidence)
    assert found.rationale.startswith(f"{told}: ")


@pytest.mark.parametrize("text", ["PARKED CAR", "ZEBRA CROSSING", "CROWN", "BOOKED", "POSTAL"])
def test_another_word_is_not_a_misspelling(text: str) -> None:
    assert suggest(text).confidence == 0


@pytest.mark.parametrize(
    ("text", "high"),
    [
        ("MENTAL VIOLENT - ARMED", 0.1),
        ("DISTURBANCE WITH KNIFE", 0.05),
        ("MENTAL NOT VIOLENT", 0.8),
        ("FIGHT NO WEAPON", 0.1),
    ],
)
def test_weapons_and_violence_rule_responders_without_arms_out(text: str, high: float) -> None:
    found = suggest(text)
    assert found.eligible_high == high
    assert (found.answer_axis == "community_responder") == (high > 0.1)


def test_words_at_odds_are_told_by_a_low_confidence() -> None:
    assert suggest("HOMELESS ASSIST").confidence == 1


@pytest.mark.parametrize("text", ["", "10-95", "AOA", "----", "Prohibited Acts"])
def test_unknown_words_are_unmapped_never_something_else(text: str) -> None:
    found = suggest(text)
    assert (found.topic_category, found.answer_axis, found.confidence) == (UNMAPPED, UNMAPPED, 0)


@settings(deadline=None)
@given(TYPES)
def test_every_proposal_fits_the_vocabulary(text: str) -> None:
    found = suggest(text)
    assert found.topic_category in {UNMAPPED, *topic_groups()}
    if found.confidence:
        assert found.topic_group == topic_groups()[found.topic_category]
        assert found.answer_axis in accepted_values("answer_axis")
        assert str(found.confidence) in accepted_values("confidence")
        assert set(found.disqualifiers) <= disqualifiers()
        assert set(found.words) <= set(tokens(text))
        assert bool(found.initiation_implied) == bool(found.initiation_evidence)
        if found.eligible_low is None or found.eligible_high is None:
            assert found.answer_axis == "internal"
        else:
            assert 0 <= found.eligible_low <= found.eligible_high <= 1


@settings(deadline=None)
@given(TYPES, st.sampled_from(["--", "  ", "# "]), st.sampled_from([" ", " - ", " / ", ": "]))
def test_case_and_punctuation_do_not_matter(text: str, before: str, between: str) -> None:
    written = before + between.join(text.split()).lower()
    plain = suggest(text)
    assert suggest(text.upper()) == plain
    # A hyphen after a denial joins it to its word, as in NON-INJURY; between other words it is punctuation.
    if not re.search(r"\b(no|not|non|without|w|o)\b", text):
        assert suggest(written) == plain


@given(st.text(max_size=40))
def test_a_key_is_normal_and_stays_so(text: str) -> None:
    key = type_key(text)
    assert re.fullmatch(r"([A-Z0-9]+( [A-Z0-9]+)*)?", key)
    assert type_key(key) == key


@settings(deadline=None)
@given(st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_the_key_is_that_of_the_models(text: str) -> None:
    macro = (DBT_PROJECT_DIR / "macros" / "portable" / "call_type_key.sql").read_text(encoding="utf-8")
    (sql,) = re.findall(r"macro default__call_type_key\(text\) -%\}\s*(.+?)\s*\{%-", macro, flags=re.DOTALL)
    with duckdb.connect() as connection:
        ((key,),) = connection.execute(f"select {sql.replace('{{ text }}', '$text')}", {"text": text}).fetchall()
    assert key == type_key(text)


def test_every_rule_names_a_profile_and_every_profile_a_category() -> None:
    rules = word_rules()
    assert {rule.profile for rule in rules.rules} <= set(rules.profiles)
    assert {profile.topic_category for profile in rules.profiles.values()} <= set(topic_groups())


@pytest.mark.parametrize(
    ("text", "as_words"),
    [
        ("TrafficStop", "TRAFFIC STOP"),
        ("traffic_stop", "TRAFFIC STOP"),
        ("DUIArrest", "DUI ARREST"),
        ("HitAndRun_NoInjury", "HIT AND RUN NO INJURY"),
    ],
)
def test_underscores_and_humps_part_words(text: str, as_words: str) -> None:
    assert replace(suggest(text), call_type="") == replace(suggest(as_words), call_type="")
    assert suggest(text).confidence


def test_other_than_denies_the_word_after_it() -> None:
    assert suggest("ALARM OTHER THAN FIRE").topic_category == "alarm_other"
    assert suggest("ASSAULT_OTHER_THAN_DOMESTIC").topic_category == "assault"


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("BURGLAR ALARM, SILEN", "burglar_alarm"),
        ("SIMPLE BATTERY DOMES", "domestic_violence"),
        ("SIMPLE CRIMINAL DAMA", "vandalism"),
        ("CARJACKING - NO WEAP", "robbery"),
        ("AGGRAVATED KIDNAPPIN", "kidnapping"),
        ("ASSIST THE OFFICER WITH A PRIS...", "agency_assist"),
    ],
)
def test_the_last_word_of_a_name_cut_off_is_read_by_its_beginning(cut: str, whole: str) -> None:
    found = suggest(cut)
    assert found.topic_category == whole
    assert found.confidence < 3


@pytest.mark.parametrize(
    ("text", "calmer"),
    [
        ("THEFT IN PROGRESS", "THEFT"),
        ("TRESPASS IN PROGRESS", "TRESPASS"),
        ("FIGHT IN PROGRESS", "FIGHT"),
        ("ASSAULT WITH A GUN", "ASSAULT"),
        ("ROBBERY WITH A GUN", "ROBBERY"),
        ("DISTURBANCE WITH A GUN", "DISTURBANCE"),
        ("DRUGS WITH A GUN", "DRUGS"),
    ],
)
def test_what_is_under_way_or_armed_is_never_the_easier_to_hand_over(text: str, calmer: str) -> None:
    raised, plain = suggest(text), suggest(calmer)
    assert raised.answer_axis == "police_required"
    assert raised.eligible_low == 0
    assert raised.eligible_high is not None and plain.eligible_high is not None
    assert raised.eligible_high <= plain.eligible_high <= 1


def test_noise_in_progress_is_still_noise() -> None:
    assert suggest("NOISE IN PROGRESS").answer_axis == suggest("NOISE").answer_axis


@pytest.mark.parametrize(
    ("text", "topic_category"),
    [
        ("ACCIDENT", "crash_unknown_injury"),
        ("TRAFFIC ACCIDENT REPORT", "crash_unknown_injury"),
        ("MVC BLOCKING", "crash_unknown_injury"),
        ("ACCIDENT UNKNOWN INJURIES", "crash_unknown_injury"),
        ("ACCIDENT WITH INJURIES", "crash_injury"),
        ("ACCIDENT NO INJURY", "crash_no_injury"),
        ("ACCIDENT WITH PROPERTY DAMAGE", "crash_no_injury"),
    ],
)
def test_a_crash_is_of_unknown_injury_unless_a_word_tells(text: str, topic_category: str) -> None:
    assert suggest(text).topic_category == topic_category


@pytest.mark.parametrize("text", ["Patrol By", "Patrol", "Assist", "Check", "ACCIDENT", "BUSINESS CHECK", "TRANSPORT"])
def test_words_that_may_mean_something_else_are_never_sure(text: str) -> None:
    assert suggest(text).confidence < 3


@pytest.mark.parametrize("text", ["MISC", "Miscellaneous", "OTHER", "Other - General"])
def test_a_type_that_says_nothing_is_told_as_such(text: str) -> None:
    found = suggest(text)
    assert (found.topic_category, found.confidence) == ("unknown_trouble", 1)
    assert "does not say" in found.rationale


@pytest.mark.skipif(
    not DETROIT.is_file(), reason="needs the published relabelling, which is not part of the repository"
)
def test_types_of_a_city_it_was_not_written_for() -> None:
    with DETROIT.open(newline="", encoding="utf-8") as file:
        found = [suggest(row["calldescription_original"]) for row in csv.DictReader(file)]
    proposed = sum(suggestion.confidence > 0 for suggestion in found) / len(found)
    print(f"{proposed:.0%} of {len(found)} types get a proposal")
    assert proposed > 0.9
