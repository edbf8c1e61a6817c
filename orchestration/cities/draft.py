"""A new city from files at hand: looked at, guessed, and drafted."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.cities.files import data_files
from orchestration.cities.guess import DataSetGuess, NotGuessedError, guess
from orchestration.cities.overrule import Said, overruled
from orchestration.cities.profile import Profile, profile
from orchestration.cities.scaffold import WORLD, NewCity, boundary_of, time_zone_of, utm
from orchestration.cities.zone_ids import with_zone_ids
from orchestration.ingest.errors import SourceError

NAME = r"[a-z][a-z0-9_]*"


def look(folder: Path, said: Said | None = None) -> tuple[list[DataSetGuess], dict[str, str]]:
    """What the files of a folder are, but for what was said of them, and why some are passed over.

    Raises:
        ValueError: what was said fits no data set, or several.
    """
    groups, others = data_files(folder)
    passed = dict.fromkeys(others, "no form that can be read")
    profiles: dict[str, Profile] = {}
    for group, files in groups.items():
        told = files[0].name if len(files) == 1 else group
        try:
            profiles[told] = profile(group, files)
        except SourceError as error:
            passed[told] = error.found
    against = overruled(said or {}, profiles)
    guesses: list[DataSetGuess] = []
    for told, seen in profiles.items():
        try:
            found = guess(seen, against[told])
        except NotGuessedError as error:
            passed[told] = str(error)
            continue
        name = _free_name(against[told].name or _named(found), {one.profile.name for one in guesses})
        guesses.append(replace(found, profile=replace(seen, name=name)))
    return with_zone_ids(guesses), passed


def _named(guess: DataSetGuess) -> str:
    """A name that begins with a letter, from the file's or what its rows are."""
    name = guess.profile.name
    return name if re.fullmatch(NAME, name) else f"{guess.entity}_{name}".rstrip("_")


def _free_name(name: str, taken: set[str]) -> str:
    return next(one for one in (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3))) if one not in taken)


def draft(
    name: str,
    guesses: list[DataSetGuess],
    title: str | None = None,
    time_zone: str | None = None,
    source: dict[str, Any] | None = None,
    url: str | None = None,
) -> NewCity:
    """The city that the guesses make. ValueError where a name is none that a city can have, or there is no data set."""
    if not re.fullmatch(NAME, name):
        raise ValueError(f"{name!r} is no name for a city: lower-case letters, digits and underscores, a letter first")
    if not guesses:
        raise ValueError("no file holds calls, requests, offenses, contacts or zones that could be recognised")
    if source and source["kind"] == "ckan":
        # The sample came as JSON; what is pulled from a datastore lands as CSV.
        guesses = [replace(one, profile=replace(one.profile, format="csv", files=("*.csv",))) for one in guesses]
    known = boundary_of(tuple(guesses))
    boundary = known or WORLD
    notes = []
    if known is None:
        notes.append("low: no coordinates were found, so the boundary is the whole world; put the city's box here.")
    else:
        notes.append("medium: the boundary is that of the coordinates with a margin, the projection their UTM zone.")
    if time_zone is None:
        notes.append("low: the time zone is guessed from the longitude; wrong by an hour where it is another one.")
    return NewCity(
        name=name,
        title=title or name.replace("_", " ").title(),
        time_zone=time_zone or (time_zone_of(boundary) if known else "Etc/UTC"),
        boundary=boundary,
        projection=utm(boundary) if known else "EPSG:3857",
        data_sets=tuple(guesses),
        source=source,
        url=url,
        notes=tuple(notes),
    )


def as_data(city: NewCity, passed: dict[str, str], written: list[Path]) -> dict[str, Any]:
    """A draft, as data."""
    return {
        "city": city.name,
        "time_zone": city.time_zone,
        "projection": city.projection,
        "boundary": city.boundary.model_dump(),
        "data_sets": [
            {
                "name": one.profile.name,
                "files": list(one.profile.files),
                "format": one.profile.format,
                "rows": one.profile.rows,
                "entity": one.entity,
                "sure": one.sure,
                "why": one.why,
                "key": one.key,
                "growth": one.growth,
                "time_ways": {
                    role: list(one.profile.columns[found.column].ways)
                    for role, found in one.columns.items()
                    if one.profile.columns[found.column].ways
                },
                "columns": {role: vars(found) for role, found in one.columns.items()},
                "drop": one.drop,
                "unread": one.unread,
                "constant": one.profile.constant,
                "same_as": one.profile.same,
                "doubts": list(one.doubts),
            }
            for one in city.data_sets
        ],
        "passed_over": passed,
        "written": list(map(str, written)),
    }
