"""What a call type's words suggest: a mapping on the crosswalk's axes, how sure it is, and the words that decided.

Pure: the same text gives the same proposal. The words and what they mean are data, in word_rules.yml and profiles.yml
beside this module; topic groups are those of the codebook topic_categories; how words are read is in wording.py. What
does not belong here: accepted mappings; they are rows of the seed call_type_crosswalk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from orchestration.crosswalk.seed import UNMAPPED, topic_groups
from orchestration.crosswalk.wording import Word, fitting, type_key, words

RULES = (Path(__file__).with_name("word_rules.yml"), Path(__file__).with_name("word_rules_service.yml"))
PROFILES = Path(__file__).with_name("profiles.yml")
FILLERS = frozenset(
    ["and", "or", "of", "in", "the", "a", "with", "w", "o", "other", "general", "misc", "miscellaneous"]
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
class Rule:
    """Words, and the profile that they mean; doubtful where they may well mean another."""

    words: tuple[tuple[str, ...], ...]
    profile: str
    is_doubtful: bool


@dataclass(frozen=True)
class Modifier:
    """Words that change an answer whatever the type is, or is of some topic groups (`spared` categories aside)."""

    words: tuple[tuple[str, ...], ...]
    groups: frozenset[str]
    spared: frozenset[str]
    change: Mapping[str, Any]
    because: str

    def concerns(self, category: str, group: str) -> bool:
        """Whether it changes the answer to types of a topic category and its group."""
        return category not in self.spared and (not self.groups or group in self.groups)


@dataclass(frozen=True)
class Rules:
    """The word rules and profiles.yml, read."""

    profiles: Mapping[str, Profile]
    rules: tuple[Rule, ...]
    modifiers: tuple[Modifier, ...]
    says_nothing: Rule  # what Miscellaneous and the like are taken for

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Every word that a rule or modifier names, denials without no_."""
        named = [rule.words for rule in self.rules] + [modifier.words for modifier in self.modifiers]
        return tuple(
            sorted({word.removeprefix("no_") for wanted in named for alternatives in wanted for word in alternatives})
        )


@dataclass(frozen=True)
class Seen:
    """A word of a type that a rule names, and the reading of it that the rule names."""

    word: Word
    reading: str

    @property
    def as_written(self) -> bool:
        """Whether the rule names the word itself, not only its full, corrected or completed form."""
        return self.reading == self.word.written


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


@cache
def word_rules() -> Rules:
    """The rules and the profiles they name."""
    content = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULES]
    profiles = yaml.safe_load(PROFILES.read_text(encoding="utf-8"))
    return Rules(
        profiles={name: _profile(name, given) for name, given in profiles.items()},
        rules=tuple(
            Rule(_words(words), profile.removesuffix("?"), profile.endswith("?"))
            for part in content
            for words, profile in part["rules"].items()
        ),
        says_nothing=Rule((), "says_nothing", is_doubtful=True),
        modifiers=tuple(
            Modifier(
                _words(given["words"]),
                frozenset(given.get("groups", ())),
                frozenset(given.get("spared", ())),
                given,
                given["because"],
            )
            for part in content
            for given in part.get("modifiers", ())
        ),
    )


def suggest(text: str, rules: Rules | None = None) -> Suggestion:
    """The proposal for a call type as published; topic category `unmapped` where its words say nothing."""
    rules = rules or word_rules()
    said = words(text, rules.vocabulary)
    matches = [
        (len(rule.words), -number, rule, decided)
        for number, rule in enumerate(rules.rules)
        if (decided := _decided(rule.words, said)) is not None
    ]
    if not matches and said and all(word.written in FILLERS for word in said):
        matches = [(0, 0, rules.says_nothing, tuple(Seen(word, word.written) for word in said))]
    if not matches:
        return Suggestion(
            type_key(text), UNMAPPED, UNMAPPED, "", "", UNMAPPED, None, None, (), "", 0, (), "No word of it is known."
        )
    strength, _, chosen, decided = max(matches, key=lambda match: match[:2])
    profile, groups = rules.profiles[chosen.profile], topic_groups()
    group = groups[profile.topic_category]
    others = {groups[rules.profiles[other.profile].topic_category] for n, _, other, _ in matches if n == strength} - {
        group
    }
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
        confidence=_confidence(said, decided, is_doubtful=chosen.is_doubtful, is_contested=bool(others)),
        words=tuple(seen.word.written for seen in decided),
        rationale=f"{_told(decided)}: {profile.because}.",
    )
    for modifier in rules.modifiers:
        found = _decided(modifier.words, said)
        if found is not None and modifier.concerns(profile.topic_category, group):
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


def _decided(wanted: tuple[tuple[str, ...], ...], said: list[Word]) -> tuple[Seen, ...] | None:
    """The words of a type that a rule names, one for each of its groups; None where a group is missing."""
    decided: list[Seen] = []
    for alternatives in wanted:
        taken = [seen.word for seen in decided]
        found = next(
            (
                Seen(word, reading)
                for word in said
                if word not in taken and (reading := fitting(word, alternatives)) is not None
            ),
            None,
        )
        if found is None:
            return None
        decided.append(found)
    return tuple(decided)


def _confidence(said: list[Word], decided: tuple[Seen, ...], *, is_doubtful: bool, is_contested: bool) -> int:
    """3 only where every word decides or says nothing, each as written, and no other reading is likely."""
    rest = {word.written for word in said} - {seen.word.written for seen in decided}
    if is_contested or any(seen.word.is_guess for seen in decided) or {word.written for word in said} <= FILLERS:
        return 1
    return 3 if rest <= FILLERS and all(seen.as_written for seen in decided) and not is_doubtful else 2


def _changed(proposal: Suggestion, modifier: Modifier, found: tuple[Seen, ...]) -> Suggestion:
    change = modifier.change
    low, high = change.get("low", proposal.eligible_low), change.get("high", proposal.eligible_high)
    # A danger only ever takes away: what could be answered otherwise at most so often.
    if "most" in change:
        low, high = 0, min(change["most"], high or 0)
    return replace(
        proposal,
        answer_axis=change.get("axis", proposal.answer_axis),
        eligible_low=low,
        eligible_high=high,
        initiation_implied=change.get("started", proposal.initiation_implied),
        initiation_evidence=_told(found) if "started" in change else proposal.initiation_evidence,
        words=tuple(dict.fromkeys((*proposal.words, *(seen.word.written for seen in found)))),
        rationale=f"{proposal.rationale} {_told(found)}: {modifier.because}.",
    )


def _told(decided: tuple[Seen, ...]) -> str:
    """The words in capitals, with what they were read as where that is not how they are written."""
    return " ".join(
        (seen.word.written if seen.as_written else f"{seen.word.written} ({seen.reading})")
        .upper()
        .replace("NO_", "NO ")
        for seen in decided
    )
