"""Column names as portals write them, made into names SQL needs no quotes for; and guesses at renamed ones."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher


def normalised(headers: Sequence[str]) -> list[str]:
    """Lower case, runs of other characters to one underscore, empty ones by position, repeats numbered.

    >>> normalised(["CAD Event Number", "District/Sector", "", "Date", "DATE"])
    ['cad_event_number', 'district_sector', 'column_3', 'date', 'date_2']
    """
    seen: Counter[str] = Counter()
    names = []
    for position, header in enumerate(headers, start=1):
        name = re.sub(r"[^0-9a-z]+", "_", header.strip().lower()).strip("_") or f"column_{position}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def likely_new_name(missing: str, needed: Iterable[str], found: Iterable[str]) -> str | None:
    """The column that `missing` was probably renamed to: the most similar one that no other need claims."""
    spare = sorted(set(found) - set(needed))
    if not spare:
        return None

    def similarity(candidate: str) -> float:
        words, others = set(missing.split("_")), set(candidate.split("_"))
        shared = len(words & others) / max(len(words | others), 1)
        return max(shared, SequenceMatcher(None, missing, candidate).ratio())

    best = max(spare, key=similarity)
    return best if similarity(best) >= 0.5 else None
