"""The demo city's demand against its planted truth: repeats, needs over two channels, crises behind another label.

Precision and recall are printed at the end of the run. They are not 1 for every seed and size, and need not be: see
each test. Floors are what was measured at 250,000 calls, where chance has most to do, less a margin.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.demo.calltypes import CALL_TYPES
from orchestration.demo.truth import FILE_NAME
from tests.integration.real_exports import mapping

Measured = Callable[[str, object], None]


@pytest.fixture(scope="module")
def truth(demo_exports: Path) -> dict[str, Any]:
    """What was planted in the demo city."""
    planted: dict[str, Any] = json.loads((demo_exports / FILE_NAME).read_text(encoding="utf-8"))
    return planted


@pytest.fixture(scope="module")
def analyst(demo_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The analysts' database of the demo release, read only."""
    with duckdb.connect(str(demo_release / "analyst.duckdb"), read_only=True) as connection:
        yield connection


def scores(found: dict[str, str], planted: dict[str, str]) -> tuple[float, float]:
    """Precision and recall of links: the right partner, not only the right record."""
    right = sum(planted.get(key) == partner for key, partner in found.items())
    return right / len(found), right / len(planted)


def test_repeats_are_the_planted_ones(
    truth: dict[str, Any], analyst: duckdb.DuckDBPyConnection, record_property: Measured
) -> None:
    # At 250,000 calls 0.995 and 0.991. What keeps precision from 1: two people do call about two things of a group on
    # one block within minutes. What keeps recall from 1: the block of a third of sensitive calls is withheld, and
    # without a block nothing is inferred; an event whose first call was closed as a test has lost its head.
    planted = {later: group[0] for group in truth["duplicate_groups"] for later in group[1:]}
    found = mapping(
        analyst,
        "select call_id, duplicate_of_call_id from demand.fct_calls "
        "where population in ('duplicate_explicit', 'duplicate_inferred')",
    )
    groups = {frozenset(group) for group in truth["duplicate_groups"]}
    heads: dict[str, set[str]] = {}
    for later, first in found.items():
        heads.setdefault(first, {first}).add(later)
    whole = len(groups & {frozenset(group) for group in heads.values()})
    precision, recall = scores(found, planted)
    record_property(
        "measured",
        f"repeats (published and inferred): {len(planted)} planted in {len(groups)} events, {len(found)} found: "
        f"precision {precision:.3f}, recall {recall:.3f}; events found whole: precision {whole / len(heads):.3f}, "
        f"recall {whole / len(groups):.3f}",
    )
    assert len(planted) > 250
    assert precision > 0.98
    assert recall > 0.97
    assert whole / len(groups) > 0.96


def test_several_callers_are_counted_at_the_first_call(
    truth: dict[str, Any], analyst: duckdb.DuckDBPyConnection
) -> None:
    callers = mapping(analyst, "select call_id, callers from demand.fct_calls where callers > 1")
    planted = {group[0]: len(group) for group in truth["duplicate_groups"]}
    right = sum(callers.get(first) == size for first, size in planted.items())
    assert right / len(planted) > 0.96


def test_needs_over_two_channels_are_the_planted_ones(
    truth: dict[str, Any], analyst: duckdb.DuckDBPyConnection, record_property: Measured
) -> None:
    # At 250,000 calls 0.965 and 0.908. Precision: neighbours have the same trouble on the same day. Recall: a few
    # percent of either record have no coordinate, calls cancelled or closed as tests carry no need, and one pair in
    # forty lies more than a day apart. At 12,000 calls recall was 0.902.
    planted = dict(truth["requests_also_called"])
    found = mapping(
        analyst,
        "select request_id, also_called_call_id from demand.fct_requests where also_called_call_id is not null",
    )
    precision, recall = scores(found, planted)
    record_property(
        "measured",
        f"needs over 311 and the police: {len(planted)} planted, {len(found)} found: precision {precision:.3f}, "
        f"recall {recall:.3f}",
    )
    assert len(planted) > 70
    assert precision > 0.93
    assert recall > 0.80


def test_linked_needs_count_once(analyst: duckdb.DuckDBPyConnection) -> None:
    # Each link is to a call that is demand: there the need is counted.
    ((links, to_demand),) = analyst.execute("""
        select count(*), count(*) filter (where calls.population = 'demand')
        from demand.fct_requests as requests
        join demand.fct_calls as calls
            on requests.city = calls.city and requests.also_called_call_id = calls.call_id
    """).fetchall()
    ((contacts, also_called, distinct_needs),) = analyst.execute(
        "select sum(contacts), sum(also_called), sum(distinct_needs) from demand.demand_by_channel "
        "where is_community_demand"
    ).fetchall()
    assert links == to_demand == also_called > 0
    assert distinct_needs == contacts - also_called


def test_crises_hide_as_often_as_planted(analyst: duckdb.DuckDBPyConnection, record_property: Measured) -> None:
    # A crisis is first entered as another type, none of them a crisis, with the rate of its type.
    crises = [
        kind
        for kind in CALL_TYPES
        if kind.name in ("MENTAL HEALTH CRISIS", "SUICIDAL SUBJECT", "SUICIDE ATTEMPT", "OVERDOSE")
    ]
    planted = sum(kind.share * kind.mistaken_rate for kind in crises) / sum(kind.share for kind in crises)
    ((share, low, high),) = analyst.execute("""
        select distinct share_of_final_group_hidden, share_hidden_lo, share_hidden_hi
        from demand.call_type_transitions where final_group = 'behavioral_health'
    """).fetchall()
    record_property(
        "measured",
        f"crises behind another first label: {planted:.3f} planted, {share:.3f} found ({low:.3f} to {high:.3f})",
    )
    # Twice the interval: four standard errors, so that no seed fails by chance.
    assert abs(share - planted) < high - low
