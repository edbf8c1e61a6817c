"""What a new delivery would take out of a data set: file by file, and month by month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestration.catalog.model import Growth
from orchestration.ingest.age import newest_day
from orchestration.ingest.in_use import InUse, files_in_use
from orchestration.ingest.loads import Load
from orchestration.ingest.parts import part_of, without_dates

MONTH = 7  # characters of an ISO day


@dataclass(frozen=True)
class PartInUse:
    """A file in use, or gone (`load_id` and `rows` None), beside what the current release has under its name."""

    file: str
    load_id: str | None
    rows: int | None
    last_day: str | None
    previous_load_id: str | None = None
    previous_rows: int | None = None
    previous_last_day: str | None = None


def parts_in_use(growth: Growth, used: InUse) -> list[PartInUse]:
    """Every file in use, and those that a new delivery would leave out."""
    now, before = _parts(growth, used.loads), _parts(growth, used.before)
    is_compared = bool(used.former) and (used.replaced is not None or growth == "yearly_files")
    found = [
        PartInUse(
            file,
            load.load_id,
            load.parts[file],
            newest_day(load, file),
            *(_former(before[file], file) if is_compared and file in before and before[file] != load else ()),
        )
        for file, load in now.items()
    ]
    gone = missing(list(before), list(now)) if is_compared else []
    return [*found, *(PartInUse(file, None, None, None, *_former(before[file], file)) for file in gone)]


def missing(before: Sequence[str], now: Sequence[str]) -> list[str]:
    """The files of a family that are not there any more, unless others of the same make have all taken their place.

    A family that keeps any of its names has not been renamed.
    """
    gone = []
    for kind in dict.fromkeys(map(without_dates, before)):
        then, today = ([name for name in names if without_dates(name) == kind] for names in (before, now))
        is_renamed = not set(then) & set(today) and len(today) >= len(then)
        gone += [] if is_renamed else [name for name in then if name not in today]
    return gone


def kept_rows(new: Load, former: Load) -> int:
    """How many of the former rows a whole delivery still has at most, by month where both tell days.

    A delivery that gains rows in one month may lose all of another.
    """
    if not new.days or former.time_column != new.time_column:
        return min(new.rows, former.rows)
    now, then = by_month(new), by_month(former)
    undated = min(new.rows - sum(now.values()), former.rows - sum(then.values()))
    return sum(min(count, now.get(month, 0)) for month, count in then.items()) + undated


def shrunk_months(new: Load, former: Load) -> Iterator[tuple[str, int, int]]:
    """The months that have fewer rows than before: rows before and now."""
    if new.days and former.time_column == new.time_column:
        now = by_month(new)
        for month, rows in by_month(former).items():
            if now.get(month, 0) < rows:
                yield month, rows, now.get(month, 0)


def by_month(load: Load) -> dict[str, int]:
    """Records of each month (2024-03)."""
    found: dict[str, int] = {}
    for days in load.days.values():
        for day, rows in days.items():
            found[day[:MONTH]] = found.get(day[:MONTH], 0) + rows
    return dict(sorted(found.items()))


def _parts(growth: Growth, loads: Sequence[Load]) -> dict[str, Load]:
    """The load that each part in use is taken from."""
    return {
        part_of(file.file): load
        for load, files in zip(loads, files_in_use(growth, loads), strict=True)
        for file in files
    }


def _former(load: Load, file: str) -> tuple[str, int, str | None]:
    return load.load_id, load.parts[file], newest_day(load, file)
