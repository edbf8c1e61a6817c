"""Ids of zones in columns of other data sets: which column has them, and whether they lost their leading zeros."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orchestration.cities.guess import DataSetGuess, Guess
from orchestration.cities.profile import Column

CARRIES_ZONES = ("calls", "requests")  # whose contract has published_zone_id
MOST = 0.5  # of a column's values
SEVERAL = 2  # ids, before a column is taken for zones


def with_zone_ids(guesses: Sequence[DataSetGuess]) -> list[DataSetGuess]:
    """The guesses, with the column of calls and requests that names zones of the same folder."""
    ids = {
        value: one.profile.files[0]
        for one in guesses
        if one.entity == "zones" and len(one.key) == 1
        for value in one.profile.columns[one.key[0]].values
    }
    return [_with(one, ids) if ids and one.entity in CARRIES_ZONES else one for one in guesses]


def _with(guess: DataSetGuess, ids: Mapping[str, str]) -> DataSetGuess:
    read = {found.column for role, found in guess.columns.items() if role != "native_zone"} | set(guess.drop)
    candidates = [column for name, column in guess.profile.columns.items() if name not in read]
    found = max(filter(None, (_names_zones(one, ids) for one in candidates)), key=lambda one: one[0], default=None)
    if found is None:
        return guess
    unread = {name: why for name, why in guess.unread.items() if name != found[1].column}
    return replace(guess, columns={**guess.columns, "published_zone_id": found[1]}, unread=unread)


def _names_zones(column: Column, ids: Mapping[str, str]) -> tuple[float, Guess] | None:
    """How many of a column's values are zones, and the guess that it names them; None where it does not."""
    values = {value.strip() for value in column.values}
    hits = values & set(ids)
    if len(hits) >= SEVERAL and len(hits) >= MOST * len(values):
        return len(hits) / len(values), Guess(
            column.name, "high", f"{len(hits):,} of {len(values):,} values are zones of {ids[next(iter(sorted(hits)))]}"
        )
    widths = {len(one) for one in ids}
    if len(widths) != 1:
        return None
    (width,) = widths
    hits = {value.zfill(width) for value in values if len(value) < width} & set(ids)
    if len(hits) < SEVERAL or len(hits) < MOST * len(values):
        return None
    return len(hits) / len(values), Guess(
        column.name, "medium", f"{missing_zeros(0, len(values), 'values')}; with it {len(hits):,} are, so it is put back",
        width=width,
    )  # fmt: skip


def missing_zeros(hits: int, of: int, what: str) -> str:
    """What is said of ids that would be zones with their leading zeros."""
    return f"{hits:,} of {of:,} {what} are a zone: a leading 0 is missing"
