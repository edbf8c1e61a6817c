"""Rows of CSV as they come in: counted, told apart by an identity, and put together, without keeping them in memory."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.ingest.errors import SourceError
from orchestration.sources.base import progress

CHUNK = 1 << 20  # bytes

Pulled = TypeVar("Pulled")


class Mismatch(Exception):  # noqa: N818  not an error until it has happened twice
    """What arrived is not what the portal said there is."""


def identities(page: Path, column: str) -> npt.NDArray[np.uint64]:
    """A hash of each row's value of the column that identifies rows; Mismatch where the page is no such table."""
    return hashed(values_of(page, column))


def values_of(page: Path, column: str) -> list[str]:
    """Each row's value of a column; Mismatch where the page is no table with it."""
    try:
        table = pa_csv.read_csv(
            page,
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(include_columns=[column], column_types={column: pa.string()}),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise Mismatch(f"a page that is no table of rows ({str(error).splitlines()[0][:200]})") from error
    values: list[str] = table.column(column).to_pylist()
    return values


def hashed(values: list[str]) -> npt.NDArray[np.uint64]:
    """64 bits of each text, the same in every process; two of ten million differing ones agree once in 400,000 tries."""
    from pandas.util import hash_array  # imported late: it takes its time

    return hash_array(np.array(values, dtype=object), categorize=False)


def refuse_repeats(identities_file: Path) -> None:
    """Mismatch where a row came more than once; 8 bytes a row are held in memory."""
    found = np.fromfile(identities_file, dtype=np.uint64)
    found.sort()
    if again := int(np.count_nonzero(found[1:] == found[:-1])):
        raise Mismatch(f"{again:,} of {len(found):,} rows came more than once, so as many others are missing")


def refuse_other_counts(arrived: int, before: int, after: int) -> None:
    """Mismatch unless as many rows arrived as the portal counted before and after."""
    if not arrived == before == after:
        raise Mismatch(f"{arrived:,} rows arrived, the portal counts {before:,} before and {after:,} after")


def at_most_twice(pull: Callable[[], Pulled], begin_anew: Callable[[], None], url: str) -> Pulled:
    """What `pull` returns, at the second try where the first does not add up; SourceError where neither does."""
    for tried in (1, 2):
        try:
            return pull()
        except Mismatch as mismatch:
            progress.info("%s: %s; %s", url, mismatch, "once more from the beginning" if tried == 1 else "given up")
            begin_anew()
            last = mismatch
    raise SourceError(
        file=url,
        found=f"twice: {last}",
        expected="as many rows as the portal counts, each once",
        mend="the publisher was probably updating it: run again later, at another time of the day",
    ) from last


def cut_back(file: Path, size: int) -> bool:
    """Cut a file back to the bytes that are known to be good; False if it has fewer."""
    with file.open("ab") as opened:
        if opened.tell() < size:
            return False
        opened.truncate(size)
    return True


def append_page(page: Path, target: Path) -> int:
    """Put the rows of a page below those of `target`, its header only once. Returns the size of `target` in bytes."""
    with page.open("rb") as read, target.open("ab") as out:
        header = read.readline()
        if out.tell() == 0:
            out.write(header)
        else:
            with target.open("rb") as written:
                if written.readline().strip() != header.strip():
                    raise Mismatch("a page with other columns than the one before")
        shutil.copyfileobj(read, out, CHUNK)
        read.seek(-1, 2)
        if read.read(1) != b"\n":
            out.write(b"\n")
        return out.tell()


def header_of(file: Path) -> list[str]:
    """The names on the first line."""
    with file.open(encoding="utf-8", errors="replace", newline="") as opened:
        return next(csv.reader(opened), [])


def count_rows(file: Path) -> int:
    """Rows below the header, told by the line ends outside quotes; Mismatch where the last quote does not close."""
    lines, is_quoted, last = 0, False, b"\n"
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            parts = chunk.split(b'"')
            lines += sum(part.count(b"\n") for part in parts[is_quoted::2])
            is_quoted ^= len(parts) % 2 == 0
            last = chunk[-1:]
    if is_quoted:
        raise Mismatch("a file that ends within a value")
    return max(lines + (last != b"\n") - 1, 0)
