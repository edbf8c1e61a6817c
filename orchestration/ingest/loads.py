"""Raw: loads of Parquet, one set a landing, every column text, append-only.

A load is named by the content it came from and by how that was read, so the same landing is read once. Its manifest
is written last and the folder renamed into place: a load is whole or absent, and nothing ever changes one. Where and
when its bytes last came from stands in landing (`as_last_arrived`).
"""

import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from orchestration.catalog.model import DataSet
from orchestration.durable import sha256
from orchestration.enrich.keyed_hash import fingerprint, hash_parquet, read_key
from orchestration.ingest.column_kinds import EMPTY, column_kinds, wider
from orchestration.ingest.errors import SourceError, from_system
from orchestration.ingest.incoming import incoming, settle
from orchestration.ingest.landing import MANIFEST, SET_ASIDE, Landing, arrivals, refuse_damaged
from orchestration.ingest.parts import part_of
from orchestration.ingest.readers.base import FileRead, RawFile, Rejected, hash_domains, kept
from orchestration.ingest.readers.dispatch import read_files
from orchestration.ingest.record_days import Days, record_days
from orchestration.ingest.withheld import withhold
from orchestration.settings import Settings, settings

READER_VERSION = 5  # raise it when the same bytes would be read differently, so that they are read again


class Load(BaseModel):
    """One load of a data set; the content of its manifest. `landed_at` is UTC.

    `days` counts the records of each day of each part, by `time_column`; empty where no column tells a day, and in
    manifests of before they were counted. `by_change` and `missing` are those of `Delivered`.
    """

    load_id: str
    city: str
    data_set: str
    began_at: datetime | None = None  # None in manifests of before pulls from portals
    landed_at: datetime
    url: str | None
    license: str
    terms: str = ""
    complete: bool = True
    changed_since: datetime | None = None
    versions: dict[str, str] = {}
    portal_rows: int | None = None
    meaning: str = ""  # see `Landing.meaning`
    kinds: dict[str, str] = {}
    by_change: bool = False
    missing: list[tuple[datetime, datetime]] = []
    time_column: str | None = None
    days: Days = {}
    bytes: int
    sha256: dict[str, str]
    parquet_sha256: dict[str, str] = {}  # of the Parquet files, by name; empty in manifests of before
    files: list[FileRead]

    @property
    def rows(self) -> int:
        """Rows in the raw Parquet."""
        return sum(file.rows for file in self.files)

    @property
    def records(self) -> int | None:
        """Records counted without the parser; None where one file's format has no lines to count."""
        return total([file.records for file in self.files])

    @property
    def rejected(self) -> list[Rejected]:
        """Lines that could not be read."""
        return [line for file in self.files for line in file.rejected]

    @property
    def columns(self) -> list[str]:
        """Normalised columns found in any file, but for those withheld."""
        return list(dict.fromkeys(name for file in self.files for name in file.columns))

    @property
    def parts(self) -> dict[str, int]:
        """Rows of each part, by its name."""
        rows: dict[str, int] = {}
        for file in self.files:
            part = part_of(file.file)
            rows[part] = rows.get(part, 0) + file.rows
        return rows

    @property
    def withheld(self) -> dict[str, str]:
        """The columns left out until the city file decides on them, each with the reason."""
        return {name: reason for file in self.files for name, reason in file.withheld.items()}


def own_key() -> bytes:
    """The key of keyed hashes of this process's warehouse."""
    return read_key(settings())


def load(
    landing: Landing,
    folder: Path,
    data_set: DataSet,
    raw_root: Path,
    memory_limit: str,
    hash_key: Callable[[], bytes] = own_key,
) -> tuple[Load, bool]:
    """Read a landing into raw. Returns its load, and whether it is new. The key is only asked for where it is needed.

    Raises:
        SourceError: a file is not what the data set promises; no load is left behind.
    """
    home = raw_root / data_set.city / data_set.name
    key = hash_key() if data_set.hash else None
    target = home / f"{landing.content_id}-{_reading(data_set, key, landing.meaning)}"
    if not fault(target):
        return _arrived(read_load(target), landing), False
    try:
        with incoming(home) as arriving:
            with _looked_at(landing, folder):
                reads, kinds, time_column, days = _read(landing, folder, data_set, arriving, memory_limit)
            if key:
                _hash(reads, data_set, arriving, key)
            result = Load(
                load_id=target.name,
                city=data_set.city,
                data_set=data_set.name,
                landed_at=landing.landed_at,
                url=landing.url,
                license=landing.license,
                complete=landing.complete,
                meaning=landing.meaning,
                kinds=kinds,
                time_column=time_column,
                days=days,
                bytes=landing.bytes,
                sha256={file.name: file.sha256 for file in landing.files},
                parquet_sha256={path.name: sha256(path) for path in sorted(arriving.glob("*.parquet"))},
                files=reads,
            )
            result = _arrived(result, landing)
            (arriving / MANIFEST).write_text(result.model_dump_json(indent=2), encoding="utf-8")
            set_aside_damaged(target)
            settle(arriving, target)
    except OSError as error:
        raise from_system(error, str(home)) from error
    return read_load(target), True


