"""Raw: loads of Parquet, one set a landing, every column text, append-only.

A load is named by the content it came from, so the same landing is read once. Its manifest is written last and the
folder renamed into place: a load is whole or absent, and nothing ever changes one.
"""

import os
import shutil
import uuid
from datetime import datetime
from pathlib import Path

import duckdb
from pydantic import BaseModel

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import likely_new_name
from orchestration.ingest.landing import MANIFEST, Landing
from orchestration.ingest.readers.base import FileRead, Rejected
from orchestration.ingest.readers.dispatch import files_to_read, read_file

READER_VERSION = 1  # raise it when the same bytes would be read differently, so that they are read again


class Load(BaseModel):
    """One load of a data set; the content of its manifest. `landed_at` is UTC."""

    load_id: str
    city: str
    data_set: str
    landed_at: datetime
    url: str | None
    license: str
    bytes: int
    sha256: dict[str, str]
    files: list[FileRead]

    @property
    def rows(self) -> int:
        """Rows in the raw Parquet."""
        return sum(file.rows for file in self.files)

    @property
    def records(self) -> int | None:
        """Records counted without the parser; None where one file's format has no lines to count."""
        counts = [file.records for file in self.files]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def rejected(self) -> list[Rejected]:
        """Lines that could not be read."""
        return [line for file in self.files for line in file.rejected]

    @property
    def columns(self) -> list[str]:
        """Normalised columns found in any file."""
        return list(dict.fromkeys(name for file in self.files for name in file.headers))

    def missing_columns(self, data_set: DataSet) -> dict[str, str | None]:
        """Needed columns that no file has, each with its likely new name."""
        return {
            name: likely_new_name(name, data_set.columns, self.columns)
            for name in data_set.columns
            if name not in self.columns
        }


def load(landing: Landing, folder: Path, data_set: DataSet, raw_root: Path, memory_limit: str) -> tuple[Load, bool]:
    """Read a landing into raw. Returns its load, and whether it is new.

    Raises:
        SourceError: a file is not what the data set promises; no load is left behind.
    """
    home = raw_root / data_set.city / data_set.name
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    load_id = f"{landing.content_id}-{READER_VERSION}"
    target = home / load_id
    if target.exists():
        return read_load(target), False

    incoming = home / f".incoming-{uuid.uuid4().hex}"
    incoming.mkdir(mode=0o700)
    try:
        with duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(incoming / "spill")}) as connection:
            files = [folder / file.name for file in landing.files]
            reads = [
                read_file(file, data_set, incoming / f"{file.name}.parquet", connection)
                for file in files_to_read(files, data_set)
            ]
        shutil.rmtree(incoming / "spill", ignore_errors=True)
        result = Load(
            load_id=load_id,
            city=data_set.city,
            data_set=data_set.name,
            landed_at=landing.landed_at,
            url=landing.url,
            license=landing.license,
            bytes=landing.bytes,
            sha256={file.name: file.sha256 for file in landing.files},
            files=reads,
        )
        (incoming / MANIFEST).write_text(result.model_dump_json(indent=2), encoding="utf-8")
        os.rename(incoming, target)
        return result, True
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def read_load(folder: Path) -> Load:
    """The manifest of a load."""
    return Load.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))


def find_load(raw_root: Path, city: str, data_set: str, load_id: str) -> Load:
    """One load by its id."""
    return read_load(raw_root / city / data_set / load_id)
