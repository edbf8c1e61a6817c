"""What every step of the demo city shares: ground, people, plan, clock, draws and database.

What belongs here: assembling them from a seed. What does not: any file that is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.demo import rhythm
from orchestration.demo.city import Blocks, Zones, make_blocks, make_zones
from orchestration.demo.draws import Draws
from orchestration.demo.people import People, Plan, make_people, make_plan
from orchestration.demo.writing import fresh_folder, quoted, remove_folder

LAST_YEAR = 2025
MEMORY_LIMIT = "2GB"


@dataclass(frozen=True)
class World:
    """The demo city before anything happens in it, and where to draw and keep what does."""

    draws: Draws
    zones: Zones
    blocks: Blocks
    plan: Plan
    people: People
    clock: rhythm.Clock
    con: duckdb.DuckDBPyConnection
    scratch: Path


def connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills into the scratch folder."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    con.execute(f"SET temp_directory = {quoted(scratch / 'spill')}")
    con.execute("SET preserve_insertion_order = true")
    return con


@contextmanager
def make_world(out: Path, years: int, seed: int) -> Iterator[World]:
    """The world for a seed, with a scratch folder inside out that is gone afterwards."""
    draws = Draws(seed)
    zones = make_zones(draws.generator("zones"))
    blocks = make_blocks(zones, draws.generator("blocks"))
    plan, empty, sparse = make_plan(zones, LAST_YEAR, years, draws.generator("plan"))
    people = make_people(plan, empty, sparse, draws.generator("people"))
    clock = rhythm.make_clock(LAST_YEAR - years + 1, LAST_YEAR)
    scratch = fresh_folder(out / ".scratch")
    con = connect(scratch)
    try:
        yield World(draws, zones, blocks, plan, people, clock, con, scratch)
    finally:
        con.close()
        remove_folder(scratch)
