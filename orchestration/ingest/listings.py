"""What a portal lists as its rows, kept in landing, and what that says of the rows that pulls have brought.

A row whose key the portal no longer lists was withdrawn: it stays in raw and goes no further. The comparison reads
the keys of a chain of loads once and is kept beside them; the same chain and list are never compared again.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from orchestration.catalog.model import DataSet
from orchestration.durable import sha256
from orchestration.ingest.errors import SourceError
from orchestration.ingest.incoming import incoming, settle
from orchestration.ingest.loads import Load
from orchestration.ingest.parts import part_of
from orchestration.ingest.sql import literal, path_literal, piecewise, quoted
from orchestration.sources.base import Identity, ListsKeys

MANIFEST, KEYS = "manifest.json", "keys.parquet"
COMPARED = ".compared"  # what was found of a chain of loads, beside them


class Listing(BaseModel):
    """All keys of a data set at a time (UTC); the content of a list's manifest. `columns` are those of its keys in raw."""

    listing_id: str
    city: str
    data_set: str
    began_at: datetime
    keys: int
    columns: list[str]
    across_parts: bool = False


@dataclass(frozen=True)
class Compared:
    """A chain of loads beside what the portal says it has.

    `known` is the number of rows told apart, without those withdrawn; `unlisted_keys` the keys listed that no load
    has. `is_key` says whether the identity tells the rows of the first load apart. `rows` is a Parquet file of the rows
    withdrawn: load_id, parquet, number (of the row in it).
    """

    known: int
    unknown: int
    withdrawn: int
    is_key: bool
    rows: Path


def identity_of(listing: Listing) -> Identity:
    """What the keys of a list tell apart."""
    return Identity(tuple(listing.columns), listing.across_parts)


def land_listing(source: ListsKeys, identity: Identity, data_set: DataSet, landing_root: Path) -> Listing:
    """Have a portal list its keys, and keep the list."""
    began_at = datetime.now(UTC)
    with incoming(landing_root / data_set.city / data_set.name) as arriving:
        keys = source.list_keys(data_set, arriving / KEYS)
        for path in arriving.iterdir():
            if path.name != KEYS:
                path.unlink()
        listing = Listing(
            listing_id=_listing_id(arriving / KEYS, began_at),
            city=data_set.city,
            data_set=data_set.name,
            began_at=began_at,
            keys=keys,
            columns=list(identity.columns),
            across_parts=identity.across_parts,
        )
        (arriving / MANIFEST).write_text(listing.model_dump_json(indent=2), encoding="utf-8")
        settle(arriving, landing_root / data_set.city / data_set.name / listing.listing_id)
    return listing


def read_listing(landing_root: Path, city: str, data_set: str, listing_id: str) -> Listing:
    """A list by its id. SourceError where it is gone: the rows it took back would be counted again."""
    folder = landing_root / city / data_set / listing_id
    if not folder.is_dir():
        raise SourceError(
            file=str(folder),
            found="no such list of keys",
            expected="the keys that the portal listed when the current release was made",
            mend=f"restore the folder from a backup, or pull {city} from its portal again",
        )
    try:
        listing = Listing.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
        if _listing_id(folder / KEYS, listing.began_at) == listing_id:
            return listing
    except (ValidationError, UnicodeDecodeError, OSError):
        pass
    raise SourceError(
        file=str(folder),
        found="a list of keys that is not as it was written",
        expected="the keys that the portal listed when the current release was made",
        mend=f"restore the folder from a backup, or delete it and pull {city} from its portal again",
    )


def _listing_id(keys: Path, began_at: datetime) -> str:
    digest = hashlib.sha256(keys.read_bytes() + began_at.isoformat().encode()).hexdigest()[:16]
    return f"listed-{digest}"


