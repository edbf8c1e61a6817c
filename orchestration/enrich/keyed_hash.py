"""Keyed hashes in place of what names a person: the same value gives the same hash, and none leads back to a value.

A hash is the first 128 bits of HMAC-SHA256 over `domain|version|value`, in hexadecimal, so that hashes of different
domains never meet. Who has the key can try values one by one: hashed data are still data about people. The key stays
in Python: it is never logged, never in SQL, and no load tells more of it than a fingerprint.
"""

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.ingest.errors import SourceError
from orchestration.settings import Settings

VERSION = "v1"  # raise it when canonical() changes, so that old and new hashes never meet
KEY_BYTES = 32


def canonical(value: str) -> str:
    """A value as it is hashed: Unicode NFKC, in capitals, runs of white space as one blank, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", value).upper().split())


def keyed_hash(key: bytes, domain: str, value: str | None) -> str | None:
    """The hash of a value; None where it holds nothing."""
    plain = canonical(value) if value else ""
    if not plain:
        return None
    return hmac.digest(key, f"{domain}|{VERSION}|{plain}".encode("utf-8", "surrogatepass"), "sha256").hex()[:32]


def hashed_column(key: bytes, domain: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The hashes of a column of text, each distinct value hashed once."""
    distinct = column.unique()
    hashes = pa.array([keyed_hash(key, domain, value) for value in distinct.to_pylist()], pa.string())
    return pc.take(hashes, pc.index_in(column, value_set=distinct))


def hash_parquet(path: Path, domains: Mapping[str, str], key: bytes) -> None:
    """Write a Parquet file of text again with these columns (by domain) hashed, one row group at a time."""
    again = path.with_suffix(".again")
    with (
        pq.ParquetFile(path) as clear,
        pq.ParquetWriter(again, clear.schema_arrow, compression="zstd", compression_level=1) as writer,
    ):
        for group in range(clear.num_row_groups):
            rows = clear.read_row_group(group)
            for column, domain in domains.items():
                place = rows.schema.get_field_index(column)
                rows = rows.set_column(place, rows.schema.field(place), hashed_column(key, domain, rows.column(place)))
            writer.write_table(rows, row_group_size=max(rows.num_rows, 1))
    again.replace(path)


def fingerprint(key: bytes) -> str:
    """Tells one key from another and gives nothing of it away."""
    return hmac.digest(key, b"footprint hash key", hashlib.sha256).hex()[:16]


def read_key(home: Settings) -> bytes:
    """The key of this warehouse: from the environment, from the file it names, or else made once in the warehouse.

    Raises:
        SourceError: what is given is no key of 256 bits, or cannot be read.
    """
    if home.hash_key is not None:
        return _key(home.hash_key.get_secret_value(), "FOOTPRINT_HASH_KEY")
    file = home.hash_key_file or home.own_hash_key_file
    if home.hash_key_file is None and not file.exists():
        _make_key(file)
    try:
        return _key(file.read_text(encoding="ascii"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise _no_key(str(file), "a file of the key that cannot be read") from error


def _make_key(file: Path) -> None:
    """Write a new key, whole or not at all; where another process was faster, its key stands."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secrets.token_hex(KEY_BYTES) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _key(text: str, file: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise _no_key(file, "a key that is not written in hexadecimal") from error
    if len(key) != KEY_BYTES:
        raise _no_key(file, f"a key of {8 * len(key)} bits")
    return key


def _no_key(file: str, found: str) -> SourceError:
    return SourceError(
        file=file,
        found=found,
        expected=f"a key of {8 * KEY_BYTES} bits, as {2 * KEY_BYTES} hexadecimal digits",
        mend="give FOOTPRINT_HASH_KEY or FOOTPRINT_HASH_KEY_FILE the key this warehouse began with; "
        "openssl rand -hex 32 makes a new one, with which no older hash agrees",
    )
