"""Guesses at what a data set is and which of its columns are the canonical ones, each with how sure it is.

A guess is for a person to confirm: names are matched first, values must agree. Columns that name a person are never
guessed at; they are to be dropped.
"""

import re
from dataclasses import dataclass, field, replace

from orchestration.catalog.model import Boundary, Growth
from orchestration.cities.clocks import MOST_ON_THE_HOUR
from orchestration.cities.files import AS_OF
from orchestration.cities.overrule import Overruled
from orchestration.cities.profile import DAYS, FEW_VALUES, Column, Profile
from orchestration.cities.vocabulary import FILE_WORDS, TIMES, WORDS, Guessable, Sure, how_sure
from orchestration.ingest.personal import BY_LENGTH, BY_NAME, is_free_text, is_personal, personal_values

FILLED = 0.99  # of the rows: a column with fewer values is no key
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
    """The column that a canonical one probably is, how sure that is, and why.

    `clock` is the column that has the time of day, where `column` has the day alone; `width` the number of characters
    that ids are filled up to with leading zeros.
    """

    column: str
    sure: Sure
    why: str
    clock: str | None = None
    width: int | None = None


class NotGuessedError(ValueError):
    """A data set that is none of the entities that can be guessed at, or that cannot be counted by days."""


@dataclass(frozen=True)
class DataSetGuess:
    """A data set with all that is guessed of it. `sure` is about the entity; `key` is empty where no column is one.

    `unread` are the columns that nothing is made of, with what can be said of each; `doubts` what is to be looked at.
    """

    profile: Profile
    entity: Guessable
    sure: Sure
    why: str
    columns: dict[str, Guess]
    key: list[str]
    drop: dict[str, str]
    boundary: Boundary | None
    growth: Growth = "snapshot"
    growth_why: str = ""
    unread: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def guess(profile: Profile, overruled: Overruled | None = None) -> DataSetGuess:
    """What a data set is, but for what is `overruled`. NotGuessedError where that cannot be told."""
    told = overruled or Overruled()
    drop = {name: why for name, why in dropped(profile).items() if name not in told.columns}
    left = [column for name, column in profile.columns.items() if name not in drop and column.filled]
    entity, sure, why = _entity(profile, left, told)
    columns = _columns(left, entity, profile.rows)
    if told.time and entity in START:
        columns = _without(columns, told.time) | {START[entity]: _told_time(profile, told.time)}
    if entity in START and START[entity] not in columns:
        raise NotGuessedError(_no_time(left, entity))
    columns = {role: _with_clock(role, found, left, entity) for role, found in columns.items()}
    key, columns, doubts = _key(profile, columns, entity, told)
    growth, growth_why = growth_of(profile) if entity != "zones" else ("snapshot", "")
    return DataSetGuess(
        profile, entity, sure, why, columns, key, drop, _boundary(profile, columns), growth, growth_why,
        _unread(profile, columns, key, drop), (*doubts, *_doubts(profile, columns, left)),
    )  # fmt: skip


def _told_time(profile: Profile, named: tuple[str, ...]) -> Guess:
    """The time by which records are counted, as it was told. NotGuessedError where its values are none."""
    day = profile.columns[named[0]]
    if day.time is None:
        raise NotGuessedError(f"--time {day.name}: {_what_it_holds(day)}, no times or days")
    clock = named[1] if len(named) > 1 else None
    if clock and (profile.columns[clock].clock.way is None or profile.columns[clock].clock.is_half):
        raise NotGuessedError(f"--time {day.name}+{clock}: {clock} holds {_what_it_holds(profile.columns[clock])}")
    return Guess(day.name, "high", f"told by --time; {day.time[1]:.0%} are times like {day.time[0]}", clock)


def _what_it_holds(column: Column) -> str:
    if column.clock.is_half:
        return "a clock from 1 to 12 without AM or PM"
    return column.span or (f"a clock like {column.clock.way}, without a day" if column.clock.way else "other values")


def _without(columns: dict[str, Guess], taken: tuple[str, ...]) -> dict[str, Guess]:
    return {role: found for role, found in columns.items() if found.column not in taken}


def _no_time(columns: list[Column], entity: Guessable) -> str:
    """Why no column holds the time by which records would be counted."""
    for column in columns:
        if column.span:
            return (
                f"{column.name} holds {column.span} (such as {column.values[0]}), and no column holds days: records are counted "
                "by the days that a file covers, so it cannot be used as it is; ask the publisher for days"
            )
    return f"no column looks like the time of {entity}: name it with --time"


