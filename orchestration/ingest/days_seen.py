"""What former releases held of the last days of each data set, shown to SQL as raw.days_seen.

How long a day takes to fill can only be seen by what was there before. Loads that are no longer in use are not read
again for it: each release keeps the counts a day as they were when its loads landed (audit.days_seen), and the next
run starts from these.
"""

from pathlib import Path

import duckdb

from orchestration.ingest.sql import literal

CREATE = """
create or replace table raw.days_seen (
    city varchar, data_set varchar, load_id varchar, landed_on date, day date, records bigint);
"""


def recall_days_seen(connection: duckdb.DuckDBPyConnection, release: Path | None) -> None:
    """Fill raw.days_seen from the current release; empty before the first one, or where it is of before these counts."""
    connection.execute(CREATE)
    if release is None:
        return
    connection.execute(f"attach {literal(str(release / 'analyst.duckdb'))} as released (read_only)")
    try:
        if connection.execute(
            "select 1 from duckdb_tables() where database_name = 'released' and schema_name = 'audit' "
            "and table_name = 'days_seen'"
        ).fetchall():
            connection.execute("insert into raw.days_seen by name from released.audit.days_seen")
    finally:
        connection.execute("detach released")
