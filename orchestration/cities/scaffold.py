"""Writing a new city: its file in the catalog, its sources, first staging models, and their place in the list.

Everything is made in memory and checked before the first file is written, and no file that is there is overwritten.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.catalog.model import Boundary, City, DataSet
from orchestration.cities.guess import DataSetGuess, around
from orchestration.cities.models import contract, staging_sql, staging_yml

WORLD = Boundary(west=-180, south=-90, east=180, north=90)
# The time zone of a place in North America by its longitude: where each begins, going east.
ZONES_BY_LONGITUDE = ((-180.0, "Pacific/Honolulu"), (-154.0, "America/Anchorage"), (-130.0, "America/Los_Angeles"),
                      (-114.5, "America/Denver"), (-102.0, "America/Chicago"), (-86.5, "America/New_York"))  # fmt: skip


class CityExistsError(ValueError):
    """There is a city of that name already."""


@dataclass(frozen=True)
class NewCity:
    """A city to be written. `source` and `url` are the portal's part of the city file, where there is one."""

    name: str
    title: str
    time_zone: str
    boundary: Boundary
    projection: str
    data_sets: tuple[DataSetGuess, ...]
    source: dict[str, Any] | None = None
    url: str | None = None
    notes: tuple[str, ...] = ()


def boundary_of(guesses: tuple[DataSetGuess, ...]) -> Boundary | None:
    """The box around all coordinates."""
    boxes = [guess.boundary for guess in guesses if guess.boundary]
    # Outlines may be those of a whole state: they count only where nothing else has a place.
    boxes = boxes or [around(guess.profile.box) for guess in guesses if guess.profile.box]
    if not boxes:
        return None
    return Boundary(
        west=min(box.west for box in boxes), south=min(box.south for box in boxes),
        east=max(box.east for box in boxes), north=max(box.north for box in boxes),
    )  # fmt: skip


def utm(boundary: Boundary) -> str:
    """The UTM zone of the middle of a box, on WGS84."""
    longitude, latitude = (boundary.west + boundary.east) / 2, (boundary.south + boundary.north) / 2
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return f"EPSG:{326 if latitude >= 0 else 327}{zone:02d}"


def time_zone_of(boundary: Boundary) -> str:
    """A guess at the time zone: that of the United States at this longitude, elsewhere full hours from UTC."""
    longitude, latitude = (boundary.west + boundary.east) / 2, (boundary.south + boundary.north) / 2
    if -180 <= longitude <= -66 and 15 <= latitude <= 72:
        return next(zone for west, zone in reversed(ZONES_BY_LONGITUDE) if longitude >= west)
    hours = round(longitude / 15)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def write(city: NewCity, project: Path) -> list[Path]:
    """Write a city into a checkout. Returns the files written or changed.

    Raises:
        CityExistsError: the catalog or the staging folder has one of that name.
    """
    dbt_project = project / "dbt_project"
    staging = dbt_project / "models" / "staging" / city.name
    city_file = project / "orchestration" / "catalog" / "cities" / f"{city.name}.yml"
    listed = dbt_project / "macros" / "staged_models.sql"
    for path in (city_file, staging):
        if path.exists():
            raise CityExistsError(f"{path} is there already")
    text = city_yml(city)
    _check(text)
    files = {city_file: text, staging / f"_{city.name}__sources.yml": sources_yml(city)}
    for guess in city.data_sets:
        columns = contract(dbt_project, guess.entity)
        model = staging / f"stg_{city.name}__{guess.profile.name}.sql"
        files[model] = staging_sql(guess, city.name, city.time_zone, columns)
        files[model.with_suffix(".yml")] = staging_yml(guess, city.name, columns)
    entries = "".join(f"        ('stg_{city.name}__{one.profile.name}', '{one.entity}'),\n" for one in city.data_sets)
    before = listed.read_text(encoding="utf-8")
    files[listed] = re.sub(r"(?m)^(    \]\) \}\})", lambda found: entries + found[1], before, count=1)
    staging.mkdir(parents=True)
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
    return list(files)


def city_yml(city: NewCity) -> str:
    """The city file, with a note beside what is guessed."""
    box = city.boundary
    lines = [
        *(f"# {note}" for note in city.notes),
        f"name: {city.name}",
        f"title: {_text(city.title)}",
        f"time_zone: {city.time_zone}",
        f"projection: {city.projection}",
        f"boundary: {{west: {box.west}, south: {box.south}, east: {box.east}, north: {box.north}}}",
        "notes: A first draft, written from the files alone.",
        "",
        "data_sets:",
    ]
    for guess in city.data_sets:
        lines += [*_data_set_yml(guess, city.source, city.url), ""]
    return "\n".join(lines).rstrip() + "\n"


