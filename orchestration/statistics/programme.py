"""What a responder programme costs, and what the police time it frees is worth (methods, 8.6).

Time value is not savings: it becomes money only as far as positions are given up, which is `cashable_share`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Programme:
    """A responder programme: teams on duty around the clock, in US dollars a year."""

    teams: int
    staff_per_team: float
    relief_factor: float
    loaded_pay: float
    vehicle_cost: float

    @property
    def cost(self) -> float:
        """Pay of everybody it takes to fill the posts, and a vehicle a team."""
        staff = self.teams * self.staff_per_team * self.relief_factor
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
