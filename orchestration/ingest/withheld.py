"""Columns about persons that the city file does not decide on: none of them stays in what a load keeps.

By their names they are left out as the Parquet is written (`readers.base.kept`). Here the values of all others that
the city file does not name are looked at, before the load is whole: a harmless name may stand above telephone numbers.
"""

from pathlib import Path

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.personal import BY_LENGTH, is_free_text, personal_values
from orchestration.ingest.readers.base import PARQUET, FileRead, kept, withheld
from orchestration.ingest.sql import literal, path_literal, quoted

SAMPLE = 2_000  # values looked at, each once
OF_PLACES = {"geometry_x", "geometry_y", "geometry_wkt", "sheet"}  # written by the readers


def withhold(
    reads: list[FileRead], data_set: DataSet, folder: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """The files as read, with what was left out of each; their Parquet is written again where values give more away."""
    by_values: dict[str, dict[str, str]] = {}
    for parquet in dict.fromkeys(read.parquet for read in reads if read.rows):
        names = [name for read in reads if read.parquet == parquet for name in read.headers]
        by_values[parquet] = _by_values(folder / parquet, list(dict.fromkeys(names)), data_set, connection)
        if by_values[parquet]:
            _leave_out(folder / parquet, by_values[parquet], connection)
    return [
        read.model_copy(update={"withheld": _of(read, by_values.get(read.parquet, {}), data_set)}) for read in reads
    ]


def _of(read: FileRead, by_values: dict[str, str], data_set: DataSet) -> dict[str, str]:
    by_name = withheld(list(read.headers), data_set)
    return by_name | {name: reason for name, reason in by_values.items() if name in read.headers}


def _by_values(
    parquet: Path, names: list[str], data_set: DataSet, connection: duckdb.DuckDBPyConnection
) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in kept(names, data_set):
        if name in data_set.decided | OF_PLACES:
            continue
        # Of all rows, in an order that depends on nothing but the values: what stands in the first need not be usual.
        sample = connection.execute(
            f"select value from (select distinct {quoted(name)} as value "
            f"from read_parquet({path_literal(parquet)}, hive_partitioning = false) "
            f"where trim({quoted(name)}) <> '') order by hash(value), value limit {SAMPLE}"
        ).fetchall()
        values = [value for (value,) in sample]
        if reason := personal_values(values):
            found[name] = reason
        elif values and is_free_text(sum(map(len, values)) / len(values), len(values), values[0]):
            found[name] = BY_LENGTH
    return found


def _leave_out(parquet: Path, names: dict[str, str], connection: duckdb.DuckDBPyConnection) -> None:
    again = parquet.with_suffix(".again")
    left = ", ".join(map(quoted, names))
    connection.execute(
        f"copy (select * exclude ({left}) from read_parquet({path_literal(parquet)}, hive_partitioning = false)) "
        f"to {literal(str(again))} ({PARQUET})"
    )
    again.replace(parquet)
