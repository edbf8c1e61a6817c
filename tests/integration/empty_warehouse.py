"""A build database whose canonical tables and codebooks are there and empty, for tests that fill them themselves.

What follows the canonical layer is the project's own: built by dbt, or executed as dbt compiled it.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.ingest.bind import TABLES
from orchestration.ingest.days_seen import CREATE as CREATE_DAYS_SEEN
from orchestration.settings import DBT_PROJECT_DIR, Settings

CANONICAL = "calls unit_responses contacts offenses requests zones zone_attributes budget_lines"
FILLED_BY_DBT = "garwood_limits"


@dataclass(frozen=True)
class Step:
    """A model as dbt compiled it."""

    name: str
    schema: str
    relation: str
    query: str


def create(folder: str, table: str, schema: str) -> str:
    """A table as a model's contract promises it."""
    model = yaml.safe_load((DBT_PROJECT_DIR / "models" / folder / f"{table}.yml").read_text(encoding="utf-8"))
    columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["models"][0]["columns"])
    return f"create schema if not exists {schema}; create table {schema}.{table} ({columns});"


def create_inputs(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Canonical tables, codebooks and what Python adds, all empty, in the current database."""
    warehouse.execute("set timezone = 'UTC'")
    for table in CANONICAL.split():
        warehouse.execute(create("canonical", table, "canonical"))
    warehouse.execute("create schema codebooks")
    for path in sorted((DBT_PROJECT_DIR / "seeds" / "codebooks").glob("*.yml")):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            columns = ", ".join(f"{name} {kind}" for name, kind in seed["config"]["column_types"].items())
            if seed["name"] != FILLED_BY_DBT:
                warehouse.execute(f"create table codebooks.{seed['name']} ({columns})")
    warehouse.execute("""
        create schema enrich;
        create table enrich.point_zones (
            city varchar, zone_kind varchar, longitude double, latitude double, zone_id varchar);
        create table enrich.zone_shapes (
            city varchar, zone_kind varchar, zone_id varchar, area_km2 double, longitude double, latitude double);
        create schema raw;
    """)
    warehouse.execute(TABLES + CREATE_DAYS_SEEN)


def dbt(home: Settings, command: str, models: str, *options: str) -> None:
    """Run dbt in a process of its own."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            command,
            *options,
            *("--project-dir", DBT_PROJECT_DIR, "--profiles-dir", DBT_PROJECT_DIR),
            *("--select", *models.split()),
        ],
        cwd=home.root,
        env=os.environ | home.dbt_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def compiled(home: Settings, models: str, *options: str) -> list[Step]:
    """The models as dbt compiles them, each after those it reads."""
    dbt(home, "compile", models, *options)
    manifest: dict[str, Any] = json.loads((home.dbt_target / "manifest.json").read_text(encoding="utf-8"))
    waiting = {key: node for key, node in manifest["nodes"].items() if node.get("compiled_code")}
    steps: list[Step] = []
    while waiting:
        ready = [key for key, node in waiting.items() if not set(node["depends_on"]["nodes"]) & set(waiting)]
        for key in ready:
            node = waiting.pop(key)
            relation = f'"{node["database"]}"."{node["schema"]}"."{node["alias"]}"'
            steps.append(
                Step(node["name"], f'"{node["database"]}"."{node["schema"]}"', relation, node["compiled_code"])
            )
    return steps
