"""Dagster assets of ingestion, built from the catalog: landing (bytes to Parquet) and raw (bound to SQL)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.catalog.model import City, DataSet, cities
from orchestration.ingest.bind import bind
from orchestration.ingest.days_seen import recall_days_seen
from orchestration.ingest.errors import SourceError
from orchestration.ingest.in_use import InUse, in_use
from orchestration.ingest.landing import Landing, land
from orchestration.ingest.listings import Listing, compared, identity_of, read_listing
from orchestration.ingest.loads import Load, as_last_arrived, as_read_now, load, sound_load
from orchestration.ingest.withdrawals import check_chain, connection_for, is_due
from orchestration.prune import prune
from orchestration.publish.releases import current_release, released_listings, released_loads
from orchestration.publish.soundness import finish_swap, refuse_less
from orchestration.run_lock import only_run
from orchestration.settings import Settings, settings
from orchestration.sources.base import Last, Source
from orchestration.sources.folder import FolderSource, refuse_foreign

OWNER = ["team:data-engineering"]
FRESH_FOR_HOURS = 48.0  # a nightly pull may fail once before anybody is alarmed
LONGEST_CHAIN = 60
RETRY_AFTER = (30, 120)  # seconds; a portal that is down is asked again, beyond the patience of each request
LOAD_TABLES = {
    "loads": "One row per load in use.",
    "files": "One row per file of each load in use, with the records counted in it apart from its parser.",
    "file_notes": "One row per thing in a file that was passed over, or read in another way than it is written.",
    "load_columns": "One row per needed column of each load in use, and whether each of its files has it.",
    "column_changes": "One row per column of a new load that is not what it was in the load before, or was left out.",
    "rejected_lines": "One row per line that no parser could read.",
    "days_seen": "One row per load of a former release and day before its landing, with how many records it held then.",
    "load_files": "One row per file in use, and per file that a new delivery left out, beside what it replaces.",
    "shrunk_months": "One row per month in which a new load has fewer rows than the one whose place it took.",
    "held_back": "One row per load that came and is not used, as what is in use is newer.",
    "missing_windows": "One row per window of time that a portal did not answer.",
    "withdrawn_rows": "One row per raw row that its portal no longer lists.",
    "repeated_across_files": "One row per file of a data set without a key whose rows stand in another file, too.",
    "cities": "One row per city of the catalog, with its time zone and boundary.",
}


class RawExports(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where raw exports are read from, and what the person who started the run has agreed to.

    A folder named in the launchpad must lie where the warehouse's keeper allows (`sources.folder.refuse_foreign`).
    A run holds the warehouse folder from its first step to its last, so that no two can mix their loads. It starts from
    the newest sound release unless told otherwise, and ends by pruning what is no longer kept.
    """

    folder: str | None = None
    accept_shrink: list[str] = []  # noqa: RUF012  a pydantic field is copied for each instance
    from_current: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RawExports"]:
        """Hold the lock of the warehouse folder while the run lasts."""
        home = settings()
        home.create_folders()
        with only_run(home.root):
            finish_swap(home.releases)
            refuse_less(home.releases, self.from_current)
            yield self
            if context.instance:
                prune(home, context.instance)

    def source(self, data_set: DataSet) -> Source | None:
        """Where a data set comes from: the folder named, else files dropped under incoming/, else its portal.

        None where nothing was dropped of a data set without a portal, in a city that has one for others.
        """
        if self.folder:
            refuse_foreign(Path(self.folder), settings())
            own = Path(self.folder) / data_set.city  # where a folder holds several cities, each has its own in it
            given = FolderSource(own if own.is_dir() else Path(self.folder))
            others = [other for other in cities()[data_set.city].data_sets.values() if given.holds(other)]
            # Saved files need not be all that a city's portals have.
            return given if data_set in others or not data_set.source or not others else None
        dropped = FolderSource(settings().incoming / data_set.city)
        if dropped.holds(data_set):
            return dropped
        if data_set.source:
            # The libraries of all kinds of portals are slow to import, and a run from files needs none of them.
            from orchestration.sources.portals import source_of

            return source_of(data_set, socrata_token=settings().socrata_app_token)
        return None if cities()[data_set.city].has_portal else dropped


