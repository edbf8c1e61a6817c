"""What gives a column away as one about persons: the words of its name, in any spelling, and the form of its values.

One vocabulary for the draft of a city and for every load: what is drafted as dropped, and what is kept out of raw
until the city file decides on it, are told by the same signs.
"""

import re
from collections.abc import Sequence
from functools import cache

BY_NAME = "the name says that it is about a person"
BY_VALUES = "the values look like {} of persons"
BY_LENGTH = "free text, which may name anybody"

CATEGORIES = 40  # a column with at most as many values holds categories
LONG_TEXT = 80  # characters on average, from which on a column is free text, which may name anybody
SOME_VALUES = 0.1  # of the values: a form that persons' numbers have, and nothing else
MOST_VALUES = 0.5  # of the values: a form that other codes have, too
FORMS = {
    "social security numbers": r"\d{3}-\d{2}-\d{4}",
    "telephone numbers": r"(\+?1[ .-]?)?(\(\d{3}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]\d{4}( ?(x|ext\.?) ?\d+)?"
    r"|\+[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?([ .-]?\d{2,4}){2,4}",
    "e-mail addresses": r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}",
}
# Ten digits in a row are a telephone number where area code and exchange can be, and are many: not a year and a count.
BARE_PHONE = r"1?[2-9]\d{2}([2-9]\d{2})\d{4}"
# Letters and digits are a number plate where the letters differ from one to the next: not a prefix and a count.
PLATE = r"([A-Z]{3})[ -]?\d{3,4}|\d([A-Z]{3})\d{3}|\d{3}[ -]?([A-Z]{3})"
MANY_STEMS = 8
NEARLY_ALL = 0.95
NO_TEXT = ("{", "[", "POINT", "POLYGON", "MULTI", "LINESTRING", "http://", "https://")