def compared(
    identity: Identity,
    loads: Sequence[Load],
    listing: Listing | None,
    landing_root: Path,
    raw_root: Path,
    connect: Callable[[], duckdb.DuckDBPyConnection] = duckdb.connect,
) -> Compared | None:
    """What a list says of a chain of loads; None where a load lacks the columns of the keys."""
    if not loads or any(not set(identity.columns) <= set(load.columns) for load in loads if load.rows):
        return None
    home = raw_root / loads[0].city / loads[0].data_set / COMPARED
    asked = [*(load.load_id for load in loads), listing.listing_id if listing else "", repr(identity)]
    folder = home / hashlib.sha256("\0".join(asked).encode()).hexdigest()[:16]
    if not _is_sound(folder):
        shutil.rmtree(home, ignore_errors=True)  # of former chains, or damaged
        with incoming(home) as arriving, connect() as connection:
            found = _compare(connection, identity, loads, listing, landing_root, raw_root, arriving / "rows.parquet")
            facts = asdict(found) | {"rows": sha256(arriving / "rows.parquet")}
            (arriving / MANIFEST).write_text(json.dumps(facts), encoding="utf-8")
            settle(arriving, folder)
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Compared(**facts | {"rows": folder / "rows.parquet"})


def _is_sound(folder: Path) -> bool:
    """Whether what was found of a chain is as it was written."""
    try:
        facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(facts["rows"] == sha256(folder / "rows.parquet"))
    except (ValueError, KeyError, TypeError, OSError):
        return False


def _compare(
    connection: duckdb.DuckDBPyConnection,
    identity: Identity,
    loads: Sequence[Load],
    listing: Listing | None,
    landing_root: Path,
    raw_root: Path,
    target: Path,
) -> Compared:
    rows = " union all ".join(
        _keyed(identity, load, parquet, number, _is_older(load, listing), raw_root)
        for number, load in enumerate(loads)
        for parquet in dict.fromkeys(file.parquet for file in load.files if file.rows)
    )
    connection.execute(f"create temp table keyed as {rows}")
    listed = "select null::ubigint as key where false"
    if listing:
        keys = path_literal(landing_root / listing.city / listing.data_set / listing.listing_id / KEYS)
        part = "''" if listing.across_parts else "part"
        listed = f"select hash({part}, [key]) as key from read_parquet({keys})"
    connection.execute(f"create temp table listed as {listed}")
    is_listed = "exists (select 1 from listed where listed.key = keyed.key)"
    connection.execute(
        "create temp table withdrawn as "
        f"select load_id, parquet, number, key from keyed where is_older and not {is_listed}"
    )
    connection.execute(
        f"copy (select load_id, parquet, number from withdrawn) to {literal(str(target))} (format parquet)"
    )
    ((known, unknown, withdrawn, first, told_apart),) = connection.execute("""
        select
            (select count(distinct keyed.key) from keyed anti join withdrawn using (load_id, parquet, number)),
            (select count(*) from listed where not exists (select 1 from keyed where keyed.key = listed.key)),
            (select count(*) from withdrawn),
            (select count(*) from keyed where load = 0),
            (select count(distinct key) from keyed where load = 0)
    """).fetchall()
    return Compared(known, unknown, withdrawn, first == told_apart, target)


def _keyed(identity: Identity, load: Load, parquet: str, number: int, is_older: bool, raw_root: Path) -> str:
    """The rows of one Parquet file: a number for each key, and where the row stands."""
    files = [file for file in load.files if file.parquet == parquet and file.rows]
    parts = piecewise("file_row_number", [(file.first_row, literal(part_of(file.file))) for file in files])
    key = ", ".join(quoted(column) for column in identity.columns)
    path = path_literal(raw_root / load.city / load.data_set / load.load_id / parquet)
    return (
        f"select hash({literal('') if identity.across_parts else parts}, [{key}]) as key, {number} as load, "
        f"{literal(load.load_id)} as load_id, {literal(parquet)} as parquet, file_row_number as number, "
        f"{is_older} as is_older from read_parquet({path}, file_row_number = true, hive_partitioning = false)"
    )


def _is_older(load: Load, listing: Listing | None) -> bool:
    """Whether a load was pulled before the keys were listed."""
    return listing is not None and (load.began_at or load.landed_at) < listing.began_at
