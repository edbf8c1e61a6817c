"""Landing: bytes as they came, once, whole or not at all; and what a folder of exports can have wrong."""

import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import arrivals, land, refuse_damaged
from orchestration.sources.folder import FolderSource

CONTENT = b"a,b,c\n1,2,3\n"

# Lands things.csv from the folder of the first argument into the second one.
LANDS = """
import sys
from pathlib import Path
from orchestration.catalog.model import DataSet
from orchestration.ingest.landing import land
from orchestration.ingest.loads import load
from orchestration.sources import folder
exports, home = Path(sys.argv[1]), Path(sys.argv[2])
data_set = DataSet.model_validate(dict(
    name="things", city="testville", title="Things", entity="calls", files=["things.csv"], format="csv",
    license="none", grain="one thing", growth="snapshot", columns=["a", "b", "c"]))
"""
KILLED_WHILE_COPYING = LANDS + """
import os, signal
def copy(path, target):
    target.write_bytes(path.read_bytes()[:5])
    os.kill(os.getpid(), signal.SIGKILL)
folder.shutil.copyfile = copy
land(folder.FolderSource(exports), data_set, home)
"""  # fmt: skip
DISK_FULL = LANDS + """
import resource
landed = None
if len(sys.argv) > 3:
    landed = land(folder.FolderSource(exports), data_set, home)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
if landed is None:
    land(folder.FolderSource(exports), data_set, home)
else:
    load(*landed, data_set, home / "raw", "1GB")
"""  # fmt: skip


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder with one good export."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "things.csv").write_bytes(CONTENT)
    return folder


@pytest.fixture
def bring(exports: Path, tmp_path: Path, data_set: Callable[..., Any]) -> Callable[..., Any]:
    """Lands the folder of exports."""

    def bring(**changes: Any) -> Any:
        return land(FolderSource(exports), data_set(**changes), tmp_path / "landing")

    return bring


def python(code: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    project = Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, cwd=project, timeout=60, check=False)


def left_over(home: Path) -> list[Path]:
    return list(home.rglob(".incoming-*"))


# --- what lands ---


def test_bytes_are_kept_with_a_manifest(bring: Callable[..., Any]) -> None:
    landing, folder = bring(url="https://example.org/things")
    assert (folder / "things.csv").read_bytes() == CONTENT
    assert arrivals(folder) == [landing]
    assert (landing.url, landing.bytes) == ("https://example.org/things", len(CONTENT))
    assert landing.files[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert folder.stat().st_mode & 0o077 == 0


def test_the_same_bytes_land_once(bring: Callable[..., Any], exports: Path) -> None:
    first, folder = bring()
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]}
    os.utime(exports / "things.csv", (1, 1))
    assert bring() == (first, folder)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.iterdir()]} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_bytes_that_come_again_from_elsewhere_are_noted_not_stored_again(
    bring: Callable[..., Any], exports: Path
) -> None:
    first, folder = bring()
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    second, again = bring(url="https://example.org/things", license="CC0")
    assert again == folder
    assert (first.url, second.url, second.license) == (None, "https://example.org/things", "CC0")
    assert arrivals(folder) == [first, second]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    # From each place again: nothing is new, whatever came in between.
    assert bring() == (first, folder)
    assert bring(url="https://example.org/things", license="CC0") == (second, folder)
    assert len(list(folder.iterdir())) == len(before) + 1
    (exports / "arrival-0123456789abcdef.json").write_bytes(b"[]")
    with pytest.raises(SourceError, match="a name that landing keeps for its own manifests"):
        bring(files=["arrival-*.json"])


def test_changed_bytes_land_beside_the_old_ones(bring: Callable[..., Any], exports: Path) -> None:
    _, first = bring()
    (exports / "things.csv").write_bytes(CONTENT + b"4,5,6\n")
    _, second = bring()
    assert first != second
    assert (first / "things.csv").read_bytes() == CONTENT


def test_a_renamed_file_is_another_landing(bring: Callable[..., Any], exports: Path) -> None:
    _, first = bring()
    (exports / "things.csv").rename(exports / "things.txt")
    assert bring()[1] != first


@pytest.mark.parametrize(
    "name",
    [
        "-things.csv",
        "thi ngs'.csv",
        'thi"ngs.csv',
        "thïngs 事.csv",
        "things [1].csv",
        "thi*ngs?.csv",
        "{a,b}.csv",
        "%20#.csv",
    ],
)
def test_odd_names_are_read_like_any_other(read: Callable[..., Any], data_set: Callable[..., Any], name: str) -> None:
    raw = read(data_set(files=["*.csv"]), {name: CONTENT})
    assert [(row["a"], row["_file"], row["_line"]) for row in raw.rows] == [("1", name, 2)]


def test_files_of_one_name_in_two_folders_all_land(read: Callable[..., Any], data_set: Callable[..., Any]) -> None:
    years = {"2023/things.csv": CONTENT, "2024/things.csv": b"a,b,c\n4,5,6\n"}
    raw = read(data_set(files=["2023/things.csv", "2024/*.csv"]), years)
    assert [(row["a"], row["_file"]) for row in raw.rows] == [("1", "2023__things.csv"), ("4", "2024__things.csv")]


def test_a_file_found_by_two_patterns_lands_once(bring: Callable[..., Any]) -> None:
    assert len(bring(files=["things.csv", "*.csv"])[0].files) == 1


def test_files_of_systems_and_office_programs_are_passed_over(bring: Callable[..., Any], exports: Path) -> None:
    for name in ("._things.csv", ".things.csv.swp", "~$things.csv"):
        (exports / name).write_bytes(b"x")
    assert [file.name for file in bring(files=["*"])[0].files] == ["things.csv"]


