"""demand.alternative_response and its tornado: who else could answer, and how many calls would really leave the police.

Out of demand.calls_screened and codebooks.response_schemes (methods, 8.1 to 8.3). Three shares are kept apart: gross
(the type alone), screened (what the data can rule out is out) and eligible (the judgment of the crosswalk on what the
data cannot see, low to high). None of them is diverted: that is eligible times the factors of assumptions.yml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from expectations.thresholds import MAPPED_RECORDS
from orchestration.statistics.assumptions import PATHS, Assumptions
from orchestration.statistics.diversion import Eligible, Simulation, envelope, tornado
from orchestration.statistics.marts import Mart
from orchestration.statistics.periods import READS as PERIODS_READS
from orchestration.statistics.periods import WHOLE_YEAR, Period, periods

ALL = "(all)"
# Calls that others answer already: nothing of them is left to divert, so they stand apart.
ANSWERED = "already_answered"
CALLS, HOURS = "calls", "officer_hours"
DENOMINATORS = ("community", "community_and_officer")
# Below it an estimate is unreliable; the same as the dbt variable reliable_numerator.
RELIABLE_CALLS = 10
# The same as the dbt variable minimum_time_coverage.
MINIMUM_TIME_COVERAGE = 0.7
# Where fewer calls have a known priority, emergencies cannot be told from the rest.
MINIMUM_PRIORITY_COVERAGE = 0.7
# The same as the dbt variable material_unknown_initiation.
MATERIAL_UNKNOWN_INITIATION = 0.05
UNKNOWN_INITIATION = "who started many of the calls is unknown; where officers did, nothing can be diverted"

NET = ("least", "p05", "p50", "p95", "most")
_NET_WORDS = {
    "least": "with every factor and judgment at its worst",
    "p05": "5th percentile of the simulation",
    "p50": "median of the simulation",
    "p95": "95th percentile of the simulation",
    "most": "with every factor and judgment at its best; nothing can lie above",
}
ALTERNATIVE_RESPONSE = Mart(
    "demand.alternative_response",
    "One row per city, denominator, scheme of who could answer, path and unit (calls or officer-hours), over the "
    "reference year of calls: which share others than police could answer by type (gross), after what the data can "
    "rule out (screened), and by judgment of what it cannot see (eligible low to high); and how much would really be "
    "diverted, as a range, if no team lacked the hours (demand.responder_programmes has the cap of each number of teams). "
    "Calls that others answer already are a row of their own. Headline: diverted_share_p05 to diverted_share_p95. The gross share is never diverted "
    "(methods, 8.1 to 8.3).",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "denominator": (
            "varchar",
            "What shares are of: community (demand, with calls of unknown initiation) or community_and_officer (demand and what officers start, of which "
            "nothing is eligible).",
        ),
        "scheme": ("varchar", "Scheme (codebooks.response_schemes): which categories others could answer."),
        "scheme_kind": ("varchar", "scenario (ours) or published."),
        "path": ("varchar", "responder (people who go there), administrative (phone, online, desk), (all) of both, or already_answered: calls of the scheme's categories that others answered, in none of the others."),
        "unit": ("varchar", "calls, or officer_hours on timed calls."),
        "period_start": ("date", "First day counted (zones.reference_periods)."),
        "period_end": ("date", "Last day counted."),
        "n": ("bigint", "Demand calls that passed the screen, or were answered already: what the estimates stand on."),
        "calls_timed": ("bigint", "Of n, calls whose time is known."),
        "total": ("double", "All calls or hours of the denominator."),
        "gross": ("double", "Of these, of categories that the scheme gives to the path and nobody else answered."),
        "screened": ("double", "Of these, without violence, weapon, injury or emergency that the data show."),
        "eligible_low": ("double", "screened, weighted by the low likelihood that no sworn officer is needed."),
        "eligible_high": ("double", "The same by the high likelihood."),
        **{
            f"{name}_share": ("double", f"{name} over total.")
            for name in ("gross", "screened", "eligible_low", "eligible_high")
        },
        **{f"diverted_{name}": ("double", f"Calls or hours diverted, {_NET_WORDS[name]}.") for name in NET},
        **{f"diverted_share_{name}": ("double", f"diverted_{name} over total.") for name in NET},
        "diverted_p05_if_correlated": (
            "double",
            "5th percentile if coverage and uptake go together (rank correlation of assumptions.yml); only for calls "
            "of our scenarios.",
        ),
        "diverted_p95_if_correlated": ("double", "95th percentile in the same case."),
        "time_coverage": ("double", "Share of the screened calls that a unit was, or may have been, sent to whose time is known; NULL where there are none."),
        "units_assumed": ("boolean", "Whether some times are the call's own, one unit being the least."),
        "mapped_share": ("double", "Share of demand calls whose type the crosswalk knows; others count as not eligible."),
        "priority_share": ("double", "Share of demand calls whose priority level is known."),
        "unknown_initiation_share": ("double", "Share of demand calls of which nobody says who started them; where officers did, nothing of them can be diverted."),
        "draws": ("bigint", "Draws of the simulation."),
        "seed": ("bigint", "Seed of the simulation (PCG64)."),
        "status": ("varchar", "ok, unreliable or insufficient_data; without estimates only where insufficient_data."),
        "reason": ("varchar", "Why the status is not ok."),
    },
)  # fmt: skip
TORNADO = Mart(
    "demand.alternative_response_tornado",
    "One row per city, scheme, path and factor: the calls diverted as one factor goes from its low to its high value, "
    "the others at their modes. Tells which assumption decides the answer. Only where calls passed the screen.",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "scheme": ("varchar", "Scheme (codebooks.response_schemes)."),
        "path": ("varchar", "responder or administrative."),
        "factor": (
            "varchar",
            "coverage, uptake, substitution, backup, or eligibility (the crosswalk's likelihood, low to high).",
        ),
        "rank": ("integer", "1 for the widest swing."),
        "factor_low": ("double", "Low value of the factor; of eligibility, the eligible share of screened calls."),
        "factor_mode": ("double", "Most likely value; of eligibility, halfway."),
        "factor_high": ("double", "High value."),
        "diverted_at_low": ("double", "Calls diverted with the factor at its low value."),
        "diverted_at_high": ("double", "Calls diverted with the factor at its high value."),
        "swing": ("double", "How far the calls diverted move."),
        "source": ("varchar", "Where the factor's range is from."),
    },
)
READS = ("demand.calls_screened", "codebooks.response_schemes", PERIODS_READS)
COUNTS = """
with screened as (
    -- As decimals: their sums are the same in whatever order the rows come.
    select * replace (
        cast(hours as decimal(28, 9)) as hours,
        cast(eligible_calls_low as decimal(28, 9)) as eligible_calls_low,
        cast(eligible_calls_high as decimal(28, 9)) as eligible_calls_high,
        cast(eligible_hours_low as decimal(28, 9)) as eligible_hours_low,
        cast(eligible_hours_high as decimal(28, 9)) as eligible_hours_high
    )
    from demand.calls_screened
),
categories as (
    select city, topic_category, period_start, period_end, screen = 'passed' as passed,
        screen = 'answered_by_others' as answered,
        sum(calls) as calls, sum(calls_sent) as sent, sum(calls_timed) as timed, sum(calls_with_units_assumed) as assumed, sum(hours) as hours,
        sum(calls_with_priority) as with_priority, sum(calls_of_unknown_initiation) as unknown,
        sum(eligible_calls_low) as calls_low, sum(eligible_calls_high) as calls_high,
        sum(eligible_hours_low) as hours_low, sum(eligible_hours_high) as hours_high
    from screened
    where screen <> 'officer_initiated'
    group by all
),
cities as (
    select city, any_value(period_start) as period_start, any_value(period_end) as period_end,
        sum(calls) as calls, sum(sent) as sent, sum(timed) as timed, sum(hours) as hours,
        sum(with_priority) / sum(calls) as priority_share, sum(unknown) / sum(calls) as unknown_share,
        coalesce(sum(calls) filter (where topic_category <> 'unmapped'), 0) / sum(calls) as mapped_share
    from categories
    group by city
),
officers as (
    select city, sum(calls) as calls, sum(calls_sent) as sent, sum(calls_timed) as timed, sum(hours) as hours
    from screened
    where screen = 'officer_initiated'
    group by city
)
select cities.city, schemes.scheme, schemes.scheme_kind, paths.path, cities.period_start, cities.period_end,
    cast(cities.calls as double) as all_calls, cast(cities.sent as double) as all_sent,
    cast(cities.timed as double) as all_timed, cast(cities.hours as double) as all_hours,
    cast(coalesce(officers.calls, 0) as double) as officer_calls,
    cast(coalesce(officers.sent, 0) as double) as officer_sent,
    cast(coalesce(officers.timed, 0) as double) as officer_timed,
    cast(coalesce(officers.hours, 0) as double) as officer_hours, cities.priority_share, cities.mapped_share,
    cities.unknown_share,
    cast(coalesce(sum(c.calls) filter (where not c.answered), 0) as double) as gross_calls,
    cast(coalesce(sum(c.hours) filter (where not c.answered), 0) as double) as gross_hours,
    cast(coalesce(sum(c.calls) filter (where c.answered), 0) as double) as answered_calls,
    cast(coalesce(sum(c.hours) filter (where c.answered), 0) as double) as answered_hours,
    cast(coalesce(sum(c.timed) filter (where c.answered), 0) as double) as answered_timed,
    cast(coalesce(sum(c.calls) filter (where c.passed), 0) as double) as screened_calls,
    cast(coalesce(sum(c.sent) filter (where c.passed), 0) as double) as screened_sent,
    cast(coalesce(sum(c.timed) filter (where c.passed), 0) as double) as screened_timed,
    cast(coalesce(sum(c.hours) filter (where c.passed), 0) as double) as screened_hours,
    coalesce(sum(c.assumed) filter (where c.passed), 0) > 0 as units_assumed,
    cast(coalesce(sum(c.calls_low), 0) as double) as calls_low,
    cast(coalesce(sum(c.calls_high), 0) as double) as calls_high,
    cast(coalesce(sum(c.hours_low), 0) as double) as hours_low,
    cast(coalesce(sum(c.hours_high), 0) as double) as hours_high
