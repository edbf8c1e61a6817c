"""Dagster assets of publication: the gates' record, and the release."""

import json
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import dagster as dg
import duckdb
from pydantic import BaseModel

from orchestration.gates.checks import LAYERS
from orchestration.ingest.sql import literal
from orchestration.publish import releases
from orchestration.settings import Settings, settings

Part = TypeVar("Part", bound=BaseModel)
OWNER = ["team:data-engineering"]
GATE_RESULTS = dg.AssetKey(["audit", "gate_results"])
RELEASE = dg.AssetKey(["release"])

CREATE_GATE_RESULTS = """
create schema if not exists audit;
create or replace table audit.gate_results as
select
    $run_id::varchar as run_id, layer::varchar as layer, "table"::varchar as table_name,
    expectation::varchar as expectation, severity::varchar as severity, success::boolean as success,
    observed::varchar as observed, message::varchar as message, checked_at::timestamp as checked_at_utc
from (select unnest(from_json($results::json, '[{"layer": "VARCHAR", "table": "VARCHAR", "expectation": "VARCHAR",
    "severity": "VARCHAR", "success": "BOOLEAN", "observed": "VARCHAR", "message": "VARCHAR",
    "checked_at": "TIMESTAMP"}]'), recursive := true));
"""
COLUMNS = {
    "run_id": "Run that checked.",
    "layer": "Gate: raw, canonical, marts or published.",
    "table_name": "Table checked.",
    "expectation": "What is expected, in a word.",
    "severity": "critical stops the run; warning and info are shown.",
    "success": "Whether it holds.",
    "observed": "What was found; NULL where it holds.",
    "message": "The same in plain words, with how to mend it.",
    "checked_at_utc": "When it was checked (UTC).",
}
DESCRIPTION = "One row per expectation of the gates that this release passed."
TABLES = (
    "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
    "where database_name = current_database() and not internal order by 1"
)


def gate_results_asset(published: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The gates' verdicts as a mart, complete only once the last gate has passed."""

    @dg.asset(
        key=GATE_RESULTS,
        deps=published,
        group_name="release",
        owners=OWNER,
        kinds={"duckdb"},
        description=DESCRIPTION,
        pool="warehouse_writer",
    )
    def gate_results(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        home = settings()
        results = read_gate_results(home.gates, context.run_id)
        with duckdb.connect(str(home.analyst_database)) as connection:
            connection.execute("set timezone = 'UTC'")
            statements = CREATE_GATE_RESULTS.split(";", 1)
            connection.execute(statements[0])
            connection.execute(statements[1], {"run_id": context.run_id, "results": json.dumps(results)})
            connection.execute(f"comment on table audit.gate_results is '{DESCRIPTION}'")
            for column, text in COLUMNS.items():
                connection.execute(f"comment on column audit.gate_results.{column} is '{text}'")
            kinds = connection.execute("describe audit.gate_results").fetchall()
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(results),
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(name, kind.lower(), description=COLUMNS[name]) for name, kind, *_ in kinds]
                ),
            }
        )

    return gate_results


