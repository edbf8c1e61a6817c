"""What an attacker learns from what is published: of each hidden number, and by comparing two releases."""

import csv
import random
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog

from orchestration.publish.releases import read_manifest
from orchestration.run import RunOutcome
from tests.attacks.published import (
    LEAST_VALUES,
    SMALL,
    PublishedLine,
    known_too_well,
    lines,
    possible_values,
    small_changes,
)

CLOCK = "%m/%d/%Y %I:%M:%S %p"
RELEASES = ("demo_release", "seattle_release", "real_release")


@pytest.fixture(scope="session")
def real_release(real_home: Path) -> Path:
    """The folder of the six cities' release."""
    return (real_home / "releases" / "current").resolve()


def line(total: int | None, *months: int | None) -> PublishedLine:
    """A published line of a year."""
    filled = [*months, *[0] * (12 - len(months))]
    return PublishedLine(("a", "calls", "z"), {date(2024, n + 1, 1): value for n, value in enumerate(filled)}, total)


@pytest.mark.parametrize(
    ("published", "what"),
    [
        (line(37, 30, None), "a lone month is the total less the others"),
        (line(64, 60, None, None), "two months that add up to 4"),
        (line(None, None), "a hidden total beside months shown as none"),
        (line(None, *[None] * 10), "ten of one, and a hidden total"),
        (line(12, *[None] * 12), "twelve of one"),
    ],
)
def test_the_attack_finds_what_is_badly_hidden(published: PublishedLine, what: str) -> None:
    assert min(map(len, possible_values(published).values())) < LEAST_VALUES, what


@pytest.mark.parametrize("release", RELEASES)
def test_whoever_knows_the_rule_learns_no_hidden_number(request: pytest.FixtureRequest, release: str) -> None:
    folder = request.getfixturevalue(release)
    assert sum(bool(line.hidden) for line in lines(folder).values()) > 20
    assert known_too_well(folder) == []
    truth = true_months(folder)
    for one in lines(folder).values():
        for month, values in possible_values(one).items():
            assert truth[*one.key, month] in values or one.total is None, "the attacker has the rule wrong"


@pytest.mark.parametrize("release", RELEASES)
def test_linear_programs_leave_five_values(request: pytest.FixtureRequest, release: str) -> None:
    """The strongest outsider is told which hidden numbers are small, but for lines that are hidden whole."""
    folder = request.getfixturevalue(release)
    truth = true_months(folder)
    partly = [line for line in lines(folder).values() if line.hidden and line.total is not None]
    for one in random.Random(10).sample(partly, min(60, len(partly))):
        bounds = [(1, SMALL) if 0 < truth[*one.key, month] <= SMALL else (0, None) for month in one.hidden]
        for n in range(len(bounds)):
            objective = np.zeros(len(bounds))
            objective[n] = 1
            ends = [
                linprog(sign * objective, A_eq=np.ones((1, len(bounds))), b_eq=[one.total - one.shown], bounds=bounds)
                for sign in (1, -1)
            ]
            assert round(-ends[1].fun) - round(ends[0].fun) + 1 >= LEAST_VALUES, one


def true_months(release: Path) -> dict[tuple[str, str, str, date], int]:
    """The months as analysts see them."""
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select city, measure, zone_id, month, n from zones.measures_by_zone_month where zone_kind <> 'beat'"
        ).fetchall()
    found = {(city, measure, zone, month): n for city, measure, zone, month, n in rows}
    return {key: n or 0 for key, n in found.items()} | {
        (*one.key, month): found.get((*one.key, month)) or 0 for one in lines(release).values() for month in one.months
    }


@pytest.mark.parametrize("release", RELEASES)
def test_limits_of_rates_do_not_tell_how_much_counts_vary(request: pytest.FixtureRequest, release: str) -> None:
    """The dispersion is one number of all cells; worked out of a rate's limits, it could pin the last hidden ones."""
    folder = request.getfixturevalue(release)
    with duckdb.connect(str(folder / "public.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select n, rate_per_1000, rate_hi from published.zone_summary "
            "where n >= 5 and ci_method = 'quasi_poisson_byar'"
        ).fetchall()
    for n, rate, upper in rows:
        as_chance = (n + 1) * (1 - 1 / (9 * (n + 1)) + 1.959963984540054 / (3 * np.sqrt(n + 1))) ** 3
        dispersion = (np.log(upper / rate) / np.log(as_chance / n)) ** 2
        assert dispersion * 2 == pytest.approx(round(dispersion * 2), abs=1e-6)


# --- between releases ---


def with_sixty_calls_more(exports: Path, folder: Path) -> Path:
    """The same exports a day later: 60 calls of the published year came in late."""
    shutil.copytree(exports, folder)
    file = folder / "calls_for_service.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        published = [row for row in csv.DictReader(rows) if None not in row and None not in row.values()]
    chosen = random.Random(60).sample(
        [row for row in published if row["Call Received"][6:10] == "2025" and row["Call Source"] == "911"], 60
    )
    with file.open("a", encoding="utf-8", newline="") as rows:
        writer = csv.DictWriter(rows, fieldnames=list(published[0]), lineterminator="\n")
        for number, row in enumerate(chosen):
            at = datetime.strptime(row["Call Received"], CLOCK) - timedelta(hours=7)
            updated = max(at, datetime.strptime(row["Last Updated"], CLOCK))
            writer.writerow(
                row
                | {"Call Number": f"RB25-9{number:06d}", "Parent Call Number": "", "Call Received": f"{at:{CLOCK}}"}
                | {"Last Updated": f"{updated:{CLOCK}}"}
            )
    return folder


def test_sixty_calls_more_give_no_single_call_away(
    copy_of_home: Path, demo_exports: Path, tmp_path: Path, main_job: Callable[..., list[RunOutcome]]
) -> None:
    before = (copy_of_home / "releases" / "current").resolve()
    (second,) = main_job(copy_of_home, "riverbend", with_sixty_calls_more(demo_exports, tmp_path / "later"))
    assert second.success, second.failures
    now = (copy_of_home / "releases" / "current").resolve()
    assert now != before
    then = true_months(before)
    changed = {key for key, n in true_months(now).items() if n != then.get(key, 0)}
    assert len(changed) > 20, "the attack needs months that did change"
    assert small_changes(before, now) == []
    assert rows(before) == rows(now)
    periods = read_manifest(now).published
    assert periods
    assert {period.outcome for period in periods} <= {"frozen", "held"}
    assert {period.since_release for period in periods} == {before.name}


def rows(release: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything published, in order."""
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as connection:
        return {
            name: connection.execute(f"from published.{name} order by all").fetchall()
            for name in ("zone_month", "zone_summary")
        }
