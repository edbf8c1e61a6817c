"""What the tests of real cities share: raw files read without the project's readers, and searches of a database.

Counts are taken from the files with pandas and compared with the release, so that no reader or model vouches for
itself.
"""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.settings import DBT_PROJECT_DIR

DATA = Path(__file__).parents[3] / "shared" / "data"
Fates = dict[tuple[str, str | None], int]


def table(city: str, file: str) -> pd.DataFrame:
    """A delimited file as published, every value text; the word NA stays what it is."""
    return pd.read_csv(DATA / city / file, dtype=str, keep_default_na=False, na_values=[""])


def counted(values: "pd.Series[Any]") -> dict[Any, int]:
    """How often each value occurs."""
    return {value: int(count) for value, count in values.value_counts().items()}


def fates(analyst: duckdb.DuckDBPyConnection, city: str, data_set: str) -> Fates:
    """The raw rows of a data set by fate and reason."""
    rows = analyst.execute(
        "select fate, reason, rows from audit.row_accounting where city = ? and data_set = ?", [city, data_set]
    ).fetchall()
    return {(fate, reason): count for fate, reason, count in rows}


def mapping(connection: duckdb.DuckDBPyConnection, query: str) -> dict[Any, Any]:
    """The rows of a query of two columns."""
    return dict(connection.execute(query).fetchall())


def raw_columns(warehouse: duckdb.DuckDBPyConnection, city: str, data_set: str) -> set[str]:
    """The columns of a raw view."""
    return {row[0] for row in warehouse.execute(f"describe raw.{city}__{data_set}").fetchall()}


def columns_holding(connection: duckdb.DuckDBPyConnection, pattern: str) -> list[str]:
    """Text columns, of tables past raw, with a value that a regular expression finds."""
    texts = connection.execute(
        """
        select schema_name, table_name, column_name from duckdb_columns()
        where data_type = 'VARCHAR' and not internal and database_name = current_database()
            and schema_name not in ('raw', 'enrich', 'information_schema')
        """
    ).fetchall()
    return [
        f"{schema}.{table_name}.{column}"
        for schema, table_name, column in texts
        if connection.execute(
            f'select count(*) from "{schema}"."{table_name}" where regexp_matches("{column}", ?)', [pattern]
        ).fetchall()
        != [(0,)]
    ]


def meaning(city: str, initial: "pd.Series[Any]", final: "pd.Series[Any]") -> pd.DataFrame:
    """What the crosswalk says of calls, looked up with pandas: topic_category, topic_group, initial_group, implied."""
    seeds = DBT_PROJECT_DIR / "seeds" / "codebooks"
    rows = pd.read_csv(seeds / "call_type_crosswalk.csv", dtype=str, keep_default_na=False, na_values=[""])
    rows = rows[rows["city"].isin([city, "*"])].sort_values("city").drop_duplicates("call_type", keep="last")
    assert rows["valid_from"].isna().all(), "this look-up knows no validity dates"
    known = rows.set_index("call_type")
    groups = pd.read_csv(seeds / "topic_categories.csv").set_index("topic_category")["topic_group"]

    def of(published: "pd.Series[Any]", column: str) -> "pd.Series[Any]":
        key = published.str.upper().str.replace(r"[^A-Z0-9]+", " ", regex=True).str.strip()
        return key.map(known[column])

    category = of(final, "topic_category").fillna(of(initial, "topic_category"))
    return pd.DataFrame(
        {
            "topic_category": category,
            "topic_group": category.map(groups),
            "initial_group": of(initial, "topic_category").map(groups),
            "implied": of(initial, "initiation_implied").fillna(of(final, "initiation_implied")),
        }
    )


def hour_of_week(local: "pd.Series[Any]") -> "pd.Series[Any]":
    """0 is Monday from midnight to one."""
    return local.dt.day_of_week * 24 + local.dt.hour
