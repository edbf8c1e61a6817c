"""Dagster's local storage for one run: the same SQLite files, kept open from the first event to the last.

Dagster opens its database anew for every event and waits for the disk twice each time: most of a small run. The
files are those that `dagster dev` and every other process read with Dagster's own classes; this one is for the
process of a run alone.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage, _event_logs_directory
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, NullPool, create_engine, text


def open_instance(dagster_home: Path) -> dg.DagsterInstance:
    """The instance that dagster.yaml in this folder describes, with its storage kept open until it is disposed."""
    overrides = {
        "storage": {"custom": {"module": __name__, "class": "OpenStorage", "config": {"base_dir": str(dagster_home)}}},
        # What ops print goes to the terminal; to copy it into files as well, Dagster starts two more processes.
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
    }
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(dagster_home), overrides=overrides))


def _open(address: str) -> Connection:
    engine = create_engine(
        address,
        poolclass=NullPool,
        # Guarded by the storages' own lock: events come from one thread at a time.
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    connection = engine.connect()
    # A power cut may then cost the last events, never the database: the files are in write-ahead mode.
    connection.execute(text("pragma synchronous = normal"))
    connection.commit()
    return connection


def forget_run(instance: dg.DagsterInstance, run_id: str, dagster_home: Path) -> None:
    """Delete a run and all that Dagster keeps of it: it leaves an empty database a run, logs, and verdicts of checks."""
    instance.delete_run(run_id)
    log = instance.event_log_storage
    if isinstance(log, SqliteEventLogStorage):
        with log.index_connection() as index:
            index.execute(AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id == run_id))
        if isinstance(log, OpenEventLog):
            log.close(run_id)
        shard = Path(log.path_for_shard(run_id))
        for file in (shard, *(shard.with_name(shard.name + ending) for ending in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)
    shutil.rmtree(dagster_home / "storage" / run_id, ignore_errors=True)


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's event log, one connection a database."""

    def __init__(self, base_dir: str) -> None:
        self._connections: dict[str, Connection] = {}
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard not in self._connections:
            with super()._connect(shard):  # makes the database where there is none
                pass
            self._connections[shard] = _open(self.conn_string_for_shard(shard))
        with self._db_lock, self._connections[shard].begin():
            yield self._connections[shard]

    def close(self, shard: str) -> None:
        """Let go of one run's database."""
        if connection := self._connections.pop(shard, None):
            connection.close()

    def dispose(self) -> None:
        """Let go of the databases."""
        super().dispose()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()


class OpenStorage(DagsterSqliteStorage):
    """Dagster's storage with that event log; runs and schedules are written too seldom to matter."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = OpenEventLog(_event_logs_directory(base_dir))

    @classmethod
    def from_config_value(  # type: ignore[override]  # Dagster passes a plain mapping
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, str]
    ) -> "OpenStorage":
        """The storage that the instance's settings ask for; Dagster's own names its own class here."""
        return cls(config_value["base_dir"], inst_data)
