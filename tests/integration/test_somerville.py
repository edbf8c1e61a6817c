"""The Somerville release against its file: who was asked what in which wave, and what they answered."""

import duckdb
import pandas as pd
import pytest

from tests.integration.real_exports import columns_holding, counted, fates, mapping, raw_columns, table

CITY = "somerville"
HAPPY = "How.happy.do.you.feel.right.now."
TRUST = "How.would.you.rate.the.following..Your.trust.in.the.local.police_2015"
EFFECTIVE = "How.would.you.rate.the.following..The.effectiveness.of.the.local.police_2011_2013"
NIGHT = "How.safe.do.you.feel.walking.in.your.neighborhood.at.night_2013"


@pytest.fixture(scope="module")
def survey(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "happiness_survey_2011_2013_2015.csv")


def on_scale(answers: "pd.Series[str]", highest: int) -> "pd.Series[float]":
    """Answers as numbers, those off the scale left out."""
    numbers = pd.to_numeric(answers, errors="coerce")
    return numbers[numbers.between(1, highest)]


def test_every_respondent_is_accepted(real_analyst: duckdb.DuckDBPyConnection, survey: pd.DataFrame) -> None:
    waves = mapping(
        real_analyst,
        f"select wave, respondents from community.survey_items where city = '{CITY}' and item = 'happiness'",
    )

    assert fates(real_analyst, CITY, "happiness_survey") == {("accepted", None): 6_545}
    assert waves == counted(survey["Year"]) == {"2011": 6_167, "2013": 193, "2015": 185}


@pytest.mark.parametrize(
    ("item", "column", "highest", "waves"),
    [
        ("happiness", HAPPY, 10, {"2011", "2013", "2015"}),
        ("police_effectiveness", EFFECTIVE, 5, {"2011", "2013"}),
        ("trust_police", TRUST, 5, {"2015"}),
        ("safety_night_neighborhood", NIGHT, 10, {"2013"}),
    ],
)
def test_answers_by_wave(
    item: str,
    column: str,
    highest: int,
    waves: set[str],
    real_warehouse: duckdb.DuckDBPyConnection,
    survey: pd.DataFrame,
) -> None:
    asked = survey[survey["Year"].isin(waves)]
    answers = on_scale(asked[column], highest)
    expected = {
        wave: (len(group), answers.reindex(group.index).count(), pytest.approx(answers.reindex(group.index).mean()))
        for wave, group in asked.groupby("Year")
    }
    rows = real_warehouse.execute(
        """
        select wave, count(*), count(response_number), avg(response_number)
        from canonical.survey_responses where city = ? and item = ? group by 1
        """,
        [CITY, item],
    ).fetchall()

    assert {wave: tuple(rest) for wave, *rest in rows} == expected


def test_answers_off_their_scale_are_none(real_analyst: duckdb.DuckDBPyConnection, survey: pd.DataFrame) -> None:
    # 42, 57, 77, 88 and 810 on a scale of 10.
    ((answers,),) = real_analyst.execute(
        f"select answers from community.survey_items where city = '{CITY}' and wave = '2011' and item = 'happiness'"
    ).fetchall()

    assert answers == survey[survey["Year"] == "2011"][HAPPY].notna().sum() - 5


def test_an_item_not_asked_has_no_refusals(real_analyst: duckdb.DuckDBPyConnection) -> None:
    items = mapping(real_analyst, f"select wave, count(*) from community.survey_items where city = '{CITY}' group by 1")

    assert items == {"2011": 9, "2013": 13, "2015": 14}


def test_what_respondents_told_about_themselves_never_leaves_landing(
    real_analyst: duckdb.DuckDBPyConnection, real_warehouse: duckdb.DuckDBPyConnection, survey: pd.DataFrame
) -> None:
    asked_of_them = {"age", "what_is_your_sex", "what_neighborhood_do_you_live_in", "are_you_a_student"}

    assert not raw_columns(real_warehouse, CITY, "happiness_survey") & asked_of_them
    assert len(raw_columns(real_warehouse, CITY, "happiness_survey")) == len(survey.columns) - 15 + 6
    for connection in (real_analyst, real_warehouse):
        assert columns_holding(connection, "Single, Never Married|Winter Hill|75 or older") == []
