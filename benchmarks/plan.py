"""What the bare script executes: the compiled SQL of the marts and of what they need, in order, as one JSON file.

Taken from the dbt project itself and not written a second time, so that both always build the same marts. Left out
are the marts that tell of the pipeline itself (its loads, its row accounting), but for what others read of them: by
hand there is nothing to tell.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import cities
from orchestration.ingest.bind import bind
from orchestration.settings import DBT_PROJECT_DIR, settings

RECORDS = "audit"  # schema of the marts that tell of the pipeline
CITY = "riverbend"
ENRICH = "enrich"  # schema that Python fills, once all that it reads is there


def compiled_manifest() -> Any:
    """dbt's manifest with the SQL of every model rendered."""
    home = settings()
    home.create_folders()
    os.environ.update(home.dbt_environment())
    from dbt.cli.main import dbtRunner

    flags = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR), "--quiet", "--no-print"]
    manifest: Any = dbtRunner().invoke(["parse", *flags]).result
    # The canonical models unite the staging models that are there, so the city's must be, if without rows.
    with duckdb.connect(str(home.warehouse_database)) as connection:
        bind(connection, cities().values(), {}, home.raw)
    dbtRunner(manifest=manifest).invoke(["run", *flags, "--empty", "--select", f"fqn:footprint.staging.{CITY}"])
    compiled = dbtRunner(manifest=manifest).invoke(["compile", *flags])
    if not compiled.success:
        raise RuntimeError(f"dbt compile: {compiled.exception or compiled.result}")
    return manifest


def plan(manifest: Any) -> dict[str, Any]:
    """Steps before and after the point-to-zone step, and the marts among them."""
    marts = [
        key
        for key, node in manifest.nodes.items()
        if node.resource_type == "model" and node.fqn[1] == "marts" and node.schema != RECORDS
    ]
    needed = {key for key in _with_ancestors(manifest, marts) if not _is_of_another_city(manifest, key)}
    ordered = _in_order(manifest, needed)
    located = _reading(manifest, ordered, ENRICH)
    return {
        "before_zones": [_step(manifest.nodes[key]) for key in ordered if key not in located],
        "after_zones": [_step(manifest.nodes[key]) for key in ordered if key in located],
        "marts": [[manifest.nodes[key].schema, manifest.nodes[key].alias] for key in marts],
    }


def _is_of_another_city(manifest: Any, key: str) -> bool:
    """Whether a node stages a city without a load: the pipeline does not build it either."""
    node = manifest.nodes.get(key)
    return node is not None and node.fqn[1] == "staging" and node.fqn[2] != CITY


def _with_ancestors(manifest: Any, keys: list[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += _parents(manifest, key)
    return found


def _parents(manifest: Any, key: str) -> list[str]:
    return getattr(manifest.nodes[key].depends_on, "nodes", []) if key in manifest.nodes else []


def _in_order(manifest: Any, needed: set[str]) -> list[str]:
    ordered: list[str] = []
    remaining = sorted(key for key in needed if key in manifest.nodes)
    while remaining:
        ready = [key for key in remaining if not set(_parents(manifest, key)) & set(remaining)]
        ordered += ready
        remaining = [key for key in remaining if key not in ready]
    return ordered


def _reading(manifest: Any, ordered: list[str], schema: str) -> set[str]:
    """Nodes that read a source of `schema`, or a node that does."""
    found: set[str] = set()
    for key in ordered:
        above = _parents(manifest, key)
        if any(k in found or (k in manifest.sources and manifest.sources[k].schema == schema) for k in above):
            found.add(key)
    return found


def _step(node: Any) -> dict[str, str]:
    relation = f'"{node.database}"."{node.schema}"."{node.alias}"'
    place = {"database": node.database, "schema": node.schema, "relation": relation}
    if node.resource_type == "seed":
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in node.config.column_types.items())
        path = str(DBT_PROJECT_DIR / node.original_file_path).replace("'", "''")
        query = f"select * from read_csv('{path}', header = true, columns = {{{types}}}, auto_detect = false)"
        return place | {"kind": "table", "query": query}
    return place | {"kind": str(node.config.materialized), "query": node.compiled_code}


def main() -> None:
    """Write the plan to the file named by the first argument."""
    Path(sys.argv[1]).write_text(json.dumps(plan(compiled_manifest()), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
