"""The seeds hold what their sources say."""

import csv
import re

import pytest
from scipy.stats import chi2

from orchestration.catalog.model import cities
from orchestration.settings import DBT_PROJECT_DIR

SEEDS = DBT_PROJECT_DIR / "seeds" / "codebooks"


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_garwood_limits_are_the_exact_poisson_limits() -> None:
    rows = seed("garwood_limits")
    assert [int(row["events"]) for row in rows] == [0, 1, 2, 3, 4]
    for row in rows:
        k = int(row["events"])
        lower = 0.0 if k == 0 else chi2.ppf(0.025, 2 * k) / 2
        assert float(row["lower_limit"]) == pytest.approx(lower, rel=1e-9)
        assert float(row["upper_limit"]) == pytest.approx(chi2.ppf(0.975, 2 * k + 2) / 2, rel=1e-9)


def test_nibrs_codes_are_well_formed_and_unique() -> None:
    codes = [row["nibrs_code"] for row in seed("nibrs_offenses")]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"\d{2}[0-9A-Z*]", code) for code in codes)


def test_discovery_crime_is_what_is_recorded_because_police_looked() -> None:
    found = {row["nibrs_code"]: row for row in seed("nibrs_offenses") if row["is_police_generated"] == "true"}
    # Drugs, prostitution, gambling, weapons, flight and failure to appear, driving under the influence, trespass by
    # arrest, and resisting, which NIBRS has under all other offenses.
    named = "35A 35B 40A 40B 40C 39A 39B 39C 39D 520 521 522 526 49A 49B 49C 90K 90D 90E 90J 90Z"
    assert set(named.split()) <= found.keys()
    assert {row["crime_against"] for code, row in found.items() if code != "280"} == {"society"}
    # Of crimes against property, only stolen goods in somebody's hands are found by looking.
    assert found["280"]["crime_against"] == "property"


def test_offenses_that_victims_report_are_none_of_it() -> None:
    kept = {
        row["nibrs_code"]: row["crime_against"]
        for row in seed("nibrs_offenses")
        if row["is_police_generated"] == "false"
    }
    part_one = {
        "09A": "person", "11A": "person", "11B": "person", "11C": "person", "120": "property", "13A": "person",
        "220": "property", "23F": "property", "23H": "property", "240": "property", "200": "property",
    }  # fmt: skip
    assert part_one.items() <= kept.items()


def test_what_police_find_themselves_is_never_a_crime_against_a_person() -> None:
    found = [row for row in seed("nibrs_offenses") if row["is_police_generated"] == "true"]
    assert {"35A", "520", "40A", "90D"} <= {row["nibrs_code"] for row in found}
    assert all(row["crime_against"] != "person" for row in found)


@pytest.mark.parametrize(
    ("codebook", "entity"),
    [
        ("disposition_rules", "calls"),
        ("priorities", "calls"),
        ("request_categories", "requests"),
        ("request_needs", "requests"),
        ("budget_functions", "budget_lines"),
    ],
)
def test_codebooks_name_cities_that_publish_what_they_read(codebook: str, entity: str) -> None:
    publishing = {
        name for name, city in cities().items() if entity in {data_set.entity for data_set in city.data_sets.values()}
    }
    assert {row["city"] for row in seed(codebook)} <= publishing


def test_a_need_that_is_also_called_in_is_a_known_category() -> None:
    categories = {(row["city"], row["channel"], row["category"]) for row in seed("request_categories")}
    assert {(row["city"], row["channel"], row["category"]) for row in seed("request_needs")} <= categories


SCENARIOS = ("conservative", "moderate", "expansive")
# Every category that no scheme gives to others than police. A new category belongs here or into a scheme.
POLICE_ALONE = """
homicide shooting stabbing shots_fired aggravated_assault assault robbery sexual_assault kidnapping weapon threats
stalking abuse_neglect burglary extortion stolen_property arson harassment bias_crime drugs vice bomb_threat fugitive
resisting registry_offense reckless_endangerment domestic_violence protection_order_violation crash_injury
crash_unknown_injury impaired_driver reckless_driver traffic_offense traffic_control pursuit fight liquor_violation
suspicious_vehicle suspicious_activity prowler open_building attempt_to_locate holdup_alarm panic_alarm fire_alarm death
agency_assist fire_ems_assist unknown_trouble court_papers fire wires_down hazmat hazard water_emergency traffic_stop
subject_stop
premise_check directed_patrol community_outreach follow_up warrant_service compliance_check out_of_service
report_writing special_detail department_business test_call false_report release_violation
"""


def members(scheme: str) -> dict[str, str]:
    return {row["topic_category"]: row["path"] for row in seed("response_schemes") if row["scheme"] == scheme}


def test_every_category_is_considered_by_the_response_schemes() -> None:
    rows, topics = seed("response_schemes"), {row["topic_category"] for row in seed("topic_categories")}
    keys = [(row["scheme"], row["topic_category"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert {topic for _, topic in keys} | set(POLICE_ALONE.split()) == topics
    assert not {topic for _, topic in keys} & set(POLICE_ALONE.split())
    assert {row["path"] for row in rows} == {"responder", "administrative"}
    assert {row["basis"] for row in rows} == {"listed", "own_reading"}
    assert all(row["note"] for row in rows)
    assert {row["scheme"] for row in rows if row["scheme_kind"] == "scenario"} == set(SCENARIOS)
    assert {row["scheme_kind"] for row in rows} == {"scenario", "published"}


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("conservative", "moderate"),
        ("moderate", "expansive"),
        ("cap_leap_tier_1", "cap_leap_tiers_1_2"),
        ("cap_leap_tiers_1_2", "cap_leap_all"),
        ("nicjr_tier_1", "nicjr_tiers_1_2"),
    ],
)
def test_wider_schemes_hold_the_narrower(narrow: str, wide: str) -> None:
    assert members(narrow).items() < members(wide).items()


def test_the_health_scheme_is_langtons_label() -> None:
    labelled = [row for row in seed("published_schemes") if (row["scheme"], row["label"]) == ("langton", "health")]
    rows = [row for row in seed("response_schemes") if row["scheme"] == "langton_health"]
    assert {(row["topic_category"], row["basis"]) for row in rows} == {
        (row["topic_category"], row["basis"]) for row in labelled
    }


def test_what_is_screened_out_by_category_alone_is_in_no_scenario() -> None:
    screened = {row["topic_category"]: row["screened_as"] for row in seed("topic_categories") if row["screened_as"]}
    assert set(screened.values()) == {"violence_or_weapon", "injury"}
    violent = {row["topic_category"] for row in seed("topic_categories") if row["topic_group"] == "violent"}
    assert violent <= {topic for topic, why in screened.items() if why == "violence_or_weapon"}
    assert not {topic for scenario in SCENARIOS for topic in members(scenario)} & set(screened)
