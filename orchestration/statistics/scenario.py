"""budget.scenario: hours and money before and after calls move to another responder, for each scenario file.

Out of demand.calls_screened and budget.police_hour_cost. Ranges are envelopes: every share, cost and cashable share at
the ends that the file gives. Time value is not savings: spending falls only by the cashable share of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.thresholds import MAPPED_RECORDS
from orchestration.statistics.alternative_response import (
    MATERIAL_UNKNOWN_INITIATION,
    MINIMUM_TIME_COVERAGE,
    RELIABLE_CALLS,
    UNKNOWN_INITIATION,
)
from orchestration.statistics.marts import Mart
from orchestration.statistics.periods import READS as PERIODS_READS
from orchestration.statistics.periods import WHOLE_YEAR, Period, periods
from orchestration.statistics.plans import Price
from orchestration.statistics.responder_programmes import NO_PHASE, NOT_SAVINGS, police_prices
from orchestration.statistics.scenario_files import Move, Scenario

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "(all)"
ENDS = ("low", "mode", "high")
_WORDS = {"low": "at the low end", "mode": "at the most likely values", "high": "at the high end"}


def _range(name: str, text: str) -> dict[str, tuple[str, str]]:
    return {f"{name}_{end}": ("double", f"{text}, {_WORDS[end]}.") for end in ENDS}


SCENARIO = Mart(
    "budget.scenario",
    "One row per city, scenario file, budget phase and move of calls to another responder, and one for the whole city "
    "(move 0): officer-hours and money before and after, over the reference year of calls, with ranges. Ranges are "
    "envelopes of what the file gives. Time value is not savings: spending falls only by the cashable share of it "
    "(methods, 8.6).",
    {
        "city": ("varchar", "City, by its name in the catalog."),
        "scenario": ("varchar", "Scenario, by the name of its file."),
        "phase": ("varchar", "Budget phase that prices police time: proposed, adopted or actual; (none) without a budget."),
        "move": ("integer", "Place of the move in the file; 0 for the whole city."),
        "title": ("varchar", "The scenario in words."),
        "responder": ("varchar", "Who takes the calls; (all) for the whole city."),
        "categories": ("varchar", "Topic categories that move, with ; between."),
        "calls": ("bigint", "Calls the share is of; for the whole city all calls, those of officers too."),
        "calls_already_answered": ("bigint", "Calls of these categories that others than police answered already: they cannot move, and of a move's calls they are not a part."),
        **_range("calls_moved", "Calls that leave the police"),
        "time_coverage": ("double", "Share of these calls that a unit was, or may have been, sent to whose time is known; the others of them count as their category's mean."),
        "police_hours_before": ("double", "Officer-hours on these calls."),
        **_range("police_hours_after", "Officer-hours left"),
        **_range("police_hours_freed", "Officer-hours freed"),
        **_range("responder_hours", "Hours of the new responder on calls"),
        **_range("responder_cost", "US dollars for the new responder"),
        "cost_per_paid_hour": ("double", "US dollars a paid hour of a sworn officer (budget.police_hour_cost)."),
        "police_cost_before": ("double", "Officer-hours before at that price, US dollars."),
        **_range("police_cost_after", "Officer-hours left at that price, US dollars"),
        **_range("time_value", "Officer-hours freed at that price, US dollars; time value is not savings"),
        "spending_before": ("double", "Police budget, US dollars; only for the whole city."),
        **_range("spending_after", "Police budget and responders, less the cashable share of the time value; only for the whole city"),
        "status": ("varchar", "Of calls and hours: ok, unreliable or insufficient_data."),
        "reason": ("varchar", "Why the status is not ok."),
        "money_status": ("varchar", "Of police money, police_cost_before to spending_after: ok, unreliable or insufficient_data."),
        "money_reason": ("varchar", "Why money_status is not ok."),
        "note": ("varchar", "How to read the money."),
    },
)  # fmt: skip
READS = ("demand.calls_screened", "budget.police_hour_cost", PERIODS_READS)
CELLS = """
select city, topic_category,
    case when screen in ('passed', 'officer_initiated', 'answered_by_others') then screen else 'held' end as kind,
    sum(calls) as calls, sum(calls_sent) as sent, sum(calls_timed) as timed,
    cast(sum(cast(hours as decimal(28, 9))) as double) as hours, sum(calls_of_unknown_initiation) as unknown