@contextmanager
def _looked_at(landing: Landing, folder: Path) -> Iterator[None]:
    """SourceError at the end where landed bytes are not what they were: hashed while they are read."""
    with ThreadPoolExecutor(1) as pool:
        looked = pool.submit(refuse_damaged, landing, folder)
        try:
            yield
        finally:
            looked.result()  # before any fault that the damage has led to


def fault(folder: Path, thorough: bool = False) -> str:
    """What is wrong with a load's folder, "" where nothing is; `thorough` reads every byte of its Parquet."""
    try:
        found = read_load(folder)
    except FileNotFoundError:
        return "its manifest is missing"
    except (ValidationError, UnicodeDecodeError, OSError):
        return "its manifest is cut short or damaged"
    if found.load_id != folder.name:
        return f"its manifest is that of load {found.load_id}"
    for name in {file.parquet for file in found.files if file.rows}:
        if not (folder / name).is_file():
            return f"{name} is missing"
    for name, digest in found.parquet_sha256.items() if thorough else ():
        if sha256(folder / name) != digest:
            return f"{name} holds other bytes than were written"
    return ""


def sound_load(
    home: Settings, data_set: DataSet, load_id: str, thorough: bool = False, hash_key: Callable[[], bytes] = own_key
) -> tuple[Load, str]:
    """A load by its id, made anew from landing where it is damaged. Returns it with what was wrong, "" for nothing.

    Raises:
        SourceError: landing cannot be read either; the load is left as it was.
    """
    folder = home.raw / data_set.city / data_set.name / load_id
    wrong = fault(folder, thorough)
    if not wrong:
        return read_load(folder), ""
    content, _, reading = load_id.partition("-")
    landed = home.landing / data_set.city / data_set.name / content
    known = arrivals(landed) if landed.is_dir() else []
    if not known:
        raise SourceError(
            file=str(folder),
            found=wrong,
            expected=f"the load as it was written, or its landing {landed} to read it from again",
            mend="restore one of the two folders from a backup, or bring the data set in again",
        )
    key = hash_key() if data_set.hash else None
    same = [landing for landing in known if _reading(data_set, key, landing.meaning) == reading]
    aside = set_aside_damaged(folder, always=True)
    try:
        return load((same or known)[-1], landed, data_set, home.raw, home.memory_limit, hash_key)[0], wrong
    except SourceError:
        if aside and not folder.exists():
            aside.rename(folder)
        raise


def set_aside_damaged(folder: Path, always: bool = False) -> Path | None:
    """Make room for a load that is made anew; the damaged one is kept beside it until it is pruned."""
    if not folder.exists() or not (always or fault(folder)):
        return None
    aside = folder.with_name(f"{SET_ASIDE}{folder.name}-{uuid.uuid4().hex[:8]}")
    folder.rename(aside)
    return aside


def _read(
    landing: Landing, folder: Path, data_set: DataSet, arriving: Path, memory_limit: str
) -> tuple[list[FileRead], dict[str, str], str | None, Days]:
    spill = arriving / "spill"
    files = [RawFile(folder / file.name, file.name, file.names) for file in landing.files]
    with duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(spill)}) as connection:
        reads = withhold(read_files(files, data_set, arriving, connection), data_set, arriving, connection)
        kinds: dict[str, str] = {}
        for read in {read.parquet: read for read in reads if read.rows}.values():
            stored = [name for other in reads if other.parquet == read.parquet for name in other.columns]
            for name, kind in column_kinds(connection, arriving / read.parquet, kept(stored, data_set)).items():
                kinds[name] = wider(kinds.get(name, EMPTY), kind)
        time_column, days = record_days(connection, reads, data_set, arriving)
    shutil.rmtree(spill, ignore_errors=True)
    return reads, kinds, time_column, days


