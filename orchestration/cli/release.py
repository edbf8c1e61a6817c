"""The current release as the commands see it: where it lies, what is in it, and a read-only way in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.cli.console import listing
from orchestration.cli.errors import CommandError
from orchestration.ingest.sql import literal, quoted
from orchestration.publish.releases import current_release
from orchestration.publish.soundness import REPAIR, refuse_broken
from orchestration.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from rich.table import Table as Listing

NO_RELEASE = CommandError(
    "There is no release yet.",
    "Make one: footprint demo writes the raw exports of an invented city, footprint run lands them.",
)
TABLES = """
select schema_name || '.' || table_name, estimated_size, coalesce(comment, '') from duckdb_tables()
where database_name in ('analyst', 'public') and not internal order by database_name, 1
"""
SCHEMAS = """
select distinct database_name, schema_name from duckdb_tables()
where database_name in ('analyst', 'public') and not internal order by 1, 2
"""
LOADS = (
    "select city, data_set, title, rows, bytes, rejected_lines, landed_at_utc from audit.loads order by city, data_set"
)


@dataclass(frozen=True)
class ReleasedTable:
    """A table of a release."""

    name: str
    rows: int
    description: str


@dataclass(frozen=True)
class LoadInUse:
    """A load that the release was made from. `landed_at` is UTC, without a time zone, as the table has it."""

    city: str
    data_set: str
    title: str
    rows: int
    bytes: int
    rejected_lines: int
    landed_at: datetime


def current(home: Settings) -> Path:
    """The folder of the current release, resolved once: a swap does not disturb who holds it."""
    refuse_broken(home.releases)
    folder = current_release(home.releases)
    if folder is None:
        raise NO_RELEASE
    return folder


@contextmanager
def opened(folder: Path, home: Settings) -> Iterator["DuckDBPyConnection"]:
    """A connection to a release that can read it and nothing else: no write, no other file, no network."""
    import shutil
    import uuid

    import duckdb

    from orchestration.cli.errors import lock_held

    spill = home.build / f"spill-{uuid.uuid4().hex}"
    try:
        try:
            connection = duckdb.connect(
                str(folder / "analyst.duckdb"),
                read_only=True,
                config={"memory_limit": home.memory_limit, "temp_directory": str(spill)},
            )
            connection.execute(f"attach {literal(str(folder / 'public.duckdb'))} as public (read_only)")
        except (duckdb.Error, UnicodeDecodeError) as error:
            if lock_held(str(error)):
                raise
            raise CommandError(f"A database of release {folder.name} cannot be read.", REPAIR) from error
        with connection:
            connection.execute("set enable_external_access = false")
            connection.execute(f"set search_path = {literal(_search_path(connection))}")
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _search_path(connection: "DuckDBPyConnection") -> str:
    """Every schema, so that a table is found by its name alone; the marts come before the published product."""
    found = connection.execute(SCHEMAS).fetchall()
    return ",".join(["main", *(f"{quoted(database)}.{quoted(schema)}" for database, schema in found)])


def tables(connection: "DuckDBPyConnection") -> list[ReleasedTable]:
    """The tables of a release: the marts, then the published ones."""
    return [ReleasedTable(*row) for row in connection.execute(TABLES).fetchall()]


def loads(connection: "DuckDBPyConnection") -> list[LoadInUse]:
    """The loads a release was made from."""
    return [LoadInUse(*row) for row in connection.execute(LOADS).fetchall()]


def table_listing(found: list[ReleasedTable]) -> "Listing":
    """The tables as a list, for people."""
    shown = listing("Table", ">Rows", "What it holds…")
    for table in found:
        shown.add_row(table.name, f"{table.rows:,}", f"[dim]{_first_sentence(table.description)}[/]")
    return shown


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].removesuffix(".")