from cities
cross join (select distinct scheme, scheme_kind from codebooks.response_schemes) as schemes
cross join (select unnest($paths) as path) as paths
left join officers on cities.city = officers.city
left join codebooks.response_schemes as members on schemes.scheme = members.scheme and paths.path = members.path
left join categories as c on cities.city = c.city and members.topic_category = c.topic_category
group by all
order by cities.city, schemes.scheme_kind desc, schemes.scheme, paths.path desc
"""


@dataclass(frozen=True)
class Counts:
    """What SQL has counted of one path, or of all paths, of a scheme in a city. Hours are of timed calls."""

    gross: Mapping[str, float]
    screened: Mapping[str, float]
    eligible: Mapping[str, Mapping[str, Eligible]]
    n: float
    sent: float
    timed: float
    units_assumed: bool

    @property
    def coverage(self) -> float | None:
        """Share of the screened calls that a unit was sent to whose time is known."""
        return self.timed / self.sent if self.sent else None


@dataclass(frozen=True)
class Whole:
    """What shares are of, and what is known of it."""

    total: Mapping[str, float]
    sent: float
    timed: float
    mapped_share: float
    priority_share: float
    unknown_share: float


def judge(unit: str, whole: Whole, counts: Counts) -> tuple[str, str | None]:
    """Whether a row's estimates can be told, and why not."""
    if not whole.mapped_share:
        return "insufficient_data", "no call type is mapped"
    if unit == HOURS:
        if not whole.total[HOURS]:
            return "insufficient_data", "no time on calls is known"
        least = min(
            whole.timed / whole.sent if whole.sent else 1.0, 1.0 if counts.coverage is None else counts.coverage
        )
        if least < MINIMUM_TIME_COVERAGE:
            return "unreliable", "much of the time on calls is unknown"
    if whole.mapped_share < MAPPED_RECORDS.value:
        return "unreliable", f"the types of more than {1 - MAPPED_RECORDS.value:.0%} of calls are not mapped"
    if whole.priority_share < MINIMUM_PRIORITY_COVERAGE:
        return "unreliable", "the priority of many calls is unknown, so emergencies are not screened out"
    if whole.unknown_share > MATERIAL_UNKNOWN_INITIATION:
        return "unreliable", UNKNOWN_INITIATION
    if 0 < counts.n < RELIABLE_CALLS:
        return "unreliable", f"fewer than {RELIABLE_CALLS} calls"
    return "ok", None


