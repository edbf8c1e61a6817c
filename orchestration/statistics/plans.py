"""A number of teams for the hours staffed: what they attend, divert and cost, at the modes and over the draws.

Each draw's coverage stands on both sides, in what is diverted and in what it costs (methods, 8.5 and 8.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.statistics.assumptions import AnswerPath, Assumptions
from orchestration.statistics.capacity import HOURS_A_YEAR
from orchestration.statistics.diversion import PERCENTILES, Drawn, Draws, left_share, percentiles
from orchestration.statistics.programme import Programme, balance
from orchestration.statistics.teams import Pattern, attended_when_staffed, wanted_when_staffed

RESPONDER: AnswerPath = "responder"
HALFWAY = 0.5  # between the low and the high judgment
# Sums over hours differ in their last digits; that much less attended than wanted is no cap.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Known:
    """Mean officer-hours of a call that responders could go to, None where unknown, and what is in doubt."""

    hours_per_call: float | None
    doubt: str | None
    doubt_of_hours: str | None


@dataclass(frozen=True)
class Price:
    """A paid hour of a sworn officer in a budget phase, US dollars; None where positions are not published."""

    phase: str
    cost_per_paid_hour: float | None
    doubt: str | None


@dataclass(frozen=True)
class Plan:
    """A year of some teams, with every factor at its mode; diverted calls and cost of each draw beside it."""

    coverage: float
    eligible: float
    wanted: float
    capacity: float
    attended: float
    diverted: float
    cost: float
    diverted_draws: Draws
    cost_draws: Draws
    share_of_draws_capped: float

    def columns(self) -> dict[str, float | None]:
        """What demand.responder_programmes says of calls and cost."""
        with np.errstate(divide="ignore", invalid="ignore"):
            per_call = self.cost_draws / self.diverted_draws
        return {
            "staffed_share": self.coverage,
            "staffed_hours": self.coverage * HOURS_A_YEAR,
            "eligible_calls": self.eligible,
            "wanted_calls": self.wanted,
            "capacity_calls": self.capacity,
            "attended_calls": self.attended,
            "utilisation_in_year": self.attended / self.capacity if self.capacity else None,
            "share_of_draws_capped": self.share_of_draws_capped,
            **_simulated("diverted_calls", self.diverted, self.diverted_draws),
            **_simulated("programme_cost", self.cost, self.cost_draws),
            **_simulated("cost_per_diverted_call", self.cost / self.diverted if self.diverted else None, per_call),
        }

    def worth(self, hours_per_call: float, cost_per_hour: float, assumed: Assumptions) -> dict[str, float | None]:
        """What it says of the police time that is freed."""
        given = assumed.programme
        low, mode, high = (
            balance(
                self.cost,
                self.diverted,
                hours_per_call,
                cost_per_hour,
                units_per_call=given.units_per_call.value,
                cashable_share=share,
            )
            for share in (given.cashable.low, given.cashable.mode, given.cashable.high)
        )
        hours = self.diverted_draws * hours_per_call * given.units_per_call.value
        value = hours * cost_per_hour
        return {
            **_simulated("police_hours_freed", mode.police_hours, hours),
            **_simulated("time_value", mode.time_value, value),
            **_simulated("time_value_less_cost", mode.time_value_less_cost, value - self.cost_draws),
            "cashable_less_cost_low": low.cashable_less_cost,
            "cashable_less_cost": mode.cashable_less_cost,
            "cashable_less_cost_high": high.cashable_less_cost,
            "break_even_calls": mode.break_even_calls,
        }


def _simulated(name: str, at_modes: float | None, draws: Draws) -> dict[str, float | None]:
    found = percentiles(draws)
    return {
        name: at_modes,
        # Where some draws divert nothing, a cost per call has no upper end.
        **{f"{name}_p{p:02}": float(v) if np.isfinite(v) else None for p, v in zip(PERCENTILES, found, strict=True)},
    }


def plan_of(pattern: Pattern, assumed: Assumptions, drawn: Drawn, teams: int) -> Plan:
    """What `teams` would do with the calls of a year."""
    given, path = assumed.programme, assumed.paths[RESPONDER]
    hours_per_call, coverage = given.hours_per_call.value, path.coverage.mode
    programme = Programme(
        teams=teams,
        staff_per_team=given.staff_per_team.value,
        net_hours=given.net_hours.value,
        loaded_pay=given.loaded_pay.value,
        vehicle_cost=given.vehicle_cost.value,
    )
    attended = coverage * float(attended_when_staffed(pattern, HALFWAY, path.uptake.mode, teams, hours_per_call))
    attended_draws = attended_when_staffed(pattern, drawn.judgment, drawn.uptake, teams, hours_per_call)
    wanted_draws = wanted_when_staffed(pattern, drawn.judgment, drawn.uptake)
    return Plan(
        coverage=coverage,
        eligible=float(wanted_when_staffed(pattern, HALFWAY, 1.0)),
        wanted=coverage * float(wanted_when_staffed(pattern, HALFWAY, path.uptake.mode)),
        capacity=teams * coverage * HOURS_A_YEAR / hours_per_call,
        attended=attended,
        diverted=attended * left_share(path.substitution.mode, path.backup.mode),
        cost=programme.cost(coverage),
        diverted_draws=drawn.coverage * attended_draws * drawn.left,
        cost_draws=programme.cost(drawn.coverage),
        share_of_draws_capped=float((attended_draws < wanted_draws * (1 - ROUNDING)).mean()),
    )
