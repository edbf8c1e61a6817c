"""The head of delimited text: what its first bytes and its header line give away, before any row is parsed."""

import contextlib
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import RawFile, checked_headers, fits
from orchestration.ingest.readers.text import HEAD

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MOST_TITLES = 20  # lines above a header
OTHER_FORMATS = {
    rb"<": "a web page or XML",
    rb"\{": "JSON (an error message?)",
    rb'\[\s*[\[\]{"]': "JSON",
    rb"PK\x03\x04": "a zip archive or workbook",
    rb"%PDF": "a PDF",
}


@dataclass(frozen=True)
class Header:
    """Normalised names to the file's own, the lines down to the header's last, and whether values near the top have breaks.

    `above` are the lines of titles that stand above it.
    """

    names: dict[str, str]
    lines: int
    breaks_follow: bool
    above: int = 0


def read_header(file: RawFile, text: Path, data_set: DataSet) -> Header:
    """The header of a text; SourceError where the file is no delimited text, or not of this data set."""
    with text.open("rb") as opened:
        head = opened.read(HEAD)
    _refuse_other_formats(file, head, data_set)
    decoded = head.decode("utf-8", "replace").removeprefix("\ufeff")
    # Lines end where DuckDB ends them: not at the other signs that str.splitlines() knows.
    reader = csv.reader(io.StringIO(decoded, newline="\n"), delimiter=data_set.delimiter)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise _no_header(file, data_set, f"a first line that is no header ({error})") from error
    above = 0
    if below := _below_titles(file, decoded, names, data_set):
        names, above = below
        for _ in range(above):
            next(reader)
    if not any(names):
        raise _no_header(file, data_set, "an empty first line")
    _refuse_other_delimiter(file, decoded, names, data_set)
    lines, breaks_follow = reader.line_num, False
    with contextlib.suppress(csv.Error):
        breaks_follow = any("\n" in value for row in reader for value in row)
    return Header(checked_headers(file, names, data_set), lines, breaks_follow, above)


def _below_titles(file: RawFile, head: str, first: list[str], data_set: DataSet) -> tuple[list[str], int] | None:
    """The header that stands below lines of titles, and how many those are; None where the first line is it."""
    if not any(first) or fits(file.columns(first), data_set):
        return None
    lines = head.split("\n")[1 : MOST_TITLES + 1]
    for above, row in enumerate(csv.reader(lines, delimiter=data_set.delimiter), start=1):
        if len(row) > 1 and fits(file.columns(row), data_set):
            return row, above
    return None


def _refuse_other_formats(file: RawFile, head: bytes, data_set: DataSet) -> None:
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n\t")
    for sign, kind in OTHER_FORMATS.items():
        if re.match(sign, start):
            raise SourceError(
                file=file.name,
                found=f"{kind}: {start[:80].decode('utf-8', 'replace')!r}",
                expected=f"{data_set.title} as delimited text",
                mend="look at the file in an editor: the portal probably answered with something else; export again",
            )


def _refuse_other_delimiter(file: RawFile, head: str, names: list[str], data_set: DataSet) -> None:
    if fits(file.columns(names), data_set):
        return
    for other, called in DELIMITERS.items():
        if fits(file.columns(next(csv.reader([head.split("\n", 1)[0]], delimiter=other))), data_set):
            expected = DELIMITERS.get(data_set.delimiter, repr(data_set.delimiter))
            raise SourceError(
                file=file.name,
                found=f"columns separated by {called}s",
                expected=f"columns separated by {expected}s",
                mend=f"export it with {expected}s, or set `delimiter` for {data_set.name} in the city file",
            )


def _no_header(file: RawFile, data_set: DataSet, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected=f"the column names of {data_set.title} on the first line",
        mend="export it again with its header, and take off lines above it",
    )
