"""Which reader reads which format."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet, Format
from orchestration.ingest.readers import delimited, json_documents, tables
from orchestration.ingest.readers.base import FileRead

Reader = Callable[[Path, DataSet, Path, duckdb.DuckDBPyConnection], FileRead]

READERS: dict[Format, Reader] = {
    "csv": delimited.read_delimited,
    "open311_json": json_documents.read_open311,
    "arcgis_json": json_documents.read_arcgis,
    "geojson": tables.read_zones,
    "shapefile": tables.read_zones,
    "xlsx": tables.read_workbook,
}


def read_file(file: Path, data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection) -> FileRead:
    """Read one file by the data set's format; SourceError where it is not what was promised."""
    return READERS[data_set.format](file, data_set, target, connection)


def files_to_read(files: list[Path], data_set: DataSet) -> list[Path]:
    """The files of a landing that hold rows, in order."""
    if data_set.format == "arcgis_json":
        json_documents.refuse_unfinished(files, data_set)
    return list(tables.layer_files(files)) if data_set.format == "shapefile" else files
