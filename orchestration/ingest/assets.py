"""Dagster assets of ingestion, built from the catalog: landing (bytes to Parquet) and raw (bound to SQL)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.catalog.model import City, DataSet, cities
from orchestration.ingest.bind import bind
from orchestration.ingest.errors import SourceError
from orchestration.ingest.in_use import InUse, loads_after
from orchestration.ingest.landing import land
from orchestration.ingest.loads import Load, as_last_arrived, as_read_now, find_load, load
from orchestration.publish.releases import released_loads
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
    "load_columns": "One row per needed column of each load in use, and whether it is there.",
    "column_changes": "One row per column of a new load that is not what it was in the load before.",
    "rejected_lines": "One row per line that no parser could read.",
    "cities": "One row per city of the catalog, with its time zone and boundary.",
}


class RawExports(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where raw exports are read from, and what the person who started the run has agreed to.

    A folder named in the launchpad must lie where the warehouse's keeper allows (`sources.folder.refuse_foreign`).
    A run holds the warehouse folder from its first step to its last, so that no two can mix their loads.
    """

    folder: str | None = None
    accept_shrink: list[str] = []  # noqa: RUF012  a pydantic field is copied for each instance

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RawExports"]:
        """Hold the lock of the warehouse folder while the run lasts."""
        home = settings()
        home.create_folders()
        with only_run(home.root):
            yield self

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
            released = _released(home, data_set)
            source = raw_exports.source(data_set)
            arrived = land(source, data_set, home.landing, last_pull(data_set, released)) if source else None
            if arrived is None:
                return dg.MaterializeResult(metadata=_unchanged(released))
            result, is_new = load(*arrived, data_set, home.raw, home.memory_limit)
        except SourceError as error:
            if error.passing and context.retry_number < len(RETRY_AFTER):
                raise dg.RetryRequested(len(RETRY_AFTER), RETRY_AFTER[context.retry_number]) from error
            raise dg.Failure(str(error), metadata=error.facts(), allow_retries=False) from error
        _note_load(home, context.run_id, result)
        return dg.MaterializeResult(metadata=_load_metadata(result, is_new, arrived[1]))

    return landed


def freshness_policy(data_set: DataSet) -> dg.FreshnessPolicy | None:
    """When the UI calls a source stale: data sets with a portal are looked at nightly, others when files come."""
    hours = data_set.fresh_for_hours or (FRESH_FOR_HOURS if data_set.source else None)
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=hours)) if hours else None


def last_pull(data_set: DataSet, released: list[Load]) -> Last | None:
    """What the next pull may take as known: the marks of all parts in use. None where it must be whole.

    A chain of pulls that has grown long is made short by a whole one, where the portal still has all rows.
    """
    if not released or (data_set.growth == "append" and len(released) >= LONGEST_CHAIN):
        return None
    versions = {part: version for load in released for part, version in load.versions.items()}
    newest = released[-1]
    return Last(versions, newest.began_at or newest.landed_at)


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
    pulled = {
        (note["city"], note["data_set"]): note["load_id"]
        for note in (json.loads(path.read_text()) for path in sorted(_notes(home, run_id).glob("*.json")))
    }
    in_use = {}
    for city, data_set in {**released, **pulled}:
        if city not in cities() or data_set not in cities()[city].data_sets:
            continue
        before = _released(home, cities()[city].data_sets[data_set])
        new_id = pulled.get((city, data_set))
        new = as_last_arrived(find_load(home.raw, city, data_set, new_id), home.landing) if new_id else None
        loads = loads_after(cities()[city].data_sets[data_set].growth, before, new)
        in_use[city, data_set] = InUse(
            loads=loads,
            before=before[-1] if before else None,
            replaced=before[0] if before and len(loads) == 1 else None,
            shrink_accepted=data_set in accept_shrink or "all" in accept_shrink,
        )
    return in_use


def _released(home: Settings, data_set: DataSet) -> list[Load]:
    """The loads of a data set in the current release, read as its city file says by now."""
    ids = released_loads(home.releases).get((data_set.city, data_set.name), [])
    found = [find_load(home.raw, data_set.city, data_set.name, load_id) for load_id in ids]
    return [as_read_now(load, data_set, home.landing, home.raw, home.memory_limit) for load in found]


def _notes(home: Settings, run_id: str) -> Path:
    return home.runs / run_id


def _note_load(home: Settings, run_id: str, result: Load) -> None:
    folder = _notes(home, run_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = {"city": result.city, "data_set": result.data_set, "load_id": result.load_id}
    (folder / f"{result.city}__{result.data_set}.json").write_text(json.dumps(note))


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
