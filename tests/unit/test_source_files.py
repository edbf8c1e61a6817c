"""Remote files: over http, sftp and s3, from real servers on the loopback interface, and from a folder."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import paramiko
import pytest

from orchestration.catalog.portals import Files
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import Landing, land
from orchestration.sources.base import Last
from orchestration.sources.downloads import keys_of, names_of
from orchestration.sources.remote_files import FilesSource
from orchestration.sources.web import Web
from tests.unit.servers.base import Fault, FileServer
from tests.unit.servers.sftp import SftpServer

OLD, NEW = b"a,b,c\n1,2,3\n" * 200_000, b"a,b,c\n4,5,6\n" * 1000
Pull = Callable[..., Landing | None]


@pytest.fixture
def pull(web: Callable[..., Web], data_set: Callable[..., Any], tmp_path: Path) -> Pull:
    """Lands the files at the given addresses."""

    def pull(*urls: str, growth: str = "yearly_files", last: Landing | None = None, **options: Any) -> Any:
        source = FilesSource(Files(kind="files", urls=list(urls)), web(), options)
        before = Last(last.versions, datetime(2024, 1, 1, tzinfo=UTC)) if last else None
        landed = land(source, data_set(growth=growth), tmp_path / "landing", before)
        return landed and landed[0]

    return pull


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """A folder with two yearly files, and one of another name."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "calls_2023.csv").write_bytes(OLD)
    (folder / "calls_2024.csv").write_bytes(NEW)
    (folder / "notes.txt").write_bytes(b"x")
    return folder


def content(tmp_path: Path, landing: Landing) -> dict[str, bytes]:
    folder = tmp_path / "landing" / "testville" / "things" / landing.content_id
    return {file.name: (folder / file.name).read_bytes() for file in landing.files}


# --- over http ---


@pytest.fixture
def server() -> Iterator[FileServer]:
    """Two yearly files."""
    with FileServer({"/calls_2023.csv": OLD, "/calls_2024.csv": NEW}) as running:
        yield running


@pytest.mark.parametrize("growth", ["yearly_files", "snapshot", "append"])
@pytest.mark.parametrize("has_etags", [True, False])
def test_http_brings_only_news(server: FileServer, pull: Pull, tmp_path: Path, growth: str, has_etags: bool) -> None:
    server.has_etags = has_etags
    urls = [f"{server.url}/calls_2023.csv", f"{server.url}/calls_2024.csv"]
    first = pull(*urls, growth=growth)
    assert content(tmp_path, first) == {"calls_2023.csv": OLD, "calls_2024.csv": NEW}
    again = pull(*urls, growth=growth, last=first)
    assert again == (None if has_etags else first)
    server.files["/calls_2024.csv"] = NEW[:-12]
    second = pull(*urls, growth=growth, last=first)
    is_part = has_etags and growth == "yearly_files"
    assert content(tmp_path, second) == ({} if is_part else {"calls_2023.csv": OLD}) | {"calls_2024.csv": NEW[:-12]}
    assert second.complete is not is_part
    assert set(second.versions) == {"calls_2023", "calls_2024"}


def test_a_file_whole_before_the_pull_was_cut_off_is_not_sent_again(
    server: FileServer, pull: Pull, tmp_path: Path
) -> None:
    urls = [f"{server.url}/calls_2023.csv", f"{server.url}/calls_2024.csv"]
    server.faults = [Fault("status", "2024", times=4)]
    with pytest.raises(SourceError, match="4 times status 503"):
        pull(*urls)
    assert content(tmp_path, pull(*urls)) == {"calls_2023.csv": OLD, "calls_2024.csv": NEW}
    first, second = server.asked("2023")
    assert "if-none-match" in second.headers and "if-none-match" not in first.headers


def test_http_tells_what_is_not_there(server: FileServer, pull: Pull) -> None:
    with pytest.raises(SourceError, match="404 Not Found: no such file"):
        pull(f"{server.url}/calls_1999.csv")


# --- a folder: what holds for all storages ---


def test_a_glob_brings_what_it_stands_for(years: Path, pull: Pull, tmp_path: Path) -> None:
    landing = pull(f"file://{years}/calls_*.csv")
    assert content(tmp_path, landing) == {"calls_2023.csv": OLD, "calls_2024.csv": NEW}
    assert landing.files[0].origin == f"file://{years}/calls_2023.csv"
    assert pull(f"file://{years}/calls_*.csv", last=landing) is None


def test_a_new_file_of_a_glob_is_news(years: Path, pull: Pull, tmp_path: Path) -> None:
    last = pull(f"file://{years}/calls_*.csv")
    (years / "calls_2025.csv").write_bytes(NEW)
    landing = pull(f"file://{years}/calls_*.csv", last=last)
    assert content(tmp_path, landing) == {"calls_2025.csv": NEW}
    assert not landing.complete and len(landing.versions) == 3


def test_a_file_gone_from_a_snapshot_is_news(years: Path, pull: Pull) -> None:
    last = pull(f"file://{years}/calls_*.csv", growth="snapshot")
    (years / "calls_2024.csv").unlink()
    landing = pull(f"file://{years}/calls_*.csv", growth="snapshot", last=last)
    assert [file.name for file in landing.files] == ["calls_2023.csv"] and landing.complete


def test_a_storage_tells_what_is_not_there(years: Path, pull: Pull) -> None:
    with pytest.raises(SourceError, match="no such file"):
        pull(f"file://{years}/calls_1999.csv")
    with pytest.raises(SourceError, match="no file of such a name"):
        pull(f"file://{years}/calls_1999*.csv")
    with pytest.raises(SourceError, match="the storage refuses: Protocol not known: nonsense"):
        pull("nonsense://x/y.csv")