@dataclass(frozen=True)
class Brought:
    """What became of one look at a source: a load and where it landed, a list of keys; nothing where nothing is new."""

    load: Load | None = None
    is_new: bool = False
    folder: Path | None = None
    listing: Listing | None = None


def bring(source: Source, data_set: DataSet, home: Settings) -> Brought:
    """Land and load what is new of a data set, and hold the chain of its pulls against the portal.

    Raises:
        SourceError: what came cannot be used.
    """
    released = _released(home, data_set)
    listing = _released_listing(home, data_set)
    last = last_pull(data_set, released)
    brought = _loaded(land(source, data_set, home.landing, last), data_set, home)
    chain = in_use(data_set.growth, released, brought.load).loads
    checked = check_chain(source, data_set, chain, listing, home)
    if checked.pull_whole:
        return _loaded(land(source, data_set, home.landing), data_set, home)
    return replace(brought, listing=checked.listing)


def _loaded(arrived: tuple[Landing, Path] | None, data_set: DataSet, home: Settings) -> Brought:
    if arrived is None:
        return Brought()
    result, is_new = load(*arrived, data_set, home.raw, home.memory_limit)
    return Brought(result, is_new, arrived[1])


def source_spec(data_set: DataSet) -> dg.AssetSpec:
    """The publisher's data set itself: where the lineage begins."""
    return dg.AssetSpec(
        key=["source", data_set.city, data_set.name],
        group_name="source",
        description=f"{data_set.title}, as {data_set.city} publishes it. One row is {data_set.grain}. {data_set.notes}".strip(),
        owners=OWNER,
        metadata={"license": data_set.license, "files": ", ".join(data_set.files), "growth": data_set.growth}
        | ({"terms": data_set.terms} if data_set.terms else {})
        | ({"url": dg.MetadataValue.url(data_set.url)} if data_set.url else {}),
    )


def landing_asset(data_set: DataSet) -> dg.AssetsDefinition:
    """Lands a data set's files and reads them into Parquet; a file already landed is left as it is."""

    @dg.asset(
        key=["landing", data_set.city, data_set.name],
        deps=[dg.AssetKey(["source", data_set.city, data_set.name])],
        group_name="landing",
        owners=OWNER,
        kinds={"parquet"},
        tags={"city": data_set.city},
        freshness_policy=freshness_policy(data_set),
        description=f"{data_set.title} ({data_set.city}): the files as received, and the same rows as Parquet, every "
        "column text. Nothing here is ever changed.",
    )
    def landed(context: dg.AssetExecutionContext, raw_exports: RawExports) -> dg.MaterializeResult:  # type: ignore[type-arg]
        home = settings()
        try:
            source = raw_exports.source(data_set)
            brought = bring(source, data_set, home) if source else Brought()
        except SourceError as error:
            if error.passing and context.retry_number < len(RETRY_AFTER):
                raise dg.RetryRequested(len(RETRY_AFTER), RETRY_AFTER[context.retry_number]) from error
            raise dg.Failure(str(error), metadata=error.facts(), allow_retries=False) from error
        if source:
            _note(home, context.run_id, data_set, brought)
        if brought.load is None or brought.folder is None:
            return dg.MaterializeResult(metadata=_unchanged(_released(home, data_set)))
        return dg.MaterializeResult(metadata=_load_metadata(brought.load, brought.is_new, brought.folder))

    return landed


def freshness_policy(data_set: DataSet) -> dg.FreshnessPolicy | None:
    """When the UI calls a source stale: data sets with a portal are looked at nightly, others when files come."""
    hours = data_set.fresh_for_hours or (FRESH_FOR_HOURS if data_set.source else None)
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=hours)) if hours else None


