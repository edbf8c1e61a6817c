"""The dbt project as this process sees it: its manifest, and one warm way to run dbt.

dbt runs inside this process: starting one of its own costs seconds a layer. Its manifest is parsed again only when
a file of the project has changed: it is kept in the warehouse folder, or beside the project if the set-up made it.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.settings import DBT_PROJECT_DIR, Settings, settings

SET_UP = DBT_PROJECT_DIR / "target"


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
    return _manifest_folder(_fingerprint()) / "manifest.json"


def build(select: list[str], exclude: list[str]) -> list[NodeResult]:
    """`dbt build` of a selection, unit tests left to the test suite. Raises TransformError if dbt itself fails."""
    home = settings()
    arguments = ["build", "--no-write-json", "--exclude-resource-type", "unit_test"]
    arguments += ["--select", *select, "--exclude", *exclude]
    return [
        NodeResult(r.node.unique_id, str(r.status), r.execution_time, r.failures, r.message)
        for r in _invoke(arguments, home, _manifest(_fingerprint())).results
    ]


@lru_cache(maxsize=1)
def _manifest(fingerprint: str) -> Any:
    """dbt's manifest in memory: read once a process and handed to every build, which then parses nothing."""
    folder = _manifest_folder(fingerprint)
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack((folder / "partial_parse.msgpack").read_bytes())
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]  # dbt is untyped
    return manifest


def _manifest_folder(fingerprint: str) -> Path:
    home = settings()
    for folder in (home.dbt_target, SET_UP):
        if _stamp(folder).exists() and _stamp(folder).read_text() == fingerprint:
            return folder
    home.create_folders()
    parse_into(home.dbt_target, fingerprint)
    return home.dbt_target


def parse_into(folder: Path, fingerprint: str) -> None:
    """Parse the project and leave dbt's manifest in `folder`."""
    _stamp(folder).unlink(missing_ok=True)
    _invoke(["parse", "--target-path", str(folder)], settings())
    _stamp(folder).write_text(fingerprint)


def _stamp(folder: Path) -> Path:
    return folder / "manifest.stamp"


def _invoke(arguments: list[str], home: Settings, manifest: Any = None) -> Any:
    os.environ.update(home.dbt_environment())
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    flags = [
        "--project-dir",
        str(DBT_PROJECT_DIR),
        "--profiles-dir",
        str(DBT_PROJECT_DIR),
        "--quiet",
        "--no-print",
        # Results carry all that is told; for a log dbt makes thousands of lines even where it writes none of them.
        "--log-level",
        "none",
        "--log-level-file",
        "none",
    ]
    ctx_set_event_manager(_unheard_events())
    try:
        with _standard_output_to_error():
            outcome = dbtRunner(manifest=manifest).invoke([arguments[0], *flags, *arguments[1:]])
    finally:
        # The adapter keeps its database open otherwise, and with it the lock.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt is untyped
    if outcome.exception is not None:
        raise TransformError(str(outcome.exception)) from outcome.exception
    return outcome.result


def _unheard_events() -> Any:
    """dbt's events, dropped as they are fired: nobody listens, and making their messages is much of a small build."""
    from dbt_common.events.event_manager import EventManager

    class UnheardEvents(EventManager):
        def fire_event(
            self, e: Any, level: Any = None, node: Any = None, force_warn_or_error_handling: bool = False
        ) -> None:
            if force_warn_or_error_handling or self.require_warn_or_error_handling:
                super().fire_event(e, level, node, force_warn_or_error_handling)

    return UnheardEvents()


@contextlib.contextmanager
def _standard_output_to_error() -> Iterator[None]:
    """What dbt prints even when it is told to be quiet must not mix with `--json`."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _fingerprint() -> str:
    """A digest of all that shapes the manifest: dbt, where the project lies, and its files."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')} {DBT_PROJECT_DIR}".encode())
    for path in sorted(DBT_PROJECT_DIR.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and path.is_file() and SET_UP not in path.parents:
            digest.update(path.relative_to(DBT_PROJECT_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def parse_at_set_up() -> None:
    """Leave a manifest beside the project, for every warehouse folder; nothing to do where it is of this state."""
    fingerprint = _fingerprint()
    if not (_stamp(SET_UP).exists() and _stamp(SET_UP).read_text() == fingerprint):
        parse_into(SET_UP, fingerprint)


if __name__ == "__main__":
    parse_at_set_up()
