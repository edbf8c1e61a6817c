"""The seeds hold what their sources say."""

import csv
import re

import pytest
from scipy.stats import chi2

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


def test_what_police_find_themselves_is_never_a_crime_against_a_person() -> None:
    found = [row for row in seed("nibrs_offenses") if row["is_police_generated"] == "true"]
    assert {"35A", "520", "40A", "90D"} <= {row["nibrs_code"] for row in found}
    assert all(row["crime_against"] != "person" for row in found)
