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
    assert all(re.fullmatch(r"\d{2}[0-9A-Z]", code) for code in codes)


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