def _hash(reads: list[FileRead], data_set: DataSet, arriving: Path, key: bytes) -> None:
    """Put keyed hashes in place of the columns to hash."""
    headers: dict[str, list[str]] = {}
    for read in reads:
        headers.setdefault(read.parquet, []).extend(read.columns)
    for parquet, names in headers.items():
        if domains := hash_domains(names, data_set):
            hash_parquet(arriving / parquet, domains, key)


def _arrived(load: Load, landing: Landing) -> Load:
    """The load with what is known of this arrival of its bytes."""
    return load.model_copy(
        update={
            "began_at": landing.began_at,
            "landed_at": landing.landed_at,
            "url": landing.url,
            "license": landing.license,
            "terms": landing.terms,
            "changed_since": landing.changed_since,
            "versions": landing.versions,
            "by_change": landing.by_change,
            "missing": landing.missing,
            "portal_rows": total([file.rows for file in landing.files]),
        }
    )


def _arrivals_of(load: Load, landing_root: Path) -> list[tuple[Landing, Path]]:
    """The arrivals of the bytes a load was read from, as they are to be read for it; none where landing lacks them."""
    folder = landing_root / load.city / load.data_set / load.load_id.partition("-")[0]
    try:
        known = arrivals(folder) if folder.exists() else []
    except SourceError:  # the load itself has what it was when it was read
        known = []
    return [(landing, folder) for landing in known if landing.meaning == load.meaning]


def as_last_arrived(load: Load, landing_root: Path) -> Load:
    """The load with where and when its bytes last came from."""
    known = _arrivals_of(load, landing_root)
    return _arrived(load, known[-1][0]) if known else load


def as_read_now(
    earlier: Load,
    data_set: DataSet,
    landing_root: Path,
    raw_root: Path,
    memory_limit: str,
    hash_key: Callable[[], bytes] = own_key,
) -> Load:
    """The load of the same bytes as the city file has them read by now.

    A column that is to be hashed since must not stay in the clear because its publisher has nothing new. Where nothing
    is hashed, a landing that is gone or damaged leaves the earlier load in use.

    Raises:
        SourceError: something is to be hashed, and the landing cannot be read.
    """
    content, _, reading = earlier.load_id.partition("-")
    if reading == _reading(data_set, hash_key() if data_set.hash else None, earlier.meaning):
        return as_last_arrived(earlier, landing_root)
    known = _arrivals_of(earlier, landing_root)
    try:
        if not known:
            raise SourceError(
                file=str(landing_root / earlier.city / earlier.data_set / content),
                found="no such landing",
                expected=f"the bytes of load {earlier.load_id}, to be read as the city file says by now",
                mend="restore the folder from a backup, or bring the data set in again",
            )
        return load(*known[-1], data_set, raw_root, memory_limit, hash_key)[0]
    except SourceError:
        if data_set.hash:
            raise
        return earlier


def _reading(data_set: DataSet, key: bytes | None, meaning: str) -> str:
    """A name for how the bytes are to be read: with other settings, the same bytes are another load."""
    settings = [READER_VERSION, data_set.format, data_set.encoding, data_set.delimiter, data_set.crs, *data_set.drop]
    settings += ["kept", *sorted(data_set.decided)]  # of all others those that look personal are left out
    if meaning:
        settings += [meaning]
    if data_set.format == "xlsx":
        settings += data_set.columns  # they tell the header row
    if data_set.format == "arcgis_json":
        settings += [data_set.dates]
    if key:
        settings += [fingerprint(key), *(f"{name}={domain}" for name, domain in sorted(data_set.hash.items()))]
        settings += [f"{name}<-{other}" for name, others in data_set.also_called.items() for other in others]
    return hashlib.sha256("\0".join(map(str, settings)).encode()).hexdigest()[:6]


def read_load(folder: Path) -> Load:
    """The manifest of a load."""
    return Load.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))


def find_load(raw_root: Path, city: str, data_set: str, load_id: str) -> Load:
    """One load by its id."""
    return read_load(raw_root / city / data_set / load_id)


def total(counts: Sequence[int | None]) -> int | None:
    """The sum of counts, None where one is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
