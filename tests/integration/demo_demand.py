"""The demo city's demand models on many cities in little time: real generator, ingest and SQL, without the pipeline.

`demand_of` runs the models that repeats and links need, as dbt compiled them for a warehouse that holds the demo city.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.catalog.model import cities
from orchestration.ingest.bind import bind
from orchestration.ingest.in_use import InUse
from orchestration.ingest.landing import land
from orchestration.ingest.loads import load
from orchestration.settings import Settings
from orchestration.sources.folder import FolderSource

DATA_SETS = ("calls_for_service", "requests_311", "contacts_211_411")
# Each after those it reads.
MODELS = (
    "staging/riverbend/stg_riverbend__calls",
    "staging/riverbend/stg_riverbend__requests",
    "staging/riverbend/stg_riverbend__contacts_211_411",
    "canonical/calls",
    "canonical/requests",
    "intermediate/demand/int_call_types__mapped",
    "intermediate/demand/int_calls__mapped",
    "intermediate/demand/int_calls__classified",
    "intermediate/demand/int_blocks__located",
    "intermediate/demand/int_blocks__next_to",
    "intermediate/demand/int_calls__placed",
    "intermediate/demand/int_calls__repeat_pairs",
    "intermediate/demand/int_repeat_rules",
    "intermediate/demand/int_calls__repeats",
    "intermediate/demand/int_requests__also_called",
)


def run_model(connection: duckdb.DuckDBPyConnection, compiled: Path, model: str) -> None:
    """A model as a table of the schema named for its layer."""
    layer, name = model.split("/")[0], model.split("/")[-1]
    query = (compiled / f"{model}.sql").read_text(encoding="utf-8")
    connection.execute(f"create schema if not exists {layer}")
    connection.execute(f"create or replace table {layer}.{name} as select * from ({query})")


@contextmanager
def demand_of(home: Path, exports: Path, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the demand models of the city whose exports these are; `home` is a built demo warehouse."""
    of_home = Settings(home=home)
    city = cities()["riverbend"]
    used = {}
    for name in DATA_SETS:
        data_set = city.data_sets[name]
        arrived = land(FolderSource(exports), data_set, scratch / "landing")
        assert arrived is not None
        used[city.name, name] = InUse((load(*arrived, data_set, scratch / "raw", "2GB")[0],))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        bind(connection, [city], used, scratch / "raw")
        connection.execute(f"attach '{of_home.warehouse_database}' as built (read_only)")
        connection.execute("create schema codebooks")
        seeds = connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'built' and table_schema = 'codebooks'"
        ).fetchall()
        for (seed,) in seeds:
            connection.execute(f"create table codebooks.{seed} as from built.codebooks.{seed}")
        connection.execute("detach built")
        for model in MODELS:
            run_model(connection, of_home.dbt_target / "compiled" / "footprint" / "models", model)
        yield connection
