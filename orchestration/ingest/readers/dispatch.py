"""Which reader reads which format."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet, Format
from orchestration.ingest.errors import from_database
from orchestration.ingest.readers import delimited, json_documents, layers, workbooks
from orchestration.ingest.readers.base import FileRead

# One file to one Parquet file.
READERS: dict[Format, Callable[[Path, DataSet, Path, duckdb.DuckDBPyConnection], FileRead]] = {
    "csv": delimited.read_delimited,
    "geojson": layers.read_layer,
    "shapefile": layers.read_layer,
    "xlsx": workbooks.read_workbook,
}
# All pages of an answer to one Parquet file: a hundred small ones would make every later scan slow.
PAGED_READERS: dict[Format, Callable[[list[Path], DataSet, Path, duckdb.DuckDBPyConnection], list[FileRead]]] = {
    "open311_json": json_documents.read_open311,
    "arcgis_json": json_documents.read_arcgis,
}


def read_files(
    files: list[Path], data_set: DataSet, folder: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Read a landing's files into Parquet files in `folder`; SourceError where they are not what was promised."""
    if data_set.format in PAGED_READERS:
        return PAGED_READERS[data_set.format](files, data_set, folder / "rows-0001.parquet", connection)
    opened = layers.with_side_files(files, data_set) if data_set.format == "shapefile" else files
    return [
        _read_file(file, data_set, folder / f"rows-{number:04d}.parquet", connection)
        for number, file in enumerate(opened, start=1)
    ]


def _read_file(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    try:
        return READERS[data_set.format](file, data_set, target, connection)
    # DuckDB's own message can hold bytes that are no text, and then raises the second kind.
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise from_database(error, file.name, f"{data_set.title} as {data_set.format}") from error