def test_a_file_that_changes_while_it_is_copied(
    years: Path, pull: Pull, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = years / "calls_2023.csv", []
    monkeypatch.setattr("orchestration.sources.remote_files.CHUNK", 100_000)

    def told(self: Any, done: int) -> None:
        if not seen:
            file.write_bytes(OLD[::-1] + b"\n")
        seen.append(done)

    monkeypatch.setattr("orchestration.sources.state.BytesTold.__call__", told)
    assert content(tmp_path, pull(f"file://{file}")) == {"calls_2023.csv": OLD[::-1] + b"\n"}


# --- sftp ---


@pytest.fixture
def sftp(years: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    """A server whose key is known."""
    with SftpServer(years) as running:
        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / ".ssh").mkdir()
        line = f"{running.host} {running.key.get_name()} {running.key.get_base64()}\n"
        (tmp_path / ".ssh" / "known_hosts").write_text(line)
        yield running


SECRET = {"password": SftpServer.password, "allow_agent": False, "look_for_keys": False}


def test_sftp_brings_files_and_globs(sftp: SftpServer, years: Path, pull: Pull, tmp_path: Path) -> None:
    landing = pull(f"{sftp.url}/calls_*.csv", sftp=SECRET)
    assert content(tmp_path, landing) == {"calls_2023.csv": OLD, "calls_2024.csv": NEW}
    assert landing.files[0].origin == f"{sftp.url}/calls_2023.csv"
    assert pull(f"{sftp.url}/calls_*.csv", last=landing, sftp=SECRET) is None
    os.utime(years / "calls_2024.csv", (1, 1))
    assert len(pull(f"{sftp.url}/calls_*.csv", last=landing, sftp=SECRET).files) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # of paramiko, hung up on
def test_sftp_goes_on_where_it_broke_off(sftp: SftpServer, years: Path, pull: Pull, tmp_path: Path) -> None:
    long = OLD * 3
    (years / "long.csv").write_bytes(long)
    sftp.break_after = 6_000_000
    sftp.has_landed = lambda: any(file.stat().st_size for file in tmp_path.rglob("landing/**/*") if file.is_file())
    landing = pull(f"{sftp.url}/long.csv", sftp=SECRET)
    assert content(tmp_path, landing) == {"long.csv": long}
    assert len(sftp.transports) == 2
    assert sftp.reads.count(0) == 1


def test_a_wrong_password_is_told_at_once(sftp: SftpServer, pull: Pull) -> None:
    with pytest.raises(SourceError, match="the storage refuses: Authentication failed"):
        pull(f"{sftp.url}/calls_2023.csv", sftp={**SECRET, "password": "wrong"})
    assert len(sftp.transports) == 1


def test_an_unknown_server_is_refused(sftp: SftpServer, pull: Pull, tmp_path: Path) -> None:
    other = paramiko.ECDSAKey.generate()
    known = tmp_path / ".ssh" / "known_hosts"
    for text in (f"{sftp.host} {other.get_name()} {other.get_base64()}\n", ""):
        known.write_text(text)
        with pytest.raises(SourceError, match=r"a server with a key that .* does not know"):
            pull(f"{sftp.url}/calls_2023.csv", sftp=SECRET)
    assert sftp.reads == []


# --- s3 ---


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, Any]]:
    """Options of a storage with the bucket `exports`."""
    pytest.importorskip("moto", reason="moto is a development dependency")
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    options = {"key": "x", "secret": "y", "endpoint_url": f"http://{host}:{port}"}
    storage = fsspec.filesystem("s3", **options)
    storage.mkdir("exports")
    storage.pipe({"exports/2023/calls.csv": OLD, "exports/2024/calls.csv": NEW})
    yield options
    running.stop()


def test_s3_brings_what_is_new(bucket: dict[str, Any], pull: Pull, tmp_path: Path) -> None:
    landing = pull("s3://exports/*/calls.csv", s3=bucket)
    names = {"exports__2023__calls.csv": OLD, "exports__2024__calls.csv": NEW}
    assert sorted(content(tmp_path, landing).values()) == sorted(names.values())
    assert landing.files[0].origin == "s3://exports/2023/calls.csv"
    assert pull("s3://exports/*/calls.csv", last=landing, s3=bucket) is None
    fsspec.filesystem("s3", **bucket).pipe("exports/2024/calls.csv", NEW[:-12])
    changed = pull("s3://exports/*/calls.csv", last=landing, s3=bucket)
    assert list(content(tmp_path, changed).values()) == [NEW[:-12]]


def test_s3_tells_what_is_not_there(bucket: dict[str, Any], pull: Pull) -> None:
    with pytest.raises(SourceError, match="no such file"):
        pull("s3://exports/1999.csv", s3=bucket)


# --- names ---


@pytest.mark.parametrize(("addresses", "names"), [
    (["https://x/a.csv?x=1", "https://x/b%20c.csv"], ["a.csv", "b c.csv"]),
    (["s3://x/2023/a.csv", "s3://x/2024/a.csv"], ["2023__a.csv", "2024__a.csv"]),
    (["https://x/get?n=1", "https://x/get?n=2"], ["0001_get", "0002_get"]), (["https://x/"], ["file"]),
    (["https://x/%2e%2e/.state.json"], ["state.json"]),
])  # fmt: skip
def test_files_land_under_distinct_names(addresses: list[str], names: list[str]) -> None:
    assert names_of(addresses) == names


def test_marks_are_kept_by_stem_where_that_tells_files_apart() -> None:
    assert keys_of(["a.csv", "b.shp", "b.dbf"]) == {"a.csv": "a", "b.shp": "b.shp", "b.dbf": "b.dbf"}
