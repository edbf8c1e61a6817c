"""demand.response_times: how long callers wait, by zone and priority, out of demand.response_waits.

SQL has counted the waits; DuckDB sums them by zone, and Python makes the estimates of `response_times`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.statistics.marts import Mart

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.statistics.response_times import Quantile, Waits

# Below it an estimate is unreliable; the same as the dbt variable reliable_numerator.
RELIABLE_ARRIVALS = 10
# Above it the waits that are known are not the rule but the exception.
MOST = 0.5
QUANTILES = {"median": 0.5, "p90": 0.9}

_QUANTILE_COLUMNS = {
    "minutes": "{0} minutes from receipt to first arrival, over calls that were reached.",
    "lo": "Lower 95 % limit (order statistics); NULL where the calls are too few to bound it.",
    "hi": "Upper 95 % limit (order statistics); NULL where the calls are too few to bound it.",
    "lowest": "{0} if every call without a valid arrival had been reached at once.",
    "highest": "{0} if none of them had ever been reached; NULL is not bounded.",
    "censored": "{0} by Kaplan-Meier: unreached calls waited at least until closed; NULL where not reached.",
    "censored_lo": "Lower 95 % limit of the Kaplan-Meier estimate.",
    "censored_hi": "Upper 95 % limit of the Kaplan-Meier estimate; NULL is not bounded.",
}
RESPONSE_TIMES = Mart(
    "demand.response_times",
    "One row per city, zone and dispatch priority, over the reference year of calls: how long demand calls waited for "
    "the first arrival, with the share nobody reached and what that may do to the estimates. Never pool priorities.",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "zone_kind": ("varchar", "city (the whole), the kind of the city's primary zoning, such as tract, or beat."),
        "zone_id": ("varchar", "(all) for a city; a zone, or (unmatched) for calls whose place is in no zone."),
        "priority": ("varchar", "Dispatch priority, as published; (none) where not published."),
        "period_start": ("date", "First day counted (zones.reference_years)."),
        "period_end": ("date", "Last day counted."),
        "calls": ("bigint", "Demand calls."),
        "without_received_time": ("bigint", "Of these, calls whose time of receipt is not known."),
        "nobody_sent": ("bigint", "Of these, calls no unit was sent to, in a city that publishes its units."),
        "arrivals": ("bigint", "Of these, calls with a valid first arrival: what median and p90 are of."),
        "invalid": ("bigint", "Of these, calls whose arrival is stamped before receipt."),
        "unreached": ("bigint", "Of these, calls without a known arrival; the five add up to calls."),
        "share_never_arrived": (
            "double",
            "unreached over arrivals, invalid and unreached; NULL where there are none, and where no arrival of the "
            "city is known: it does not publish them.",
        ),
        **{
            f"{name}_{column}": ("double", text.format({"median": "Median", "p90": "90th percentile"}[name]))
            for name in QUANTILES
            for column, text in _QUANTILE_COLUMNS.items()
        },
        "status": ("varchar", "ok, unreliable or insufficient_data; without estimates only where insufficient_data."),
        "reason": ("varchar", "Why the status is not ok."),
    },
)

READS = ("demand.response_waits", "zones.dim_zone")
SUM_BY_ZONE = """
create or replace temp table zone_waits as
with zonings as (
    select distinct city, zone_kind from zones.dim_zone where is_primary
),
zoned as (
    select *, 'city' as zone_kind, '(all)' as zone from demand.response_waits
    union all
    select waits.*, coalesce(zonings.zone_kind, 'tract'), coalesce(waits.zone_id, '(unmatched)')
    from demand.response_waits as waits
    left join zonings using (city)
    union all
    select *, 'beat', coalesce(beat_id, '(unmatched)') from demand.response_waits
    where city in (select city from zones.dim_zone where zone_kind = 'beat')
)
select dense_rank() over (order by city, zone_kind, zone, priority) as wait_group,
    city, zone_kind, zone as zone_id, priority, period_start, period_end, outcome, minutes, sum(calls) as calls