def _data_set_yml(guess: DataSetGuess, source: dict[str, Any] | None, url: str | None) -> list[str]:
    profile = guess.profile
    kept = [name for name in profile.columns if name not in (*guess.drop, "geometry_wkt", "sheet")]
    # What the staging model reads must be in every file: a file without it calls it otherwise, or lacks it.
    roles = {found.column: (role, found) for role, found in guess.columns.items()}
    clocks = {found.clock: role for role, found in guess.columns.items() if found.clock}
    optional = [
        name for name in kept if name not in roles and name not in clocks and not profile.columns[name].is_everywhere
    ]
    columns = [name for name in kept if name not in optional]
    lines = [
        *(f"  # {doubt}" for doubt in guess.doubts),
        f"  {profile.name}:",
        f"    title: {_text(profile.name.replace('_', ' ').capitalize())}",
        f"    entity: {guess.entity}  # {guess.sure}: {guess.why}",
        f"    files: {_list([_text(name) for name in profile.files])}",
        f"    format: {profile.format}",
        *([f"    delimiter: {_text(profile.delimiter)}"] if profile.delimiter != "," else []),
        *([f"    encoding: {profile.encoding}"] if profile.encoding != "utf-8" else []),
        *([f"    source: {yaml.safe_dump(source, default_flow_style=True, width=10_000).strip()}"] if source else []),
        *([f"    url: {_text(url)}"] if url else []),
        "    license: unknown; look it up at the publisher",
        f"    grain: {_grain(guess)}",
        _growth(guess, source),
    ]
    if guess.key:
        key = next(found for found in guess.columns.values() if found.column == guess.key[0])
        lines.append(f"    key: {_list([_text(name) for name in guess.key])}  # {key.sure}: {key.why}")
    elif guess.entity != "zones":
        lines.append("    repeats: exclude  # no column is a key: equal rows are one record; keep, if they are several")
    lines.append("    columns:")
    for name in columns:
        role, found = roles.get(name, (None, None))
        note = (
            f"{found.sure}: {role}; {found.why}"
            if found
            else f"not read: {guess.unread[name]}"
            if name in guess.unread
            else ""
        )
        lines.append(f"      - {_text(name)}" + (f"  # {note}" if note else ""))
    if optional:
        lines += ["    optional:  # some files lack them", *(f"      - {_text(name)}" for name in optional)]
    if guess.drop:
        lines.append("    drop:  # never past landing; take out only what nobody can be told by")
        lines += [f"      - {_text(name)}  # {why}" for name, why in guess.drop.items()]
    return lines


def _growth(guess: DataSetGuess, source: dict[str, Any] | None) -> str:
    # An Open311 endpoint answers by windows of time: what came before stays.
    if source:
        return f"    growth: {'append' if source['kind'] == 'open311' else 'snapshot'}"
    return f"    growth: {guess.growth}" + (f"  # {guess.growth_why}" if guess.growth_why else "")


def _grain(guess: DataSetGuess) -> str:
    one = {"calls": "call", "requests": "request", "offenses": "offense", "contacts": "contact", "zones": "zone"}
    key = next((found for found in guess.columns.values() if found.column in guess.key), None)
    if key is None:
        return f"one {one[guess.entity]}, without a key"
    if key.why.startswith("no value"):
        return f"one {one[guess.entity]}"
    return f"one version of a {one[guess.entity]}, or one of several rows about it"


def sources_yml(city: NewCity) -> str:
    """The sources of the staging models."""
    lines = [
        "sources:", f"  - name: {city.name}", f"    description: {_text(f'Raw exports of {city.title}.')}",
        "    schema: raw", "    tables:",
    ]  # fmt: skip
    for guess in city.data_sets:
        name = guess.profile.name
        lines += [
            f"      - name: {name}",
            f"        identifier: {city.name}__{name}",
            f"        description: {_text(f'One row per record of the export ({_grain(guess)}).')}",
            f"        config: {{meta: {{dagster: {{asset_key: [raw, {city.name}, {name}]}}}}}}",
        ]
    return "\n".join(lines) + "\n"


def _check(text: str) -> None:
    """ValidationError where the catalog would not take the file."""
    content = yaml.safe_load(text)
    City.model_validate(content)
    for name, data_set in content["data_sets"].items():
        DataSet.model_validate(data_set | {"name": name})


def _list(items: list[str]) -> str:
    return f"[{', '.join(items)}]"


def _text(text: str) -> str:
    """A YAML scalar on one line."""
    return yaml.safe_dump(text, default_flow_style=True, width=10_000, allow_unicode=True).removesuffix("...\n").strip()