def release_asset(contents: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The release: written beside the current one, checked, made current in one step."""

    @dg.asset(
        key=RELEASE,
        deps=[GATE_RESULTS, *contents],
        group_name="release",
        owners=OWNER,
        kinds={"duckdb", "parquet"},
        description="What readers open: analyst.duckdb (the marts), public.duckdb and parquet/ (the published "
        "tables), manifest.json (loads, gates, row counts, digests).",
        pool="warehouse_writer",
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        home = settings()
        manifest, final = write_release(home, context.run_id)
        pruned = releases.prune(home.releases, home.keep_releases)
        _sweep(home, context.run_id)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(manifest.tables.values()),
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn("table", description="Table of the release, by its schema and name."),
                        dg.TableColumn("rows", "bigint", description="Its rows."),
                    ]
                ),
                "release": manifest.release_id,
                "folder": dg.MetadataValue.path(str(final)),
                "bytes": sum(file.bytes for file in manifest.files),
                "tables": dg.MetadataValue.json(manifest.tables),
                "pruned": dg.MetadataValue.json(pruned),
            }
        )

    return release


def write_release(home: Settings, run_id: str) -> tuple[releases.Release, Path]:
    """Move the build databases into a new release, and make it current once they read back whole."""
    now = releases.utc_now()
    release_id = releases.new_release_id(now, run_id)
    with duckdb.connect(str(home.analyst_database)) as connection:
        loads = [
            releases.ReleasedLoad(city=city, data_set=data_set, load_id=load_id)
            for city, data_set, load_id in connection.execute(
                "select city, data_set, load_id from audit.loads order by city, data_set, load_number"
            ).fetchall()
        ]
        coverage = read_coverage(connection)
        listings = [
            releases.ReleasedListing(city=city, data_set=data_set, listing_id=listing_id)
            for city, data_set, listing_id in connection.execute(
                "select distinct city, data_set, listing_id from audit.loads where listing_id is not null order by all"
            ).fetchall()
        ]
        published = _read_as(connection, releases.PublishedPeriod, "audit.published_periods")
    folder = releases.prepare(home.releases, release_id)
    # A rename, not a copy: the build folder is on the same disk, and the next run makes its databases anew.
    shutil.move(home.analyst_database, folder / "analyst.duckdb")
    shutil.move(home.public_database, folder / "public.duckdb")
    tables = _table_sizes(folder / "analyst.duckdb") | _table_sizes(folder / "public.duckdb")
    _write_parquet(folder)
    manifest = releases.Release(
        release_id=release_id,
        run_id=run_id,
        created_at=now,
        version=version("footprint"),
        loads=loads,
        coverage=coverage,
        listings=listings,
        published=published,
        tables=tables,
        gates=read_gate_results(home.gates, run_id),
        files=releases.describe_files(folder),
    )
    return manifest, releases.publish(home.releases, folder, manifest)


def read_coverage(connection: duckdb.DuckDBPyConnection) -> list[releases.Coverage]:
    """Which days the data sets of the marts cover, with their gaps."""
    gaps: dict[tuple[str, str, str], list[releases.Gap]] = {}
    for *key, first, last, length in connection.execute(
        "select city, data_set, entity, first_day, last_day, length_days from audit.coverage_gaps order by all"
    ).fetchall():
        gaps.setdefault(tuple(key), []).append(releases.Gap(first_day=first, last_day=last, length_days=length))
    names = [name for name in releases.Coverage.model_fields if name != "gaps"]
    return [
        releases.Coverage(**dict(zip(names, row, strict=True)), gaps=gaps.get(tuple(row[:3]), []))
        for row in connection.execute(f"select {', '.join(names)} from audit.coverage order by all").fetchall()
    ]


def _read_as(connection: duckdb.DuckDBPyConnection, kind: type[Part], table: str) -> list[Part]:
    """The rows of a table as parts of the manifest."""
    names = list(kind.model_fields)
    rows = connection.execute(f"select {', '.join(names)} from {table} order by all").fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]


def read_gate_results(gates: Path, run_id: str) -> list[dict[str, object]]:
    """What the gates of a run found, in the order of the layers."""
    results: list[dict[str, object]] = []
    for layer in LAYERS:
        path = gates / run_id / f"{layer}.json"
        if path.exists():
            results += json.loads(path.read_text(encoding="utf-8"))["results"]
    return results


def _table_sizes(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: int(rows) for name, rows in connection.execute(TABLES).fetchall()}


def _write_parquet(folder: Path) -> None:
    (folder / "parquet").mkdir(mode=0o700)
    with duckdb.connect(str(folder / "public.duckdb"), read_only=True) as connection:
        for name, _ in connection.execute(TABLES).fetchall():
            target = literal(str(folder / "parquet" / f"{name.split('.')[1]}.parquet"))
            connection.execute(f"copy (from {name} order by all) to {target} (format parquet, compression zstd)")


def _sweep(home: Settings, run_id: str) -> None:
    """Forget what finished runs noted about their loads; the manifest has it now."""
    for folder in home.runs.iterdir():
        if folder.name != run_id:
            shutil.rmtree(folder, ignore_errors=True)


def assets(published: list[dg.AssetKey], marts: list[dg.AssetKey]) -> Iterator[dg.AssetsDefinition]:
    """The assets of publication."""
    yield gate_results_asset(published)
    yield release_asset([*marts, *published])
