"""A warehouse that was damaged says what is wrong, refuses to go on from less, and is mended by a repair."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.publish import releases
from orchestration.publish.soundness import BrokenReleaseError, finish_swap, kept_releases, refuse_less, state
from orchestration.repair import repair
from orchestration.settings import Settings, settings
from tests.attacks.releases import flip, publish, writable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A warehouse with three sound releases."""
    monkeypatch.setenv("FOOTPRINT_HOME", str(tmp_path / "warehouse"))
    settings.cache_clear()
    made = settings()
    made.create_folders()
    for number in range(3):
        publish(made.releases, number)
    yield made
    settings.cache_clear()


def names(home: Settings) -> list[str]:
    """The three releases, the oldest first."""
    return sorted(path.name for path in kept_releases(home.releases))


def current(home: Settings) -> Path:
    """The release that readers get."""
    return (home.releases / "current").resolve()


def cut_databases(home: Settings) -> None:
    """Both databases of the current release lose their end."""
    for name in ("analyst.duckdb", "public.duckdb"):
        path = writable(current(home) / name)
        path.write_bytes(path.read_bytes()[:100_000])


def no_link(home: Settings) -> None:
    """The link is gone."""
    (home.releases / "current").unlink()


def dangling(home: Settings) -> None:
    """The link points nowhere."""
    (home.releases / "current").unlink()
    (home.releases / "current").symlink_to("20990101T000000Z-nowhere0")


def to_elsewhere(home: Settings) -> None:
    """The link points out of the warehouse."""
    outside = Path(shutil.copytree(current(home), home.root.parent / "elsewhere"))
    (home.releases / "current").unlink()
    (home.releases / "current").symlink_to(outside)


def as_folder(home: Settings) -> None:
    """A copy that followed links: the newest release is a folder called current."""
    newest = current(home)
    (home.releases / "current").unlink()
    newest.rename(home.releases / "current")


def as_foreign_folder(home: Settings) -> None:
    """A folder of something else is called current."""
    (home.releases / "current").unlink()
    (home.releases / "current").mkdir()
    (home.releases / "current" / "notes.txt").write_text("not ours")


def as_file(home: Settings) -> None:
    """A file is called current: some tools copy links as text."""
    (home.releases / "current").unlink()
    (home.releases / "current").write_text("20260101T000002Z-run00002")


def no_manifest(home: Settings) -> None:
    """The manifest is missing."""
    (current(home) / "manifest.json").unlink()


def cut_manifest(home: Settings) -> None:
    """The manifest ends in the middle."""
    path = writable(current(home) / "manifest.json")
    path.write_bytes(path.read_bytes()[:200])


def foreign_manifest(home: Settings) -> None:
    """The manifest is another release's."""
    target = writable(current(home) / "manifest.json")
    shutil.copyfile(home.releases / names(home)[0] / "manifest.json", target)


def changed_manifest(home: Settings) -> None:
    """The manifest can be read, and says something else than was written."""
    path = writable(current(home) / "manifest.json")
    path.write_text(path.read_text().replace('"run2"', '"run9"'))


def no_database(home: Settings) -> None:
    """A database is gone."""
    (current(home) / "public.duckdb").unlink()


def older(home: Settings) -> None:
    """The link names a sound release that is not the newest."""
    releases.swap(home.releases, home.releases / names(home)[0])


# Each damage, with a word of what is told and the release that a repair makes current.
DAMAGES: dict[Callable[[Settings], None], tuple[str, int]] = {
    no_link: ("is missing beside 3 releases", 2),
    dangling: ("which is not there", 2),
    to_elsewhere: ("is no release of this warehouse", 2),
    as_folder: ("is a folder, not a link", 2),
    as_foreign_folder: ("is a folder, not a link", 2),
    as_file: ("is a file, not a link", 2),
    no_manifest: ("its manifest is missing", 1),
    cut_manifest: ("cut short or damaged", 1),
    foreign_manifest: ("its manifest is that of release 20260101T000000Z", 1),
    changed_manifest: ("was changed since it was written", 1),
    no_database: ("public.duckdb is missing", 1),
    cut_databases: ("were released", 1),
    older: ("the newest sound release is 20260101T000002Z", 2),
}
damages = pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)


