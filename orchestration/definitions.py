"""Everything Dagster sees, assembled: start reading here."""

import dagster as dg

from orchestration.automation import drop_folder_sensor, jobs, schedules
from orchestration.disclosure.assets import assets as disclosure_assets
from orchestration.enrich.assets import assets as enrich_assets
from orchestration.gates.checks import assets as gate_checks
from orchestration.ingest.assets import RawExports
from orchestration.ingest.assets import assets as ingest_assets
from orchestration.publish.assets import assets as publish_assets
from orchestration.statistics.assets import assets as statistics_assets
from orchestration.transform.assets import assets as transform_assets
from orchestration.transform.assets import released_codebooks


def build_definitions() -> dg.Definitions:
    """The code location: assets from source to release, gates between, a job a city and what starts it."""
    *inner_layers, candidates = transform_assets()
    marts = [key for key, spec in inner_layers[-1].specs_by_key.items() if spec.group_name == "marts"]
    statistics, disclosure = statistics_assets(), disclosure_assets()
    estimates = [key for definition in statistics for key in definition.keys]
    return dg.Definitions(
        assets=[
            *ingest_assets(),
            *inner_layers,
            *statistics,
            candidates,
            *disclosure,
            *enrich_assets(),
            *publish_assets(
                [key for definition in disclosure for key in definition.keys],
                [*marts, *estimates, *released_codebooks()],
            ),
        ],
        asset_checks=gate_checks(),
        jobs=jobs(),
        schedules=schedules(),
        sensors=[drop_folder_sensor()],
        # One warm process: a process a step costs seconds each, and only one may write at a time anyway.
        executor=dg.in_process_executor,
        resources={"raw_exports": RawExports()},
    )


defs = build_definitions()
