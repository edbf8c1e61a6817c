"""Readers: one landed file to one Parquet file, every column text, each row with the line it came from.

A reader refuses, with a SourceError, what is not the data set it was promised; it never repairs.
"""

from orchestration.ingest.readers.base import FileRead, Rejected
from orchestration.ingest.readers.dispatch import read_file

__all__ = ["FileRead", "Rejected", "read_file"]
