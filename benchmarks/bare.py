"""The yardstick: the raw files turned into the marts by plain DuckDB statements, as somebody would by hand.

One connection and one pass. No landing copy, no digests, no counting of lines, no gates or tests, no release, neither
Dagster nor dbt: the SQL was rendered beforehand (plan.py). The files become Parquet first because the SQL reads them
several times: into DuckDB tables it takes twice as long, and a slow yardstick would flatter the pipeline.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from orchestration.catalog.model import DataSet, cities, city
from orchestration.ingest.bind import bind, rules
from orchestration.ingest.columns import normalised
from orchestration.ingest.days_seen import recall_days_seen
from orchestration.ingest.sql import literal, quoted

MEMORY_LIMIT = "2GB"  # what the pipeline's DuckDB has


def main() -> None:
    """Arguments: plan.json, the folder of raw exports, the city they are of, the folder to write into."""
    plan, exports, city_name, out = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    build(json.loads(plan.read_text(encoding="utf-8")), exports, city_name, out)


def build(plan: dict[str, Any], exports: Path, city_name: str, out: Path) -> None:
    """Make warehouse.duckdb and, with the marts, analyst.duckdb in the empty folder `out`."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(f"set timezone = 'UTC'; set temp_directory = {literal(str(out / 'spill'))}")
        connection.execute(f"attach {literal(str(out / 'warehouse.duckdb'))} as warehouse (storage_version 'latest')")
        connection.execute(f"attach {literal(str(out / 'analyst.duckdb'))} as analyst; use warehouse")
        # Every data set, and the tables about loads, without rows.
        bind(connection, cities().values(), {}, out)
        recall_days_seen(connection, None)
        for data_set in city(city_name).data_sets.values():
            if files := exported(exports, data_set):
                connection.execute(
                    f"create or replace view raw.{quoted(data_set.table)} as {read(connection, files, data_set, out)}"
                )
        # From here the order of rows means nothing; above it numbers them.
        connection.execute("set preserve_insertion_order = false")
        run(connection, plan["before_zones"])
        place_points(connection)
        run(connection, plan["after_zones"])


def run(connection: duckdb.DuckDBPyConnection, steps: Iterable[dict[str, str]]) -> None:
    """Create each step's table or view."""
    for step in steps:
        connection.execute(f"create schema if not exists {step['database']}.{step['schema']}")
        connection.execute(f"create {step['kind']} {step['relation']} as {step['query']}")


def place_points(connection: duckdb.DuckDBPyConnection) -> None:
    """Schema enrich: the zone of each point, by the pipeline's own function."""
    from orchestration.enrich import store

    here = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'canonical'"
    ).fetchall()
    store.place_points(connection, [entity for entity in store.LOCATED if (entity,) in here])


def exported(exports: Path, data_set: DataSet) -> list[Path]:
    """The data set's files, in order of their names."""
    return [path for pattern in data_set.files for path in sorted(exports.glob(pattern))]


def read(connection: duckdb.DuckDBPyConnection, files: list[Path], data_set: DataSet, out: Path) -> str:
    """Write the files as Parquet; a query for their rows, every column text, with file and line as in schema raw."""
    if data_set.format == "arcgis_json":
        target = literal(str(out / f"{data_set.table}.parquet"))
        connection.execute(f"copy ({arcgis_rows(files, data_set)}) to {target} (format parquet, compression zstd)")
        return f"select *, '' as _load_id, 1 as _load_number, {rules(data_set)} from {target}"
    parts = []
    for file in files:
        path = out / f"{data_set.table}-{file.name}.parquet"
        target, columns = literal(str(path)), "*"
        if data_set.format in BY_SQL:
            rows = BY_SQL[data_set.format](file, data_set)
            connection.execute(f"copy ({rows}) to {target} (format parquet, compression zstd)")
            columns = "* rename (file_row_number as _line)"
            target = f"read_parquet({target}, file_row_number = true)"
        else:  # workbooks and zone layers: small, and no work for SQL
            from orchestration.ingest.readers.base import RawFile
            from orchestration.ingest.readers.dispatch import READERS

            READERS[data_set.format](RawFile(file, file.name), data_set, path, connection)
        parts.append(
            f"select {columns}, '' as _load_id, 1 as _load_number, {literal(file.name)} as _file, {rules(data_set)} "
            f"from {target}"
        )
    return " union all ".join(parts)


def csv_rows(file: Path, data_set: DataSet) -> str:
    """Delimited text; lines that cannot be read are skipped."""
    with file.open(encoding=data_set.encoding) as opened:
        names = normalised(opened.readline().rstrip("\n").split(data_set.delimiter))
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    wanted = ", ".join(quoted(name) for name in names if name not in data_set.drop)
    return (
        f"select {wanted} from read_csv({literal(str(file))}, auto_detect = false, header = true, quote = '\"', "
        f"escape = '\"', delim = {literal(data_set.delimiter)}, ignore_errors = true, columns = {{{columns}}})"
    )


def arcgis_rows(files: list[Path], data_set: DataSet) -> str:
    """Pages of an ArcGIS answer: attributes and geometry of each feature."""
    from orchestration.ingest.readers.esri import date_text

    page = json.loads(files[0].read_bytes())
    keys = page["features"][0]["attributes"]
    dates = {field["name"] for field in page.get("fields", []) if field["type"] == "esriFieldTypeDate"}
    keys_of = dict(zip(normalised(list(keys)), keys, strict=True))
    values = {name: f"feature->'attributes'->>{literal(key)}" for name, key in keys_of.items()}
    values |= {name: date_text(f"({values[name]})", data_set.dates) for name in values if keys_of[name] in dates}
    values |= {f"geometry_{axis}": f"feature->'geometry'->>'{axis}'" for axis in "xy"}
    columns = ", ".join(f"{values.get(name, 'null')} as {quoted(name)}" for name in data_set.columns)
    pages = (
        "select unnest(features) as feature, generate_subscripts(features, 1) as _line, parse_filename(filename) as _file "
        f"from read_json([{', '.join(literal(str(file)) for file in files)}], columns = {{features: 'json[]'}}, "
        f"filename = true, maximum_object_size = {max(file.stat().st_size for file in files) + 1})"
    )
    return f"select {columns}, _file, _line from ({pages})"


def open311_rows(file: Path, data_set: DataSet) -> str:
    """An array of requests."""
    columns = ", ".join(f"json->>{literal(name)} as {quoted(name)}" for name in data_set.columns)
    return f"select {columns} from read_json_objects({literal(str(file))}, format = 'array')"


BY_SQL = {"csv": csv_rows, "open311_json": open311_rows}


if __name__ == "__main__":
    main()
