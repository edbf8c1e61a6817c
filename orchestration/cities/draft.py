"""A new city from files at hand: looked at, guessed, and drafted."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.cities.guess import DataSetGuess, guess
from orchestration.cities.profile import data_files, profile
from orchestration.cities.scaffold import WORLD, NewCity, boundary_of, time_zone_of, utm
from orchestration.ingest.errors import SourceError

NAME = r"[a-z][a-z0-9_]*"


def look(folder: Path) -> tuple[list[DataSetGuess], dict[str, str]]:
    """What the files of a folder are, and why some are passed over."""
    groups, others = data_files(folder)
    passed = dict.fromkeys(others, "no form that can be read")
    guesses: list[DataSetGuess] = []
    for group, files in groups.items():
        told = files[0].name if len(files) == 1 else group
        try:
            found = guess(profile(group, files))
        except SourceError as error:
            passed[told] = error.found
            continue
        if found is None:
            passed[told] = "no entity that can be guessed at: write its city file and staging model by hand"
        else:
            guesses.append(found)
    return guesses, passed


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
                "columns": {role: vars(found) for role, found in one.columns.items()},
                "drop": one.drop,
            }
            for one in city.data_sets
        ],
        "passed_over": passed,
        "written": list(map(str, written)),
    }
