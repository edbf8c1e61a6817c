"""What every reader returns, and the checks they share."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from orchestration.catalog.model import DataSet, cities
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError
from orchestration.ingest.personal import BY_NAME, is_personal

MOST_COLUMNS = 5_000  # no table that people keep has so many; a damaged or hostile file may
ENOUGH_COLUMNS = 0.5  # below this share of the needed columns a file is another data set, not a changed one

# Layers and lists of places have names that are no person's.
NAMELESS = ("zones", "resources", "budget_lines")
# As fast to write as uncompressed, and a tenth smaller than the default level on these texts.
PARQUET = "format parquet, compression zstd, compression_level 1"


class Note(BaseModel):
    """Something in a file that was passed over, or taken in another way than it is written. `kind` names what."""

    kind: Literal[
        "unread_member", "unread_sheet", "unread_rows", "hidden_sheet", "deleted_records", "stray_quotes", "no_line_end",
        "repeated_key",
    ]  # fmt: skip
    count: int
    found: str


@dataclass(frozen=True)
class RawFile:
    """A file to be read: where its bytes lie, and the name it is told by (of a member: archive.zip/member.csv).

    `names` maps names in the file to those of the portal's interface where they differ. `notes` are what is to be told
    of the archive it came from.
    """

    path: Path
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def columns(self, headers: Sequence[str], reserved: Iterable[str] = ()) -> list[str]:
        """The normalised columns of these headers, by the portal's names; SourceError where they are too many."""
        if len(headers) > MOST_COLUMNS:
            raise SourceError(
                file=self.name,
                found=f"{len(headers):,} columns",
                expected=f"at most {MOST_COLUMNS:,}",
                mend="look at the file in an editor; rows may stand where columns should",
            )
        return normalised(
            [self.names.get(header, self.names.get(header.strip(), header)) for header in headers], reserved
        )


class Rejected(BaseModel):
    """A line the parser could not read; its text stays in landing."""

    file: str
    line: int
    reason: str


class FileRead(BaseModel):
    """One file read: which rows of which Parquet file it became, and where each stands in it.

    A row's line is `first_line` plus its place among the file's rows; where `first_line` is None, the Parquet has a
    column `_line`. Lines in `aside` (rejected or blank) held no row, so each moves the rows after it one down.
    `records` is counted without the parser that read the rows (lines less blank ones and line breaks in values, the
    file's own count, brackets); None in manifests of before. `headers` maps normalised names to the names in the file;
    `withheld` are those left out until the city file decides on them, each with the reason.
    """

    file: str
    parquet: str
    first_row: int = 0
    rows: int
    records: int | None = None
    headers: dict[str, str]
    first_line: int | None = None
    aside: list[int] = []
    rejected: list[Rejected] = []
    withheld: dict[str, str] = {}
    notes: list[Note] = []

    @property
    def columns(self) -> list[str]:
        """The columns that it brought past landing, or could have."""
        return [name for name in self.headers if name not in self.withheld]


def kept(names: Sequence[str], data_set: DataSet) -> list[str]:
    """The columns that go past landing: neither dropped nor undecided, unless the city names them."""
    undecided = withheld(names, data_set)
    return [name for name in names if not is_dropped(name, data_set) and name not in undecided]


def is_dropped(name: str, data_set: DataSet) -> bool:
    """Whether a column is one to drop, or a repeat of one, that the city does not ask for by name."""
    return name not in data_set.decided and bool({name, re.sub(r"(_\d+)+$", "", name)} & set(data_set.drop))


def withheld(names: Sequence[str], data_set: DataSet) -> dict[str, str]:
    """The columns that by their names are about persons, and on which the city file does not decide; with the reason.

    Where it names no column at all, the data set is only looked at, to be described.
    """
    if not data_set.columns:
        return {}
    undecided = [name for name in names if name not in data_set.decided and not is_dropped(name, data_set)]
    return {
        name: BY_NAME
        for name in undecided
        if is_personal(name) and not (name == "name" and data_set.entity in NAMELESS)
    }


def hash_domains(names: Sequence[str], data_set: DataSet) -> dict[str, str]:
    """The columns to hash among these, by domain: those named, repeats of them, and whatever else they are called."""
    domains: dict[str, str] = {}
    for column, domain in data_set.hash.items():
        domains |= dict.fromkeys([*data_set.also_called.get(column, []), column], domain)
    found = {name: domains.get(name) or domains.get(re.sub(r"(_\d+)+$", "", name)) for name in kept(names, data_set)}
    return {name: domain for name, domain in found.items() if domain}


def checked_headers(file: RawFile, headers: Sequence[str], data_set: DataSet) -> dict[str, str]:
    """Normalised names to the file's own; SourceError where the file is plainly another data set."""
    names = file.columns(headers)
    if not fits(names, data_set):
        shown = ", ".join(header[:40].strip() for header in headers[:8]) or "none"
        raise SourceError(
            file=file.name,
            found=f"columns {shown}{' …' if len(headers) > 8 else ''}{_looks_like(names, data_set)}",
            expected=f"{data_set.title}, with columns such as {', '.join(data_set.columns[:6])}",
            mend="check that the right file stands under this name; if the portal changed its columns, "
            f"change `columns` of {data_set.name} in the city file {data_set.city}.yml",
        )
    return dict(zip(names, headers, strict=True))


def fits(names: Sequence[str], data_set: DataSet) -> bool:
    """Whether enough of the needed columns are among these, by whatever name they go."""
    found = [column for column in data_set.columns if is_there(column, names, data_set)]
    return len(found) >= ENOUGH_COLUMNS * len(data_set.columns)


def is_there(column: str, names: Iterable[str], data_set: DataSet) -> bool:
    """Whether a needed column is among these names, or one that it is also called by."""
    return not {column, *data_set.also_called.get(column, [])}.isdisjoint(names)


class NoRowsError(SourceError):
    """A file that holds no data; among others of its family it is told, alone it is refused."""


def no_rows(file: RawFile, data_set: DataSet, found: str) -> NoRowsError:
    """The error of a file that holds no data."""
    return NoRowsError(
        file=file.name,
        found=found,
        expected=f"at least one row of {data_set.title}",
        mend="export it again, and check the filter or date range of the export",
    )


def _looks_like(names: Sequence[str], data_set: DataSet) -> str:
    """Names the data set of the same city that these columns fit, if one does."""
    city = cities().get(data_set.city)
    others = city.data_sets.values() if city else []
    for other in others:
        if other.name != data_set.name and set(other.columns) <= set(names):
            return f": it looks like {other.name}"
    return ""
