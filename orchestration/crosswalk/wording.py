"""How the words of a call type are read: asides left out, denials joined to their word, short forms and misspellings.

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
DENIED = re.compile(r"\b(?:NO|NOT|NON|WITHOUT)[ \-]+(\w+)")
SPLIT = re.compile(r"[^A-Z0-9_]+")
# Shorter words have too many neighbours: PARKED is not PARKS, BEATING is not BREATHING.
SHORTEST_MISSPELT = 6
SIMILAR = 0.84


@dataclass(frozen=True)
class Word:
    """A word as written, and what it stands for: itself, and in full where it is short or misspelt."""

    written: str
    read: tuple[str, ...]
    is_guess: bool = False


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
    plain = ASIDE.sub(" ", text.upper())
    if not SPLIT.sub("", plain):
        plain = text.upper()
    # One hyphen joins a denial to its word, as in NON-INJURY; any other sign parts them.
    plain = DENIED.sub(lambda found: f"NO_{found.group(1)}", plain)
    return [word.lower() for word in SPLIT.split(plain) if word]


def words(text: str, known: Iterable[str]) -> list[Word]:
    """The words of a type with their readings; `known` are those that rules name, a trailing * standing for any end."""
    whole, stems = _known(tuple(known))
    return [_word(written, whole, stems) for written in tokens(text)]


def fits(word: Word, alternatives: tuple[str, ...]) -> bool:
    """Whether a word, in any reading of it, is one that a rule names."""
    return any(_matches(reading, wanted) for reading in word.read for wanted in alternatives)


def _word(written: str, whole: frozenset[str], stems: tuple[str, ...]) -> Word:
    forms = short_forms()
    # A denied word is read as its full form is: NO INJ is NO INJURY.
    denial, bare = ("no_", written[3:]) if written.startswith("no_") else ("", written)
    if bare in forms.full:
        return Word(written, (written, denial + forms.full[bare]))
    if len(bare) < SHORTEST_MISSPELT or bare in whole or bare.startswith(stems) or not bare.isalpha():
        return Word(written, (written,))
    neighbours = [
        word for word in (*sorted(whole), *forms.spelled) if word[0] == bare[0] and abs(len(word) - len(bare)) < 2
    ]
    near = get_close_matches(bare, neighbours, n=1, cutoff=SIMILAR)
    return Word(written, (denial + near[0],), is_guess=True) if near else Word(written, (written,))


@cache
def _known(named: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    whole = frozenset(word for word in named if not word.endswith("*") and len(word) >= SHORTEST_MISSPELT)
    return whole, tuple(sorted(word[:-1] for word in named if word.endswith("*")))


@cache
def short_forms() -> ShortForms:
    """The short forms and spellings that are known."""
    content = yaml.safe_load(SHORT_FORMS.read_text(encoding="utf-8"))
    full = {short: word for word, shorts in content["short_forms"].items() for short in shorts.split()}
    return ShortForms(full, tuple(content["spelled"].split()))


def _matches(reading: str, wanted: str) -> bool:
    return reading.startswith(wanted[:-1]) if wanted.endswith("*") else reading == wanted
