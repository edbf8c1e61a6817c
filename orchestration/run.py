"""The main job in one warm process: a true Dagster run, so that the lineage UI shows what happened.

Nothing is parsed or imported twice, and dbt runs here. A second process imports what the gates and the statistics need
while files land.
"""

import gc
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from orchestration import second_process
from orchestration.publish.soundness import finish_swap, refuse_less
from orchestration.run_lock import only_run
from orchestration.settings import Settings, settings
from orchestration.sources.folder import name_by_hand

DAGSTER_YAML = """\
# Written by footprint. Local storage, no telemetry, one writer to the warehouse at a time.
telemetry:
  enabled: false
nux:
  enabled: false
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days:
      skipped: 2
      failure: 30
      success: 30
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    default_limit: 1
    granularity: op
"""


APART = ("raw", "canonical")  # layers in which each row is of one city
STARTED_HERE = {"footprint/started_by": "command line"}

StepEventKind = Literal["started", "table", "check", "finished", "failed"]
KINDS: dict[str, StepEventKind] = {
    "STEP_START": "started",
    "ASSET_MATERIALIZATION": "table",
    "ASSET_CHECK_EVALUATION": "check",
    "STEP_SUCCESS": "finished",
    "STEP_FAILURE": "failed",
}


@dataclass(frozen=True)
class StepEvent:
    """What a step of a run under way has just done; `rows` is known of tables only."""

    step: str
    kind: StepEventKind
    rows: int | None = None


@dataclass(frozen=True)
class StepFailure:
    """A step that did not succeed, in words for whoever started the run.

    `facts` holds the parts of a SourceError: file, found, expected, mend. `trace` is set where the failure was
    not foreseen, so that only a programmer can mend it.
    """

    step: str
    message: str
    facts: dict[str, str] = field(default_factory=dict)
    trace: str | None = None


@dataclass(frozen=True)
class LandedDataSet:
    """A data set that a run landed; not new where the same bytes had landed before."""

    city: str
    data_set: str
    rows: int
    is_new: bool
    rejected_lines: int


@dataclass(frozen=True)
class Consent:
    """What the person who started the run has agreed to."""

    accept_shrink: list[str]
    from_current: bool


@dataclass
class RunOutcome:
    """How a run ended. It succeeded only if it made a new release."""

    run_id: str
    success: bool
    seconds: float
    failures: list[StepFailure] = field(default_factory=list)
    gates: list[dict[str, Any]] = field(default_factory=list)
    release: Path | None = None
    landed: list[LandedDataSet] = field(default_factory=list)


def end_killed_runs(instance: Any) -> None:
    """Tell Dagster of runs whose process was killed: they would hold their place in the pool of writers for ever.

    Whoever calls this holds the lock of the warehouse folder, so no such run can be alive.
    """
    import dagster as dg

    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
    for killed in instance.get_runs(filters=dg.RunsFilter(statuses=unfinished, tags=STARTED_HERE)):
        instance.report_run_failed(killed, "The process of this run was ended from outside.")
        instance.event_log_storage.free_concurrency_slots_for_run(killed.run_id)


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
    on_event: Callable[[StepEvent], None] = lambda event: None,
    from_current: bool = False,
) -> RunOutcome:
    """Land the named cities and bring the warehouse to a new release.

    Where the sources of some cities are broken, the others are released without them: readers keep what they had of
    the broken ones.

    Args:
        cities: names in the catalog.
        folder: where their raw exports lie; None for their portals, or each city's own folder under incoming/.
        accept_shrink: data sets that may have lost rows since the last release ("all" for every one).
        on_event: called with what each step does, as it does it.
        from_current: start from what `current` names, even if that is less than the newest sound release.

    Raises:
        BrokenReleaseError: the run would start from less, and was not told to.
    """
    home = settings()
    prepare_instance(home)
    if folder:
        name_by_hand(folder)
    started = time.monotonic()
    # Millions of long-lived objects (dbt's and Dagster's graphs): looking through them for garbage costs a third of
    # a small run, and the process ends with it anyway.
    gc.disable()
    with only_run(home.root):
        finish_swap(home.releases)
        refuse_less(home.releases, from_current)
        second_process.start()
        outcome = _released(home, cities, folder, Consent(accept_shrink, from_current), on_event)
        second_process.stop()
    gc.freeze()  # or the end of the process would look through them after all
    outcome.seconds = time.monotonic() - started
    return outcome