def test_a_link_lands_as_what_it_leads_to(bring: Callable[..., Any], exports: Path) -> None:
    (exports / "things.csv").rename(exports / "elsewhere")
    (exports / "things.csv").symlink_to("elsewhere")
    landed = bring()[1] / "things.csv"
    assert landed.read_bytes() == CONTENT and not landed.is_symlink()


# --- what does not ---


def refused(bring: Callable[..., Any], tmp_path: Path, **changes: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        bring(**changes)
    assert caught.value.expected and caught.value.mend
    assert not (tmp_path / "landing").exists() or not any((tmp_path / "landing" / "testville" / "things").iterdir())
    return caught.value


def test_missing_file(bring: Callable[..., Any], tmp_path: Path) -> None:
    error = refused(bring, tmp_path, files=["thing.csv"])
    assert error.file == str(tmp_path / "exports" / "thing.csv")
    assert error.found == "no such file; the folder holds things.csv"


def test_pattern_without_a_match_beside_one_with(bring: Callable[..., Any], tmp_path: Path) -> None:
    assert "no such file" in refused(bring, tmp_path, files=["things.csv", "more_*.csv"]).found


def test_missing_folder(bring: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    shutil.rmtree(exports)
    assert refused(bring, tmp_path).found == "no such folder"
    exports.write_bytes(b"")
    assert refused(bring, tmp_path).found == "a file where the folder of exports should be"


def test_a_folder_or_a_dead_link_of_that_name(bring: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    (exports / "things.csv").unlink()
    (exports / "things.csv").mkdir()
    assert refused(bring, tmp_path).found == "a folder of that name, not a file"
    (exports / "things.csv").rmdir()
    (exports / "things.csv").symlink_to("nowhere")
    assert refused(bring, tmp_path).found == "a link that leads nowhere"


def test_empty_file(bring: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    (exports / "things.csv").write_bytes(b"")
    assert refused(bring, tmp_path).found == "the file is empty (0 bytes)"


def test_a_file_called_like_the_manifest(bring: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    (exports / "manifest.json").write_bytes(b"[]")
    assert refused(bring, tmp_path, files=["manifest.json"]).file == "manifest.json"


@pytest.mark.parametrize("written", [CONTENT + b"7,8,9\n", CONTENT.replace(b"3", b"4")])
def test_a_file_still_being_written(
    bring: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: bytes
) -> None:
    copy = shutil.copyfile

    def copy_while_somebody_writes(path: Path, target: Path) -> None:
        copy(path, target)
        path.write_bytes(written)

    os.utime(tmp_path / "exports" / "things.csv", (1, 1))  # so that a coarse clock sees the change, too
    monkeypatch.setattr("orchestration.sources.folder.shutil.copyfile", copy_while_somebody_writes)
    assert refused(bring, tmp_path).found == "the file changed while it was copied"


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (errno.EACCES, "permission denied"),
        (errno.ENOSPC, "no room left on the disk of the warehouse folder"),
        (errno.EIO, "the operating system says: Input/output error"),
    ],
)
def test_what_the_system_refuses(
    bring: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, found: str
) -> None:
    def fail(path: Path, target: Path) -> None:
        target.write_bytes(path.read_bytes()[:5])
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("orchestration.sources.folder.shutil.copyfile", fail)
    error = refused(bring, tmp_path)
    assert (error.found, error.file) == (found, str(tmp_path / "exports" / "things.csv"))


@pytest.mark.parametrize("stage", ["landing", "raw"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, exports: Path, stage: str) -> None:
    # A limit on the size of files ends writing just as a full disk does.
    rows = "".join(f"{number},{hashlib.sha256(str(number).encode()).hexdigest()},x\n" for number in range(20_000))
    (exports / "things.csv").write_text("a,b,c\n" + rows)
    done = python(DISK_FULL, exports, tmp_path / "home", *(["load"] if stage == "raw" else []))
    assert "no room left on the disk of the warehouse folder" in done.stderr
    assert left_over(tmp_path / "home") == []
    assert list((tmp_path / "home" / "raw").rglob("*.parquet")) == []


# --- interruptions ---


def test_what_a_killed_process_left_is_swept_by_the_next(
    bring: Callable[..., Any], tmp_path: Path, exports: Path
) -> None:
    killed = python(KILLED_WHILE_COPYING, exports, tmp_path / "landing")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (leftover,) = left_over(tmp_path / "landing")
    assert (leftover / "things.csv").read_bytes() == CONTENT[:5]
    _, folder = bring()
    assert left_over(tmp_path / "landing") == []
    assert (folder / "things.csv").read_bytes() == CONTENT


def test_what_another_process_is_writing_is_left_alone(bring: Callable[..., Any], tmp_path: Path) -> None:
    home = tmp_path / "landing" / "testville" / "things"
    theirs = home / ".incoming-theirs"
    theirs.mkdir(parents=True)
    handle = os.open(home, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    bring()
    assert theirs.exists()
    os.close(handle)
    bring()
    assert not theirs.exists()


def test_a_damaged_landing_is_refused(bring: Callable[..., Any]) -> None:
    landing, folder = bring()
    refuse_damaged(landing, folder)
    (folder / "things.csv").write_bytes(CONTENT[:-3])
    with pytest.raises(SourceError, match=r"a landed file of 9 bytes\. Expected: the 12 bytes"):
        refuse_damaged(landing, folder)
    (folder / "things.csv").unlink()
    with pytest.raises(SourceError, match="a landed file of 0 bytes"):
        refuse_damaged(landing, folder)