def _with_clock(role: str, found: Guess, columns: list[Column], entity: Guessable) -> Guess:
    """A guess at a time of which the clock stands in another column, joined; or told where it has none."""
    by_name = {column.name: column for column in columns}
    day = by_name.get(found.column)
    if role not in TIMES or day is None or day.time is None or found.clock:
        return found
    has_no_clock = day.time[0] in DAYS
    if not has_no_clock and day.clock.always is None:
        return found
    why = "it has no clock" if has_no_clock else f"its clock is always {day.clock.always}"
    partner = _clock_beside(day, columns, role == START.get(entity), entity)
    if partner is None:
        return replace(found, sure="low", why=f"{found.why}; {why}, and no column has another")
    if not re.match(r"%[Ymd][-/.]", day.time[0]) and day.time[0] != "offset":
        return replace(
            found, sure="low", why=f"{found.why}; {why}, and the clock may be in {partner.name}: join them by hand"
        )
    return replace(
        found, sure="medium", why=f"{found.why}; {why}, the clock is in {partner.name}, like {partner.clock.way}",
        clock=partner.name,
    )  # fmt: skip


def _clock_beside(day: Column, columns: list[Column], is_start: bool, entity: Guessable) -> Column | None:
    """The column with the clock of a day: of the same name but for the word for time, or the only one."""
    clocks = [one for one in columns if one.clock.way and not one.clock.is_half and _is_called_a_clock(one)]
    same = [one for one in clocks if _stem(one) == _stem(day)]
    if same or not is_start:
        return same[0] if same else None
    named = _named_clocks(clocks, entity, START[entity])
    return named[0] if named else clocks[0] if len(clocks) == 1 else None


def _named_clocks(columns: list[Column], entity: Guessable, role: str) -> list[Column]:
    """The columns with a clock and no day whose names say that they are of a certain time."""
    patterns = WORDS[entity][role]
    clocks = [one for one in columns if one.clock.way and ":" in one.clock.way]
    return [one for one in clocks if how_sure(one.spoken, patterns) in ("high", "medium")]


def _is_called_a_clock(column: Column) -> bool:
    # A number of up to four digits may be anything.
    return column.clock.way != "%H%M" or bool(re.search(r"(^|_)(time|tm|clock|hour|hhmm|military)(_|$)", column.spoken))


def _stem(column: Column) -> str:
    return re.sub(r"_?(date_?time|date|day|time_?stamp|time|dttm|dt|tm|ts|clock|military)", "", column.spoken)


def _key(
    profile: Profile, columns: dict[str, Guess], entity: Guessable, told: Overruled
) -> tuple[list[str], dict[str, Guess], tuple[str, ...]]:
    """The key, what the columns are then, and what is doubtful. Rows without a key are numbered."""
    role = IDS[entity]
    if told.key is not None:
        rest = {one: found for one, found in columns.items() if one != role}
        if not told.key:
            return [], rest, ()
        rest = {one: found for one, found in rest.items() if found.column != told.key[0] or len(told.key) > 1}
        return list(told.key), rest | {role: Guess(told.key[0], "high", f"told by --key ({', '.join(told.key)})")}, ()
    found_key = columns.get(role)
    if found_key is None:
        return [], columns, ()
    column = profile.columns[found_key.column]
    if column.filled >= FILLED * profile.rows:
        return [found_key.column], columns, ()
    rest = {one: found for one, found in columns.items() if one != role}
    if entity == "offenses" and "report_id" not in rest:
        rest["report_id"] = replace(found_key, sure="medium", why=f"by its name; {_values_of(column)}")
    empty = f"{column.name} is empty in {profile.rows - column.filled:,} of {profile.rows:,} rows, so it is no key"
    return [], rest, (f"{empty}: rows are numbered, and equal rows are told",)


def growth_of(profile: Profile) -> tuple[Growth, str]:
    """How the files of a data set grow, by their names: each of some dated files is whole, but for copies of one log."""
    pattern = profile.files[0]
    if len(profile.files) > 1 or "*" not in pattern or not profile.dated:
        return "snapshot", ""
    if re.search(AS_OF, pattern.lower()):
        return "append", "low: by their names, each file holds what the one before held, and more"
    return "yearly_files", "medium: by their names, each file holds one stretch of time"


def _unread(profile: Profile, columns: dict[str, Guess], key: list[str], drop: dict[str, str]) -> dict[str, str]:
    """The columns that nothing is made of, with what can be said of them."""
    used = {*key, *(found.column for found in columns.values()), *(found.clock for found in columns.values())}
    found: dict[str, str] = {}
    for name, column in profile.columns.items():
        if name in used or name in drop or name in ("geometry_wkt", "sheet"):
            continue
        if not column.filled:
            found[name] = "never filled"
        elif name in profile.constant:
            found[name] = f"always {profile.constant[name]}"
        elif name in profile.same:
            found[name] = f"says the same as {profile.same[name]}"
        elif column.clock.way and _is_called_a_clock(column):
            found[name] = _what_it_holds(column)
        elif column.time:
            found[name] = f"times like {column.time[0]}"
        else:
            found[name] = f"{column.distinct:,} values"
    return found


