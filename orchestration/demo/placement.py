"""Where things happen: how likely each block is for each kind of event.

What belongs here: weights by block, including the planted geography (zones with much crime, zones with more
enforcement than their crime explains, the few blocks that hold half of the violence).
What does not: geometry (city.py) and what is planted where (people.py).
"""

from __future__ import annotations

import numpy as np

from orchestration.demo.city import N_ZONES, Blocks, Floats, Ints
from orchestration.demo.people import People, Plan

SLOTS = 16_384
PLACES = ("violent", "property", "home", "road", "disorder", "retail", "crisis", "stops", "checks", "station")
HOT_SHARE_OF_BLOCKS, HOT_SHARE_OF_VIOLENCE = 0.05, 0.50
OVER_POLICING = 3.0


def first_slot(place: str) -> int:
    """First slot of a kind of place in the table of block slots."""
    return PLACES.index(place) * SLOTS


def spread(zone_total: Floats, within: Floats, zone: Ints) -> Floats:
    """Block weights whose sums by zone are zone_total, shared out by within."""
    sums = np.bincount(zone, within, N_ZONES)
    out = zone_total[zone] * within / sums[zone]
    return np.asarray(out / out.sum())


def top_share(weight: Floats, share: float) -> float:
    """Part of the total that the heaviest share of entries holds."""
    ranked = np.sort(weight)[::-1]
    return float(ranked[: max(1, round(share * len(ranked)))].sum() / ranked.sum())


def concentrated(zone_total: Floats, noise: Floats, zone: Ints) -> Floats:
    """Block weights in which the planted share of blocks holds the planted share of events."""
    low, high = 0.0, 4.0
    for _ in range(30):
        sigma = (low + high) / 2
        weight = spread(zone_total, np.exp(sigma * noise), zone)
        if top_share(weight, HOT_SHARE_OF_BLOCKS) < HOT_SHARE_OF_VIOLENCE:
            low = sigma
        else:
            high = sigma
    return weight


def block_weights(blocks: Blocks, people: People, plan: Plan, rng: np.random.Generator) -> dict[str, Floats]:
    """Weight of every block for every kind of place; each sums to one."""
    size = len(blocks.zone)
    residents = people.population.astype(float)
    crime = 1 + 3.2 * plan.flag(plan.high_crime)
    mild = np.exp(rng.normal(0, 0.12, N_ZONES)) * (0.6 + 2.0 * people.poverty)
    over = 1 + (OVER_POLICING - 1) * plan.flag(plan.over_policed)
    noise = {place: rng.normal(0, 1, size) for place in PLACES}
    road = np.where(blocks.is_arterial, 7.0, 1.0)
    violent_zone = (residents + 150) * crime * mild
    property_zone = (residents + 500) * (1 + 0.7 * (crime - 1)) * mild**0.8
    # Enforcement follows recorded crime everywhere but in the over-policed zones.
    crime_zone = violent_zone / violent_zone.sum() + property_zone / property_zone.sum()
    weights = {
        "violent": concentrated(violent_zone, noise["violent"], blocks.zone),
        "property": spread(property_zone, np.exp(1.1 * noise["property"]), blocks.zone),
        "home": spread((residents + 40) * np.sqrt(crime * mild), np.exp(0.8 * noise["home"]), blocks.zone),
        "road": spread(residents + 1_500, road * np.exp(0.9 * noise["road"]), blocks.zone),
        "disorder": spread((residents + 300) * np.sqrt(crime) * mild, np.exp(1.3 * noise["disorder"]), blocks.zone),
        "retail": spread(residents + 1_200, np.exp(1.7 * noise["retail"]) * np.sqrt(road), blocks.zone),
        "crisis": spread((residents + 80) * mild, np.exp(1.1 * noise["crisis"]), blocks.zone),
        "stops": spread(crime_zone * over, road * np.exp(0.9 * noise["stops"]), blocks.zone),
        "checks": spread(crime_zone * over, np.exp(1.2 * noise["checks"]), blocks.zone),
        "station": np.where(noise["station"] >= np.sort(noise["station"])[-3], 1 / 3, 0.0),
    }
    return {place: weights[place] for place in PLACES}


def slots(weight: Floats, count: int) -> Ints:
    """A table of count entries in which each index appears in proportion to its weight."""
    cumulative = np.cumsum(weight)
    points = (np.arange(count) + 0.5) / count * cumulative[-1]
    return np.asarray(np.searchsorted(cumulative, points).clip(max=len(weight) - 1), dtype=np.int64)