from demand.calls_screened
group by all
order by all
"""
BUDGETS = "select city, phase, budget from budget.police_hour_cost"


@dataclass(frozen=True)
class Cell:
    """Calls of one topic category that passed the screen, did not, were answered by others or started by officers."""

    topic: str
    kind: str
    calls: int
    sent: int
    timed: int
    hours: float
    unknown_initiation: int = 0


@dataclass(frozen=True)
class Pool:
    """Some calls and the officer-hours they took; None where no time is known.

    Untimed calls that a unit was sent to count as the mean of their cell; what nobody was sent to took no time.
    """

    calls: int
    sent: int
    timed: int
    hours: float | None
    answered: int = 0

    @property
    def coverage(self) -> float | None:
        """Share of the calls that a unit was sent to whose time is known."""
        return self.timed / self.sent if self.sent else None


@dataclass(frozen=True)
class Moved:
    """What one move, or all, does: calls, police hours freed, responder hours and dollars, each low, mode, high."""

    calls: tuple[float, float, float]
    police_hours: tuple[float, float, float] | None
    responder_hours: tuple[float, float, float]
    responder_cost: tuple[float, float, float]


def scenario_rows(connection: duckdb.DuckDBPyConnection, files: Sequence[Scenario]) -> list[dict[str, Any]]:
    """The rows of budget.scenario for some scenario files, from a database that has what it READS."""
    cells: dict[str, list[Cell]] = {}
    for city, *values in connection.execute(CELLS).fetchall():
        cells.setdefault(city, []).append(Cell(*values))
    prices, found_periods = police_prices(connection), periods(connection)
    budgets = {(city, phase): budget for city, phase, budget in connection.execute(BUDGETS).fetchall()}
    return [
        row
        for file in files
        for city in sorted(cells)
        if not file.cities or city in file.cities
        for price in prices.get(city, [Price(NO_PHASE, None, None)])
        for row in city_rows(
            city,
            file,
            cells[city],
            price,
            budgets.get((city, price.phase)),
            found_periods.get(city, WHOLE_YEAR),
        )
    ]


def scenario_frame(connection: duckdb.DuckDBPyConnection, files: Sequence[Scenario]) -> pd.DataFrame:
    """The same as a frame with every column of the mart."""
    import pandas as pd

    return pd.DataFrame(scenario_rows(connection, files), columns=list(SCENARIO.columns))


def city_rows(
    city: str,
    file: Scenario,
    cells: Sequence[Cell],
    price: Price,
    budget: float | None,
    period: Period = WHOLE_YEAR,
) -> Iterator[dict[str, Any]]:
    """The whole city, then each move."""
    whole = pool_of(cells, cells)
    pools = [pool_of_move(move, cells) for move in file.moves]
    moved = [moved_by(move, pool) for move, pool in zip(file.moves, pools, strict=True)]
    doubt = doubt_of_city(cells) or period.doubt
    unpriced = None if price.cost_per_paid_hour is not None else "no police budget with sworn positions is known"
    # Calls of part of a year beside a budget of a whole one would make the police look dear.
    unpriced = unpriced or period.doubt
    key = {"city": city, "scenario": file.name, "phase": price.phase, "title": file.title, "note": NOT_SAVINGS}
    topics = sorted(topic for move in file.moves for topic in move.topics)
    named = {"move": 0, "responder": WHOLE, "categories": ";".join(topics)}
    row = key | named | row_of(whole, together(moved), price, doubt, unpriced)
    if row["money_status"] != "insufficient_data" and budget is not None:
        ends = spending_after(budget, file, pools, price.cost_per_paid_hour or 0.0)
        row |= {"spending_before": budget, **_ends("spending_after", ends)}
    yield row
    for place, (move, pool, result) in enumerate(zip(file.moves, pools, moved, strict=True), start=1):
        named = {"move": place, "responder": move.responder, "categories": ";".join(sorted(move.topics))}
        yield key | named | row_of(pool, result, price, doubt, unpriced)


def is_moved(cell: Cell, move: Move) -> bool:
    """Whether the share of a move is of this cell's calls; what officers start, or others answer, never moves."""
    return cell.topic in move.topics and (cell.kind == "passed" or (move.calls == "all" and cell.kind == "held"))


def pool_of_move(move: Move, city: Sequence[Cell]) -> Pool:
    """The calls that a move's share is of, and beside them those of its categories that others answer already."""
    found = pool_of([cell for cell in city if is_moved(cell, move)], city)
    return replace(found, answered=_answered(cell for cell in city if cell.topic in move.topics))


def pool_of(cells: Sequence[Cell], city: Sequence[Cell]) -> Pool:
    """Cells together. A cell that is never timed takes the city's mean; `city` are all cells."""
    timed, hours = sum(cell.timed for cell in city), sum(cell.hours for cell in city)
    return Pool(
        calls=sum(cell.calls for cell in cells),
        sent=sum(cell.sent for cell in cells),
        timed=sum(cell.timed for cell in cells),
        hours=sum(cell.sent * (cell.hours / cell.timed if cell.timed else hours / timed) for cell in cells)
        if timed
        else None,
        answered=_answered(cells),
    )


def _answered(cells: Iterable[Cell]) -> int:
    return sum(cell.calls for cell in cells if cell.kind == "answered_by_others")


def doubt_of_city(cells: Sequence[Cell]) -> str | None:
    """What makes every number of a city doubtful: types that nobody mapped, calls that officers may have started."""
    demand = [cell for cell in cells if cell.kind != "officer_initiated"]
    calls = sum(cell.calls for cell in demand)
    if calls and sum(cell.calls for cell in demand if cell.topic != "unmapped") / calls < MAPPED_RECORDS.value:
        return f"the types of more than {1 - MAPPED_RECORDS.value:.0%} of calls are not mapped"
    if calls and sum(cell.unknown_initiation for cell in demand) / calls > MATERIAL_UNKNOWN_INITIATION:
        return UNKNOWN_INITIATION
    return None


