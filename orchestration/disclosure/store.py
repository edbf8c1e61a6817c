"""Reads the candidates and what former releases published, and writes what is published now, with the record of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.disclosure.blocks import Block, blocks, typed, vintages
from orchestration.disclosure.declared import DECLARED, PERIODS, Declaration, Published, former
from orchestration.disclosure.publishing import Decision, decide
from orchestration.ingest.sql import literal
from orchestration.publish.releases import MANIFEST
from orchestration.settings import Settings
from orchestration.statistics.marts import Mart, write_mart

DATES = ("period_start", "period_end", "month")
DAYS_OF_A_YEAR = 365.25


class HistoryError(RuntimeError):
    """A release cannot be read, so that nobody can tell what it published."""


def make_published(home: Settings, now: datetime) -> dict[str, int]:
    """Make every published table and the record beside it; the number of rows of each."""
    made: dict[str, int] = {}
    periods = []
    with (
        duckdb.connect(str(home.warehouse_database), read_only=True) as candidates,
        duckdb.connect(str(home.analyst_database)) as analyst,
        duckdb.connect(str(home.public_database)) as public,
    ):
        for connection in (candidates, analyst, public):
            connection.execute(f"set timezone = 'UTC'; set memory_limit = {literal(home.memory_limit)}")
        for declaration in DECLARED:
            tables = (declaration.totals, declaration.parts)
            histories = [history(home.releases, table, _oldest_kept(home, now)) for table in tables]
            totals, parts = (_candidate(candidates, table) for table in tables)
            decisions = decided(declaration, totals, parts, histories, home.restate)
            periods += [_period(one) for one in decisions]
            for table, past in zip(tables, histories, strict=True):
                rows = _joined([_rows(one.block, table) for one in decisions], table.mart)
                write_mart(public, table.mart, rows)
                write_mart(analyst, former(table), past)
                made |= {table.mart.table: len(rows), former(table).table: len(past)}
        record = pd.DataFrame(periods, columns=list(PERIODS.columns))
        write_mart(analyst, PERIODS, record)
        made[PERIODS.table] = len(record)
    return made


def decided(
    declaration: Declaration,
    totals: pd.DataFrame,
    parts: pd.DataFrame,
    histories: list[pd.DataFrame],
    restated: Collection[str],
) -> list[Decision]:
    """What is published of every city and measure of the candidates."""
    before: dict[tuple[str, str], list[Block]] = {}
    of_totals, of_parts = histories
    for block in vintages(declaration, of_totals, of_parts):
        before.setdefault((block.city, block.measure), []).append(block)
    return [
        decide(candidate, before.get((candidate.city, candidate.measure), []), restated)
        for candidate in blocks(declaration, totals, parts)
    ]


def history(releases: Path, table: Published, oldest: str) -> pd.DataFrame:
    """What all releases in the warehouse published of a table, and what they knew of those before them."""
    mart = former(table)
    known = [_of_release(folder, table, mart) for folder in sorted(releases.glob("*/")) if _is_release(folder)]
    rows = _joined(known, mart)
    versions = [name for name in mart.columns if name not in ("first_release", "last_release")]
    once = rows.groupby(versions, dropna=False, sort=True, as_index=False).agg(
        first_release=("first_release", "min"), last_release=("last_release", "max")
    )
    return typed(once[once["last_release"] >= oldest], mart)


def _oldest_kept(home: Settings, now: datetime) -> str:
    """The release id before which nothing is known any more; ids begin with their time."""
    return f"{now - timedelta(days=home.keep_published_years * DAYS_OF_A_YEAR):%Y%m%dT%H%M%S}Z"


def _is_release(folder: Path) -> bool:
    return not folder.is_symlink() and folder.name[0] != "." and (folder / MANIFEST).exists()


def _of_release(folder: Path, table: Published, mart: Mart) -> pd.DataFrame:
    """What one release published, and what it carried of those before it."""
    try:
        with duckdb.connect() as connection:
            for name in ("analyst", "public"):
                connection.execute(f"attach {literal(str(folder / name))[:-1]}.duckdb' as {name} (read_only)")
            own = _read(connection, f"public.{table.mart.table}")
            carried = _read(connection, f"analyst.{mart.table}")
            periods = _read(connection, f"public.{DECLARED[0].totals.mart.table}")
    except duckdb.Error as error:
        raise HistoryError(
            f"{folder}: what this release published cannot be read ({error}). What is published next must be held "
            "against it. To mend: put its databases back from a backup, or delete the folder if nobody ever had it."
        ) from error
    if own is not None and "period_start" not in own and periods is not None:
        own = own.merge(periods[["city", "measure", "zone_id", "period_start", "period_end"]])
    found = [one for one in (own, carried) if one is not None]
    for one in found[: own is not None]:
        one["first_release"] = one["last_release"] = folder.name
    return _joined(found, mart)


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame | None:
    database, schema, name = table.split(".")
    exists = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = ? and table_name = ?",
        [database, schema, name],
    ).fetchone()
    return _plain(connection.execute(f"from {table}").df()) if exists else None


def _candidate(connection: duckdb.DuckDBPyConnection, table: Published) -> pd.DataFrame:
    return typed(_plain(connection.execute(f"from candidates.{table.name}").df()), table.mart)


def _rows(block: Block, table: Published) -> pd.DataFrame:
    return block.totals if table is block.declaration.totals else block.parts


def _joined(frames: Iterable[pd.DataFrame], mart: Mart) -> pd.DataFrame:
    """Frames under each other, with the columns and types of a table."""
    filled = [frame for frame in frames if len(frame)]
    return typed(pd.concat(filled) if filled else pd.DataFrame(columns=list(mart.columns)), mart)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as dates, whatever pandas makes of them."""
    for name in set(DATES) & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name]).dt.date
    return frame


def _period(decision: Decision) -> tuple[object, ...]:
    block = decision.block
    return (
        block.city,
        block.measure,
        *block.period,
        decision.outcome,
        block.first_release,
        decision.hidden,
        decision.partners,
        decision.lines_kept,
    )