# Attributes that only persons have, whatever stands beside them.
_ATTRIBUTES = {
    "dob", "birth", "birthdate", "birthday", "birthyear", "yob", "ssn", "sin", "badge", "phone", "telephone", "callback", "ani",
    "email", "surname", "firstname", "lastname", "middlename", "fullname", "maidenname", "nickname", "fname", "lname", "mname",
    "alias", "aliases", "aka", "plate", "vin", "passport", "mugshot", "signature", "username", "userid", "login",
    "narrative", "narr", "comments", "comment", "remarks", "remark", "notes", "note", "synopsis", "fingerprint", "tattoo",
}  # fmt: skip
# Who somebody is in a record.
_ROLES = {
    "officer", "officers", "ofc", "ofcr", "deputy", "deputies", "detective", "sergeant", "sgt", "lieutenant", "investigator",
    "trooper", "dispatcher", "taker", "caller", "callers", "complainant", "complainants", "informant", "reportee", "rp", "driver",
    "drivers", "victim", "victims", "vict", "suspect", "suspects", "susp", "perpetrator", "perp", "witness", "witnesses",
    "arrestee", "arrestees", "offender", "offenders", "defendant", "defendants", "inmate", "prisoner", "decedent", "patient",
    "patients", "owner", "owners", "employee", "employees", "juvenile", "guardian", "spouse", "occupant", "passenger",
}  # fmt: skip
_PLURALS = {role for role in _ROLES if role.endswith("s")}
# What a role does not stand for when one of these is said of it: how many, whether, of which kind, of which office.
_ABOUT_NOBODY = {
    "count", "counts", "needed", "killed", "department", "dept", "agency", "division", "bureau", "occupied", "type", "category",
    "involved", "present", "assisted", "init", "initiated", "initiate", "initiating", "initiation", "injured", "injuries", "injury",
}  # fmt: skip
_COUNTED = {"num", "number", "no", "nbr", "total", "of"}
_IDS = {"id", "ids", "number", "num", "no", "nbr", "key", "name", "nm", "address", "addr", "dob"}
_PERSONS = {"subject", "person", "individual", "citizen", "resident", "reporting", "party"}
# Words that are about a person together: any of the first with any of the second, where none of the third is there.
_TOGETHER: tuple[tuple[set[str], set[str], set[str]], ...] = (
    (_PERSONS, _IDS, {"count", "total", "of"}),
    ({"license", "licence", "lic", "dl"}, {"no", "num", "number", "nbr", "driver", "drivers", "tag"}, {"business", "liquor", "store"}),
    ({"tag", "registration"}, {"no", "num", "number", "nbr", "vehicle"}, {"pet", "dog"}),
    ({"cell", "mobile", "fax"}, {"no", "num", "number", "nbr", "caller"}, {"grid"}),
    ({"home", "residence", "residential", "mailing", "ip"}, {"address", "addr", "street"}, set()),
    ({"social"}, {"security"}, set()),
    ({"soc"}, {"sec"}, set()),
    ({"e"}, {"mail"}, set()),
    ({"user", "emp", "emple"}, {"id", "name", "no", "num", "number"}, set()),
    ({"first", "last", "middle", "maiden", "given", "family"}, {"nm", "initial"}, set()),
    ({"by"}, {"created", "entered", "updated", "edited", "modified", "approved", "reviewed", "taken", "closed"}, set()),
    ({"created", "edited"}, {"user"}, set()),
)  # fmt: skip
# What stands before "name" where it is no person's.
_THINGS = {
    "beat", "street", "st", "road", "city", "town", "village", "municipality", "country", "service", "agency", "type", "subtype",
    "zone", "district", "precinct", "area", "region", "neighborhood", "neighbourhood", "community", "facility", "event", "code",
    "file", "category", "subcategory", "division", "bureau", "department", "dept", "office", "organization", "organisation",
    "org", "company", "place", "location", "site", "landmark", "business", "store", "shop", "park", "school", "campus", "sector",
    "ward", "offense", "offence", "crime", "charge", "statute", "group", "layer", "county", "state", "unit", "column", "field",
    "status", "tract", "block", "intersection", "premise", "premises", "building", "property", "apartment", "complex",
    "function", "program", "project", "fund", "account", "team", "squad", "shift", "station", "hospital", "source", "channel",
    "dataset", "table", "incident", "call", "problem", "nature", "priority", "disposition", "outcome", "reason", "request",
    "day", "month", "weekday", "dow", "season", "holiday", "jurisdiction", "geo", "map", "grid", "class", "weapon", "vehicle",
    "make", "model", "color", "colour", "subdivision", "borough", "parish", "council", "post", "common", "feature", "short",
    "long", "display", "topic", "tag", "job", "task", "host", "product", "brand", "animal", "breed", "pet", "label", "stop",
    "route", "line", "plan", "policy", "permit", "court", "case", "queue", "device", "camera", "sensor", "system",
}  # fmt: skip
_FILLERS = {
    "a", "at", "by", "in", "is", "of", "on", "the", "to", "and", "or", "was", "date", "time", "datetime", "year", "age", "race",
    "sex", "gender", "ethnicity", "id", "ids", "no", "num", "number", "nbr", "key", "name", "names", "nm", "first", "last", "middle",
    "full", "given", "family", "maiden", "license", "licence", "lic", "drivers", "home", "work", "cell", "mobile", "fax", "primary",
    "secondary", "contact", "address", "addr", "zip", "phone", "flag", "desc", "description", "text", "final", "initial",
    "original", "reported", "reporting", "party", "person", "subject", "individual", "citizen", "resident", "security", "social",
    "residence", "mailing", "back", "veh", "registered", "lead", "assigned", "involved", "arresting", "responding", "squad",
    "created", "edited", "entered", "updated", "modified", "approved", "reviewed", "taken", "closed", "user", "emp", "template",
    "officerinitiated", "clearance", "general", "reference", "master", "parent", "report", "record", "perceived",
}  # fmt: skip
_KNOWN = _ATTRIBUTES | _ROLES | _THINGS | _FILLERS | _ABOUT_NOBODY | _PERSONS
_STEMS = ("birth", "dob", *(role for role in _ROLES if len(role) >= 6))
_ENDS = ("name", "dob", "phone", "email")


