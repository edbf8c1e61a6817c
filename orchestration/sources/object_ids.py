"""Object ids of an ArcGIS layer: kept as bitmaps, cut into runs and into lists for questions."""

from collections.abc import Iterable, Iterator

from pyroaring import BitMap64

from orchestration.ingest.errors import SourceError

LIST = 200  # object ids a question, and characters of them: longer addresses are cut or refused
LIST_TEXT = 1500


def compact(ids: Iterable[int], url: str) -> BitMap64:
    """Object ids as a bitmap, in ascending order: of millions in a row next to nothing has to be kept in memory."""
    try:
        return BitMap64(ids)
    except OverflowError as error:
        raise SourceError(
            file=url,
            found="an object id below zero or beyond 64 bits",
            expected="object ids as ArcGIS numbers rows, from 0 on",
            mend="take the portal's download of the layer as a file",
        ) from error


def next_run(every: BitMap64, seen: BitMap64, place: int, size: int) -> range:
    """Where the first ids from `place` on that have not been seen stand, up to the next one that has."""
    while place < len(every) and every[place] in seen:
        place += 1
    stop = place
    while stop < min(len(every), place + size) and every[stop] not in seen:
        stop += 1
    return range(place, stop)


def lists_of(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids in lists short enough for one question."""
    chosen: list[int] = []
    length = 0
    for number in ids:
        if chosen and (len(chosen) == LIST or length + len(str(number)) > LIST_TEXT):
            yield chosen
            chosen, length = [], 0
        chosen.append(number)
        length += len(str(number)) + 1
    if chosen:
        yield chosen


def joined(ids: Iterable[int]) -> str:
    """The ids as a question holds them."""
    return ",".join(map(str, ids))
