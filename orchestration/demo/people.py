"""Who lives in the demo city, and which zones carry a planted pattern.

What belongs here: residents by zone as the American Community Survey would tabulate them, and the plan of
what is planted where. What does not: how a planted pattern shapes calls (placement.py, calls.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.demo.city import N_ZONES, Floats, Ints, Zones

RESIDENTS = 180_000
SENTINEL = -666_666_666
RACES = ("White", "Black", "Hispanic", "Asian", "Other")
PROGRAMME_TYPES = (
    "HOMELESS ASSIST",
    "INTOXICATED PERSON",
    "MENTAL HEALTH CRISIS",
    "SUICIDAL SUBJECT",
    "WELFARE CHECK",
)


@dataclass(frozen=True)
class Plan:
    """What is planted: zone numbers, and the community responder programme."""

    high_crime: list[int]
    over_policed: list[int]
    low_resource: list[int]
    programme_zones: list[int]
    programme_start: date
    programme_share: float

    def flag(self, zones: list[int]) -> Ints:
        """1 for the zones named, 0 elsewhere."""
        out = np.zeros(N_ZONES, dtype=np.int64)
        out[zones] = 1
        return out


@dataclass(frozen=True)
class People:
    """Residents by zone."""

    population: Ints
    poverty: Floats
    race_share: Floats
    jobless: Floats
    income: Ints


def nearest(zones: Zones, zone: int, among: Iterable[int], count: int) -> list[int]:
    """The count zones closest to one zone, itself first if it is among them."""
    distance = ((zones.center_km - zones.center_km[zone]) ** 2).sum(axis=1)
    return sorted(sorted(among, key=lambda z: (distance[z], z))[:count])


def make_plan(zones: Zones, last_year: int, years: int, rng: np.random.Generator) -> tuple[Plan, int, int]:
    """The plan, the zone without residents and the zone with few of them."""
    from_center = (zones.center_km**2).sum(axis=1)
    core_first = [int(z) for z in np.argsort(from_center, kind="stable")]
    empty, sparse = (int(z) for z in rng.choice(core_first[35:], 2, replace=False))
    settled = [z for z in range(N_ZONES) if z not in (empty, sparse)]
    first = int(rng.choice([z for z in core_first[:12] if z in settled]))
    far = sorted(settled, key=lambda z: -((zones.center_km[z] - zones.center_km[first]) ** 2).sum())
    second, third = int(far[12]), int(far[2])
    high_crime = nearest(zones, first, settled, 6) + nearest(zones, second, settled, 2)
    calm = [z for z in settled if z not in high_crime]
    # Two over-policed zones have much crime as well, so crime alone cannot point them out.
    over_policed = nearest(zones, third, calm, 4) + nearest(zones, first, high_crime, 2)
    quiet = [z for z in calm if z not in over_policed]
    low_resource = nearest(zones, int(quiet[int(rng.integers(len(quiet)))]), quiet, 5) + nearest(
        zones, second, high_crime, 2
    )
    programme = sorted(int(z) for z in rng.choice(settled, 16, replace=False))
    start = date(last_year, 1, 1) if years > 1 else date(last_year, 7, 1)
    plan = Plan(sorted(high_crime), sorted(over_policed), sorted(low_resource), programme, start, 0.35)
    return plan, empty, sparse


def make_people(plan: Plan, empty: int, sparse: int, rng: np.random.Generator) -> People:
    """Residents that sum to the city's total, poorer where crime or want is planted."""
    weight = rng.lognormal(0.0, 0.30, N_ZONES)
    weight[[empty, sparse]] = 0.0
    few = 300 + int(rng.integers(150))
    exact = weight / weight.sum() * (RESIDENTS - few)
    population = np.floor(exact).astype(np.int64)
    leftover = RESIDENTS - few - int(population.sum())
    population[np.argsort(-(exact - population), kind="stable")[:leftover]] += 1
    population[sparse] = few
    want = 0.8 * plan.flag(plan.high_crime) + 0.9 * plan.flag(plan.low_resource) + 0.5 * plan.flag(plan.over_policed)
    poverty = 1 / (1 + np.exp(2.3 - 0.9 * want - rng.normal(0, 0.35, N_ZONES)))
    tilt = want + rng.normal(0, 0.45, N_ZONES)
    flat = np.zeros(N_ZONES)
    log_odds = (0.9 - 0.7 * tilt, -0.7 + 0.7 * tilt, -0.8 + 0.4 * tilt, flat - 2.2, flat - 2.3)
    odds = np.exp(np.column_stack(log_odds))
    income = np.round(np.exp(11.15 - 2.2 * poverty + rng.normal(0, 0.10, N_ZONES))).astype(np.int64)
    income[empty] = SENTINEL
    return People(
        population=population,
        poverty=poverty,
        race_share=odds / odds.sum(axis=1, keepdims=True),
        jobless=np.clip(0.02 + 0.22 * poverty + rng.normal(0, 0.008, N_ZONES), 0.01, 0.3),
        income=income,
    )


def margin(estimate: int, population: int) -> int:
    """A 90 % margin of error of the size such tables carry for a count."""
    return 12 if estimate == 0 else round(1.645 * float(np.sqrt(estimate * 9.0)) + 0.01 * population)


def acs_variables(people: People, rng: np.random.Generator) -> list[dict[str, int]]:
    """Estimates (E) and margins (M) by zone under their table codes."""
    rows = []
    for z in range(N_ZONES):
        total = int(people.population[z])
        universe = round(total * 0.97)
        labour = round(total * rng.uniform(0.48, 0.56))
        by_race = np.floor(total * people.race_share[z]).astype(int).tolist()
        counts = {
            "B01003_001": total,
            "B17001_001": universe,
            "B17001_002": round(universe * people.poverty[z]),
            "B03002_001": total,
            "B03002_003": by_race[0],
            "B03002_004": by_race[1],
            "B03002_006": by_race[3],
            "B03002_012": by_race[2],
            "B25003_001": round(total / rng.uniform(2.2, 2.7)),
            "B23025_003": labour,
            "B23025_005": round(labour * people.jobless[z]),
        }
        row = {}
        for code, estimate in counts.items():
            row[f"{code}E"], row[f"{code}M"] = estimate, margin(estimate, total)
        income = int(people.income[z])
        row["B19013_001E"] = income
        row["B19013_001M"] = -222_222_222 if income == SENTINEL else int(income * rng.uniform(0.06, 0.18))
        rows.append(row)
    return rows
