"""When what runs: jobs, nightly schedules and the sensor of dropped files, by selection rather than asset by asset."""

import hashlib
import time
import zlib
from functools import cache
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.catalog.model import cities
from orchestration.settings import settings
from orchestration.sources.folder import UNFINISHED

REFRESH = "refresh"
NIGHT = 3  # the hour, by a city's own clock, at which it is pulled
SETTLED_AFTER = 60  # seconds for which no dropped file may have changed: somebody may still be copying


def landing_of(city_names: list[str]) -> dg.AssetSelection:
    """The landing assets of some cities."""
    keys = [dg.AssetKey(["landing", name, data_set]) for name in city_names for data_set in cities()[name].data_sets]
    return dg.AssetSelection.assets(*keys)


def refresh_selection(city_names: list[str]) -> dg.AssetSelection:
    """What a run of some cities executes: their landing, and everything from raw on."""
    others = [name for name in cities() if name not in city_names]
    everything = dg.AssetSelection.all()
    return everything - landing_of(others) if others else everything


@cache
def jobs() -> list[UnresolvedAssetJobDefinition]:
    """One job a city, so that a broken portal stops its own city alone."""
    return [
        dg.define_asset_job(
            _job_name(name),
            selection=refresh_selection([name]),
            description=f"Lands what is new of {city.title} and brings it to a release.",
            tags={"city": name},
        )
        for name, city in cities().items()
    ]


def schedules() -> list[dg.ScheduleDefinition]:
    """One nightly pull a city that has a portal, off until somebody turns it on."""
    return [
        dg.ScheduleDefinition(
            name=f"nightly_{name}",
            job_name=_job_name(name),
            cron_schedule=f"{_minute(name)} {NIGHT} * * *",
            execution_timezone=city.time_zone,
            description=f"Pulls what {city.title} has published since the last night.",
            tags={"city": name},
        )
        for name, city in cities().items()
        if city.has_portal
    ]


def _job_name(city_name: str) -> str:
    return f"{REFRESH}_{city_name}"


def _minute(name: str) -> int:
    """A minute of its own for each city, the same every day."""
    return zlib.crc32(name.encode()) % 60


def drop_folder_sensor() -> dg.SensorDefinition:
    """Starts a city's job once new files lie in its folder under incoming/ and have come to rest."""

    @dg.sensor(
        name="dropped_files",
        jobs=jobs(),
        minimum_interval_seconds=60,
        description="Looks into incoming/<city>/ and starts that city's job when its files have changed.",
    )
    def dropped_files(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        waiting = []
        requests = []
        for name in cities():
            folder = settings().incoming / name
            state = folder_state(folder, time.time())
            if state is None:
                waiting.append(name)
            elif state:
                # Dagster starts one run a key, so a folder that has not changed starts none.
                tags = {"city": name, "footprint/started_by": "dropped files"}
                requests.append(dg.RunRequest(run_key=f"{name}:{state}", job_name=_job_name(name), tags=tags))
        reason = f"Files still arriving for {', '.join(waiting)}." if waiting else None
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else reason)

    return dropped_files


def folder_state(folder: Path, now: float) -> str | None:
    """A digest of the names, sizes and times of a folder's files: empty without files, None while any still changes."""
    digest, found = hashlib.sha256(), False
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if not path.is_file() or path.name.startswith(UNFINISHED):
            continue
        status = path.stat()
        if now - status.st_mtime < SETTLED_AFTER:
            return None
        digest.update(f"{path.relative_to(folder)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
        found = True
    return digest.hexdigest()[:32] if found else ""
