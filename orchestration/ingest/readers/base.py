"""What every reader returns, and the checks they share."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from orchestration.catalog.model import DataSet, cities
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError

ENOUGH_COLUMNS = 0.5  # below this share of the needed columns a file is another data set, not a changed one


class Rejected(BaseModel):
    """A line the parser could not read; its text stays in landing."""

    file: str
    line: int
    reason: str


class FileRead(BaseModel):
    """One file read.

    `records` is counted without the parser (physical lines), None where the format has no lines. `headers` maps
    normalised names to the names in the file.
    """

    file: str
    rows: int
    records: int | None
    headers: dict[str, str]
    rejected: list[Rejected] = []


def checked_headers(file: Path, headers: Sequence[str], data_set: DataSet) -> dict[str, str]:
    """Normalised names to the file's own; SourceError where the file is plainly another data set."""
    names = normalised(headers)
    found = {name for name in names if name in data_set.columns}
    if len(found) < ENOUGH_COLUMNS * len(data_set.columns):
        raise SourceError(
            file=str(file.name),
            found=f"columns {', '.join(headers[:8])}{' …' if len(headers) > 8 else ''}{_looks_like(names, data_set)}",
            expected=f"{data_set.title}, with columns such as {', '.join(data_set.columns[:6])}",
            mend="check that the right file stands under this name; if the portal changed its columns, "
            f"change `columns` of {data_set.name} in the city file {data_set.city}.yml",
        )
    return dict(zip(names, headers, strict=True))


def no_rows(file: Path, data_set: DataSet, found: str) -> SourceError:
    """The error of a file that holds no data."""
    return SourceError(
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
