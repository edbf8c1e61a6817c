"""What is no longer kept is deleted; what a kept release names is not, however old, nor what nobody can judge."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.event_log import open_instance
from orchestration.ingest.landing import land
from orchestration.ingest.loads import Load, load
from orchestration.prune import prune
from orchestration.publish import releases
from orchestration.run import prepare_instance
from orchestration.settings import Settings
from orchestration.sources.folder import FolderSource
from tests.attacks.releases import publish
from tests.unit.conftest import MakeDataSet

LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_HOME", "")
    made = Settings(home=tmp_path / "warehouse", keep_runs=2)
    prepare_instance(made)
    return made


def brought(home: Settings, data_set: MakeDataSet, tmp_path: Path, text: str) -> Load:
    exports = tmp_path / f"exports-{text}"
    exports.mkdir()
    (exports / "things.csv").write_text(f"a,b,c\n{text},2,3\n")
    arrived = land(FolderSource(exports), data_set(), home.landing)
    assert arrived is not None
    return load(*arrived, data_set(), home.raw, "1GB")[0]


def there(home: Settings) -> tuple[set[str], set[str]]:
    """The loads and landings that are there."""
    return tuple({path.name for path in root.glob("*/*/[!.]*")} for root in (home.raw, home.landing))  # type: ignore[return-value]


def pruned(home: Settings, now: datetime) -> object:
    with open_instance(home.dagster_home) as instance:
        return prune(home, instance, now)


def test_only_what_no_kept_release_names_goes_with_age(home: Settings, data_set: MakeDataSet, tmp_path: Path) -> None:
    used, other = (brought(home, data_set, tmp_path, text) for text in ("x", "y"))
    publish(home.releases, 1, [releases.ReleasedLoad(city="testville", data_set="things", load_id=used.load_id)])
    pruned(home, datetime.now(UTC))
    assert there(home)[0] == {used.load_id, other.load_id}
    pruned(home, datetime.now(UTC) + timedelta(days=31))
    assert there(home)[0] == {used.load_id} and len(there(home)[1]) == 2
    pruned(home, LATER)
    assert there(home) == ({used.load_id}, {used.load_id.partition("-")[0]})


def test_nothing_goes_while_a_manifest_cannot_be_read(home: Settings, data_set: MakeDataSet, tmp_path: Path) -> None:
    brought(home, data_set, tmp_path, "x")
    release = publish(home.releases, 1)
    (release / "manifest.json").unlink()
    before = there(home)
    pruned(home, LATER)
    assert there(home) == before


def test_reports_of_gates_and_leftovers_go(home: Settings) -> None:
    for number in range(4):
        for folder in (home.gates / f"run-{number}", home.gates / "data_docs" / f"run-{number}"):
            folder.mkdir(parents=True)
    (home.landing / "testville" / "things" / ".incoming-abc").mkdir(parents=True)
    pruned(home, datetime.now(UTC))
    assert list(home.gates.glob("run-*")) == list((home.gates / "data_docs").glob("run-*")) == []
    assert list(home.landing.glob("*/*/.incoming-*")) == []
