"""The crosswalk's seed as Python reads and writes it, and the values each of its fields may hold.

The seeds of the dbt project are the one home of mappings and vocabularies: allowed values are read from the seeds'
own YAML and from the codebooks topic_categories and answer_disqualifiers, never repeated here.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import DBT_PROJECT_DIR

SEEDS = DBT_PROJECT_DIR / "seeds" / "codebooks"
CROSSWALK = SEEDS / "call_type_crosswalk.csv"
EVERY_CITY = "*"
UNMAPPED = "unmapped"
FIELDS = (
    "city",
    "call_type",
    "topic_category",
    "initiation_implied",
    "initiation_evidence",
    "answer_axis",
    "eligible_low",
    "eligible_high",
    "disqualifiers",
    "apco_code",
    "confidence",
    "rationale",
    "valid_from",
    "valid_to",
)
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """The rows of a seed."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write the crosswalk, in order of city, type and validity; whole or not at all."""
    ordered = sorted(rows, key=lambda row: (row["city"], row["call_type"], row["valid_from"]))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".csv")
    try:
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(ordered)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def topic_groups() -> dict[str, str]:
    """The group of each topic category."""
    return {row["topic_category"]: row["topic_group"] for row in read(SEEDS / "topic_categories.csv")}


@cache
def disqualifiers() -> frozenset[str]:
    """The conditions that rule an answer out."""
    return frozenset(row["disqualifier"] for row in read(SEEDS / "answer_disqualifiers.csv"))


@cache
def accepted_values(column: str) -> frozenset[str]:
    """The values that the crosswalk's YAML accepts in a column."""
    seeds: list[dict[str, Any]] = yaml.safe_load((SEEDS / "_crosswalk.yml").read_text(encoding="utf-8"))["seeds"]
    crosswalk = next(seed for seed in seeds if seed["name"] == CROSSWALK.stem)
    found = next(given for given in crosswalk["columns"] if given["name"] == column)
    test = next(test["accepted_values"] for test in found["data_tests"] if "accepted_values" in test)
    return frozenset(str(value) for value in test["arguments"]["values"])


def faults(row: Mapping[str, str], type_key: str) -> list[tuple[str, str, str]]:
    """What is wrong with a row, as field, what was found, what was expected; `type_key` is its type normalised."""
    found: list[tuple[str, str, str]] = []

    def expect(field: str, holds: bool, expected: str) -> None:
        if not holds:
            found.append((field, row.get(field) or "nothing", expected))

    expect("call_type", bool(type_key) and row["call_type"] == type_key, f"the normalised type, {type_key or 'a text'}")
    expect(
        "topic_category", row["topic_category"] in topic_groups(), "a category of seeds/codebooks/topic_categories.csv"
    )
    for field in ("answer_axis", "confidence"):
        expect(field, row[field] in accepted_values(field), f"one of {', '.join(sorted(accepted_values(field)))}")
    started = accepted_values("initiation_implied")
    expect(
        "initiation_implied",
        row["initiation_implied"] in ("", *started),
        f"nothing or one of {', '.join(sorted(started))}",
    )
    expect(
        "initiation_evidence",
        bool(row["initiation_evidence"].strip()) == bool(row["initiation_implied"]),
        "the words that imply who started it, where initiation_implied has a value, and nothing elsewhere",
    )
    for disqualifier in filter(None, row["disqualifiers"].split(";")):
        expect(
            "disqualifiers",
            disqualifier in disqualifiers(),
            "names of seeds/codebooks/answer_disqualifiers.csv, with ; between",
        )
    found.extend(_range_faults(row))
    expect("apco_code", row["apco_code"] == row["apco_code"].strip().upper(), "a code in capitals, or nothing")
    expect("rationale", bool(row["rationale"].strip()), "a reason in words")
    for field in ("valid_from", "valid_to"):
        expect(field, not row[field] or _day(row[field]) is not None, "a date as YYYY-MM-DD, or nothing")
    if _day(row["valid_from"]) and _day(row["valid_to"]):
        expect("valid_to", row["valid_from"] <= row["valid_to"], f"a date not before valid_from, {row['valid_from']}")
    return found


def overlapping(row: Mapping[str, str], others: Iterable[Row]) -> Row | None:
    """A row of the same city and type that holds on some of the same days; None where there is none."""
    first, last = _days(row)
    for other in others:
        if (other["city"], other["call_type"]) == (row["city"], row["call_type"]):
            other_first, other_last = _days(other)
            if first <= other_last and other_first <= last:
                return other
    return None


def _days(row: Mapping[str, str]) -> tuple[date, date]:
    return _day(row["valid_from"]) or date.min, _day(row["valid_to"]) or date.max


def _range_faults(row: Mapping[str, str]) -> list[tuple[str, str, str]]:
    low, high = row["eligible_low"], row["eligible_high"]
    if row["answer_axis"] == "internal":
        return [
            (name, row[name], "nothing: internal work is nobody's call")
            for name in ("eligible_low", "eligible_high")
            if row[name]
        ]
    wrong = [
        (name, row[name] or "nothing", "a share from 0 to 1")
        for name in ("eligible_low", "eligible_high")
        if (share := _share(row[name])) is None or not 0 <= share <= 1
    ]
    if not wrong and float(low) > float(high):
        return [("eligible_high", high, f"at least eligible_low, {low}")]
    return wrong


def _share(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2015-01-31") else None
    except ValueError:
        return None
