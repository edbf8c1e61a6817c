"""What the city publishes about its zones, services and residents' views.

What belongs here: zones.geojson, resources.csv and resident_survey.csv.
What does not: money (budget.py) and requests (services.py).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import shapely

from orchestration.demo.city import N_ZONES, Floats
from orchestration.demo.people import RACES, People, Plan, acs_variables
from orchestration.demo.world import LAST_YEAR, World
from orchestration.demo.writing import write_lines

RESOURCES_HEADER = "Facility ID,Facility Type,Name,Address,Longitude,Latitude,Beds,Source"
# type, count, may stand in a zone planted as short of services, source
FACILITIES: tuple[tuple[str, int, bool, str], ...] = (
    ("Hospital", 4, False, "State facility register"),
    ("Supermarket", 22, False, "SNAP retailer list"),
    ("Small Grocery", 30, False, "SNAP retailer list"),
    ("Convenience Store", 85, True, "SNAP retailer list"),
    ("Substance Use Treatment", 14, False, "Treatment locator"),
    ("Mental Health Treatment", 18, False, "Treatment locator"),
    ("Food Pantry", 26, False, "211 directory"),
    ("Clinic", 24, False, "State facility register"),
)
SITUATIONS = (
    "pref_person_in_crisis",
    "pref_noise",
    "pref_homeless_neighbor",
    "pref_overdose",
    "pref_fender_bender",
    "pref_gunfire",
)
RESPONDERS = ("Police", "Clinician", "EMS", "Community organization", "City staff", "No one")
PREFERENCE = np.array(
    [
        [0.20, 0.50, 0.14, 0.12, 0.02, 0.02],
        [0.38, 0.01, 0.00, 0.14, 0.33, 0.14],
        [0.12, 0.24, 0.04, 0.44, 0.12, 0.04],
        [0.10, 0.12, 0.74, 0.03, 0.00, 0.01],
        [0.62, 0.00, 0.05, 0.02, 0.23, 0.08],
        [0.91, 0.01, 0.02, 0.05, 0.00, 0.01],
    ]
)
UNMET_NEEDS = (
    "None",
    "Mental health care",
    "Substance use treatment",
    "Housing help",
    "Food",
    "Youth activities",
)
RATINGS = ("safety_day", "safety_night", "trust_police", "trust_clinicians", "trust_community_org")
SURVEY_HEADER = ",".join(
    (
        "Respondent ID,Wave,Field Start,Field End,Mode,Zone ID,Weight,Age Band,Race,Sex",
        *RATINGS,
        *SITUATIONS,
        "unmet_need",
    )
)
RESPONDENTS = 1_200
MODES, MODE_SHARE = ("Web", "Phone", "Mail"), np.array([0.55, 0.15, 0.30])
AGE_BANDS = ("18-29", "30-44", "45-64", "65+")
AGE_SHARE, AGE_RESPONSE = np.array([0.24, 0.27, 0.30, 0.19]), np.array([0.6, 0.9, 1.1, 1.4])


def write_zones(world: World, path: Path) -> int:
    """zones.geojson: the polygons with census survey estimates and their margins."""
    zones, features = world.zones, []
    for z, variables in enumerate(acs_variables(world.people, world.draws.generator("census"))):
        # Counter-clockwise, as RFC 7946 wants outer rings.
        outer = shapely.orient_polygons(zones.polygons[z].normalize()).exterior
        ring = [[round(x, 6), round(y, 6)] for x, y in outer.coords]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "zone_id": zones.zone_id[z],
                    "zone_name": zones.name[z],
                    "beat": zones.beat[z],
                    **variables,
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": features,
    }
    path.write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")
    return len(features)


def write_resources(world: World, path: Path) -> int:
    """resources.csv: facilities, none but convenience stores where services are planted to be missing."""
    zones, blocks, rng = world.zones, world.blocks, world.draws.generator("resources")
    short = world.plan.flag(world.plan.low_resource)[blocks.zone] == 1
    lines: list[str] = []
    for kind, number, anywhere, source in FACILITIES:
        allowed = np.flatnonzero(blocks.is_arterial & (anywhere | ~short))
        for n, block in enumerate(rng.choice(allowed, number, replace=False).tolist()):
            # The number in the hundred block, as a facility publishes its own door.
            hundred, street = blocks.address[block].split(" BLOCK OF ")
            address = f"{int(hundred) + int(rng.integers(1, 99))} {street}"
            beds = ""
            if kind == "Hospital":
                beds = "-999" if n == 0 else str(int(rng.integers(60, 420)))
            name = f"{zones.name[int(blocks.zone[block])]} {kind}"
            place = f"{blocks.lon[block]:.6f},{blocks.lat[block]:.6f}"
            lines.append(f"F{len(lines) + 1:04d},{kind},{name},{address},{place},{beds},{source}")
    return write_lines(path, RESOURCES_HEADER, lines)


def answer(value: str, rng: np.random.Generator) -> str:
    """An answer, or one of the three ways in which it can be missing."""
    draw = float(rng.random())
    if draw < 0.02:
        return ""
    if draw < 0.045:
        return "98"
    return "99" if draw < 0.06 else value


def pick(share: Floats, rng: np.random.Generator) -> int:
    """An index in proportion to its share; many times faster than rng.choice for one draw."""
    cumulative = np.cumsum(share)
    return int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))


def rating(mean: float, rng: np.random.Generator) -> str:
    """A whole number from 0 to 10."""
    return str(min(10, max(0, round(rng.normal(mean, 2.2)))))


def respondent(zone: int, wave: int, people: People, plan: Plan, rng: np.random.Generator) -> tuple[int, list[str]]:
    """Age band number and the answers of one adult of a zone."""
    age = pick(AGE_SHARE * AGE_RESPONSE, rng)
    race = pick(people.race_share[zone], rng)
    crime, policed, short = (
        float(zone in planted) for planted in (plan.high_crime, plan.over_policed, plan.low_resource)
    )
    gain = 0.3 if wave == 2 and zone in plan.programme_zones else 0.0
    means = (
        7.4 - 1.2 * crime,
        5.9 - 1.8 * crime,
        6.1 - 1.7 * policed - 0.4 * crime - (0.6 if race == 1 else 0.0) + 0.25 * (age - 1.5) + gain,
        6.6 - 0.7 * short,
        6.3 + 0.3 * policed,
    )
    ratings = [answer(rating(mean, rng), rng) for mean in means]
    tilt = np.array([1 - 0.35 * policed, 1, 1, 1 + 0.6 * policed, 1, 1 + 0.3 * policed])
    wishes = [answer(RESPONDERS[pick(row * tilt, rng)], rng) for row in PREFERENCE]
    needs = np.array([0.58 - 0.22 * short, 0.11, 0.05, 0.11, 0.08 + 0.16 * short, 0.07 + 0.06 * short])
    need = answer(UNMET_NEEDS[pick(needs, rng)], rng)
    sex = "Female" if rng.random() < 0.54 else "Male"
    return age, [AGE_BANDS[age], RACES[race], sex, *ratings, *wishes, need]


def write_survey(world: World, path: Path) -> int:
    """resident_survey.csv: two waves a year apart, weighted for zone and age."""
    people, rng = world.people, world.draws.generator("survey")
    adults = np.where(people.population >= 400, people.population, 0) * 0.77
    # Equal-sized samples per zone would be costly; the square root lies between that and proportional.
    chance = np.sqrt(adults) / np.sqrt(adults).sum()
    lines: list[str] = []
    for wave in (1, 2):
        year = LAST_YEAR - 2 + wave
        for zone in np.sort(rng.choice(N_ZONES, RESPONDENTS, p=chance)).tolist():
            age, answers = respondent(zone, wave, people, world.plan, rng)
            base = adults[zone] / (chance[zone] * RESPONDENTS)
            weight = base / AGE_RESPONSE[age] * float(rng.uniform(0.85, 1.15))
            mode = MODES[pick(MODE_SHARE, rng)]
            field = f"{year}-04-08,{year}-05-31,{mode},{world.zones.zone_id[zone]}"
            number = f"{wave}{len(lines) + 1:05d}"
            lines.append(f"{number},{wave},{field},{weight:.2f},{','.join(answers)}")
    return write_lines(path, SURVEY_HEADER, lines)
