"""What starts a city's job: its schedule, and files that come to rest in its folder."""

import os
from pathlib import Path

import dagster as dg
import pytest

from orchestration.automation import SETTLED_AFTER, drop_folder_sensor, folder_state, jobs, schedules
from orchestration.catalog.model import cities
from orchestration.settings import settings

NOW = 1_700_000_000.0


def dropped(folder: Path, name: str, content: str = "a", age: float = SETTLED_AFTER + 1, now: float = NOW) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (now - age, now - age))
    return path


def test_a_folder_without_files_starts_nothing(tmp_path: Path) -> None:
    assert folder_state(tmp_path / "absent", NOW) == ""
    assert folder_state(tmp_path, NOW) == ""
    dropped(tmp_path, ".hidden", age=0)
    dropped(tmp_path, "~$open.xlsx", age=0)
    assert folder_state(tmp_path, NOW) == ""


def test_files_still_arriving_are_waited_for(tmp_path: Path) -> None:
    dropped(tmp_path, "whole.csv")
    dropped(tmp_path, "2024/arriving.csv", age=SETTLED_AFTER - 1)
    assert folder_state(tmp_path, NOW) is None


def test_the_state_tells_every_change(tmp_path: Path) -> None:
    states = set()
    for change in (
        lambda: dropped(tmp_path, "a.csv", "1"),
        lambda: dropped(tmp_path, "a.csv", "12"),
        lambda: dropped(tmp_path, "a.csv", "12", age=SETTLED_AFTER + 2),
        lambda: dropped(tmp_path, "b.csv", "1"),
        lambda: (tmp_path / "b.csv").rename(tmp_path / "c.csv"),
    ):
        change()
        state = folder_state(tmp_path, NOW)
        assert state
        states.add(state)
    assert len(states) == 5


def test_the_sensor_starts_the_job_of_the_city_with_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTPRINT_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        # The sensor goes by the clock of the machine.
        dropped(tmp_path / "incoming" / "riverbend", "calls.csv", now=os.path.getmtime(tmp_path))  # noqa: PTH204
        with dg.DagsterInstance.ephemeral() as instance:
            found = drop_folder_sensor()(dg.build_sensor_context(instance=instance))
    finally:
        settings.cache_clear()
    assert isinstance(found, dg.SensorResult)
    requests = list(found.run_requests or [])
    assert [(request.job_name, request.tags["city"]) for request in requests] == [("refresh_riverbend", "riverbend")]


def test_each_city_has_a_job_and_each_portal_a_night() -> None:
    assert {job.name for job in jobs()} == {f"refresh_{name}" for name in cities()}
    by_job = {schedule.job_name: schedule for schedule in schedules()}
    for name, city in cities().items():
        schedule = by_job.get(f"refresh_{name}")
        assert (schedule is not None) == city.has_portal
        if schedule:
            assert schedule.execution_timezone == city.time_zone
            assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