def _released(
    home: Settings,
    cities: list[str],
    folder: Path | None,
    consent: Consent,
    on_event: Callable[[StepEvent], None],
) -> RunOutcome:
    """All the cities, or else those whose sources are not broken."""
    from orchestration.event_log import open_instance

    with open_instance(home.dagster_home) as instance:
        end_killed_runs(instance)
        outcome, left = _attempt(home, instance, cities, folder, consent, on_event), cities
        # A city may break at a landing, another at the gate that the first one's landing kept from being reached.
        while (sound := [name for name in left if name not in broken_cities(outcome)]) and not outcome.release:
            if len(sound) == len(left):
                break
            left = sound
            again = _attempt(home, instance, left, folder, consent, on_event)
            landed = {(one.city, one.data_set): one for one in [*outcome.landed, *again.landed]}
            outcome = RunOutcome(
                run_id=again.run_id,
                success=False,
                seconds=0,
                failures=[*outcome.failures, *again.failures],
                gates=[*(result for result in outcome.gates if _stops(result)), *again.gates],
                release=again.release,
                landed=[landed[key] for key in sorted(landed)],
            )
    return outcome


def broken_cities(outcome: RunOutcome) -> set[str]:
    """The cities whose landing failed, or whose rows stopped a gate before the cities come together."""
    landings = {failure.step.split("__")[1] for failure in outcome.failures if failure.step.startswith("landing__")}
    gated = {
        city for result in outcome.gates if result["layer"] in APART and _stops(result) for city in result["cities"]
    }
    return landings | gated


def _stops(result: dict[str, Any]) -> bool:
    return not result["success"] and result["severity"] == "critical"


def _attempt(
    home: Settings,
    instance: Any,
    cities: list[str],
    folder: Path | None,
    consent: Consent,
    on_event: Callable[[StepEvent], None],
) -> RunOutcome:
    """One Dagster run of some cities."""
    import dagster as dg

    from orchestration.automation import refresh_selection
    from orchestration.definitions import defs
    from orchestration.publish.assets import read_gate_results
    from orchestration.publish.releases import current_release

    job = dg.define_asset_job("refresh", selection=refresh_selection(cities))
    resolved = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("refresh")
    before = current_release(home.releases)
    run_id = str(uuid.uuid4())
    instance.add_event_listener(run_id, lambda entry: _report(entry.dagster_event, on_event))
    result = resolved.execute_in_process(
        instance=instance,
        run_id=run_id,
        raise_on_error=False,
        run_config={
            "resources": {
                "raw_exports": {"config": {"folder": str(folder.absolute()) if folder else None, **asdict(consent)}}
            },
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        tags={"footprint/cities": ",".join(cities), **STARTED_HERE},
    )
    after = current_release(home.releases)
    if any(_is_interrupt(event) for event in result.all_node_events if event.is_step_failure):
        raise KeyboardInterrupt  # Dagster takes it for a step's failure where a step was at work
    return RunOutcome(
        run_id=run_id,
        success=result.success and after != before,
        seconds=0,
        failures=[_failure(event) for event in result.all_node_events if event.is_step_failure],
        gates=read_gate_results(home.gates, run_id),
        release=after if after != before else None,
        landed=sorted(
            (_landed(event.materialization) for event in result.all_node_events if _is_landing(event)),
            key=lambda landed: (landed.city, landed.data_set),
        ),
    )


def _is_interrupt(event: Any) -> bool:
    error = event.step_failure_data.error
    while error is not None and error.cls_name not in ("DagsterExecutionInterruptedError", "KeyboardInterrupt"):
        error = error.cause
    return error is not None


def _failure(event: Any) -> StepFailure:
    data = event.step_failure_data
    if told := data.user_failure_data:
        facts = {name: str(value.value) for name, value in told.metadata.items()}
        return StepFailure(event.step_key, told.description or "", facts)
    cause = data.error.cause or data.error
    return StepFailure(event.step_key, cause.message.strip(), trace=data.error.to_string())


def _report(event: Any, on_event: Callable[[StepEvent], None]) -> None:
    if event is None or event.step_key is None or event.event_type_value not in KINDS:
        return
    kind = KINDS[event.event_type_value]
    rows = _value(event.materialization, "dagster/row_count") if kind == "table" else None
    on_event(StepEvent(event.step_key, kind, rows))


def _is_landing(event: Any) -> bool:
    return bool(event.is_step_materialization and event.asset_key.path[0] == "landing")


def _landed(materialization: Any) -> LandedDataSet:
    _, city, data_set = materialization.asset_key.path
    return LandedDataSet(
        city=city,
        data_set=data_set,
        rows=_value(materialization, "dagster/row_count"),
        is_new=_value(materialization, "new"),
        rejected_lines=_value(materialization, "rejected_lines"),
    )


def _value(materialization: Any, name: str) -> Any:
    return getattr(materialization.metadata.get(name), "value", None)
