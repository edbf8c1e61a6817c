"""The dbt project as Dagster assets: one op where no gate stands between, each a single `dbt build`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration.catalog.model import cities
from orchestration.ingest.sql import literal
from orchestration.settings import settings
from orchestration.transform.failures import in_words
from orchestration.transform.project import NodeResult, build, manifest_path

LAYERS = {
    "staging_and_canonical": "resource_type:seed fqn:footprint.staging fqn:footprint.canonical",
    "intermediate_and_marts": "fqn:footprint.intermediate fqn:footprint.marts",
    "candidates": "fqn:footprint.candidates",
}
# Codebooks change with the code and not overnight, so their tests run with the test suite.
TESTS_OF_CODEBOOKS = "resource_type:test,fqn:footprint.codebooks"


class Translator(DagsterDbtTranslator):
    """Keys and groups follow the folders: a model is [schema, name], its group is its layer."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "source":
            return spec
        layer = "codebooks" if node["resource_type"] == "seed" else node["fqn"][1]
        return spec.replace_attributes(
            key=dg.AssetKey([node["schema"], node["alias"]]), group_name=layer, kinds={"dbt", "duckdb"}
        )


@cache
def manifest() -> dict[str, Any]:
    """dbt's manifest."""
    content: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))
    return content


def layer_assets(name: str, select: str) -> dg.AssetsDefinition:
    """One op for the models of `select`."""
    translator = Translator()

    @dbt_assets(
        manifest=manifest(),
        select=select,
        exclude=TESTS_OF_CODEBOOKS,
        name=name,
        dagster_dbt_translator=translator,
        pool="warehouse_writer",
    )
    def layer(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        results = build(select.split(" "), exclude=[TESTS_OF_CODEBOOKS, *staging_without_loads()])
        yield from events(results, translator)
        broken = [result for result in results if not result.ok and result.status != "skipped"]
        if broken:
            raise dg.Failure(in_words(broken, manifest()["nodes"]), allow_retries=False)

    return layer


def staging_without_loads() -> list[str]:
    """dbt's selectors for the staging models of cities that have no load: there is nothing for them to do."""
    with duckdb.connect(str(settings().warehouse_database), read_only=True) as connection:
        loaded = {name for (name,) in connection.execute("select distinct city from raw.loads").fetchall()}
    return [f"fqn:footprint.staging.{name}" for name in cities() if name not in loaded]


def events(results: list[NodeResult], translator: Translator) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
    """What dbt did, as Dagster tells it: a materialization a model, a check result a test."""
    nodes = manifest()["nodes"]
    built = [nodes[r.unique_id] for r in results if r.ok and r.unique_id in nodes]
    shapes = relation_shapes(node for node in built if node["resource_type"] != "test")
    for result in results:
        if result.status == "skipped":
            continue
        node = nodes.get(result.unique_id)
        if node is None:
            continue
        if node["resource_type"] == "test":
            key = get_asset_check_key_for_test(manifest(), translator, result.unique_id, None)
            if key is not None:
                yield dg.AssetCheckResult(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=result.status == "pass",
                    severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
                    metadata={"failing rows": result.failures or 0, "seconds": result.seconds},
                )
        elif result.ok:
            rows, columns = shapes[result.unique_id]
            yield dg.MaterializeResult(
                asset_key=translator.get_asset_spec(manifest(), result.unique_id, None).key,
                metadata={
                    "dagster/row_count": rows,
                    "dagster/column_schema": _schema(node, columns),
                    "seconds": result.seconds,
                },
            )


def relation_shapes(nodes: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, dict[str, str]]]:
    """Rows and column types of the relations of some dbt nodes, by unique id."""
    home = settings()
    columns: dict[tuple[str, str, str], dict[str, str]] = {}
    with duckdb.connect(config={"memory_limit": home.memory_limit}) as connection:
        for name in ("warehouse", "analyst", "public"):
            database = home.build / f"{name}.duckdb"
            if database.exists():
                connection.execute(f"attach {literal(str(database))} as {name} (read_only)")
        for *relation, column, kind in connection.execute(
            "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where not internal order by column_index"
        ).fetchall():
            columns.setdefault(tuple(relation), {})[column] = kind.lower()
        return {
            node["unique_id"]: (_rows(connection, node), columns[node["database"], node["schema"], node["alias"]])
            for node in nodes
        }


def _rows(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> int:
    relation = ".".join(_quote(node[part]) for part in ("database", "schema", "alias"))
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])


def _quote(name: str) -> str:
    return f'"{name}"'


def _schema(node: Mapping[str, Any], kinds: Mapping[str, str]) -> dg.TableSchema:
    described = node["columns"]
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, kind, description=described.get(name, {}).get("description"))
            for name, kind in kinds.items()
        ]
    )


def released_codebooks() -> list[dg.AssetKey]:
    """The codebooks that lie beside the marts, so that a reader of a release has them."""
    seeds = [node for node in manifest()["nodes"].values() if node["resource_type"] == "seed"]
    return [dg.AssetKey([node["schema"], node["alias"]]) for node in seeds if node["database"] == "analyst"]


def assets() -> list[dg.AssetsDefinition]:
    """The ops of the dbt project, in order."""
    return [layer_assets(name, select) for name, select in LAYERS.items()]