def moved_by(move: Move, pool: Pool) -> Moved:
    """What a move takes from the police and what its responder needs for it."""
    shares, dollars = (move.share.low, move.share.mode, move.share.high), move.dollars_per_call
    low, mode, high = (share * pool.calls for share in shares)
    hours = None if pool.hours is None else (shares[0] * pool.hours, shares[1] * pool.hours, shares[2] * pool.hours)
    return Moved(
        calls=(low, mode, high),
        police_hours=hours,
        responder_hours=(low * move.hours_per_call, mode * move.hours_per_call, high * move.hours_per_call),
        responder_cost=(low * dollars.low, mode * dollars.mode, high * dollars.high),
    )


def together(moves: Sequence[Moved]) -> Moved:
    """All moves, each at the same end."""
    hours = [move.police_hours for move in moves if move.police_hours is not None]
    return Moved(
        calls=_summed([move.calls for move in moves]),
        police_hours=_summed(hours) if len(hours) == len(moves) else None,
        responder_hours=_summed([move.responder_hours for move in moves]),
        responder_cost=_summed([move.responder_cost for move in moves]),
    )


def _summed(parts: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    low, mode, high = (sum(part[end] for part in parts) for end in range(3))
    return low, mode, high


def spending_after(
    budget: float, file: Scenario, pools: Sequence[Pool], cost_per_hour: float
) -> tuple[float, float, float]:
    """What the city would spend: least, most likely and most over every combination of the file's ends.

    Of a move it changes by share x (cost of its calls - cashable x value of their police hours), so each move is at its
    least and most where share, cost and cashable stand at an end.
    """

    def change(move: Move, pool: Pool, share: float, dollars: float, cashable: float) -> float:
        return share * (pool.calls * dollars - cashable * (pool.hours or 0.0) * cost_per_hour)

    cash, least, mode, most = file.cashable, budget, budget, budget
    for move, pool in zip(file.moves, pools, strict=True):
        share, dollars = move.share, move.dollars_per_call
        corners = [
            change(move, pool, *ends)
            for ends in product((share.low, share.high), (dollars.low, dollars.high), (cash.low, cash.high))
        ]
        least, most = least + min(corners), most + max(corners)
        mode += change(move, pool, share.mode, dollars.mode, cash.mode)
    return least, mode, most


def row_of(pool: Pool, moved: Moved, price: Price, doubt_of_city: str | None, unpriced: str | None) -> dict[str, Any]:
    """The numbers of a row, with what can be told of hours and of money."""
    missing, doubt = judge(pool, doubt_of_city)
    row: dict[str, Any] = {
        "calls": pool.calls,
        "calls_already_answered": pool.answered,
        **_ends("calls_moved", moved.calls),
        "time_coverage": pool.coverage,
        **_ends("responder_hours", moved.responder_hours),
        **_ends("responder_cost", moved.responder_cost),
        "cost_per_paid_hour": price.cost_per_paid_hour,
        "status": "insufficient_data" if missing else "unreliable" if doubt else "ok",
        "reason": missing or doubt,
        "money_reason": missing or unpriced or doubt or price.doubt,
    }
    known = row["money_reason"] is None
    row["money_status"] = "insufficient_data" if missing or unpriced else "ok" if known else "unreliable"
    if pool.hours is not None and moved.police_hours is not None:
        low, mode, high = moved.police_hours
        row["police_hours_before"] = pool.hours
        row |= _ends("police_hours_freed", (low, mode, high))
        row |= _ends("police_hours_after", (pool.hours - high, pool.hours - mode, pool.hours - low))
        if price.cost_per_paid_hour is not None and not unpriced:
            for hours, dollars in (("hours_freed", "time_value"), ("hours_after", "police_cost_after")):
                row |= {f"{dollars}_{end}": row[f"police_{hours}_{end}"] * price.cost_per_paid_hour for end in ENDS}
            row["police_cost_before"] = pool.hours * price.cost_per_paid_hour
    return row


def judge(pool: Pool, doubt_of_city: str | None) -> tuple[str | None, str | None]:
    """Why the hours of some calls cannot be told, and why they are doubtful."""
    if pool.hours is None:
        return "no time on calls is known", None
    if doubt_of_city:
        return None, doubt_of_city
    if pool.coverage is not None and pool.coverage < MINIMUM_TIME_COVERAGE:
        return None, "much of the time on calls is unknown"
    if 0 < pool.calls < RELIABLE_CALLS:
        return None, f"fewer than {RELIABLE_CALLS} calls"
    return None, None


def _ends(name: str, values: tuple[float, float, float]) -> dict[str, float]:
    return {f"{name}_{end}": value for end, value in zip(ENDS, values, strict=True)}
