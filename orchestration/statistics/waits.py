"""demand.response_times: how long callers wait, by zone and priority, out of demand.response_waits.

SQL has counted the waits; DuckDB sums them by zone, and Python makes the estimates of `response_times`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.thresholds import ARRIVALS_FOR_MEDIAN, ARRIVALS_FOR_P90
from orchestration.statistics.marts import Mart

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.statistics.response_times import Quantile, Waits

QUANTILES = {"median": 0.5, "p90": 0.9}
# Valid arrivals from which each is reliable: the further out, the more (methods, 1.9).
RELIABLE_ARRIVALS = {"median": int(ARRIVALS_FOR_MEDIAN.value), "p90": int(ARRIVALS_FOR_P90.value)}

_QUANTILE_COLUMNS = {
    "minutes": "{0} minutes from receipt to first arrival, over calls that were reached.",
    "lo": "Lower 95 % limit (order statistics); NULL where the calls are too few to bound it.",
    "hi": "Upper 95 % limit (order statistics); NULL where the calls are too few to bound it.",
    "lowest": "{0} if every call without a valid arrival had been reached at once.",
    "highest": "{0} if none of them had ever been reached; NULL is not bounded.",
    "censored": "{0} by Kaplan-Meier: unreached calls waited at least until closed; NULL where it cannot be told.",
    "censored_lo": "Lower 95 % limit of the Kaplan-Meier estimate (log-log bands).",
    "censored_hi": "Upper 95 % limit of the Kaplan-Meier estimate (log-log bands); NULL is not bounded.",
}
_STATUS_COLUMNS = {
    "status": "Of {0} minutes to highest: ok, unreliable (fewer than {1} arrivals, or most calls without one) or "
    "insufficient_data.",
    "reason": "Why {0}_status is not ok.",
    "censored_status": "Of {0}_censored and its limits: ok, unreliable, insufficient_data, or not_estimable where "
    "unreached calls have no end or too many callers were still waiting.",
    "censored_reason": "Why {0}_censored_status is not ok.",
}
NO_ARRIVAL = ("insufficient_data", "no arrival is known")
METHODS = {
    "interval_method": "order statistics",
    "censored_method": "Kaplan-Meier, log-log bands",
}
RESPONSE_TIMES = Mart(
    "demand.response_times",
    "One row per city, zone and dispatch priority, over the reference period of calls: how long demand calls waited for "
    "the first arrival, with the share nobody reached and what that may do to the estimates. Never pool priorities.",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "zone_kind": ("varchar", "city (the whole), the kind of the city's primary zoning, such as tract, or beat."),
        "zone_id": ("varchar", "(all) for a city; a zone, or (unmatched) for calls whose place is in no zone."),
        "priority": ("varchar", "Dispatch priority, as published; (none) where not published."),
        "period_start": ("date", "First day counted (zones.reference_periods)."),
        "period_end": ("date", "Last day counted."),
        "calls": ("bigint", "Demand calls."),
        "without_received_time": ("bigint", "Of these, calls whose time of receipt is not known."),
        "desk_only": ("bigint", "Of these, calls that others answered without a unit, by telephone for example: nobody waits for a unit that is not coming."),
        "arrivals": ("bigint", "Of these, calls with a valid first arrival: what median and p90 are of."),
        "invalid": ("bigint", "Of these, calls whose arrival is stamped before receipt."),
        "unreached": ("bigint", "Of these, calls without a known arrival; the five add up to calls."),
        "unreached_without_end": ("bigint", "Of the unreached, calls whose closing time is not known either."),
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
        **{
            f"{name}_{column}": ("varchar", text.format(name, needed))
            for name, needed in RELIABLE_ARRIVALS.items()
            for column, text in _STATUS_COLUMNS.items()
        },
        "interval_method": ("varchar", "How median_lo to median_hi and p90_lo to p90_hi are made."),
        "censored_method": ("varchar", "How the estimates with unreached calls and their limits are made."),
        "status": ("varchar", "The worse of median_status and p90_status."),
        "reason": ("varchar", "Why the status is not ok."),
    },
)  # fmt: skip

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
    cast(coalesce(sum(calls) filter (where outcome = 'desk_only'), 0) as bigint) as desk_only,
    cast(coalesce(sum(calls) filter (where outcome = 'arrival'), 0) as bigint) as arrivals,
    cast(coalesce(sum(calls) filter (where outcome = 'invalid'), 0) as bigint) as invalid,
    cast(coalesce(sum(calls) filter (where outcome = 'unreached'), 0) as bigint) as unreached,
    cast(coalesce(sum(calls) filter (where outcome = 'unreached' and minutes is null), 0) as bigint)
        as unreached_without_end
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
    # A city without a single arrival does not publish them; that is not a service that never comes.
    tells_arrivals = groups.groupby("city")["arrivals"].transform("sum") > 0
    without_times = {
        row["wait_group"]: (row["unreached_without_end"], row["invalid"]) for row in groups.to_dict("records")
    }
    known = {group: _estimates(waits) for group, waits in _waits(times, without_times)}
    estimates = [known.get(row["wait_group"]) or _estimates(None, _why_not(row)) for row in groups.to_dict("records")]
    columns = [name for name in RESPONSE_TIMES.columns if name not in groups.columns and name != "share_never_arrived"]
    frame = pd.concat([groups.drop(columns="wait_group"), pd.DataFrame(estimates, columns=columns)], axis=1)
    waited = frame["arrivals"] + frame["invalid"] + frame["unreached"]
    frame["share_never_arrived"] = frame["unreached"] / waited.where((waited > 0) & tells_arrivals)
    return frame


def _waits(times: dict[str, Any], without_times: dict[int, tuple[int, int]]) -> Iterator[tuple[int, Waits]]:
    """The waits of each group that has some; `times` come group by group."""
    import numpy as np

    from orchestration.statistics.response_times import Waits  # imports statsmodels: a second

    groups = np.asarray(times["wait_group"])
    if not len(groups):
        return
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=True):
        group = int(groups[start])
        minutes, arrived, calls = (np.asarray(times[name][start:end]) for name in ("minutes", "arrived", "calls"))
        without_end, invalid = (int(calls) for calls in without_times[group])
        yield group, Waits(minutes, arrived, calls, without_end, invalid)


def _why_not(group: Mapping[Any, Any]) -> tuple[str, str]:
    """Status and reason of a group none of whose calls was reached."""
    if group["desk_only"] == group["calls"]:
        return "not_applicable", "others answered without a unit"
    if group["without_received_time"] + group["desk_only"] == group["calls"]:
        return "insufficient_data", "no time of receipt is known"
    return NO_ARRIVAL


def _estimates(waits: Waits | None, nothing: tuple[str, str] = NO_ARRIVAL) -> dict[str, Any]:
    """The columns of a group; `nothing` is status and reason where it has no waits at all."""
    quantiles = {name: waits.quantile(p, RELIABLE_ARRIVALS[name]) if waits else None for name, p in QUANTILES.items()}
    judged = [(found.status, found.reason) if found else nothing for found in quantiles.values()]
    status, reason = judged[0] if judged[0][1] else judged[1]
    return {
        **{
            f"{name}_{column}": value
            for name, found in quantiles.items()
            for column, value in {**_values(found), **_statuses(found, nothing)}.items()
        },
        **METHODS,
        "status": status,
        "reason": reason,
    }


def _statuses(found: Quantile | None, nothing: tuple[str, str]) -> dict[str, str | None]:
    values: tuple[str | None, ...] = (*nothing, *nothing)
    if found:
        values = (found.status, found.reason, found.censored_status, found.censored_reason)
    return dict(zip(_STATUS_COLUMNS, values, strict=True))


def _values(found: Quantile | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys(_QUANTILE_COLUMNS)
    values = (
        found.estimate,
        found.lower,
        found.upper,
        found.lowest,
        found.highest,
        found.censored,
        found.censored_lower,
        found.censored_upper,
    )
    return dict(zip(_QUANTILE_COLUMNS, values, strict=True))
