"""First staging models: SQL and documentation written from guesses, with how sure each is beside its line.

The contract is read from the canonical model's own file, so that a column it gains is written as NULL here rather
than forgotten.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.cities.guess import IDS, START, DataSetGuess, Guess
from orchestration.cities.profile import FEW_VALUES, Column
from orchestration.cities.vocabulary import FLAGS, TIMES
from orchestration.ingest.sql import literal, quoted

YES, NO = "('Y', 'YES', 'TRUE', 'T', '1')", "('N', 'NO', 'FALSE', 'F', '0')"
STARTED_BY = {
    "officer": r"on.?view|officer|field|self|proactive|patrol|traffic stop",
    "alarm": r"alarm",
    "administrative": r"admin|system|cad",
    "community": r"911|phone|call|citizen|public|telephone|emergency|text|walk|web|online|community",
}
USUAL_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
)  # of macro usual_formats
MOST_GROUPS = 12
NEVER_BEGIN_ANEW = ("calls", "requests")  # what stays the same however often a record is changed: when it came in
CENSUS = r"b\d{5}[a-z]*_\d{3}[em]"
CONTACT_KINDS = {"arrest": r"arrest", "use_of_force": r"force"}


def contract(dbt_project: Path, entity: str) -> dict[str, Mapping[str, Any]]:
    """The columns of a canonical model: type and description, in order."""
    text = (dbt_project / "models" / "canonical" / f"{entity}.yml").read_text(encoding="utf-8")
    return {column["name"]: column for column in yaml.safe_load(text)["models"][0]["columns"]}


def staging_sql(guess: DataSetGuess, city: str, time_zone: str, columns: Mapping[str, Mapping[str, Any]]) -> str:
    """The staging model of a data set."""
    table, start = guess.profile.name, START.get(guess.entity)
    key = [_name(one) for one in guess.key]
    typed = _typed(guess)
    select = ",\n    ".join(
        [
            *(_final(name, column, guess, city) for name, column in columns.items()),
            *(f"{{{{ census_number('{name}') }}}} as {name}" for name in census_variables(guess)),
        ]
    )
    settings, ranking, joined, told = "", "", "", []
    excluded, contested = "cast(null as varchar)", "cast(null as varchar)"
    if key:
        excluded, contested = "{{ version_reason('versions') }}", "{{ identity_reason('versions') }}"
        newest = guess.columns.get("updated_at")
        conditions = [f"{one} is not null" for one in key]
        began = "none"
        if start:
            clock = _clock(guess, guess.columns[start]).replace("rows.", "")
            conditions.append(f"{clock} is not null")
            began = _jinja(clock) if guess.entity in NEVER_BEGIN_ANEW else "none"
        settings = _SETTINGS.format(
            newest=_jinja(_clock(guess, newest).replace("rows.", "") if newest else "_load_number"),
            readable="\n    ~ ' and ' ~ ".join(map(_jinja, conditions)), began=began,
        )  # fmt: skip
        ranking = _VERSIONS.format(city=city, table=table, key=key)
        joined = "\n    left join versions\n        on {{ same_row('rows', 'versions') }}"
    elif start:
        excluded, told = "{{ repeat_reason('repeats') }}", ["{{ kept_repeat('repeats') }} as kept_reason"]
        ranking = _REPEATS.format(city=city, table=table)
        joined = "\n    left join repeats\n        on {{ same_row('rows', 'repeats') }}"
    missing = " or ".join(f"typed.{one} is null" for one in key)
    reasons = [f"case when {missing} then 'missing_key' end"] if key else []
    if start:
        column = guess.columns[start]
        reasons.append(f"{{{{ time_reason({_text(column, 'typed.')}{_formats(guess, column)}) }}}}")
    reasons.append("typed.identity_reason")
    reason = "coalesce(\n            " + ",\n            ".join(reasons) + "\n        )"
    return _MODEL.format(
        ranking=ranking, typed="".join(f"        {one},\n" for one in [*typed, *told]), reason=reason,
        excluded=excluded, contested=contested, city=city, table=table, joined=joined, select=select,
        settings=settings, time_zone=time_zone, told=", kept_reason" if told else "",
    )  # fmt: skip


_SETTINGS = """{{% set newest = {newest} %}}
{{% set readable =
    {readable}
%}}
{{% set began = {began} %}}
"""
_VERSIONS = """versions as (
    {{{{ rank_versions(source('{city}', '{table}'), {key!r}, newest, readable, began) }}}}
),

