"""The databases of a gate as Great Expectations sees them: one data source, everything read-only.

The connection's own database is in memory and holds the suites' profiles; the gate's database and those it
is reconciled with are attached read-only, under the names of their files or the names given. When the context
ends, both engines are disposed, so that no lock is left behind for the next writer.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.suites import Suite

if TYPE_CHECKING:
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from sqlalchemy import Connection

# Great Expectations closes its connection before it fetches, and DuckDB drops pending results on rollback:
# without these three arguments every expectation fails. The gate engine's regression test guards the recipe.
_ENGINE_ARGUMENTS = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "pool_reset_on_return": None,
}


@dataclass(frozen=True)
class GateDatabases:
    """The open databases of one gate."""

    source: SQLDatasource
    connection: Connection

    def batch(self, suite: Suite) -> Batch:
        """What a suite's expectations read: its profile, computed here and now, or the table itself."""
        relation = _quoted_table(suite.table)
        if suite.profile:
            profile = f'memory.main."{suite.table}"'
            self.connection.exec_driver_sql(f"create table {profile} as {suite.profile(self._columns(suite.table))}")
            relation = profile
        asset = self.source.add_query_asset(suite.table, query=f"select * from {relation}")
        return asset.add_batch_definition_whole_table("all rows").get_batch()

    def _columns(self, table: str) -> dict[str, str]:
        schema, _, name = table.partition(".")
        rows = self.connection.exec_driver_sql(
            "select column_name, data_type from duckdb_columns() "
            f"where database_name = current_database() and schema_name = '{schema}' and table_name = '{name}'"
        )
        return {str(column): str(kind) for column, kind in rows}


@contextmanager
def gate_databases(
    database: Path, attach: Mapping[str, Path], *, checked_at: datetime, memory_limit: str | None
) -> Iterator[GateDatabases]:
    """Open `database` (its schemas need no prefix) and `attach`; variable checked_at is the time in SQL."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before the import, which may read it
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql(  # type: ignore[call-arg]  # its stub lacks kwargs
        "gate",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs=_ENGINE_ARGUMENTS,
    )
    execution_engine = source.get_execution_engine()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="gate-") as spill,
            execution_engine.engine.connect() as connection,
        ):
            for statement in _opening(database, attach, checked_at, memory_limit, Path(spill)):
                connection.exec_driver_sql(statement)
            yield GateDatabases(source, connection)
    finally:
        execution_engine.close()
        source.get_engine().dispose()


def _opening(
    database: Path, attach: Mapping[str, Path], checked_at: datetime, memory_limit: str | None, spill: Path
) -> list[str]:
    files = {database.stem: database, **attach}
    return [
        f"set temp_directory = {_literal(str(spill))}",
        *([f"set memory_limit = {_literal(memory_limit)}"] if memory_limit else []),
        "set preserve_insertion_order = false",
        *(f'attach {_literal(str(path))} as "{name}" (read_only)' for name, path in files.items()),
        f'use "{database.stem}".main',
        f"set variable checked_at = timestamp '{checked_at:%Y-%m-%d %H:%M:%S}'",
    ]


def _quoted_table(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
