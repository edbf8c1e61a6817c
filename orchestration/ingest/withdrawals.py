"""Whether a chain of pulls still holds what its portal has: its rows counted at each pull, its keys listed now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.listings import Compared, Listing, compared, land_listing
from orchestration.ingest.loads import Load
from orchestration.settings import Settings
from orchestration.sources.base import Counts, ListsKeys, Source, progress


@dataclass(frozen=True)
class Checked:
    """A chain beside its portal: a new list of keys where one was asked for, and whether all rows must be pulled."""

    listing: Listing | None = None
    counted: int | None = None
    pull_whole: bool = False


def check_chain(
    source: Source, data_set: DataSet, loads: Sequence[Load], listing: Listing | None, home: Settings
) -> Checked:
    """Compare the loads in use with what the portal counts; have the keys listed where that differs, or is due.

    Where the portal lists no keys, or has twice listed some that no pull of changes brought, all is to be pulled.
    """
    is_chain = data_set.growth == "append" and any(not load.complete for load in loads)
    identity = source.identity(data_set) if is_chain and isinstance(source, Counts) else None
    if identity is None or not isinstance(source, Counts):
        return Checked()

    def beside(listed: Listing | None) -> Compared | None:
        return compared(identity, loads, listed, home.landing, home.raw, connection_for(home))

    found = beside(listing)
    if found is None or not found.is_key:
        return Checked()
    counted = source.count(data_set)
    differs = counted is not None and counted != found.known
    if differs:
        progress.info("%s: %s rows counted, %s known", data_set.name, f"{counted:,}", f"{found.known:,}")
    if not isinstance(source, ListsKeys):
        return Checked(counted=counted, pull_whole=differs)
    if not differs and not is_due(data_set, loads, listing):
        return Checked(counted=counted)
    new = land_listing(source, identity, data_set, home.landing)
    after = beside(new)
    lacks_again = bool(found.unknown and after and after.unknown)
    return Checked(new, new.keys, pull_whole=lacks_again)


def is_due(data_set: DataSet, loads: Sequence[Load], listing: Listing | None, now: datetime | None = None) -> bool:
    """Whether it is long ago that the data set was seen whole: by a whole pull, or a list of its keys."""
    if not data_set.compared_every_days:
        return False
    seen = [load.began_at or load.landed_at for load in loads if load.complete]
    seen += [listing.began_at] if listing else []
    return not seen or (now or datetime.now(UTC)) - max(seen) >= timedelta(days=data_set.compared_every_days)


def connection_for(home: Settings) -> Callable[[], duckdb.DuckDBPyConnection]:
    """Connections that keep to the warehouse's limit of memory."""
    return lambda: duckdb.connect(
        config={"memory_limit": home.memory_limit, "temp_directory": str(home.build / "spill")}
    )
