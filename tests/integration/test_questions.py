"""The worked questions of docs/questions: every block runs on a release, answers, and reads only what is documented.

What the page says of the demo city is checked here too, so that it stays true whatever the seed.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "questions" / "demand.md"
BLOCK = re.compile(
    r"^## (?P<number>\d+)\. (?P<question>[^\n]+\?)\n\n```sql\n(?P<sql>.+?)```\n\nRiverbend: .+?\n\nRead: .+?$",
    re.M | re.S,
)
QUESTIONS = {int(found["number"]): found["sql"] for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}
# Seattle publishes no requests.
SEATTLE_IS_SILENT_ON = {9, 11}
HARM = ("violent", "domestic", "behavioral_health")


@pytest.fixture(scope="module")
def demo(demo_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of the demo release, read only."""
    with duckdb.connect(str(demo_release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def seattle(seattle_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of Seattle's release, read only."""
    with duckdb.connect(str(seattle_release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


def test_there_are_twenty_questions_each_told_whole() -> None:
    assert list(QUESTIONS) == list(range(1, 21))
    assert len(re.findall("^```sql", PAGE.read_text(encoding="utf-8"), re.M)) == 20


@pytest.mark.parametrize("number", QUESTIONS)
def test_the_demo_city_answers(demo: duckdb.DuckDBPyConnection, number: int) -> None:
    assert demo.execute(QUESTIONS[number]).fetchone()


@pytest.mark.parametrize("number", QUESTIONS)
def test_seattle_answers(seattle: duckdb.DuckDBPyConnection, number: int) -> None:
    answered = seattle.execute(QUESTIONS[number]).fetchone() is not None
    assert answered == (number not in SEATTLE_IS_SILENT_ON)


@pytest.mark.parametrize("number", QUESTIONS)
def test_only_documented_tables_are_read(demo: duckdb.DuckDBPyConnection, number: int) -> None:
    tables = demo.get_table_names(QUESTIONS[number], qualified=True)
    assert tables
    for name in tables:
        schema, table = name.split(" AS ")[0].split(".")
        assert schema in {"demand", "budget", "zones", "audit"}
        ((comment,),) = demo.execute(
            "select comment from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
        ).fetchall()
        assert comment, name
        bare = demo.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ? and comment is null",
            [schema, table],
        ).fetchall()
        assert bare == [], name


def in_summer(days: pd.DataFrame) -> bool:
    month = days["month"].dt.month
    return bool(
        days[month.isin([6, 7, 8])]["calls_per_day"].mean() > days[month.isin([12, 1, 2])]["calls_per_day"].mean()
    )


def harm_takes_time(found: pd.DataFrame) -> bool:
    kinds = found[found["call_type_group"].isin(HARM)]
    alarms = found[found["call_type_group"] == "alarm"]
    return bool((kinds["hours_a_call_relative"] > 1).all() and (alarms["hours_a_call_relative"] < 1).all())


def cost_differs(found: pd.DataFrame) -> bool:
    per_call = found.pivot(index="call_type_group", columns="allocation", values="per_call").dropna()
    return bool((per_call["full_absorption"] > 2 * per_call["activity"]).all())


def unmet(found: pd.DataFrame) -> bool:
    share = found[found["zone_id"] == "(all)"].set_index("category_group")["share_unmet"]
    return bool(min(share["mental_health"], share["housing"]) > share["food"])


def evenings(found: pd.DataFrame) -> bool:
    by_hour = found.groupby("hour")["index"].mean()
    return bool(by_hour[[17, 18, 19, 20]].min() > 1 and by_hour[[3, 4]].max() < 0.7)


def violence_takes_time(found: pd.DataFrame) -> bool:
    more = (found["violent_share_of_time"] > found["violent_share_of_calls"]).all()
    ratio = found["with_domestic_of_time"] / found["violent_share_of_time"]
    return bool(more and ratio.between(1.5, 2.5).all())


def waits(found: pd.DataFrame) -> bool:
    city = found[found["zone_kind"] == "city"].set_index("priority").loc["1":"5"]
    told = city["with_unreached"].notna()
    explained = (told | (city["with_unreached_status"] == "not_estimable")).all()
    longer = (city["with_unreached"] >= city["median"])[told].all()
    bounded = (city["median_at_most"] >= city["median"]).all() and (city["median_at_least"] <= city["median"]).all()
    return bool(
        explained
        and longer
        and bounded
        and city["median"].is_monotonic_increasing
        and city["median"]["1"] < 10
        and city["median"]["5"] > 30
    )


def diverted(found: pd.DataFrame) -> bool:
    share = found.pivot(index="scheme", columns="unit", values="eligible_high")
    wide = share.loc[["expansive", "nicjr_tiers_1_2", "cap_leap_all"]]
    return bool((found["diverted_high"] < 0.5 * found["gross"]).all() and (wide["calls"] > wide["officer_hours"]).all())


def spending(found: pd.DataFrame) -> bool:
    (city,) = found[found["move"] == 0].to_dict("records")
    return bool(
        city["hours_after_high"] < city["hours_before"] and city["spending_after_high"] > city["spending_before"]
    )


def small_in_one_scheme(found: pd.DataFrame) -> bool:
    violent = found[found["label"].str.contains("violen", case=False)].groupby("scheme")["share"].sum()
    return len(violent) > 1 and bool(violent.max() > 1.5 * violent.min())


SAID_OF_RIVERBEND: dict[int, Callable[[pd.DataFrame], bool]] = {
    1: lambda found: (
        set(found["call_type_group"][:4]) <= {"disorder", "alarm", "traffic", "property", "assist", "welfare"}
    ),
    2: harm_takes_time,
    3: violence_takes_time,
    4: lambda found: bool(0.25 < found.set_index("channel")["share"]["officer_initiated"] < 0.35),
    5: lambda found: bool((found["rows_out"].diff().dropna() <= 0).all()),
    6: lambda found: {"ok", "zero_denominator", "not_applicable"} <= set(found["status"]),
    7: in_summer,
    8: evenings,
    10: lambda found: bool(0.02 < found.set_index("channel")["share_also_called"]["311"] < 0.07),
    11: unmet,
    12: waits,
    13: lambda found: bool(0.25 < found["share_hidden"].iloc[0] < 0.45),
    14: cost_differs,
    15: lambda found: bool(found["officers"].is_monotonic_decreasing),
    17: diverted,
    18: spending,
    19: lambda found: bool((found["mapped"] == 1).all() and (found["city_calls_timed"] > 0.9).all()),
    20: small_in_one_scheme,
}


@pytest.mark.parametrize("number", SAID_OF_RIVERBEND)
def test_what_is_said_of_riverbend_is_so(demo: duckdb.DuckDBPyConnection, number: int) -> None:
    found = demo.execute(QUESTIONS[number]).df()
    assert SAID_OF_RIVERBEND[number](found), found.to_string()
