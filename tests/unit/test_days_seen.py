"""What former releases held of the last days, shown to the next run."""

from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.days_seen import recall_days_seen

SEEN = """
create schema audit;
create table audit.days_seen as select 'a' as city, 'calls' as data_set, 'l' as load_id, date '2024-05-20' as landed_on,
    date '2024-05-19' as day, 8::bigint as records;
"""


@pytest.mark.parametrize(("before", "recalled"), [(SEEN, 1), ("select 1", 0), (None, 0)])
def test_a_run_starts_from_the_counts_of_the_current_release(tmp_path: Path, before: str | None, recalled: int) -> None:
    release = None
    if before is not None:
        release = tmp_path
        with duckdb.connect(str(tmp_path / "analyst.duckdb")) as analyst:
            analyst.execute(before)
    with duckdb.connect() as build:
        build.execute("create schema raw")
        for _ in range(2):
            recall_days_seen(build, release)
        assert len(build.execute("from raw.days_seen").fetchall()) == recalled
        assert (
            build.execute("select database_name from duckdb_databases() where database_name = 'released'").fetchall()
            == []
        )
