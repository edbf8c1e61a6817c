"""What a responder programme costs, and what the police time it frees is worth (methods, 8.6).

The share of the year's hours that is staffed decides the cost here and what is diverted in `teams`: it is one number.
Time value is not savings: it becomes money only as far as positions are given up, which is `cashable_share`.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from orchestration.statistics.capacity import HOURS_A_YEAR

Share = TypeVar("Share", float, npt.NDArray[np.float64])


@dataclass(frozen=True)
class Programme:
    """A responder programme: teams, and what they cost in US dollars a year.

    `net_hours` are the hours of a paid year that a full-time person is on duty (methods, 1.11).
    """

    teams: int
    staff_per_team: float
    net_hours: float
    loaded_pay: float
    vehicle_cost: float

    def cost(self, coverage: Share) -> Share:
        """Pay of everybody it takes to fill the posts for `coverage` of the year's hours, and a vehicle a team."""
        staff = self.teams * self.staff_per_team * HOURS_A_YEAR / self.net_hours * coverage
        return staff * self.loaded_pay + self.teams * self.vehicle_cost


@dataclass(frozen=True)
class Balance:
    """A programme against the police time it frees, US dollars a year."""

    cost: float
    cost_per_diverted_call: float | None
    police_hours: float
    time_value: float
    time_value_less_cost: float
    cashable_less_cost: float
    break_even_calls: float | None


def balance(
    cost: float,
    diverted_calls: float,
    hours_per_call: float,
    police_cost_per_hour: float,
    *,
    units_per_call: float = 1.0,
    cashable_share: float = 0.0,
) -> Balance:
    """Cost against time value. `hours_per_call` is of one unit; `police_cost_per_hour` of a paid hour (activity cost)."""
    worth = hours_per_call * units_per_call * police_cost_per_hour
    time_value = diverted_calls * worth
    return Balance(
        cost=cost,
        cost_per_diverted_call=cost / diverted_calls if diverted_calls else None,
        police_hours=diverted_calls * hours_per_call * units_per_call,
        time_value=time_value,
        time_value_less_cost=time_value - cost,
        cashable_less_cost=cashable_share * time_value - cost,
        break_even_calls=cost / worth if worth else None,
    )
