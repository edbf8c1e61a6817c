"""What the readers of paged answers share: one Parquet file for all pages, whose records need not have the same keys."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from orchestration.catalog.model import DataSet
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, RawFile, checked_headers, no_rows


def names_of(
    files: list[RawFile], keys: list[set[str]], data_set: DataSet, added: Sequence[str] = ()
) -> dict[str, str]:
    """Normalised names to keys, over all pages; each page with rows must look like the data set."""
    # A key that is a name already keeps it, so that CKAN's own _id does not take the place of the publisher's id.
    every = sorted(set().union(*keys), key=lambda key: (normalised([key]) != [key], key))
    if not every:
        raise no_rows(files[0], data_set, "no record in the answer")
    refuse_alike(files[0], every, data_set)
    for file, found in zip(files, keys, strict=True):
        if found:
            checked_headers(file, [*added, *sorted(found)], data_set)
    fields = {header: name for file in files for header, name in file.names.items()}
    named = RawFile(files[0].path, files[0].name, fields).columns(every, reserved=added)
    return {name: name for name in added} | dict(zip(named, every, strict=True))


def refuse_alike(file: RawFile, keys: Sequence[str], data_set: DataSet) -> None:
    """SourceError where keys differ only in capitals: SQL takes them for one."""
    folded: dict[str, str] = {}
    for key in sorted(keys):
        other = folded.setdefault(key.lower(), key)
        if other != key:
            raise not_records(file, data_set, f"keys that differ only in capitals: {other} and {key}")


def reads_of(
    files: list[RawFile],
    target: Path,
    names: Mapping[str, str],
    keys: list[set[str]],
    rows: list[int],
    records: list[int],
    copied: int,
) -> list[FileRead]:
    """One FileRead a page; the rows of a page stand together, in the order of the pages.

    `rows` are those the parser tells of, `records` those counted apart from it.
    """
    if copied != sum(rows):
        raise RuntimeError(f"{sum(rows):,} records were counted in {files[0].name} and following, {copied} copied")
    first_rows = accumulate(rows, initial=0)
    return [
        FileRead(
            file=file.name,
            parquet=target.name,
            first_row=first_row,
            rows=count,
            records=counted,
            headers={name: key for name, key in names.items() if key in found},
            first_line=1,
        )
        for file, found, count, counted, first_row in zip(files, keys, rows, records, first_rows, strict=False)
    ]


def not_records(file: RawFile, data_set: DataSet, found: str) -> SourceError:
    """The error of an answer that holds something else than records."""
    return SourceError(
        file=file.name,
        found=found,
        expected=f"{data_set.title} as {data_set.format}",
        mend="check the address and its parameters (such as f=json), and fetch it again",
    )
