"""The dbt project as this process sees it: its manifest, and one warm way to run dbt.

dbt runs inside this process: starting one of its own costs seconds a layer. Its manifest is parsed again only when
a file of the project has changed.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_PROJECT_DIR, Settings, settings


class TransformError(RuntimeError):
    """dbt could not build what was asked; the message has dbt's own words."""


@dataclass(frozen=True)
class NodeResult:
    """How one dbt node ended."""

    unique_id: str
    status: str
    seconds: float
    failures: int | None
    message: str | None

    @property
    def ok(self) -> bool:
        """Whether the node was built, or the test passed or only warned."""
        return self.status in ("success", "pass", "warn")


def manifest_path() -> Path:
    """The manifest of the project as it is now; parsed if a file has changed since."""
    home = settings()
    path = home.dbt_target / "manifest.json"
    fingerprint = _fingerprint()
    if not _is_current(home, fingerprint):
        home.create_folders()
        _parsed(fingerprint)
        _stamp(home).write_text(fingerprint)
    return path


def build(select: list[str]) -> list[NodeResult]:
    """`dbt build` of a selection, unit tests left to the test suite. Raises TransformError if dbt itself fails."""
    home = settings()
    arguments = ["build", "--no-write-json", "--exclude-resource-type", "unit_test", "--select", *select]
    return [
        NodeResult(r.node.unique_id, str(r.status), r.execution_time, r.failures, r.message)
        for r in _invoke(arguments, home, _parsed(_fingerprint())).results
    ]


@lru_cache(maxsize=1)
def _parsed(fingerprint: str) -> Any:
    """dbt's manifest in memory: read or parsed once a process and handed to every build."""
    home = settings()
    return _invoke(["parse", *(["--no-write-json"] if _is_current(home, fingerprint) else [])], home)


def _is_current(home: Settings, fingerprint: str) -> bool:
    stamp = _stamp(home)
    return stamp.exists() and stamp.read_text() == fingerprint and (home.dbt_target / "manifest.json").exists()


def _stamp(home: Settings) -> Path:
    return home.dbt_target / "manifest.stamp"


def _invoke(arguments: list[str], home: Settings, manifest: Any = None) -> Any:
    os.environ.update(home.dbt_environment())
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    flags = [
        "--project-dir",
        str(DBT_PROJECT_DIR),
        "--profiles-dir",
        str(DBT_PROJECT_DIR),
        "--quiet",
        "--no-print",
        "--no-use-colors",
        "--log-level-file",
        "none",
    ]
    try:
        with _standard_output_to_error():
            outcome = dbtRunner(manifest=manifest).invoke([arguments[0], *flags, *arguments[1:]])
    finally:
        # The adapter keeps its database open otherwise, and with it the lock.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt is untyped
    if outcome.exception is not None:
        raise TransformError(str(outcome.exception)) from outcome.exception
    return outcome.result


@contextlib.contextmanager
def _standard_output_to_error() -> Iterator[None]:
    """dbt prints errors even when it is told to be quiet; they must not mix with `--json`."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _fingerprint() -> str:
    """A digest of every file that shapes the manifest, and of the paths it holds."""
    digest = hashlib.sha256(str(sorted(settings().dbt_environment().items())).encode())
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and path.is_file():
            digest.update(path.relative_to(DBT_PROJECT_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