@damages
def test_each_damage_is_told_and_repaired(home: Settings, damage: Callable[[Settings], None]) -> None:
    made = names(home)
    told, mended = DAMAGES[damage]
    damage(home)
    assert told in state(home.releases).wrong[0]
    with pytest.raises(BrokenReleaseError, match="footprint repair"):
        refuse_less(home.releases)
    found = repair(home)
    assert found.done and not found.left
    assert found.release == home.releases / made[mended] == current(home)
    assert state(home.releases).wrong == ()
    refuse_less(home.releases)
    again = repair(home)
    assert (again.done, again.left, again.release) == ([], [], found.release)


@damages
def test_commands_say_what_is_wrong_in_a_line(home: Settings, damage: Callable[[Settings], None]) -> None:
    damage(home)
    told, _ = DAMAGES[damage]
    for command in (["status"], ["sql", ".tables"], ["run", "--city", "riverbend", "--from", str(home.root)]):
        answer = CliRunner().invoke(app, command, env={"COLUMNS": "1000"})
        if damage is older and command[0] != "run":
            continue  # readers of an older release get it whole
        said = " ".join((answer.stdout + answer.stderr).split())
        assert told in said and "footprint repair" in said, command
        assert "Traceback" not in said


@damages
def test_a_run_starts_from_less_only_where_it_can_tell_from_what(
    home: Settings, damage: Callable[[Settings], None]
) -> None:
    damage(home)
    can_tell = damage in (no_link, dangling, older, no_database, cut_databases, foreign_manifest, changed_manifest)
    if can_tell or damage is to_elsewhere:
        refuse_less(home.releases, from_current=True)
    else:
        with pytest.raises(BrokenReleaseError):
            refuse_less(home.releases, from_current=True)


def test_a_flipped_bit_of_a_database_is_found_by_a_repair(home: Settings) -> None:
    made = names(home)
    flip(current(home) / "analyst.duckdb", 300_001)
    found = repair(home)
    assert "analyst.duckdb holds other bytes than were released" in found.done[0]
    assert current(home).name == made[1]
    assert [path.name for path in home.releases.glob(".set-aside-*")]


def test_an_unreadable_database_of_the_right_size_is_told(home: Settings) -> None:
    path = writable(current(home) / "analyst.duckdb")
    path.write_bytes(b"\xff" * path.stat().st_size)
    for command in (["sql", ".tables"], ["status"]):
        answer = CliRunner().invoke(app, command, env={"COLUMNS": "1000"})
        assert answer.exit_code == 1
        assert "cannot be read" in answer.stderr and "footprint repair" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_where_no_release_is_sound_a_repair_says_so(home: Settings) -> None:
    for folder in kept_releases(home.releases):
        (folder / "manifest.json").unlink()
    load = home.raw / "testville" / "things" / "abc-def"
    load.mkdir(parents=True)
    (load / "manifest.json").write_text("{}")
    found = repair(home)
    assert found.release is None
    assert found.left == ["there is no sound release; restore one from a backup"]
    assert not (home.releases / "current").is_symlink()


def test_an_empty_warehouse_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    refuse_less(tmp_path / "releases")
    assert state(tmp_path / "releases").wrong == ()


def test_what_a_kill_left_before_the_last_rename_is_finished(home: Settings) -> None:
    made = names(home)
    releases.swap(home.releases, home.releases / made[1])
    (home.releases / f".current-{made[2]}").symlink_to(made[2])
    finish_swap(home.releases)
    assert current(home).name == made[2]
    assert list(home.releases.glob(".current-*")) == []


def test_a_link_to_what_never_came_is_swept_away(home: Settings) -> None:
    made = names(home)
    (home.releases / ".current-20990101T000000Z-never000").symlink_to("20990101T000000Z-never000")
    finish_swap(home.releases)
    assert current(home).name == made[2]
    assert list(home.releases.glob(".current-*")) == []
