"""Readers: landed files to Parquet, every column text, each row with the line it came from.

A reader refuses, with a SourceError, what is not the data set it was promised; it never repairs.
"""

from orchestration.ingest.readers.base import FileRead, Rejected
from orchestration.ingest.readers.dispatch import read_files

__all__ = ["FileRead", "Rejected", "read_files"]
