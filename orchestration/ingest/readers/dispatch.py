"""Which reader reads which format."""

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet, Format
from orchestration.ingest.errors import SourceError, from_database
from orchestration.ingest.readers import (
    columnar,
    delimited,
    json_documents,
    json_lines,
    layers,
    open311_xml,
    workbooks,
)
from orchestration.ingest.readers.base import FileRead, NoRowsError, RawFile
from orchestration.ingest.readers.repeated_keys import RepeatedKeyError, numbered
from orchestration.ingest.readers.unpack import unpacked

# One file to one Parquet file.
READERS: dict[Format, Callable[[RawFile, DataSet, Path, duckdb.DuckDBPyConnection], FileRead]] = {
    "csv": delimited.read_delimited,
    "jsonl": json_lines.read_json_lines,
    "parquet": columnar.read_parquet,
    "geojson": layers.read_layer,
    "shapefile": layers.read_layer,
    "xlsx": workbooks.read_workbook,
}
# All pages of an answer to one Parquet file: a hundred small ones would make every later scan slow.
PAGED_READERS: dict[Format, Callable[[list[RawFile], DataSet, Path, duckdb.DuckDBPyConnection], list[FileRead]]] = {
    "json": json_documents.read_json,
    "arcgis_json": json_documents.read_arcgis,
    "open311_json": json_documents.read_arrays,
    "open311_xml": open311_xml.read_open311_xml,
}


def read_files(
    files: Iterable[RawFile], data_set: DataSet, folder: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Read a landing's files into Parquet files in `folder`; SourceError where they are not what was promised."""
    scratch = folder / "unpacked"
    try:
        bare: Iterable[RawFile] = unpacked(files, data_set, scratch)
        if data_set.format in PAGED_READERS:
            return _read_pages(list(bare), data_set, folder / "rows-0001.parquet", connection)
        if data_set.format == "shapefile":
            bare = layers.with_side_files(list(bare), data_set)
        reads, empty = [], []
        for number, file in enumerate(bare, start=1):
            parquet = folder / f"rows-{number:04d}.parquet"
            try:
                reads.append(_read_file(file, data_set, parquet, connection))
            except NoRowsError as error:
                parquet.unlink(missing_ok=True)
                reads.append(FileRead(file=file.name, parquet=parquet.name, rows=0, records=0, headers={}))
                empty.append(error)
            if file.path.is_relative_to(scratch):
                file.path.unlink()
        if empty and len(empty) == len(reads):
            raise empty[0]
        return reads
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _read_pages(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    try:
        return _pages(files, data_set, target, connection)
    except (RecursionError, csv.Error) as error:
        raise _out_of_bounds(files[0], data_set, error) from error


def _pages(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    try:
        reads = PAGED_READERS[data_set.format](files, data_set, target, connection)
    except RepeatedKeyError:
        files = [numbered(file, target.parent / "unpacked" / f"numbered-{at:05d}") for at, file in enumerate(files)]
        reads = PAGED_READERS[data_set.format](files, data_set, target, connection)
    return [_noted(read, file) for read, file in zip(reads, files, strict=True)]


def _noted(read: FileRead, file: RawFile) -> FileRead:
    return read.model_copy(update={"notes": [*file.notes, *read.notes]}) if file.notes else read


def _read_file(file: RawFile, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    try:
        return _noted(READERS[data_set.format](file, data_set, target, connection), file)
    except (RecursionError, csv.Error) as error:
        raise _out_of_bounds(file, data_set, error) from error
    # DuckDB's own message can hold bytes that are no text, and then raises the second kind.
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise from_database(error, file.name, f"{data_set.title} as {data_set.format}") from error


def _out_of_bounds(file: RawFile, data_set: DataSet, error: Exception) -> SourceError:
    """The error of a file that no honest program writes."""
    deep = isinstance(error, RecursionError)
    return SourceError(
        file=file.name,
        found="values nested too deep to be read" if deep else f"a line that is no row of values ({error})",
        expected=f"{data_set.title} as {data_set.format}",
        mend="look at the file in an editor; export it again",
    )