from zoned
group by city, zone_kind, zone, priority, period_start, period_end, outcome, minutes
"""
GROUPS = """
select wait_group, any_value(city) as city, any_value(zone_kind) as zone_kind, any_value(zone_id) as zone_id,
    any_value(priority) as priority, any_value(period_start) as period_start, any_value(period_end) as period_end,
    cast(sum(calls) as bigint) as calls,
    cast(coalesce(sum(calls) filter (where outcome = 'no_received_time'), 0) as bigint) as without_received_time,
    cast(coalesce(sum(calls) filter (where outcome = 'nobody_sent'), 0) as bigint) as nobody_sent,
    cast(coalesce(sum(calls) filter (where outcome = 'arrival'), 0) as bigint) as arrivals,
    cast(coalesce(sum(calls) filter (where outcome = 'invalid'), 0) as bigint) as invalid,
    cast(coalesce(sum(calls) filter (where outcome = 'unreached'), 0) as bigint) as unreached,
    cast(coalesce(sum(calls) filter (where outcome = 'invalid' or outcome = 'unreached' and minutes is null), 0)
        as bigint) as unknown
from zone_waits
group by wait_group
order by wait_group
"""
TIMES = """
select wait_group, minutes, outcome = 'arrival' as arrived, cast(calls as bigint) as calls
from zone_waits
where outcome in ('arrival', 'unreached') and minutes is not null
order by wait_group
"""


def response_times(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The rows of demand.response_times, from an analyst database that has what it READS."""
    import pandas as pd

    connection.execute(SUM_BY_ZONE)
    groups = connection.execute(GROUPS).df()
    times = connection.execute(TIMES).fetchnumpy()
    unknown = dict(zip(groups["wait_group"], groups["unknown"], strict=True))
    estimates = {group: _estimates(waits) for group, waits in _waits(times, unknown)}
    nothing = _estimates(None)
    frame = pd.concat(
        [
            groups.drop(columns=["wait_group", "unknown"]),
            pd.DataFrame([estimates.get(group, nothing) for group in groups["wait_group"]], columns=list(nothing)),
        ],
        axis=1,
    )
    sent = frame["arrivals"] + frame["invalid"] + frame["unreached"]
    # A city without a single arrival does not publish them; that is not a service that never comes.
    tells_arrivals = frame.groupby("city")["arrivals"].transform("sum") > 0
    frame["share_never_arrived"] = frame["unreached"] / sent.where((sent > 0) & tells_arrivals)
    judged = [
        judge(arrivals, share, times_known)
        for arrivals, share, times_known in zip(
            frame["arrivals"],
            frame["share_never_arrived"],
            frame["without_received_time"] < frame["calls"],
            strict=True,
        )
    ]
    frame["status"], frame["reason"] = [status for status, _ in judged], [reason for _, reason in judged]
    return frame


def judge(arrivals: int, share_never_arrived: float, times_known: bool) -> tuple[str, str | None]:
    """Whether a group's waits can be told, and why not."""
    if not arrivals:
        missing = "arrival" if times_known else "time of receipt"
        return "insufficient_data", f"no {missing} is known"
    if arrivals < RELIABLE_ARRIVALS:
        return "unreliable", f"fewer than {RELIABLE_ARRIVALS} arrivals"
    if share_never_arrived > MOST:
        return "unreliable", "most calls have no known arrival"
    return "ok", None


def _waits(times: dict[str, Any], unknown: dict[int, int]) -> Iterator[tuple[int, Waits]]:
    """The waits of each group; `times` come group by group."""
    import numpy as np

    from orchestration.statistics.response_times import Waits  # imports statsmodels: a second

    groups = np.asarray(times["wait_group"])
    if not len(groups):
        return
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        group = int(groups[start])
        minutes, arrived, calls = (np.asarray(times[name][start:end]) for name in ("minutes", "arrived", "calls"))
        yield group, Waits(minutes, arrived, calls, int(unknown[group]))


def _estimates(waits: Waits | None) -> dict[str, float | None]:
    return {
        f"{name}_{column}": value
        for name, p in QUANTILES.items()
        for column, value in zip(_QUANTILE_COLUMNS, _values(waits.quantile(p) if waits else None), strict=True)
    }


def _values(found: Quantile | None) -> list[float | None]:
    if found is None:
        return [None] * len(_QUANTILE_COLUMNS)
    return [
        found.estimate,
        found.lower,
        found.upper,
        found.lowest,
        found.highest,
        found.censored,
        found.censored_lower,
        found.censored_upper,
    ]
