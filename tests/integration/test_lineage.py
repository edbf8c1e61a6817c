"""The asset graph: whole from the publishers' data sets to the release, in layers, with a gate that blocks after each.

The first half reads the definitions; the second what a run of the demo city left in Dagster's instance.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from expectations.suites import Layer, suites
from orchestration.automation import refresh_selection
from orchestration.catalog.model import cities
from orchestration.definitions import defs
from orchestration.publish.releases import read_manifest

PROJECT = Path(__file__).parents[2]
GRAPH = defs.resolve_asset_graph()
RELEASE = dg.AssetKey(["release"])
# From the top down; what stands in one row may not depend on a row below it.
LAYERS = (
    {"source"},
    {"landing"},
    {"raw"},
    {"codebooks", "staging"},
    {"canonical"},
    {"enrich"},
    {"intermediate"},
    {"marts"},
    {"statistics"},
    {"candidates"},
    {"published"},
    {"release"},
)
DEPTH = {group: depth for depth, groups in enumerate(LAYERS) for group in groups}
WITHOUT_UPSTREAM = {"source", "codebooks"}
GATES: tuple[Layer, ...] = ("raw", "canonical", "marts", "published")
# Estimates made in Python are marts to their readers, and pass the same gate.
PASSES = {"statistics": "marts"}


def group(key: dg.AssetKey) -> str:
    """The layer of an asset."""
    return str(GRAPH.get(key).group_name)


def edges() -> Iterator[tuple[dg.AssetKey, dg.AssetKey]]:
    """Every dependency: what is needed, and what needs it."""
    for key in GRAPH.get_all_asset_keys():
        for parent in GRAPH.get(key).parent_keys:
            yield parent, key


def gates() -> list[dg.AssetCheckKey]:
    """The checks that gates are made of."""
    return [key for key in GRAPH.asset_check_keys if key.name.split("_")[0] == "gate"]


def test_every_asset_has_a_layer_an_owner_and_a_description() -> None:
    for key in GRAPH.get_all_asset_keys():
        node = GRAPH.get(key)
        assert node.group_name in DEPTH, key
        assert node.owners, key
        assert len(node.description or "") > 20, key


def test_only_sources_and_codebooks_stand_on_nothing() -> None:
    rootless = {group(key) for key in GRAPH.get_all_asset_keys() if not GRAPH.get(key).parent_keys}
    assert rootless == WITHOUT_UPSTREAM


def test_every_asset_leads_to_the_release() -> None:
    leading, ahead = {RELEASE}, [RELEASE]
    while ahead:
        found = set(GRAPH.get(ahead.pop()).parent_keys) - leading
        leading |= found
        ahead += found
    assert sorted(map(str, GRAPH.get_all_asset_keys() - leading)) == []


def test_every_data_set_of_the_catalog_goes_from_its_source_to_raw() -> None:
    for city in cities().values():
        for name in city.data_sets:
            landing = dg.AssetKey(["landing", city.name, name])
            assert GRAPH.get(landing).parent_keys == {dg.AssetKey(["source", city.name, name])}
            assert dg.AssetKey(["raw", city.name, name]) in GRAPH.get(landing).child_keys


def test_layers_depend_only_upwards() -> None:
    backwards = [(str(parent), str(key)) for parent, key in edges() if DEPTH[group(parent)] > DEPTH[group(key)]]
    assert backwards == []


def test_published_tables_are_made_of_candidates_and_those_of_marts_only() -> None:
    assert {group(parent) for parent, key in edges() if group(key) == "published"} == {"candidates"}
    assert {group(parent) for parent, key in edges() if group(key) == "candidates"} == {"codebooks", "marts"}


def test_only_the_audit_looks_at_raw_or_staged_rows() -> None:
    city_tables = [(parent, key) for parent, key in edges() if group(key) in ("intermediate", "marts")]
    looking = {key.path[0] for parent, key in city_tables if group(parent) == "staging" or len(parent.path) == 3}
    assert looking <= {"audit"}


@pytest.mark.parametrize("layer", GATES)
def test_every_suite_is_a_check_that_blocks(layer: Layer) -> None:
    guarded = [key for key in gates() if PASSES.get(group(key.asset_key), group(key.asset_key)) == layer]
    assert len(guarded) == len(suites(layer)) > 0
    assert all(GRAPH.get(key).blocking for key in guarded)


def test_definitions_load_in_a_process_of_their_own(tmp_path: Path) -> None:
    variables = os.environ | {"FOOTPRINT_HOME": str(tmp_path / "warehouse"), "DAGSTER_HOME": str(tmp_path)}
    done = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=PROJECT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Validation successful for code location footprint" in done.stderr + done.stdout


# --- what a run told Dagster ---


@pytest.fixture(scope="module")
def instance(demo_release_home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance that the demo city's run was recorded in."""
    with dg.DagsterInstance.from_config(str(demo_release_home / "dagster")) as opened:
        yield opened


def executed() -> set[dg.AssetKey]:
    """The assets that a run of the demo city materializes."""
    others = tuple(
        f"stg_{name}__" for name in cities() if name != "riverbend"
    )  # without a load there is nothing to stage
    return {
        key
        for key in refresh_selection(["riverbend"]).resolve(GRAPH)
        if group(key) != "source" and not key.path[-1].startswith(others)
    }


def test_every_asset_is_materialized_with_its_rows_and_columns(instance: dg.DagsterInstance) -> None:
    assert len(executed()) > 80
    for key in executed():
        event = instance.get_latest_materialization_event(key)
        assert event, key
        metadata = event.asset_materialization.metadata if event.asset_materialization else {}
        schema = metadata.get("dagster/column_schema")
        assert isinstance(schema, dg.TableSchemaMetadataValue), key
        assert schema.schema.columns, key
        # What a publisher calls its columns is the publisher's to explain.
        if group(key) not in ("landing", "raw"):
            assert [column.name for column in schema.schema.columns if not column.description] == [], key
        assert isinstance(metadata["dagster/row_count"].value, int), key


def test_row_counts_are_those_of_the_release(instance: dg.DagsterInstance, demo_release: Path) -> None:
    for name, rows in read_manifest(demo_release).tables.items():
        event = instance.get_latest_materialization_event(dg.AssetKey(name.split(".")))
        assert event, name
        assert event.asset_materialization, name
        assert event.asset_materialization.metadata["dagster/row_count"].value == rows, name


def test_every_gate_is_evaluated(instance: dg.DagsterInstance, demo_release: Path) -> None:
    run_id = read_manifest(demo_release).run_id
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records
    events = [record.event_log_entry.dagster_event for record in records]
    evaluated = {event.asset_check_evaluation_data.asset_check_key: event for event in events if event}
    assert set(gates()) <= set(evaluated)
    for key in gates():
        check = evaluated[key].asset_check_evaluation_data
        assert check.passed or check.severity == dg.AssetCheckSeverity.WARN, key
        assert "expectations" in check.metadata, key
