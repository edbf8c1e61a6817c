"""How the columns of a load differ from those of the load before it."""

from dataclasses import dataclass

from orchestration.catalog.model import DataSet
from orchestration.ingest.column_kinds import EMPTY
from orchestration.ingest.columns import likely_new_name
from orchestration.ingest.loads import Load


@dataclass(frozen=True)
class ColumnChange:
    """A column that is not what it was. `change` is added, dropped, renamed or another kind."""

    column_name: str
    change: str
    before: str | None
    after: str | None
    needed: bool


def changes(before: Load, after: Load, data_set: DataSet) -> list[ColumnChange]:
    """How the columns of a load differ from those of the load before."""
    added = [name for name in after.columns if name not in before.columns]
    dropped = [name for name in before.columns if name not in after.columns]
    found = []
    for name in dropped:
        new = likely_new_name(name, before.columns, added)
        if new in added:
            added.remove(new)
        found.append(ColumnChange(name, "renamed" if new else "dropped", name, new, name in data_set.columns))
    found += [ColumnChange(name, "added", None, name, name in data_set.columns) for name in added]
    for name in after.columns:
        was, now = before.kinds.get(name, EMPTY), after.kinds.get(name, EMPTY)
        if name in before.columns and was != now and EMPTY not in (was, now):
            found.append(ColumnChange(name, "another kind", was, now, name in data_set.columns))
    return found