"""
_REPEATS = """repeats as (
    {{{{ rank_repeats(source('{city}', '{table}')) }}}}
),

"""
_MODEL = """-- A first draft, written from the files alone: confirm each line, and take away how sure it was.
{{% set time_zone = '{time_zone}' %}}
{settings}
with {ranking}typed as (
    select
        rows.*,
{typed}        {contested} as identity_reason,
        {excluded} as exclusion_reason
    from {{{{ source('{city}', '{table}') }}}} as rows{joined}
),

judged as (
    select
        typed.*,
        {reason} as quarantine_reason
    from typed
)

select
    {select},
    {{{{ row_status('quarantine_reason', 'exclusion_reason') }}}} as row_status,
    coalesce(quarantine_reason, exclusion_reason{told}) as row_reason
from judged
"""


def _typed(guess: DataSetGuess) -> list[str]:
    """Expressions of the typed rows: times in UTC, and where the coordinates stand."""
    found = [
        f"{_time(guess, one)} as guessed_{role}"
        for role, one in guess.columns.items()
        if role in TIMES and role != "updated_at"
    ]
    if {"longitude", "latitude"} <= guess.columns.keys():
        places = [f"rows.{_name(guess.columns[role].column)}" for role in ("longitude", "latitude")]
        found.append(f"{{{{ location_status('{places[0]}', '{places[1]}') }}}} as guessed_location_status")
    return found


def _final(name: str, column: Mapping[str, Any], guess: DataSetGuess, city: str) -> str:
    """A column of the contract: its expression, and a note on how sure it is."""
    found = _constant(name, guess, city) or _derived(name, guess) or _mapped(name, guess)
    expression, note = found if found else (f"cast(null as {column['data_type']})", None)
    told = f"{{# {note} #}}\n    " if note else ""
    return f"{told}{expression}" if expression == name else f"{told}{expression} as {name}"


def _note(guess: Guess) -> str:
    return f"{guess.sure}: {guess.column}, {guess.why}".replace("#}", "# }").replace("{", "(")


def _constant(name: str, guess: DataSetGuess, city: str) -> tuple[str, str | None] | None:
    kind = next((kind for kind, words in CONTACT_KINDS.items() if re.search(words, guess.profile.name)), "stop")
    zone = "beat" if re.search("beat", guess.profile.name) else "tract"
    by_entity: dict[str, dict[str, tuple[str, str | None]]] = {
        "calls": {"call_time_basis": ("'received'", None)},
        "requests": {"channel": ("'311'", "low: requests are taken to be 311's")},
        "contacts": {
            "contact_kind": (f"'{kind}'", "low: by the name of the file"),
            "initiation": ("'officer'", "low: contacts are taken to be officers' own"),
            "initiation_basis": ("'type'", None),
        },
        "offenses": {"crime_against": ("'unknown'", None), "offense_time_basis": ("'occurred'", None)},
        "zones": {"zone_kind": (f"'{zone}'", "low: by the name of the file"), "geometry_wkt": ("geometry_wkt", None)},
    }
    always = {
        "city": (f"'{city}'", None),
        "source_dataset": (f"'{guess.profile.name}'", None),
        "load_id": ("_load_id", None),
        "source_file": ("_file", None),
        "source_line": ("_line", None),
    }
    return always.get(name) or by_entity[guess.entity].get(name)


def _derived(name: str, guess: DataSetGuess) -> tuple[str, str | None] | None:
    """Columns that are reckoned from what was guessed."""
    columns = guess.columns
    start = START.get(guess.entity)
    if name == IDS[guess.entity] and name not in columns:
        return (
            f"'{guess.profile.name}-' || {{{{ row_number_as_key('judged') }}}}",
            "low: no column is a key, so rows are numbered; repeats in the city file says what equal rows are",
        )
    if name == IDS[guess.entity] and len(guess.key) > 1:
        return " || '-' || ".join(map(_name, guess.key)), _note(columns[name])
    if name == "type_group" and name not in columns and (packed := _packed(guess)):
        return packed
    if name == "is_ambiguous_time":
        times = [found for role, found in columns.items() if role in TIMES and role != "updated_at"]
        asked = [f"{{{{ is_ambiguous_time({_text(one)}, time_zone{_formats(guess, one)}) }}}}" for one in times]
        return "\n    or ".join(asked) or "false", None
    if start and re.fullmatch(r"(call|requested|offense|contact)_at_(utc|local)", name):
        utc = f"guessed_{start}"
        return (utc if name.endswith("utc") else f"{{{{ utc_to_local('{utc}', time_zone) }}}}"), _note(columns[start])
    if name.endswith("_utc") and (role := name.removesuffix("_utc")) in columns:
        return f"guessed_{role}", _note(columns[role])
    located = {"longitude", "latitude"} <= columns.keys()
    if name in ("longitude", "latitude") and located:
        value = f"try_cast({_name(columns[name].column)} as double)"
        return f"case when guessed_location_status = 'located' then {value} end", _note(columns[name])
    if name == "location_status":
        return ("guessed_location_status", None) if located else ("'missing'", "no coordinates were found")
    if guess.entity == "calls" and name in ("initiation", "initiation_basis"):
        return _initiation(name, guess)
    return None


def _packed(guess: DataSetGuess) -> tuple[str, str] | None:
    """The group that is packed into the type of a call, as in EMS: BACK PAINS; None where none is."""
    found = guess.columns.get("final_type")
    values = guess.profile.columns[found.column].values if found else ()
    groups = {value.split(": ")[0] for value in values if ": " in value}
    if found is None or not groups or len(groups) > MOST_GROUPS or not all(": " in value for value in values):
        return None
    column = _name(found.column)
    return (
        f"split_part({column}, ': ', 1)",
        f"medium: what stands before the colon in {column}: {', '.join(sorted(groups))}",
    )


def _mapped(name: str, guess: DataSetGuess) -> tuple[str, str | None] | None:
    found = guess.columns.get(name)
    if found is None:
        return None
    column = _name(found.column)
    if found.width:
        return (
            f"case when length({column}) < {found.width} then lpad({column}, {found.width}, '0') else {column} end",
            _note(found),
        )
    if name in FLAGS:
        return f"case when upper({column}) in {YES} then true when upper({column}) in {NO} then false end", _note(found)
    return column, _note(found)


def _initiation(name: str, guess: DataSetGuess) -> tuple[str, str | None]:
    """Who started a call, from the values of the channel; unknown without one."""
    channel = guess.columns.get("channel")
    if channel is None:
        return ("'unknown'" if name == "initiation" else "'none'"), "low: no column tells who started a call"
    column = guess.profile.columns[channel.column]
    value = _name(channel.column)
    if name == "initiation_basis":
        return f"case when {value} is null then 'none' else 'explicit' end", None
    if re.search("initiat", column.name):
        flag = f"case when upper({value}) in {YES} then 'officer' when upper({value}) in {NO} then 'community' else 'unknown' end"
        return (
            flag,
            f"{channel.sure}: {column.name}, yes taken for officer; footprint city check tells if it is the reverse",
        )
    pairs = [(started, text) for text in column.values[:FEW_VALUES] if (started := _started_by(text))]
    if not pairs:
        return "'unknown'", f"low: no value of {column.name} tells who started a call"
    whens = "\n        ".join(f"when {literal(text)} then '{started}'" for started, text in pairs)
    return f"case {value}\n        {whens}\n        else 'unknown'\n    end", f"low: by the words in {column.name}"


def _started_by(text: str) -> str | None:
    return next((who for who, words in STARTED_BY.items() if re.search(words, text.lower())), None)


def _time(guess: DataSetGuess, found: Guess) -> str:
    """Jinja of a time in UTC."""
    return f"{{{{ published_time_utc({_text(found, 'rows.')}, time_zone{_formats(guess, found)}) }}}}"


def _clock(guess: DataSetGuess, found: Guess) -> str:
    """Jinja of a time by its clock, to compare times of one column by."""
    return f"{{{{ published_clock_time({_text(found, 'rows.')}{_formats(guess, found)}) }}}}"


def _text(found: Guess, rows: str = "") -> str:
    """A time as an argument inside Jinja: its column, or the day of one with the clock of another."""
    day = f"'{rows}{_name(found.column)}'"
    return f"day_and_clock({day}, '{rows}{_name(found.clock)}')" if found.clock else day


def _formats(guess: DataSetGuess, found: Guess) -> str:
    """The last argument of the macros of published times: the ways seen, where they are not those always tried."""
    column: Column = guess.profile.columns[found.column]
    ways = list(column.ways)
    if found.clock:
        clock = guess.profile.columns[found.clock].clock.way or ""
        ways = [with_clock(way, clock) for way in ways]
    # A year first, and an offset, are always read.
    ways = [way for way in ways if way != "offset" and not re.match("%Y[-/].*%H:", way)]
    # A Socrata portal writes its times in one way in pages and in another in exports.
    return "" if set(ways) <= set(USUAL_FORMATS) else f", formats={ways!r}"


def with_clock(day: str, clock: str) -> str:
    """How a day, or a time whose clock says nothing, is written with a clock of its own. Macro day_and_clock joins them.

    >>> with_clock("%m/%d/%Y %I:%M:%S %p", "%H:%M"), with_clock("offset", "%H%M"), with_clock("%Y-%m-%dT%H:%M:%S", "%I:%M %p")
    ('%m/%d/%Y %H:%M', '%Y-%m-%d %H:%M', '%Y-%m-%d %I:%M %p')
    """
    written = "%Y-%m-%d" if day == "offset" else re.split("[ T]", day)[0]
    return f"{written} {'%H:%M' if clock == '%H%M' else clock}"


def census_variables(guess: DataSetGuess) -> list[str]:
    """The census estimates and margins that outlines carry, which canonical.zone_attributes reads by their names."""
    return [name for name in guess.profile.columns if guess.entity == "zones" and re.fullmatch(CENSUS, name)]


def _jinja(text: str) -> str:
    """An SQL text with Jinja in it, as an argument inside Jinja."""
    inner = re.sub(r"\{\{ (.*?) \}\}", r"' ~ \1 ~ '", text)
    return re.sub(r"^'' ~ | ~ ''$", "", f"'{inner}'")


def _name(column: str) -> str:
    return column if re.fullmatch(r"[a-z_][a-z0-9_]*", column) else quoted(column)


def staging_yml(guess: DataSetGuess, city: str, columns: Mapping[str, Mapping[str, Any]]) -> str:
    """The documentation of the staging model."""
    census = {name: _of_census(name) for name in census_variables(guess)}
    described = (
        {name: str(column["description"]) for name, column in columns.items()}
        | census
        | {
            "row_status": "accepted, quarantined (cannot be used) or excluded (counted elsewhere).",
            "row_reason": "Why the row is not accepted; NULL where it is.",
        }
    )
    lines = [
        "models:",
        f"  - name: stg_{city}__{guess.profile.name}",
        f"    description: One row per row of {', '.join(guess.profile.files)}. A first draft, to be confirmed.",
        "    columns:",
    ]
    quote: Callable[[str], str] = lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'  # noqa: E731
    for name, text in described.items():
        lines += [f"      - name: {name}", f"        description: {quote(text)}"]
    return "\n".join(lines) + "\n"


def _of_census(name: str) -> str:
    kind = "Estimate" if name.endswith("e") else "Margin of error at 90 %"
    return f"{kind} of census variable {name[:-1].upper()}; NULL where withheld."