def is_personal(column: str) -> bool:
    """Whether a column's name says that it names or describes a person, or is free text about one.

    >>> [is_personal(name) for name in ("officer_badge", "lastname", "dateofbirth", "officerinitiated", "beat_name")]
    [True, True, True, False, False]
    """
    words = words_of(column)
    there = set(words)
    if there & _ATTRIBUTES or any(a & there and b & there and not c & there for a, b, c in _TOGETHER):
        return True
    if any(_names_a_person(words, place) for place, word in enumerate(words) if word in ("name", "names", "nm")):
        return True
    if any(word not in _KNOWN and (word.startswith(_STEMS) or word.endswith(_ENDS)) for word in words):
        return True
    roles = there & _ROLES
    is_counted = roles <= _PLURALS and bool(there & _COUNTED)
    return bool(roles) and not is_counted and not there & _ABOUT_NOBODY


def words_of(column: str) -> list[str]:
    """The words of a normalised name, run together ones parted.

    >>> words_of("ownername1"), words_of("date_of_birth"), words_of("badger_creek")
    (['owner', 'name'], ['date', 'of', 'birth'], ['badger', 'creek'])
    """
    return [word for part in re.split(r"[_\d]+", column) if part for word in _parted(part)]


@cache
def _parted(text: str) -> tuple[str, ...]:
    """The fewest known words that make up a text; the text itself where it is known, or none make it up."""
    if text in _KNOWN:
        return (text,)
    best: list[tuple[str, ...] | None] = [(), *[None] * len(text)]
    for end in range(1, len(text) + 1):
        for start in range(end):
            before, word = best[start], text[start:end]
            if before is None or word not in _KNOWN or len(word) == 1:
                continue
            found, known = (*before, word), best[end]
            if known is None or len(found) < len(known):
                best[end] = found
    return best[-1] or (text,)


def _names_a_person(words: Sequence[str], place: int) -> bool:
    """Whether the word "name" at a place stands for a person's: neither "street name" nor "name of the street"."""
    beside = [
        *words[max(place - 1, 0) : place],
        *[word for word in words[place + 1 :] if word not in ("of", "the")][:1],
    ]
    return not set(beside) & _THINGS


def personal_values(values: Sequence[str]) -> str | None:
    """Why the values of a column are about persons; None where they do not look so. Each value is to be given once."""
    stripped = [value.strip() for value in values if value.strip()]
    if not stripped:
        return None
    for told, form in FORMS.items():
        if sum(bool(re.fullmatch(form, value)) for value in stripped) > SOME_VALUES * len(stripped):
            return BY_VALUES.format(told)
    phones = [found for value in stripped if (found := re.fullmatch(BARE_PHONE, value))]
    dated = sum(value.startswith(("19", "20")) for value in stripped)
    if len(phones) >= NEARLY_ALL * len(stripped) > 2 * dated and len({found[1] for found in phones}) >= MANY_STEMS:
        return BY_VALUES.format("telephone numbers")
    plates = [found for value in stripped if (found := re.fullmatch(PLATE, value.upper()))]
    letters = {found[1] or found[2] or found[3] for found in plates}
    if len(plates) > MOST_VALUES * len(stripped) and len(letters) >= max(MANY_STEMS, MOST_VALUES * len(plates)):
        return BY_VALUES.format("number plates")
    return None


def is_free_text(mean_length: float, distinct: int, example: str) -> bool:
    """Whether a column holds texts that somebody wrote, rather than categories, shapes or nested values."""
    return mean_length > LONG_TEXT and distinct > CATEGORIES and not example.startswith(NO_TEXT)
