"""Storages that fsspec knows, with their many kinds of errors told in one way."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec
import paramiko

from orchestration.ingest.errors import SourceError, from_system
from orchestration.sources.web import TryAgain

READ_AHEAD = 1 << 20  # bytes asked for at once; those of a request that breaks off are lost
REQUESTS = 64  # of 32 kB, under way at once over sftp
BROKEN = (ConnectionError, TimeoutError, EOFError, paramiko.SSHException)
MARKS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated")


@dataclass(frozen=True)
class Storage:
    """A connection to one storage, and a path in it."""

    url: str
    system: Any
    path: str

    def matches(self) -> list[str]:
        """Addresses of the files that the path, a pattern, stands for."""
        return [self._address(path) for path in sorted(self.system.glob(self.path)) if not self.system.isdir(path)]

    def version(self) -> tuple[str, int]:
        """Mark of the file's state as it is now, "" where the storage has none, and its size in bytes."""
        self.system.invalidate_cache()
        found = self.system.info(self.path)
        marks = [str(found[name]) for name in MARKS if found.get(name)]
        return (f"{marks[0]} {found['size']}" if marks else ""), int(found["size"])

    def opened(self, at: int, size: int) -> IO[bytes]:
        """The file of so many bytes, to be read from one of them on."""
        read: IO[bytes] = self.system.open(self.path, "rb", block_size=READ_AHEAD)
        read.seek(at)
        if isinstance(read, paramiko.SFTPFile):
            read.prefetch(size, max_concurrent_requests=REQUESTS)
        return read

    def _address(self, path: str) -> str:
        """The paths of buckets begin with the bucket, those of servers without the server."""
        parts = urlsplit(self.url)
        if not parts.netloc or path.startswith(f"{parts.netloc}/"):
            return str(self.system.unstrip_protocol(path))
        return parts._replace(path=path).geturl()


@contextmanager
def open_storage(url: str, options: Mapping[str, Mapping[str, Any]]) -> Iterator[Storage]:
    """Connect. A broken connection is a TryAgain, everything else that goes wrong inside a SourceError."""
    protocol = url.split("://", 1)[0]
    policy = {"host_key_policy": KnownHosts()} if protocol in ("sftp", "ssh") else {}
    given = {**policy, **options.get(protocol, {})}
    try:
        # Not from fsspec's cache: a connection in there may be broken.
        system, path = fsspec.core.url_to_fs(url, skip_instance_cache=True, **given)
        yield Storage(url, system, path)
    except (SourceError, TryAgain):
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(
            file=url,
            found="no such file",
            expected="a file at this address",
            mend="look where the publisher puts it now, and change `urls` in the city file",
        ) from error
    except (PermissionError, paramiko.AuthenticationException) as error:
        raise _refused(url, error) from error
    except BROKEN as error:
        raise TryAgain(str(error) or type(error).__name__) from error
    except OSError as error:
        raise from_system(error, url) from error
    except Exception as error:  # each storage's library has its own errors
        raise _refused(url, error) from error


class KnownHosts(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Refuses servers that `~/.ssh/known_hosts` does not know; fsspec alone would trust whoever answers."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """SourceError unless the key is the one that is known."""
        file = Path.home() / ".ssh" / "known_hosts"
        if not (file.exists() and paramiko.HostKeys(str(file)).check(hostname, key)):
            raise SourceError(
                file=f"sftp://{hostname}",
                found=f"a server with a key that {file} does not know ({key.get_name()} {key.fingerprint})",
                expected="a known server",
                mend="compare the key with the publisher's, then add it (`ssh-keyscan`)",
            )


def _refused(url: str, error: Exception) -> SourceError:
    return SourceError(
        file=url,
        found=f"the storage refuses: {str(error).strip() or type(error).__name__}",
        expected="a file that may be read",
        mend="check the address and the account it is read with; see the notes in orchestration/sources/remote_files.py",
    )
