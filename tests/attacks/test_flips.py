"""Single bits that turn over in landing and in raw: each is noticed, and what can be made anew is.

ATTACK_FLIPS says how many bits of each kind (60). Places are drawn with a fixed seed.
"""

import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration import repair as repairs
from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import Landing, arrivals, land, refuse_damaged
from orchestration.ingest.loads import Load, load, read_load, sound_load
from orchestration.publish import releases
from orchestration.settings import Settings
from orchestration.sources.folder import FolderSource
from tests.attacks.releases import flip, publish
from tests.unit.conftest import MakeDataSet, city_of

FLIPS = int(os.environ.get("ATTACK_FLIPS", "60"))
CONTENT = "a,b,c\n" + "".join(f"{number},value {number * 7919 % 1000},{number % 13}\n" for number in range(500))


@dataclass(frozen=True)
class Kept:
    """A data set that was landed and loaded."""

    home: Settings
    data_set: DataSet
    exports: Path
    landing: Landing
    landed: Path
    load: Load

    @property
    def folder(self) -> Path:
        """Its load's folder."""
        return self.home.raw / self.load.city / self.load.data_set / self.load.load_id

    @property
    def parquet(self) -> Path:
        """Its rows."""
        return next(self.folder.glob("*.parquet"))


@pytest.fixture
def kept(tmp_path: Path, data_set: MakeDataSet) -> Kept:
    """One file of 500 rows, landed and loaded."""
    home = Settings(home=tmp_path / "warehouse")
    home.create_folders()
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "things.csv").write_text(CONTENT)
    things = data_set()
    arrived = land(FolderSource(exports), things, home.landing)
    assert arrived is not None
    made, _ = load(*arrived, things, home.raw, "1GB")
    return Kept(home, things, exports, *arrived, made)


def bits(path: Path) -> list[int]:
    """Places to turn a bit over, all through a file."""
    return sorted(random.Random(path.name).sample(range(path.stat().st_size * 8), FLIPS))


def test_every_flipped_bit_of_landing_is_noticed(kept: Kept) -> None:
    path = kept.landed / "things.csv"
    for bit in bits(path):
        flip(path, bit)
        with pytest.raises(SourceError, match="other bytes than landed"):
            refuse_damaged(kept.landing, kept.landed)
        flip(path, bit)
    refuse_damaged(kept.landing, kept.landed)


def test_damaged_landing_is_not_read_again(kept: Kept) -> None:
    flip(kept.landed / "things.csv", 8000)
    shutil.rmtree(kept.folder)
    with pytest.raises(SourceError, match="other bytes than landed"):
        load(kept.landing, kept.landed, kept.data_set, kept.home.raw, "1GB")
    assert list(kept.home.raw.glob("*/*/*")) == []


@pytest.mark.parametrize("damage", ["bytes", "file gone", "manifest cut", "manifest gone"])
def test_damaged_landing_lands_anew_where_the_bytes_come_again(kept: Kept, damage: str) -> None:
    match damage:
        case "bytes":
            flip(kept.landed / "things.csv", 8000)
        case "file gone":
            (kept.landed / "things.csv").unlink()
        case "manifest cut":
            (kept.landed / "manifest.json").write_text("{")
        case _:
            (kept.landed / "manifest.json").unlink()
    arrived = land(FolderSource(kept.exports), kept.data_set, kept.home.landing)
    assert arrived is not None and arrived[1] == kept.landed
    refuse_damaged(*arrived)
    assert (kept.landed / "things.csv").read_text() == CONTENT
    assert len(list(kept.landed.parent.glob(".damaged-*"))) == 1


def test_every_flipped_bit_of_raw_is_noticed_and_its_load_made_anew(kept: Kept) -> None:
    before = kept.parquet.read_bytes()
    for bit in bits(kept.parquet):
        flip(kept.parquet, bit)
        again, wrong = sound_load(kept.home, kept.data_set, kept.load.load_id, thorough=True)
        assert "holds other bytes than were written" in wrong
        assert again == kept.load
        assert kept.parquet.read_bytes() == before
    assert sound_load(kept.home, kept.data_set, kept.load.load_id, thorough=True) == (kept.load, "")


@pytest.mark.parametrize("damage", ["folder gone", "parquet gone", "manifest cut", "manifest gone", "foreign manifest"])
def test_a_load_that_is_not_whole_is_made_anew(kept: Kept, damage: str) -> None:
    match damage:
        case "folder gone":
            shutil.rmtree(kept.folder)
        case "parquet gone":
            kept.parquet.unlink()
        case "manifest cut":
            (kept.folder / "manifest.json").write_text("{")
        case "manifest gone":
            (kept.folder / "manifest.json").unlink()
        case _:
            foreign = kept.load.model_copy(update={"load_id": "0-0"})
            (kept.folder / "manifest.json").write_text(foreign.model_dump_json())
    again, wrong = sound_load(kept.home, kept.data_set, kept.load.load_id)
    assert wrong and again == kept.load == read_load(kept.folder)


def test_where_neither_can_be_read_the_load_is_left_and_told(kept: Kept) -> None:
    flip(kept.parquet, 8000)
    flip(kept.landed / "things.csv", 8000)
    damaged = kept.parquet.read_bytes()
    with pytest.raises(SourceError, match="other bytes than landed"):
        sound_load(kept.home, kept.data_set, kept.load.load_id, thorough=True)
    assert kept.parquet.read_bytes() == damaged
    shutil.rmtree(kept.landed)
    with pytest.raises(SourceError, match="restore one of the two folders from a backup"):
        sound_load(kept.home, kept.data_set, kept.load.load_id, thorough=True)


def test_a_repair_reads_damaged_loads_again_and_tells_of_damaged_landing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "cities", lambda: {"testville": city_of(kept.data_set)})
    named = releases.ReleasedLoad(city="testville", data_set="things", load_id=kept.load.load_id)
    release = publish(kept.home.releases, 1, [named])
    flip(kept.parquet, 8000)
    found = repairs.repair(kept.home)
    assert found.release == release and not found.left
    assert found.done == [
        f"read load testville/things/{kept.load.load_id} again from landing: "
        "rows-0001.parquet holds other bytes than were written"
    ]
    flip(kept.landed / "things.csv", 8000)
    found = repairs.repair(kept.home)
    assert not found.done and "other bytes than landed" in found.left[0] and "Its load is sound" in found.left[0]


def test_the_time_of_arrival_outlives_a_damaged_landing(kept: Kept) -> None:
    assert arrivals(kept.landed)[0].landed_at == kept.load.landed_at
