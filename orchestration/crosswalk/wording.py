"""How the words of a call type are read: asides left out, denials joined to their word, short forms, misspellings, and
words that the publisher cut off.

Pure: the same text gives the same words. Short forms and the spelling of whole words are data, in short_forms.yml
beside this module. What does not belong here: what the words mean; suggest.py has that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import yaml

SHORT_FORMS = Path(__file__).with_name("short_forms.yml")
# A remark that lists what a type leaves out or takes in says nothing about what it is.
ASIDE = re.compile(r"\(\s*(?:NO|NOT|NON|EXCEPT|EXCL\w*|INC(?:L\w*)?|DOES NOT|WITHOUT)\b[^)]*\)?")
DENIED = re.compile(r"\b(?:NO|NOT|NON|WITHOUT|W/O|OTHER THAN|EXCEPT)[ \-]+(\w+)")
# TrafficStop is two words, DUIArrest too.
CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SPLIT = re.compile(r"[^A-Z0-9_]+")
# Shorter words have too many neighbours: PARKED is not PARKS, BEATING is not BREATHING.
SHORTEST_MISSPELT = 6
SIMILAR = 0.84
# Publishers cut names off at 20 or 30 characters; blanks at the end may be gone besides, or dots may say so.
CUT_LENGTHS = (18, 19, 20, 29, 30)
CUT_SIGNS = ("...", "…")
SHORTEST_BEGINNING = 3
MOST_ENDS = 6  # a beginning that many known words share tells nothing


@dataclass(frozen=True)
class Word:
    """A word as written, and what it stands for: itself, and in full where it is short or misspelt."""

    written: str
    read: tuple[str, ...]
    is_guess: bool = False


@dataclass(frozen=True)
class Named:
    """The words that rules name: whole ones, those long enough to be misspelt, and beginnings."""

    every: frozenset[str]
    long: frozenset[str]
    stems: tuple[str, ...]


@dataclass(frozen=True)
class ShortForms:
    """short_forms.yml, read: the full word of each short form, and whole words that are often misspelt."""

    full: dict[str, str]
    spelled: tuple[str, ...]


def type_key(text: str) -> str:
    """A call type as the crosswalk's key: upper case, letters and digits, single spaces (macro call_type_key)."""
    return re.sub(r"[^A-Za-z0-9]+", " ", text).strip().upper()


def tokens(text: str) -> list[str]:
    """The words of a type in lower case: asides left out, a denied word as no_<word>."""
    text = CAMEL_CASE.sub(" ", text).replace("_", " ").upper()
    plain = ASIDE.sub(" ", text)
    if not SPLIT.sub("", plain):
        plain = text
    # One hyphen joins a denial to its word, as in NON-INJURY; any other sign parts them.
    plain = DENIED.sub(lambda found: f"NO_{found.group(1)}", plain)
    return [word.lower() for word in SPLIT.split(plain) if word]


def words(text: str, known: Iterable[str]) -> list[Word]:
    """The words of a type with their readings; `known` are those that rules name, a trailing * standing for any end."""
    named = _known(tuple(known))
    read = [_word(written, named) for written in tokens(text)]
    if read and (len(text.strip()) in CUT_LENGTHS or text.strip().endswith(CUT_SIGNS)):
        read[-1] = _completed(read[-1], named)
    return read


def fitting(word: Word, alternatives: tuple[str, ...]) -> str | None:
    """The first reading of a word that is one that a rule names; None where none is."""
    return next((reading for reading in word.read for wanted in alternatives if _matches(reading, wanted)), None)


def _word(written: str, named: Named) -> Word:
    forms = short_forms()
    # A denied word is read as its full form is: NO INJ is NO INJURY.
    denial, bare = _denial(written)
    if bare in forms.full:
        return Word(written, (written, denial + forms.full[bare]))
    if len(bare) < SHORTEST_MISSPELT or bare in named.long or bare.startswith(named.stems) or not bare.isalpha():
        return Word(written, (written,))
    neighbours = [
        word for word in (*sorted(named.long), *forms.spelled) if word[0] == bare[0] and abs(len(word) - len(bare)) < 2
    ]
    near = get_close_matches(bare, neighbours, n=1, cutoff=SIMILAR)
    return Word(written, (denial + near[0],), is_guess=True) if near else Word(written, (written,))


def _completed(last: Word, named: Named) -> Word:
    """The last word of a long name, as the words that it may be the beginning of; itself where it is known."""
    denial, bare = _denial(last.written)
    is_known = last.read != (last.written,) or bare in named.every or bare.startswith(named.stems)
    if (is_known and not last.is_guess) or len(bare) < SHORTEST_BEGINNING or not bare.isalpha():
        return last
    ends = sorted(word for word in (*named.every, *named.stems) if word.startswith(bare) and word != bare)
    if not 1 <= len(ends) <= MOST_ENDS:
        return last
    return Word(last.written, (last.written, *(denial + word for word in ends)))


def _denial(written: str) -> tuple[str, str]:
    return ("no_", written[3:]) if written.startswith("no_") else ("", written)


@cache
def _known(named: tuple[str, ...]) -> Named:
    whole = frozenset(word for word in named if not word.endswith("*"))
    return Named(
        every=whole | frozenset(short_forms().spelled),
        long=frozenset(word for word in whole if len(word) >= SHORTEST_MISSPELT),
        stems=tuple(sorted(word[:-1] for word in named if word.endswith("*"))),
    )


@cache
def short_forms() -> ShortForms:
    """The short forms and spellings that are known."""
    content = yaml.safe_load(SHORT_FORMS.read_text(encoding="utf-8"))
    full = {short: word for word, shorts in content["short_forms"].items() for short in shorts.split()}
    return ShortForms(full, tuple(content["spelled"].split()))


def _matches(reading: str, wanted: str) -> bool:
    return reading.startswith(wanted[:-1]) if wanted.endswith("*") else reading == wanted