def alternative_response(
    connection: duckdb.DuckDBPyConnection, assumed: Assumptions
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of demand.alternative_response and of its tornado, from an analyst database that has what it READS."""
    found = connection.execute(COUNTS, {"paths": list(PATHS)})
    names = [column[0] for column in found.description or []]
    counted = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    simulation, found_periods = assumed.simulated(), periods(connection)
    rows: list[dict[str, Any]] = []
    swings: list[dict[str, Any]] = []
    for start in range(0, len(counted), len(PATHS)):
        paths = counted[start : start + len(PATHS)]
        period = found_periods.get(paths[0]["city"], WHOLE_YEAR)
        rows += _rows_of_scheme(paths, assumed, simulation, period)
        swings += [row for path in paths for row in _swings(path, assumed)]
    return rows, swings


def _rows_of_scheme(
    paths: list[dict[str, Any]], assumed: Assumptions, simulation: Simulation, period: Period
) -> list[dict[str, Any]]:
    """The rows of one city and scheme; nothing is diverted of what officers start, so denominators share a result."""
    first, rows = paths[0], list[dict[str, Any]]()
    by_path = {str(path["path"]): counts_of([path]) for path in paths}
    for path, counts in {**by_path, ALL: counts_of(paths), ANSWERED: answered_of(paths)}.items():
        for unit in (CALLS, HOURS):
            net = net_diversion(counts.eligible[unit], assumed, simulation)
            is_tested = first["scheme_kind"] == "scenario" and unit == CALLS
            tied = simulation.diverted(counts.eligible[unit], correlated=True) if is_tested else None
            for denominator, whole in zip(DENOMINATORS, _wholes(first), strict=True):
                status, reason = judge(unit, whole, counts)
                if status == "ok" and period.doubt:
                    status, reason = "unreliable", period.doubt
                told = status != "insufficient_data"
                rows.append(
                    {
                        **{name: first[name] for name in ("city", "scheme", "scheme_kind")},
                        **{name: first[name] for name in ("period_start", "period_end")},
                        "denominator": denominator,
                        "path": path,
                        "unit": unit,
                        "n": int(counts.n),
                        "calls_timed": int(counts.timed),
                        **(_estimates(unit, whole, counts, net) if told else {}),
                        "diverted_p05_if_correlated": tied.p05 if tied and told else None,
                        "diverted_p95_if_correlated": tied.p95 if tied and told else None,
                        "time_coverage": counts.coverage,
                        "units_assumed": counts.units_assumed,
                        "mapped_share": whole.mapped_share,
                        "priority_share": whole.priority_share,
                        "unknown_initiation_share": whole.unknown_share,
                        "draws": assumed.simulation.draws,
                        "seed": assumed.simulation.seed,
                        "status": status,
                        "reason": reason,
                    }
                )
    return rows


def counts_of(paths: list[dict[str, Any]]) -> Counts:
    """What was counted of some paths of a scheme, together."""
    return Counts(
        gross={unit: sum(path[f"gross_{name}"] for path in paths) for unit, name in _NAMES.items()},
        screened={unit: sum(path[f"screened_{name}"] for path in paths) for unit, name in _NAMES.items()},
        eligible={
            unit: {path["path"]: Eligible(path[f"{name}_low"], path[f"{name}_high"]) for path in paths}
            for unit, name in _NAMES.items()
        },
        n=sum(path["screened_calls"] for path in paths),
        sent=sum(path["screened_sent"] for path in paths),
        timed=sum(path["screened_timed"] for path in paths),
        units_assumed=any(path["units_assumed"] for path in paths),
    )


def answered_of(paths: list[dict[str, Any]]) -> Counts:
    """What others answer already of some paths: of its type, but neither screened nor eligible, so nothing diverted."""
    return Counts(
        gross={unit: sum(path[f"answered_{name}"] for path in paths) for unit, name in _NAMES.items()},
        screened=dict.fromkeys(_NAMES, 0.0),
        eligible={unit: {path["path"]: Eligible(0.0, 0.0) for path in paths} for unit in _NAMES},
        n=sum(path["answered_calls"] for path in paths),
        sent=0.0,
        timed=sum(path["answered_timed"] for path in paths),
        units_assumed=False,
    )


_NAMES = {CALLS: "calls", HOURS: "hours"}


def _wholes(row: dict[str, Any]) -> tuple[Whole, Whole]:
    known = (row["mapped_share"], row["priority_share"], row["unknown_share"])
    community = Whole({CALLS: row["all_calls"], HOURS: row["all_hours"]}, row["all_sent"], row["all_timed"], *known)
    both = Whole(
        {CALLS: row["all_calls"] + row["officer_calls"], HOURS: row["all_hours"] + row["officer_hours"]},
        row["all_sent"] + row["officer_sent"],
        row["all_timed"] + row["officer_timed"],
        *known,
    )
    return community, both


def net_diversion(eligible: Mapping[str, Eligible], assumed: Assumptions, simulation: Simulation) -> dict[str, float]:
    """The range of what is diverted over the paths of `eligible`: envelope, and percentiles of the simulation."""
    factors = assumed.factors
    ends = [envelope(amount, factors[path]) for path, amount in eligible.items()]
    least, most = sum(end[0] for end in ends), sum(end[2] for end in ends)
    band = simulation.diverted(eligible)
    return {"least": least, "p05": band.p05, "p50": band.p50, "p95": band.p95, "most": most}


def _estimates(unit: str, whole: Whole, counts: Counts, net: Mapping[str, float]) -> dict[str, float]:
    total = whole.total[unit]
    amounts = {
        "gross": counts.gross[unit],
        "screened": counts.screened[unit],
        "eligible_low": sum(eligible.low for eligible in counts.eligible[unit].values()),
        "eligible_high": sum(eligible.high for eligible in counts.eligible[unit].values()),
    }
    return {
        "total": total,
        **amounts,
        **{f"{name}_share": amount / total for name, amount in amounts.items()},
        **{f"diverted_{name}": amount for name, amount in net.items()},
        **{f"diverted_share_{name}": amount / total for name, amount in net.items()},
    }


def _swings(row: dict[str, Any], assumed: Assumptions) -> Iterator[dict[str, Any]]:
    screened = row["screened_calls"]
    if not screened or not row["mapped_share"]:
        return
    eligible = Eligible(row["calls_low"], row["calls_high"])
    path = assumed.paths[row["path"]]
    for rank, swing in enumerate(tornado(eligible, path.factors), start=1):
        sourced = getattr(path, swing.factor, None)
        values = (
            (sourced.low, sourced.mode, sourced.high)
            if sourced
            else tuple(part / screened for part in (eligible.low, eligible.middle, eligible.high))
        )
        yield {
            **{name: row[name] for name in ("city", "scheme", "path")},
            "factor": swing.factor,
            "rank": rank,
            **dict(zip(("factor_low", "factor_mode", "factor_high"), values, strict=True)),
            "diverted_at_low": swing.at_low,
            "diverted_at_high": swing.at_high,
            "swing": swing.width,
            "source": sourced.source if sourced else "Likelihood by call type, codebook call_type_crosswalk.",
        }
