"""Which files of a load lack a needed column, and what it is probably called there.

Each file with a header is looked at by itself: a column that one year's file calls otherwise is missing there, however
many other files have it. In files of records with keys a key that is absent may be one without a value, so such a file
lacks a column only where it has keys that no other file has, or where the column is part of the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from orchestration.catalog.model import DataSet, Format
from orchestration.ingest.columns import likely_new_name
from orchestration.ingest.parts import part_of
from orchestration.ingest.readers.base import FileRead, is_there

KEYED: tuple[Format, ...] = ("json", "jsonl", "arcgis_json", "open311_json", "open311_xml")


@dataclass(frozen=True)
class Missing:
    """A needed column that some files lack: the first of them, how many they are, and what may stand there for it."""

    file: str
    files: int
    likely_new_name: str | None
    new_columns: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Files whose columns are those of one table: a file with a header, or all pages of an answer."""

    file: str
    columns: tuple[str, ...]


def missing_columns(files: Sequence[FileRead], data_set: DataSet, known: Sequence[str] = ()) -> dict[str, Missing]:
    """The needed columns that a file with rows lacks, by whatever name they go. `known` are those of the load before."""
    parts = _parts([file for file in files if file.rows], data_set)
    found: dict[str, Missing] = {}
    for column in data_set.columns:
        having = [part for part in parts if is_there(column, part.columns, data_set)]
        lacking = [part for part in parts if part not in having and _lacks(part, column, parts, data_set)]
        if not lacking:
            continue
        first = lacking[0]
        old = {*known, *(name for part in having for name in part.columns)}
        new = tuple(name for name in first.columns if name not in old | data_set.decided)
        found[column] = Missing(first.file, len(lacking), _likely(column, first, having, new, data_set), new)
    return found


def _parts(files: Sequence[FileRead], data_set: DataSet) -> list[Part]:
    if data_set.format not in KEYED:
        return [Part(file.file, tuple(file.headers)) for file in files]
    ordered = sorted(files, key=lambda file: part_of(file.file))
    groups = [(name, list(group)) for name, group in groupby(ordered, key=lambda file: part_of(file.file))]
    return [
        Part(group[0].file, tuple(dict.fromkeys(name for file in group for name in file.headers)))
        for _, group in groups
    ]


def _lacks(part: Part, column: str, parts: Sequence[Part], data_set: DataSet) -> bool:
    """Whether a part without a column lacks it, rather than values in it."""
    others = {name for other in parts if other is not part for name in other.columns}
    if data_set.format not in KEYED or not others or column in data_set.key:
        return True
    anywhere = any(is_there(column, other.columns, data_set) for other in parts)
    return not anywhere or bool(set(part.columns) - others - data_set.decided - set(data_set.drop))


def _likely(column: str, lacking: Part, having: Sequence[Part], new: Sequence[str], data_set: DataSet) -> str | None:
    """What a column is probably called: what stands in its place in a file laid out alike, else what resembles it."""
    for part in having:
        if len(part.columns) == len(lacking.columns):
            place = next((at for at, name in enumerate(part.columns) if is_there(column, [name], data_set)), None)
            if place is not None and lacking.columns[place] in new:
                return lacking.columns[place]
    return likely_new_name(column, data_set.decided, new)
