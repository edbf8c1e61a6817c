"""Shares, net diversion, teams and money out of invented counts: by hand, whatever goes in, and where much is missing."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.settings import DBT_PROJECT_DIR
from orchestration.statistics.alternative_response import ALTERNATIVE_RESPONSE, TORNADO, alternative_response
from orchestration.statistics.assumptions import Assumptions, assumptions
from orchestration.statistics.marts import Mart, write_mart
from orchestration.statistics.responder_programmes import NOT_SAVINGS, PROGRAMMES, responder_programmes

MARTS = DBT_PROJECT_DIR / "models" / "marts"
# scheme, kind, category, path
SCHEMES = [
    ("narrow", "scenario", "noise", "responder"),
    ("wide", "scenario", "noise", "responder"),
    ("wide", "scenario", "theft", "administrative"),
]
Rows = list[dict[str, Any]]


def cell(topic: str, calls: int, **given: Any) -> dict[str, Any]:
    """A row of demand.calls_screened: timed at half an hour a call, eligible at 0.5 to 0.8, unless given otherwise."""
    row: dict[str, Any] = {
        "city": "a",
        "topic_category": topic,
        "screen": "passed",
        "hour_of_week": 12,
        "topic_group": "unmapped" if topic == "unmapped" else "some",
        "period_start": "2024-01-01",
        "period_end": "2024-12-31",
        "covered_days": 364,
        "exposure_hours": 52,
        "calls": calls,
        "calls_with_priority": calls,
        "calls_timed": calls,
        "calls_with_units_assumed": 0,
        "calls_of_unknown_initiation": 0,
    }
    row |= given
    row.setdefault("calls_sent", calls)
    row.setdefault("hours", row["calls_timed"] / 2)
    passed = row["screen"] == "passed" and topic != "unmapped"
    low, high = given.pop("eligible", (0.5, 0.8)) if passed else (0, 0)
    row.pop("eligible", None)
    for name, amount in (("calls", calls), ("hours", row["hours"])):
        row |= {f"eligible_{name}_low": low * amount, f"eligible_{name}_high": high * amount}
    return row


def database(
    cells: Rows, prices: Sequence[dict[str, Any]] = (), period: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """What the marts read, with these rows."""
    connection = duckdb.connect()
    for path in ("demand/calls_screened", "budget/police_hour_cost", "zones/reference_periods"):
        model = yaml.safe_load((MARTS / f"{path}.yml").read_text(encoding="utf-8"))["models"][0]
        columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
        connection.execute(f"create schema {path.split('/')[0]}; create table {path.replace('/', '.')} ({columns})")
    whole_year = {"city": "a", "measure": "calls", "kind": "calendar_year", "covered_days": 366, "status": "ok"}
    for table, rows in (
        ("demand.calls_screened", cells),
        ("budget.police_hour_cost", prices),
        ("zones.reference_periods", [period or whole_year]),
    ):
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
    connection.execute(
        "create schema codebooks; create table codebooks.response_schemes "
        "(scheme varchar, scheme_kind varchar, topic_category varchar, path varchar)"
    )
    connection.executemany("insert into codebooks.response_schemes values (?, ?, ?, ?)", SCHEMES)
    return connection


def few_draws(draws: int = 2000) -> Assumptions:
    """The shipped assumptions, simulated less often."""
    shipped = assumptions()
    return shipped.model_copy(update={"simulation": shipped.simulation.model_copy(update={"draws": draws})})


def made(
    cells: Rows, prices: Sequence[dict[str, Any]] = (), period: dict[str, Any] | None = None
) -> tuple[Rows, Rows, Rows]:
    """The rows of the three marts."""
    with database(cells, prices, period) as connection:
        response, swings = alternative_response(connection, few_draws())
        return response, swings, responder_programmes(connection, few_draws(), response)


def one(rows: Rows, **key: Any) -> dict[str, Any]:
    """The one row that has these values."""
    (found,) = [row for row in rows if key.items() <= row.items()]
    return found


CITY = [
    cell("noise", 100),
    cell("noise", 50, screen="violence_or_weapon"),
    cell("theft", 200, hours=40.0),
    cell("fight", 150, screen="violence_or_weapon"),
    cell("traffic_stop", 500, screen="officer_initiated"),
]
PRICE = {"city": "a", "phase": "adopted", "fiscal_year": 2024, "work_year": 2024, "budget": 1e6, "cost_per_paid_hour": 100.0}  # fmt: skip


def test_shares_by_hand() -> None:
    response, *_ = made(CITY)
    assert len(response) == 2 * 2 * 4 * 2  # denominators, schemes, paths, units
    narrow = one(response, scheme="narrow", path="(all)", unit="calls", denominator="community")
    assert (narrow["total"], narrow["gross"], narrow["screened"], narrow["n"]) == (500, 150, 100, 100)
    assert (narrow["eligible_low"], narrow["eligible_high"]) == (50, 80)
    assert narrow["screened_share"] == pytest.approx(0.2)
    with_officers = one(response, scheme="narrow", path="(all)", unit="calls", denominator="community_and_officer")
    assert (with_officers["total"], with_officers["screened"]) == (1000, 100)
    assert with_officers["diverted_p50"] == narrow["diverted_p50"]
    assert with_officers["diverted_share_p50"] == pytest.approx(narrow["diverted_share_p50"] / 2)
    hours = one(response, scheme="wide", path="(all)", unit="officer_hours", denominator="community")
    assert (hours["total"], hours["gross"], hours["screened"]) == (50 + 25 + 40 + 75, 50 + 25 + 40, 50 + 40)
    assert (hours["eligible_low"], hours["eligible_high"]) == pytest.approx((45, 72))
    nothing = one(response, scheme="narrow", path="administrative", unit="calls", denominator="community")
    assert (nothing["screened"], nothing["diverted_most"], nothing["status"]) == (0, 0, "ok")


def test_what_others_answer_already_is_a_row_of_its_own() -> None:
    answered = {"screen": "answered_by_others", "calls_sent": 0, "calls_timed": 0}
    response, _, programmes = made([*CITY, cell("noise", 40, **answered), cell("theft", 25, **answered)])
    before, *_ = made(CITY)
    key = {"scheme": "wide", "denominator": "community"}
    for path in ("responder", "administrative", "(all)"):
        here = one(response, path=path, unit="calls", **key)
        there = one(before, path=path, unit="calls", **key)
        for name in ("gross", "screened", "eligible_high", "diverted_p05", "diverted_p95", "time_coverage"):
            assert here[name] == there[name], (path, name)
        assert here["total"] == there["total"] + 65
    found = one(response, path="already_answered", unit="calls", **key)
    assert (found["n"], found["gross"], found["screened"], found["eligible_high"]) == (65, 65, 0, 0)
    assert (found["diverted_least"], found["diverted_most"], found["status"]) == (0, 0, "ok")
    assert found["gross_share"] == pytest.approx(65 / 565)
    narrow = one(response, scheme="narrow", path="already_answered", unit="calls", denominator="community")
    assert narrow["gross"] == 40
    none = one(before, path="already_answered", unit="calls", **key)
    assert (none["n"], none["gross"], none["status"]) == (0, 0, "ok")
    assert {row["eligible_calls"] for row in programmes if row["scheme"] == "wide"} == {
        row["eligible_calls"] for row in made(CITY)[2] if row["scheme"] == "wide"
    }


def test_calls_that_nobody_was_sent_to_are_not_untimed() -> None:
    sent = [cell("noise", 100, calls_timed=60, calls_sent=60), cell("fight", 500)]
    response, *_ = made(sent)
    found = one(response, scheme="narrow", path="responder", unit="officer_hours", denominator="community")
    assert (found["status"], found["time_coverage"]) == ("ok", 1)


def test_the_wider_scheme_has_the_narrower_ones_calls_and_more() -> None:
    response, *_ = made(CITY)
    key = {"unit": "calls", "denominator": "community"}
    paths = [one(response, scheme="wide", path=path, **key) for path in ("responder", "administrative")]
    both = one(response, scheme="wide", path="(all)", **key)
    for name in ("gross", "screened", "eligible_low", "eligible_high", "diverted_least", "diverted_most"):
        assert both[name] == pytest.approx(paths[0][name] + paths[1][name]), name
    # Percentiles of a sum are no sums: what one path loses by chance the other may win.
    assert both["diverted_p05"] > paths[0]["diverted_p05"] + paths[1]["diverted_p05"]
    assert both["diverted_p95"] < paths[0]["diverted_p95"] + paths[1]["diverted_p95"]


COUNTS = st.integers(0, 400)
CELLS = st.lists(
    st.builds(
        lambda topic, calls, timed, priority, screen, ends: cell(
            topic,
            calls + 1,
            calls_sent=min(calls + 1, timed + 20),
            calls_timed=min(calls + 1, timed),
            calls_with_priority=min(calls + 1, priority),
            screen=screen,
            eligible=tuple(sorted(ends)),
        ),
        st.sampled_from(["noise", "theft", "fight", "unmapped"]),
        COUNTS,
        COUNTS,
        COUNTS,
        st.sampled_from(
            ["passed", "passed", "violence_or_weapon", "emergency_priority", "officer_initiated", "answered_by_others"]
        ),
        st.tuples(st.floats(0, 1), st.floats(0, 1)),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(CELLS)
def test_whatever_is_counted_ranges_are_in_order(cells: Rows) -> None:
    response, swings, programmes = made(cells, [PRICE])
    for row in response:
        if row["status"] == "insufficient_data":
            assert row["reason"]
            assert row.get("gross_share") is None
            assert row.get("diverted_p50") is None
            continue
        assert (row["reason"] is None) == (row["status"] == "ok")
        names = ("diverted_least", "diverted_p05", "diverted_p50", "diverted_p95", "diverted_most", "eligible_high")
        chain = [0.0, *(row[name] for name in names), row["screened"], row["gross"], row["total"]]
        slack = 1e-9 * (1 + row["total"])
        assert all(less <= more + slack for less, more in pairwise(chain)), row
        assert row["eligible_low"] <= row["eligible_high"] + slack
        assert 0 <= row["gross_share"] <= 1
        assert row["diverted_share_p50"] <= row["eligible_high_share"] + slack
    for row in swings:
        assert 0 <= row["factor_low"] <= row["factor_mode"] <= row["factor_high"] <= 1 + 1e-9
    for row in programmes:
        assert row["note"] == NOT_SAVINGS
        assert (row.get("share_waiting") is None) == (row["status"] not in ("ok", "unreliable"))
        assert (row.get("time_value_p50") is None) == (row["money_status"] not in ("ok", "unreliable"))
        assert (row.get("diverted_calls_p50") is None) == (row["programme_status"] not in ("ok", "unreliable"))
        if "offered" in row:
            assert row["offered_low"] <= row["offered"] <= row["offered_high"]
        chain = ("diverted_calls", "attended_calls", "wanted_calls", "eligible_calls")
        slack = 1e-9 * (1 + row["eligible_calls"])
        assert all(row[less] <= row[more] + slack for less, more in pairwise(chain)), row
        assert row["attended_calls"] <= row["capacity_calls"] + slack
    for here, more in pairwise(programmes):
        if here["scheme"] == more["scheme"]:
            for name in ("programme_cost", "programme_cost_p05", "programme_cost_p95"):
                assert here[name] < more[name]
            for name in ("diverted_calls", "diverted_calls_p05", "diverted_calls_p95"):
                assert here[name] <= more[name] * (1 + 1e-9)


def test_no_calls_make_empty_marts() -> None:
    response, swings, programmes = made([])
    assert (response, swings, programmes) == ([], [], [])
    import pandas as pd

    with duckdb.connect() as connection:
        for mart in (ALTERNATIVE_RESPONSE, TORNADO, PROGRAMMES):
            write_mart(connection, mart, pd.DataFrame([], columns=list(mart.columns)))
            assert connection.execute(f"select count(*) from {mart.table}").fetchone() == (0,)


def test_no_times_leave_the_calls() -> None:
    untimed = [cell("noise", 100, hour_of_week=hour, calls_timed=0) for hour in range(168)]
    response, _, programmes = made([*untimed, cell("fight", 50, calls_timed=0)], [PRICE])
    calls = one(response, scheme="narrow", path="responder", unit="calls", denominator="community")
    hours = one(response, scheme="narrow", path="responder", unit="officer_hours", denominator="community")
    assert (calls["status"], hours["status"]) == ("ok", "insufficient_data")
    assert hours["reason"] == "no time on calls is known"
    for row in programmes:
        assert (row["programme_status"], row["money_status"]) == ("ok", "insufficient_data")
        assert row["money_reason"] == "no time on calls is known"
        assert row["cost_per_diverted_call"] > 0
        assert "time_value_p50" not in row


@pytest.mark.parametrize(
    ("cells", "unit", "reason"),
    [
        ([cell("noise", 100, calls_with_priority=0)], "calls", "emergencies are not screened out"),
        ([cell("noise", 9), cell("fight", 500)], "calls", "fewer than 10 calls"),
        (
            [cell("noise", 94), cell("fight", 6, calls_of_unknown_initiation=6)],
            "calls",
            "who started many of the calls",
        ),
        ([cell("noise", 100), cell("unmapped", 2)], "calls", "more than 1% of calls are not mapped"),
        ([cell("noise", 100, calls_timed=60), cell("fight", 500)], "officer_hours", "time on calls is unknown"),
        ([cell("noise", 100), cell("fight", 500, calls_timed=10)], "officer_hours", "time on calls is unknown"),
    ],
)
def test_what_makes_a_share_doubtful(cells: Rows, unit: str, reason: str) -> None:
    response, *_ = made(cells)
    found = one(response, scheme="narrow", path="responder", unit=unit, denominator="community")
    assert found["status"] == "unreliable"
    assert reason in found["reason"]
    assert found["diverted_p50"] > 0


def test_types_that_nobody_mapped_say_nothing() -> None:
    response, swings, programmes = made([cell("unmapped", 1000)])
    assert {(row["status"], row["reason"]) for row in response} == {("insufficient_data", "no call type is mapped")}
    assert (swings, programmes) == ([], [])


def test_teams_are_asked_of_the_busy_hour() -> None:
    # 100 calls in each of 17 hours of the week, 10 in the others: the 90th percentile of 168 hours is a busy one.
    busy = [cell("noise", 5200 if hour < 18 else 52, hour_of_week=hour) for hour in range(168)]
    _, _, programmes = made(busy, [PRICE])
    rows = [row for row in programmes if row["scheme"] == "narrow"]
    assumed = assumptions()
    calls = 100 * (0.5 + 0.8) / 2 * assumed.paths["responder"].uptake.mode
    assert rows[0]["busy_hour_calls"] == pytest.approx(calls)
    assert rows[0]["offered"] == pytest.approx(calls * assumed.programme.hours_per_call.value)
    assert [row["teams"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        is_carried = row["teams"] > row["offered"]
        assert row["status"] == ("ok" if is_carried else "not_estimable")
        waits = ("share_waiting", "share_waiting_long", "mean_wait_minutes")
        assert [row[name] is not None for name in waits] == [is_carried] * 3
        assert is_carried or row["reason"].startswith("unstable: the calls of the busy hour keep")
        # Too few teams for the busy hour still divert what they can, and that is told.
        assert (row["programme_status"], row["money_status"]) == ("ok", "ok")
        assert row["attended_calls"] <= row["capacity_calls"]
    assert rows[0]["attended_calls"] < 0.2 * rows[0]["wanted_calls"]
    assert rows[0]["share_of_draws_capped"] == 1
    assert rows[-1]["attended_calls"] == pytest.approx(rows[-1]["wanted_calls"])
    assert rows[-1]["share_waiting"] < 0.05 <= rows[-2]["share_waiting"]


def test_hours_of_the_week_without_calls_count() -> None:
    _, _, programmes = made([cell("noise", 5200, hour_of_week=hour) for hour in (3, 11, 19)], [PRICE])
    # All calls in three hours of the week: nine tenths of it have none, so one team waits for calls.
    row = one(programmes, scheme="narrow")
    assert (row["teams"], row["offered"], row["share_waiting"], row["status"]) == (1, 0, 0, "ok")
    # But in those three hours it takes no more than it has the time for.
    assumed = assumptions()
    hours, a_year = 3 * 52, 8760 / (168 * 52)
    capacity = hours * a_year / assumed.programme.hours_per_call.value
    assert row["attended_calls"] == pytest.approx(assumed.paths["responder"].coverage.mode * capacity)
    assert row["attended_calls"] < 0.05 * row["wanted_calls"]


def test_calls_that_all_carry_one_hour_have_no_busy_hour() -> None:
    # Dates without a clock: every call stands at midnight of its day.
    _, _, programmes = made([cell("noise", 5200, hour_of_week=24 * day) for day in range(7)], [PRICE])
    rows = [row for row in programmes if row["scheme"] == "narrow"]
    assert rows[-1]["share_of_draws_capped"] == 0
    for row in rows:
        assert (row["status"], row["reason"]) == ("insufficient_data", "the hours of the calls are not known")
        assert not {"busy_hour_calls", "utilisation", "share_waiting"} & row.keys()
        assert (row["programme_status"], row["money_status"]) == ("unreliable", "unreliable")
        assert "evenly round the clock" in row["programme_reason"]


def test_calls_without_an_hour_come_as_the_others_do() -> None:
    known = [cell("noise", 80, hour_of_week=hour) for hour in range(168)]
    lost = cell("noise", 20 * 168, hour_of_week=None, exposure_hours=None)
    _, _, all_known = made([cell("noise", 100, hour_of_week=hour) for hour in range(168)], [PRICE])
    _, _, some = made([*known, lost], [PRICE])
    for name in ("busy_hour_calls", "attended_calls", "diverted_calls_p50", "time_value"):
        assert [row[name] for row in some] == pytest.approx([row[name] for row in all_known]), name
    _, _, few = made([cell("noise", 10, hour_of_week=hour) for hour in range(168)] + [lost], [PRICE])
    assert {row["status"] for row in few} == {"insufficient_data"}


def test_a_short_time_says_nothing_of_a_year() -> None:
    _, _, short = made(
        [cell("noise", 100, hour_of_week=hour, exposure_hours=12, covered_days=84) for hour in range(168)], [PRICE]
    )
    assert short
    for row in short:
        assert {row[f"{name}status"] for name in ("", "programme_", "money_")} == {"insufficient_data"}
        assert row["programme_reason"] == row["money_reason"] == "less than 90 days of calls are covered"
        assert "diverted_calls" not in row
    _, _, half = made(
        [cell("noise", 50, hour_of_week=hour, exposure_hours=26, covered_days=182) for hour in range(168)], [PRICE]
    )
    _, _, whole = made([cell("noise", 100, hour_of_week=hour) for hour in range(168)], [PRICE])
    # As many calls an hour are as many a year.
    assert [row["diverted_calls"] for row in half] == pytest.approx([row["diverted_calls"] for row in whole])


def spread(topic: str, calls: int) -> Rows:
    """Calls in every hour of the week."""
    return [cell(topic, calls, hour_of_week=hour) for hour in range(168)]


def test_money_without_a_budget_and_of_another_year() -> None:
    _, _, without = made(spread("noise", 52))
    assert {row["phase"] for row in without} == {"(none)"}
    assert {row["money_reason"] for row in without} == {"no police budget with sworn positions is known"}
    _, _, unpriced = made(spread("noise", 52), [PRICE | {"cost_per_paid_hour": None}])
    assert {(row["phase"], row["money_status"]) for row in unpriced} == {("adopted", "insufficient_data")}
    _, _, older = made(spread("noise", 52), [PRICE | {"fiscal_year": 2022}])
    assert {(row["status"], row["money_status"]) for row in older} == {("ok", "unreliable")}
    assert {row["money_reason"] for row in older} == {"the calls are of another year than the budget"}


def test_part_of_a_year_is_no_ok() -> None:
    part = {"city": "a", "measure": "calls", "kind": "none", "covered_days": 182, "status": "partial_period",
            "reason": "no whole year is covered"}  # fmt: skip
    half = [cell("noise", 26, hour_of_week=hour, exposure_hours=26, covered_days=182) for hour in range(168)]
    response, _, programmes = made(half, [PRICE], part)
    assert {(row["status"], row["reason"]) for row in response} == {("unreliable", "no whole year is covered")}
    assert {(row["programme_status"], row["money_status"]) for row in programmes} == {("unreliable", "unreliable")}
    _, _, whole = made(spread("noise", 52), [PRICE])
    # A year's cost stands beside a year's calls all the same.
    assert [row["diverted_calls"] for row in programmes] == pytest.approx([row["diverted_calls"] for row in whole])


def test_nothing_is_cashable_by_default() -> None:
    _, _, programmes = made(spread("noise", 52), [PRICE])
    for row in programmes:
        assert row["cashable_less_cost"] == row["cashable_less_cost_low"] == -row["programme_cost"]
        assert row["cashable_less_cost_high"] == pytest.approx(0.2 * row["time_value"] - row["programme_cost"])
        assert row["time_value_p50"] == pytest.approx(row["diverted_calls_p50"] * 0.5 * 100)
        ends = [row[f"cost_per_diverted_call_{p}"] for p in ("p05", "p50", "p95")]
        assert ends == sorted(ends)
        assert row["cost_per_diverted_call"] == row["programme_cost"] / row["diverted_calls"]


@pytest.mark.parametrize("mart", [ALTERNATIVE_RESPONSE, TORNADO, PROGRAMMES], ids=lambda mart: mart.table)
def test_rows_have_the_columns_of_their_mart(mart: Mart) -> None:
    rows = made(spread("noise", 52), [PRICE])[[ALTERNATIVE_RESPONSE, TORNADO, PROGRAMMES].index(mart)]
    assert {name for row in rows for name in row} == set(mart.columns)


def test_every_assumption_says_where_it_is_from() -> None:
    found = assumptions()
    for path in found.paths.values():
        for factor in ("coverage", "uptake", "substitution", "backup"):
            assert len(getattr(path, factor).source) > 20
    assert found.simulation.draws == 200_000
