"""Column names as portals write them, made into names SQL needs no quotes for; and guesses at renamed ones."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher


def normalised(headers: Sequence[str], reserved: Iterable[str] = ()) -> list[str]:
    """Lower case, accents off, runs of other characters to one underscore, empty ones by position, repeats numbered.

    A number already used by another header is passed over, and so is a name that is reserved: names never collide.

    >>> normalised(["CAD Event Number", "District/Sector", "", "Date", "DATE", "Année"])
    ['cad_event_number', 'district_sector', 'column_3', 'date', 'date_2', 'annee']
    """
    bases = [_base(header) or f"column_{position}" for position, header in enumerate(headers, start=1)]
    taken = set(reserved)
    names = []
    for base in bases:
        name, number = base, 1
        while name in taken or (number > 1 and name in bases):
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _base(header: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", header) if not unicodedata.combining(sign))
    return re.sub(r"[^0-9a-z]+", "_", plain.lower()).strip("_")


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
