"""What a call type's words suggest: a mapping on the crosswalk's axes, how sure it is, and the words that decided.

Pure: the same text gives the same proposal. The words and what they mean are data, in word_rules.yml and profiles.yml
beside this module; topic groups are those of the codebook topic_categories. What does not belong here: accepted mappings; they
are rows of the seed call_type_crosswalk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.crosswalk.seed import UNMAPPED, topic_groups

RULES = Path(__file__).with_name("word_rules.yml")
PROFILES = Path(__file__).with_name("profiles.yml")
# A remark that lists what a type leaves out or takes in says nothing about what it is.
ASIDE = re.compile(r"\(\s*(?:NO|NOT|NON|EXCEPT|EXCL\w*|INC(?:L\w*)?|DOES NOT|WITHOUT)\b[^)]*\)?")
DENIED = re.compile(r"\b(?:NO|NOT|NON|WITHOUT)[ \-]+(\w+)")
SPLIT = re.compile(r"[^A-Z0-9_]+")
FILLERS = frozenset(
    [
        "and",
        "or",
        "of",
        "in",
        "on",
        "the",
        "for",
        "a",
        "to",
        "by",
        "with",
        "w",
        "o",
        "other",
        "general",
        "misc",
        "miscellaneous",
        "only",
    ]
)


@dataclass(frozen=True)
class Profile:
    """What a kind of call type is, and who could answer it."""

    topic_category: str
    answer_axis: str
    eligible_low: float | None
    eligible_high: float | None
    disqualifiers: tuple[str, ...]
    initiation_implied: str
    apco_code: str
    because: str


@dataclass(frozen=True)
class Modifier:
    """Words that change an answer whatever the type is."""

    words: tuple[tuple[str, ...], ...]
    groups: frozenset[str]
    change: Mapping[str, Any]
    because: str


@dataclass(frozen=True)
class Rules:
    """word_rules.yml and profiles.yml, read."""

    profiles: Mapping[str, Profile]
    rules: tuple[tuple[tuple[tuple[str, ...], ...], str], ...]
    modifiers: tuple[Modifier, ...]


@dataclass(frozen=True)
class Suggestion:
    """A proposal for one call type. `confidence` is 3 (plain) to 1 (a guess), 0 where no word is known."""

    call_type: str
    topic_category: str
    topic_group: str
    initiation_implied: str
    initiation_evidence: str
    answer_axis: str
    eligible_low: float | None
    eligible_high: float | None
    disqualifiers: tuple[str, ...]
    apco_code: str
    confidence: int
    words: tuple[str, ...]
    rationale: str


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


@cache
def word_rules() -> Rules:
    """The rules and the profiles they name."""
    content = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    profiles = yaml.safe_load(PROFILES.read_text(encoding="utf-8"))
    return Rules(
        profiles={name: _profile(name, given) for name, given in profiles.items()},
        rules=tuple((_words(words), profile) for words, profile in content["rules"].items()),
        modifiers=tuple(
            Modifier(_words(given["words"]), frozenset(given.get("groups", ())), given, given["because"])
            for given in content["modifiers"]
        ),
    )


def suggest(text: str, rules: Rules | None = None) -> Suggestion:
    """The proposal for a call type as published; topic category `unmapped` where its words say nothing."""
    rules = rules or word_rules()
    words = tokens(text)
    matches = [
        (len(wanted), -number, profile, decided)
        for number, (wanted, profile) in enumerate(rules.rules)
        if (decided := _decided(wanted, words)) is not None
    ]
    if not matches:
        return Suggestion(
            type_key(text), UNMAPPED, UNMAPPED, "", "", UNMAPPED, None, None, (), "", 0, (), "No word of it is known."
        )
    strength, _, name, decided = max(matches)
    profile, groups = rules.profiles[name], topic_groups()
    group = groups[profile.topic_category]
    others = {groups[rules.profiles[other].topic_category] for n, _, other, _ in matches if n == strength} - {group}
    proposal = Suggestion(
        call_type=type_key(text),
        topic_category=profile.topic_category,
        topic_group=group,
        initiation_implied=profile.initiation_implied,
        initiation_evidence=_told(decided) if profile.initiation_implied else "",
        answer_axis=profile.answer_axis,
        eligible_low=profile.eligible_low,
        eligible_high=profile.eligible_high,
        disqualifiers=profile.disqualifiers,
        apco_code=profile.apco_code,
        confidence=_confidence(set(words), set(decided), conflict=bool(others)),
        words=decided,
        rationale=f"{_told(decided)}: {profile.because}.",
    )
    for modifier in rules.modifiers:
        found = _decided(modifier.words, words)
        if found is not None and (not modifier.groups or group in modifier.groups):
            proposal = _changed(proposal, modifier, found)
    return proposal


def _profile(name: str, given: Mapping[str, Any]) -> Profile:
    return Profile(
        topic_category=given.get("is", name),
        answer_axis=given["axis"],
        eligible_low=given.get("low"),
        eligible_high=given.get("high"),
        disqualifiers=tuple(given.get("not_if", ())),
        initiation_implied=given.get("started", ""),
        apco_code=str(given.get("apco", "")),
        because=given["because"],
    )


def _words(written: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group.split("|")) for group in str(written).split())


def _decided(wanted: tuple[tuple[str, ...], ...], words: list[str]) -> tuple[str, ...] | None:
    """The words of a type that a rule names, one for each of its groups; None where a group is missing."""
    decided: list[str] = []
    for alternatives in wanted:
        found = next((word for word in words if word not in decided and _fits(word, alternatives)), None)
        if found is None:
            return None
        decided.append(found)
    return tuple(decided)


def _fits(word: str, alternatives: tuple[str, ...]) -> bool:
    return any(word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted for wanted in alternatives)


def _confidence(words: set[str], decided: set[str], *, conflict: bool) -> int:
    if conflict:
        return 1
    return 3 if words - decided <= FILLERS else 2


def _changed(proposal: Suggestion, modifier: Modifier, found: tuple[str, ...]) -> Suggestion:
    change = modifier.change
    return replace(
        proposal,
        answer_axis=change.get("axis", proposal.answer_axis),
        eligible_low=change.get("low", proposal.eligible_low),
        eligible_high=change.get("high", proposal.eligible_high),
        initiation_implied=change.get("started", proposal.initiation_implied),
        initiation_evidence=_told(found) if "started" in change else proposal.initiation_evidence,
        words=tuple(dict.fromkeys((*proposal.words, *found))),
        rationale=f"{proposal.rationale} {_told(found)}: {modifier.because}.",
    )


def _told(words: tuple[str, ...]) -> str:
    return " ".join(word.upper().replace("NO_", "NO ") for word in words)