def _doubts(profile: Profile, columns: dict[str, Guess], left: list[Column]) -> tuple[str, ...]:
    """What is to be looked at: columns that are read and say nothing, say again what another says, or keep full hours."""
    found = [*profile.notes]
    for role, one in columns.items():
        column = profile.columns[one.column]
        if one.column in profile.constant and role not in ("zone_id", "zone_name"):
            found.append(f"{one.column} ({role}) is always {profile.constant[one.column]}")
        if (other := profile.same.get(one.column)) and other in {found.column for found in columns.values()}:
            found.append(f"{one.column} ({role}) says the same as {other}")
        if role in TIMES and column.clock.always is None and column.clock.on_the_hour >= MOST_ON_THE_HOUR:
            found.append(
                f"{column.clock.on_the_hour:.0%} of {one.column} ({role}) are full hours: the minutes were cut off"
            )
        if role in TIMES and one.clock is None and (column.clock.always or (column.time and column.time[0] in DAYS)):
            clocks = [other.name for other in left if other.clock.way and _is_called_a_clock(other)]
            where = f"; a clock may be in {', '.join(clocks)}" if clocks else ""
            always = f"its clock is always {column.clock.always}" if column.clock.always else "it has no clock"
            found.append(f"{one.column} ({role}): {always}, so hours of the day cannot be told{where}")
    return tuple(found)


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


def _entity(profile: Profile, columns: list[Column], told: Overruled) -> tuple[Guessable, Sure, str]:
    """The entity whose words fit best, unless it was told; a name of the file weighs as much as two columns."""
    if told.entity:
        return told.entity, "high", "told by --entity"
    if "geometry_wkt" in profile.columns:
        return "zones", "high" if re.search(FILE_WORDS["zones"], profile.name) else "medium", "it has outlines"
    named = next((entity for entity, words in FILE_WORDS.items() if re.search(words, profile.name)), None)
    scores: dict[Guessable, int] = {}
    for entity in START:
        found = _columns(columns, entity, profile.rows)
        names = {role for role, one in found.items() if one.sure != "low"}
        # Clocks without a day are signs as well, where a column has the day.
        if START[entity] in found and _named_clocks(columns, entity, START[entity]):
            names |= {role for role in TIMES & WORDS[entity].keys() if _named_clocks(columns, entity, role)}
        own = names - {"longitude", "latitude", "native_zone", "block_address", "updated_at"}
        has_start = START[entity] in names or bool(told.time)
        scores[entity] = len(own) + 2 * (entity == named) if has_start else 0
    best = max(scores, key=lambda entity: scores[entity])
    if scores[best] < 3:
        if any(column.span for column in columns) and not any(column.time for column in columns):
            raise NotGuessedError(_no_time(columns, best))
        raise NotGuessedError(
            "no entity that can be guessed at: say with --entity what a row is, and with --time which column holds its time; "
            "or write its city file and staging model by hand"
        )
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
            sure = _surer(how_sure(column.name, patterns), how_sure(column.spoken, patterns))
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


def _surer(one: Sure | None, other: Sure | None) -> Sure | None:
    return max(one, other, key=lambda sure: STRENGTH[sure] if sure else 0)


def _values_of(column: Column) -> str:
    """What the values of a column are: a few of them where they are few, else how many; never what may be an address."""
    if column.distinct > FEW_VALUES:
        return f"{column.distinct:,} values"
    shown = ", ".join(" ".join(value.split())[:30] for value in column.values[:3])
    return (
        f"{column.distinct} value{'s' if column.distinct > 1 else ''} such as {shown}"
        if column.distinct
        else "no value"
    )


def _by_values(role: str, column: Column, sure: Sure, id_role: str, rows: int) -> Guess | None:
    """A guess by name, held against the values; None where they speak against it."""
    if role in TIMES:
        if column.time is None:
            return None
        way, share = column.time
        told = f"{share:.0%} are times like {way}"
        is_day = way in DAYS
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
    return Guess(column.name, sure, f"by its name; {_values_of(column)}")


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
    return around((longitudes[0], latitudes[0], longitudes[1], latitudes[1]))


def around(box: tuple[float, float, float, float]) -> Boundary:
    """A box (west, south, east, north) with a margin."""
    west, south, east, north = box
    return Boundary(
        west=round(max(west - MARGIN, -180), 2),
        east=round(min(east + MARGIN, 180), 2),
        south=round(max(south - MARGIN, -90), 2),
        north=round(min(north + MARGIN, 90), 2),
    )