def last_pull(data_set: DataSet, released: list[Load]) -> Last | None:
    """What the next pull may take as known: the marks of all parts in use. None where it must be whole.

    A chain of pulls that has grown long is made short by a whole one, where the portal still has all rows. A portal
    that lists no keys, and does not tell what has changed on older records, is pulled whole now and then.
    """
    if not released or (data_set.growth == "append" and len(released) >= LONGEST_CHAIN):
        return None
    versions = {part: version for load in released for part, version in load.versions.items()}
    newest = released[-1]
    is_blind = data_set.growth == "append" and not newest.by_change
    whole = is_blind and is_due(data_set, released, None)
    return Last(versions, newest.began_at or newest.landed_at, whole, tuple(newest.missing))


def raw_assets(all_cities: dict[str, City]) -> dg.AssetsDefinition:
    """One op that shows the chosen loads to SQL: a view a data set, and tables about the loads."""
    data_sets = [data_set for city in all_cities.values() for data_set in city.data_sets.values()]
    loaded = [dg.AssetKey(["landing", data_set.city, data_set.name]) for data_set in data_sets]

    @dg.multi_asset(
        name="raw",
        specs=[
            *(
                dg.AssetSpec(
                    key=["raw", data_set.city, data_set.name],
                    deps=[dg.AssetKey(["landing", data_set.city, data_set.name])],
                    group_name="raw",
                    owners=OWNER,
                    kinds={"duckdb"},
                    description=f"{data_set.title} ({data_set.city}): the rows of the load in use, every column text, "
                    "with load id, file and line. Empty where the city is not loaded.",
                )
                for data_set in data_sets
            ),
            *(
                dg.AssetSpec(
                    key=["raw", table], deps=loaded, group_name="raw", owners=OWNER, kinds={"duckdb"}, description=text
                )
                for table, text in LOAD_TABLES.items()
            ),
        ],
        pool="warehouse_writer",
    )
    def raw(context: dg.AssetExecutionContext, raw_exports: RawExports):  # type: ignore[no-untyped-def]
        home = settings()
        _start_over(home)
        # No reader ever opens this database, so it may have the newest format, which is written a third faster.
        with duckdb.connect(
            str(home.warehouse_database),
            config={"memory_limit": home.memory_limit, "storage_compatibility_version": "latest"},
        ) as connection:
            try:
                used = loads_in_use(home, context.run_id, raw_exports.accept_shrink)
            except SourceError as error:  # a landing that has to be read in another way, and cannot be
                raise dg.Failure(str(error), metadata=error.facts(), allow_retries=False) from error
            bind(connection, all_cities.values(), used, home.raw)
            recall_days_seen(connection, current_release(home.releases))
            shapes = _shapes(connection)
        for key in context.selected_asset_keys:
            rows, columns = shapes["__".join(key.path[1:])]
            yield dg.MaterializeResult(
                asset_key=key, metadata={"dagster/row_count": rows, "dagster/column_schema": columns}
            )

    return raw


def loads_in_use(home: Settings, run_id: str, accept_shrink: list[str]) -> dict[tuple[str, str], InUse]:
    """The loads of the current release, with those this run pulled itself in their places.

    So a load that a gate stopped is never used again by a run that did not ask for it.
    """
    released = released_loads(home.releases)
    notes = [json.loads(path.read_text()) for path in sorted(_notes(home, run_id).glob("*.json"))]
    pulled = {(note["city"], note["data_set"]): note for note in notes}
    found = {}
    for city, name in {**released, **pulled}:
        if city not in cities() or name not in cities()[city].data_sets:
            continue
        data_set = cities()[city].data_sets[name]
        note = pulled.get((city, name), {})
        new_id, listing_id = note.get("load_id"), note.get("listing_id")
        new = as_last_arrived(sound_load(home, data_set, new_id, thorough=True)[0], home.landing) if new_id else None
        accepted = name in accept_shrink or "all" in accept_shrink
        used = in_use(data_set.growth, _released(home, data_set, thorough=True), new, accepted)
        listing_id = listing_id or released_listings(home.releases).get((city, name))
        if listing_id and any(not load.complete for load in used.loads):
            used = _held_against(used, read_listing(home.landing, city, name, listing_id), home)
        looked_at = datetime.fromisoformat(note["looked_at"]) if note else None
        found[city, name] = replace(used, looked_at=looked_at)
    return {key: used for key, used in found.items() if used.loads}


