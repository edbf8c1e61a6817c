"""Guesses at what a data set is and which of its columns are the canonical ones, each with how sure it is.

A guess is for a person to confirm: names are matched first, values must agree. Columns that name a person are never
guessed at; they are to be dropped.
"""

import re
from dataclasses import dataclass

from orchestration.catalog.model import Boundary
from orchestration.cities.profile import Column, Profile
from orchestration.cities.vocabulary import FILE_WORDS, TIMES, WORDS, Guessable, Sure, how_sure
from orchestration.ingest.personal import BY_LENGTH, BY_NAME, is_free_text, is_personal, personal_values

MARGIN = 0.02  # degrees, some two kilometres
WEAKER: dict[Sure, Sure] = {"high": "medium", "medium": "low", "low": "low"}
STRENGTH: dict[Sure, int] = {"high": 3, "medium": 2, "low": 1}
IDS: dict[Guessable, str] = {
    "calls": "call_id",
    "requests": "request_id",
    "offenses": "offense_id",
    "contacts": "contact_id",
    "zones": "zone_id",
}
START: dict[Guessable, str] = {
    "calls": "received_at",
    "requests": "requested_at",
    "offenses": "occurred_at",
    "contacts": "contact_at",
}


@dataclass(frozen=True)
class Guess:
    """The column that a canonical one probably is, how sure that is, and why."""

    column: str
    sure: Sure
    why: str


@dataclass(frozen=True)
class DataSetGuess:
    """A data set with all that is guessed of it. `sure` is about the entity; `key` is empty where no column is one."""

    profile: Profile
    entity: Guessable
    sure: Sure
    why: str
    columns: dict[str, Guess]
    key: list[str]
    drop: dict[str, str]
    boundary: Boundary | None


def guess(profile: Profile) -> DataSetGuess | None:
    """What a data set is; None where it is none of the entities that can be guessed at."""
    drop = dropped(profile)
    left = [column for name, column in profile.columns.items() if name not in drop and column.filled]
    found = _entity(profile, left)
    if found is None:
        return None
    entity, sure, why = found
    columns = _columns(left, entity, profile.rows)
    if entity in START and START[entity] not in columns:
        return None
    key_guess = columns.get(IDS[entity])
    key = [key_guess.column] if key_guess else []
    return DataSetGuess(profile, entity, sure, why, columns, key, drop, _boundary(profile, columns))


def dropped(profile: Profile) -> dict[str, str]:
    """The columns that never go past landing, each with the reason."""
    reasons: dict[str, str] = {}
    for name, column in profile.columns.items():
        if name == "geometry_wkt":
            continue
        if is_personal(name) and not (name == "name" and "geometry_wkt" in profile.columns):
            reasons[name] = BY_NAME
        elif found := personal_values(column.values):
            reasons[name] = found
        elif column.values and is_free_text(column.mean_length, column.distinct, column.values[0]):
            reasons[name] = BY_LENGTH
    return reasons


def _entity(profile: Profile, columns: list[Column]) -> tuple[Guessable, Sure, str] | None:
    """The entity whose words fit best; a name of the file weighs as much as two columns."""
    if "geometry_wkt" in profile.columns:
        return "zones", "high" if re.search(FILE_WORDS["zones"], profile.name) else "medium", "it has outlines"
    named = next((entity for entity, words in FILE_WORDS.items() if re.search(words, profile.name)), None)
    scores: dict[Guessable, int] = {}
    for entity in START:
        names = {role for role, found in _columns(columns, entity, profile.rows).items() if found.sure != "low"}
        own = names - {"longitude", "latitude", "native_zone", "block_address", "updated_at"}
        scores[entity] = len(own) + 2 * (entity == named) if START[entity] in names else 0
    best = max(scores, key=lambda entity: scores[entity])
    if scores[best] < 3:
        return None
    second = max(score for entity, score in scores.items() if entity != best)
    sure: Sure = (
        "high" if best == named and scores[best] >= second + 2 else "medium" if scores[best] > second else "low"
    )
    return best, sure, f"{scores[best]} signs for it, {second} for the next best"


def _columns(columns: list[Column], entity: Guessable, rows: int) -> dict[str, Guess]:
    """The best column for each canonical one; a column stands for one thing, the surest."""
    candidates: list[tuple[int, int, str, Guess]] = []
    for order, (role, patterns) in enumerate(WORDS[entity].items()):
        for column in columns:
            sure = how_sure(column.name, patterns)
            checked = _by_values(role, column, sure, IDS[entity], rows) if sure else None
            if checked:
                candidates.append((-STRENGTH[checked.sure], order, role, checked))
    found: dict[str, Guess] = {}
    taken: set[str] = set()
    for _, _, role, candidate in sorted(candidates, key=lambda one: one[:2]):
        if role not in found and candidate.column not in taken:
            found[role] = candidate
            taken.add(candidate.column)
    return found


def _by_values(role: str, column: Column, sure: Sure, id_role: str, rows: int) -> Guess | None:
    """A guess by name, held against the values; None where they speak against it."""
    if role in TIMES:
        if column.time is None:
            return None
        way, share = column.time
        told = f"{share:.0%} are times like {way}"
        is_day = way not in ("offset", "epoch_ms", "epoch_s") and not re.search("%[HI]", way)
        is_unclear = way.startswith(("%m/%d", "%d/%m")) and _may_be_either(column)
        return Guess(
            column.name,
            WEAKER[sure] if share < 0.99 or is_day or is_unclear else sure,
            told + (", without the hour" if is_day else ""),
        )
    if role in ("longitude", "latitude"):
        limit = 180 if role == "longitude" else 90
        if column.numbers is None or max(map(abs, column.numbers)) > limit:
            return None
        return Guess(column.name, sure, f"numbers from {column.numbers[0]:g} to {column.numbers[1]:g}")
    if column.time is not None and not column.time[0].startswith("epoch"):
        return None
    if role == id_role:
        if column.distinct == column.filled == rows:
            return Guess(column.name, sure, "no value stands twice")
        if column.distinct < 0.5 * column.filled and role != "zone_id":
            return Guess(
                column.name,
                "low",
                f"{column.filled - column.distinct:,} rows repeat a value: versions, or several rows each?",
            )
        return Guess(column.name, WEAKER[sure], f"{column.filled - column.distinct:,} rows repeat a value: versions?")
    return Guess(column.name, sure, "by its name")


def _may_be_either(column: Column) -> bool:
    """Whether day and month could be exchanged in every value seen."""
    return all(
        (found := re.match(r"(\d+)/(\d+)/", value)) and int(found[1]) <= 12 and int(found[2]) <= 12
        for value in column.values
    )


def _boundary(profile: Profile, columns: dict[str, Guess]) -> Boundary | None:
    """A box around the coordinates, with a margin of some two kilometres; None without any."""
    if not {"longitude", "latitude"} <= columns.keys():
        return None
    longitudes, latitudes = (profile.columns[columns[role].column].numbers for role in ("longitude", "latitude"))
    if not longitudes or not latitudes:
        return None
    return Boundary(
        west=round(max(longitudes[0] - MARGIN, -180), 2),
        east=round(min(longitudes[1] + MARGIN, 180), 2),
        south=round(max(latitudes[0] - MARGIN, -90), 2),
        north=round(min(latitudes[1] + MARGIN, 90), 2),
    )
