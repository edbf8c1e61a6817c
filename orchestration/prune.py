"""`footprint prune`: what grows with every run is kept for a stated number of runs or days, and no longer.

Every run ends with it. Releases are pruned where they are made (publish.releases). What a kept release was made from
stays, however old; where one manifest cannot be read, nobody can tell, and landing and raw are left alone.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from orchestration.ingest.incoming import PARTIAL, sweep
from orchestration.ingest.landing import SET_ASIDE as DAMAGED
from orchestration.ingest.landing import arrivals
from orchestration.ingest.listings import Listing
from orchestration.ingest.loads import read_load
from orchestration.publish.releases import MANIFEST, Release, read_manifest
from orchestration.publish.soundness import SET_ASIDE, kept_releases
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

SPILL_DAYS = 1  # of a query that was killed
LISTED = "listed-"


@dataclass
class Pruned:
    """How many of each kind were deleted."""

    runs: int = 0
    gate_reports: int = 0
    loads: int = 0
    landings: int = 0
    leftovers: int = 0
    notes: list[str] = field(default_factory=list)


def prune(home: Settings, instance: "DagsterInstance", now: datetime | None = None) -> Pruned:
    """Delete what the settings no longer keep. Whoever calls this holds the lock of the warehouse folder."""
    now = now or datetime.now(UTC)
    pruned = Pruned(leftovers=_sweep(home, now))
    kept = _prune_runs(home, instance, pruned)
    pruned.gate_reports = _prune_gates(home.gates, kept, home.keep_runs)
    try:
        manifests = [read_manifest(folder) for folder in kept_releases(home.releases)]
    except (ValidationError, UnicodeDecodeError, OSError):
        pruned.notes.append("landing and raw were left alone: a release's manifest cannot be read; footprint repair")
        return pruned
    used = _used(manifests)
    pruned.loads = _delete(_old_loads(home, used, now - timedelta(days=home.keep_raw_days)))
    pruned.landings = _delete(_old_landings(home, used, now - timedelta(days=home.keep_landing_days)))
    return pruned


def _prune_runs(home: Settings, instance: "DagsterInstance", pruned: Pruned) -> set[str]:
    """Delete the history of all but the newest runs. Returns the ids of those kept."""
    from orchestration.event_log import forget_run

    runs = instance.get_runs()  # the newest first
    doomed = [run for run in runs[home.keep_runs :] if run.is_finished]
    for run in doomed:
        forget_run(instance, run.run_id, home.dagster_home)
    pruned.runs = len(doomed)
    return {run.run_id for run in runs} - {run.run_id for run in doomed}


def _prune_gates(gates: Path, kept_runs: set[str], keep: int) -> int:
    """Delete the reports of runs that are forgotten, and of any beyond the newest `keep`."""
    folders = sorted(
        (path for path in gates.iterdir() if path.is_dir() and path.name != "data_docs"),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    doomed = [path for number, path in enumerate(folders) if path.name not in kept_runs or number >= keep]
    pages = [
        path
        for path in (gates / "data_docs").glob("*/")
        if not (gates / path.name).is_dir() or path.name in {d.name for d in doomed}
    ]
    _delete([*doomed, *pages])
    return len(doomed)


def _used(manifests: list[Release]) -> set[tuple[str, str, str]]:
    """(city, data set, id) of every load, its landing and every list of keys that a kept release names."""
    loads = {(load.city, load.data_set, load.load_id) for manifest in manifests for load in manifest.loads}
    landings = {(city, data_set, load_id.partition("-")[0]) for city, data_set, load_id in loads}
    listings = {(one.city, one.data_set, one.listing_id) for manifest in manifests for one in manifest.listings}
    return loads | landings | listings


def _old_loads(home: Settings, used: set[tuple[str, str, str]], before: datetime) -> Iterator[Path]:
    return _unused(home.raw, used, before, lambda folder: read_load(folder).landed_at)


def _old_landings(home: Settings, used: set[tuple[str, str, str]], before: datetime) -> Iterator[Path]:
    def last_came(folder: Path) -> datetime:
        if folder.name.startswith(LISTED):
            return Listing.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8")).began_at
        return arrivals(folder)[-1].landed_at

    return _unused(home.landing, used, before, last_came)


def _unused(
    root: Path, used: set[tuple[str, str, str]], before: datetime, came: Callable[[Path], datetime]
) -> Iterator[Path]:
    """The folders that no kept release names and that came before a time; what cannot be read is left for a person."""
    for manifest in root.glob(f"*/*/[!.]*/{MANIFEST}"):
        folder = manifest.parent
        if (folder.parent.parent.name, folder.parent.name, folder.name) in used:
            continue
        try:
            if came(folder) < before:
                yield folder
        except (ValidationError, UnicodeDecodeError, OSError):
            continue


def _sweep(home: Settings, now: datetime) -> int:
    """What killed processes left, where no other is at work; pulls that nobody went on with; what was set aside."""
    swept = sum(sweep(folder) for root in (home.landing, home.raw) for folder in root.glob("*/*/"))
    aged = [
        *((path, home.keep_landing_days) for path in home.landing.glob(f"*/*/{PARTIAL}")),
        *((path, home.keep_landing_days) for path in home.releases.glob(f"{SET_ASIDE}*")),
        *((path, home.keep_landing_days) for path in home.landing.glob(f"*/*/{DAMAGED}*")),
        *((path, home.keep_raw_days) for path in home.raw.glob(f"*/*/{DAMAGED}*")),
        *((path, SPILL_DAYS) for path in home.landing.glob("*/*/*/.*.json.*")),
        *((path, SPILL_DAYS) for path in home.build.glob("spill-*")),
    ]
    oldest = {days: now.timestamp() - timedelta(days=days).total_seconds() for _, days in aged}
    return swept + _delete(path for path, days in aged if path.lstat().st_ctime < oldest[days])


def _delete(paths: "Iterator[Path] | list[Path]") -> int:
    count = 0
    for path in list(paths):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink(
            missing_ok=True
        )
        count += 1
    return count
