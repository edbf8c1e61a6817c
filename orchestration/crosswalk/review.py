"""Review files: proposals written for a person to decide on, and the rows decided on taken into the crosswalk.

A review file is a CSV with one row a call type: `decision` (accept, change or empty), what the type is and how often it
occurs, then the fields of the seed. What does not belong here: where types come from, and how proposals are made.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.crosswalk.seed import EVERY_CITY, FIELDS, Row, faults, overlapping
from orchestration.crosswalk.suggest import Suggestion
from orchestration.crosswalk.wording import type_key
from orchestration.ingest.errors import SourceError
from orchestration.safe_text import as_written, safe

DECISIONS = ("accept", "change")
SHOWN = ("decision", "published_type", "records", "share", "words")
HEADER = (*SHOWN, *FIELDS)


@dataclass(frozen=True)
class Seen:
    """An unmapped call type as published, and how many of the city's records carry it."""

    published_type: str
    records: int
    share: float


@dataclass(frozen=True)
class Reviewed:
    """What a review file adds to the crosswalk, and what it leaves undecided."""

    rows: list[Row]
    undecided: int


def proposal(city: str, seen: Seen, suggestion: Suggestion) -> Row:
    """A row of a review file; fields that the words do not tell stay empty for the person to fill."""
    known = suggestion.confidence > 0
    return {
        "decision": "",
        "published_type": seen.published_type,
        "records": str(seen.records),
        "share": f"{seen.share:.4f}",
        "words": " ".join(suggestion.words),
        "city": city,
        "call_type": suggestion.call_type,
        "topic_category": suggestion.topic_category if known else "",
        "initiation_implied": suggestion.initiation_implied,
        "initiation_evidence": suggestion.initiation_evidence,
        "answer_axis": suggestion.answer_axis if known else "",
        "eligible_low": number(suggestion.eligible_low),
        "eligible_high": number(suggestion.eligible_high),
        "disqualifiers": ";".join(suggestion.disqualifiers),
        "apco_code": suggestion.apco_code,
        "confidence": str(suggestion.confidence) if known else "",
        "rationale": suggestion.rationale if known else "",
        "valid_from": "",
        "valid_to": "",
    }


def number(value: float | None) -> str:
    """A likelihood as the seed writes it; nothing for None."""
    return "" if value is None else f"{value:g}"


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a review file. Raises FileExistsError if one with decisions is in the way: they are somebody's work."""
    if path.exists() and any(decision for decision in _decisions(path)):
        raise FileExistsError(str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: safe(value) for name, value in row.items()} for row in rows)


def reviewed(path: Path, crosswalk: Sequence[Row], cities: Sequence[str]) -> Reviewed:
    """The rows decided on, checked each against the seed's vocabulary and all against the crosswalk as it is.

    Raises SourceError for the first row that cannot be taken: with its file, line and field.
    """
    taken: list[Row] = []
    undecided = 0
    for line, row in _read(path):
        decision = row["decision"].strip().lower()
        if not decision:
            undecided += 1
            continue
        if decision not in DECISIONS:
            raise _refused(path, line, "decision", row["decision"], f"{' or '.join(DECISIONS)}, or nothing to leave it")
        if row["city"] not in (*cities, EVERY_CITY):
            raise _refused(path, line, "city", row["city"] or "nothing", f"{EVERY_CITY} or one of {', '.join(cities)}")
        for field, found, expected in faults(row, type_key(row["published_type"])):
            raise _refused(path, line, field, found, expected)
        kept = {field: row[field] for field in FIELDS}
        if other := overlapping(kept, [*crosswalk, *taken]):
            days = f"{other['valid_from'] or 'ever'} to {other['valid_to'] or 'ever'}"
            raise _refused(
                path, line, "call_type", f"{kept['call_type']}, mapped already ({days})",
                "a type, or days of it, that the crosswalk does not map yet",
            )  # fmt: skip
        taken.append(kept)
    return Reviewed(taken, undecided)


def _decisions(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [(row.get("decision") or "").strip() for row in csv.DictReader(file)]


def _read(path: Path) -> list[tuple[int, Row]]:
    """Rows with the line on which each ends. Spreadsheets may add a byte order mark; fields are trimmed."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in HEADER if name not in (reader.fieldnames or [])]
            if missing:
                raise SourceError(
                    file=str(path),
                    found=f"no column {', '.join(missing)}",
                    expected="a file that footprint crosswalk suggest wrote, with all its columns",
                    mend="write it again with footprint crosswalk suggest, and save it as CSV with commas",
                )
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise _refused(
                        path, reader.line_num, "row", "more or fewer fields than the header", "one field a column"
                    )
                rows.append((reader.line_num, {name: as_written(value.strip()) for name, value in row.items()}))
            return rows
    except UnicodeDecodeError as error:
        raise SourceError(
            file=str(path),
            found=f"bytes that are not UTF-8 at byte {error.start:,}",
            expected="a CSV in UTF-8",
            mend="save it as CSV UTF-8",
        ) from error


def _refused(path: Path, line: int, field: str, found: str, expected: str) -> SourceError:
    return SourceError(
        file=str(path),
        found=f"line {line}, field {field}: {found}",
        expected=expected,
        mend="correct that field, or empty the row's decision; nothing of the file was taken over",
    )