def _held_against(used: InUse, listing: Listing, home: Settings) -> InUse:
    """The loads in use beside a list of the portal's keys."""
    found = compared(identity_of(listing), used.loads, listing, home.landing, home.raw, connection_for(home))
    return replace(used, listing=listing, compared=found)


def _released(home: Settings, data_set: DataSet, thorough: bool = False) -> list[Load]:
    """The loads of a data set in the current release, read as its city file says by now; damaged ones are made anew."""
    ids = released_loads(home.releases).get((data_set.city, data_set.name), [])
    found = [sound_load(home, data_set, load_id, thorough)[0] for load_id in ids]
    return [as_read_now(load, data_set, home.landing, home.raw, home.memory_limit) for load in found]


def _released_listing(home: Settings, data_set: DataSet) -> Listing | None:
    """The list of keys that the current release was held against; None where its landing is gone: it is listed anew."""
    listing_id = released_listings(home.releases).get((data_set.city, data_set.name))
    if listing_id is None or not (home.landing / data_set.city / data_set.name / listing_id).is_dir():
        return None
    return read_listing(home.landing, data_set.city, data_set.name, listing_id)


def _notes(home: Settings, run_id: str) -> Path:
    return home.runs / run_id


def _note(home: Settings, run_id: str, data_set: DataSet, brought: Brought) -> None:
    """Note what a run has brought, for its next step."""
    folder = _notes(home, run_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = {
        "city": data_set.city,
        "data_set": data_set.name,
        "load_id": brought.load.load_id if brought.load else None,
        "listing_id": brought.listing.listing_id if brought.listing else None,
        "looked_at": datetime.now(UTC).isoformat(),
    }
    (folder / f"{data_set.city}__{data_set.name}.json").write_text(json.dumps(note))


def _start_over(home: Settings) -> None:
    """The build databases hold nothing that the Parquet and the code do not: each run makes them anew."""
    for database in (home.warehouse_database, home.analyst_database, home.public_database):
        database.unlink(missing_ok=True)
        database.with_name(database.name + ".wal").unlink(missing_ok=True)


def _shapes(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, dg.TableSchema]]:
    """Rows and columns of everything in schema raw, by name."""
    columns: dict[str, list[dg.TableColumn]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw' order by column_index"
    ).fetchall():
        columns.setdefault(table, []).append(dg.TableColumn(column, kind.lower()))
    return {
        table: (
            int(connection.execute(f'select count(*) from raw."{table}"').fetchall()[0][0]),
            dg.TableSchema(columns=schema),
        )
        for table, schema in columns.items()
    }


def _load_metadata(result: Load, is_new: bool, folder: Path) -> dict[str, Any]:
    return {
        "dagster/row_count": result.rows,
        "dagster/column_schema": dg.TableSchema([dg.TableColumn(name, "varchar") for name in result.columns]),
        "load_id": result.load_id,
        "new": is_new,
        "url": result.url,
        "bytes": result.bytes,
        "files": len(result.files),
        "rejected_lines": len(result.rejected),
        "withheld_columns": ", ".join(result.withheld),
        "landed_at": result.landed_at.isoformat(),
        "landing": dg.MetadataValue.path(str(folder)),
        "sha256": dg.MetadataValue.json(result.sha256),
    }


def _unchanged(released: list[Load]) -> dict[str, Any]:
    """What is told of a data set that the publisher has not changed."""
    rows = sum(load.rows for load in released)
    return {"dagster/row_count": rows, "new": False, "rejected_lines": 0, "nothing_new": True} | (
        {"load_id": released[-1].load_id, "landed_at": released[-1].landed_at.isoformat()} if released else {}
    )


def assets() -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Every asset from the publisher to raw."""
    data_sets = [data_set for city in cities().values() for data_set in city.data_sets.values()]
    return [
        *(source_spec(data_set) for data_set in data_sets),
        *(landing_asset(data_set) for data_set in data_sets),
        raw_assets(cities()),
    ]
