"""The other yardstick: each CSV file to Parquet by one COPY, nothing else. Arguments: exports folder, target folder."""

import sys
from pathlib import Path

import duckdb

from orchestration.ingest.sql import literal

MEMORY_LIMIT = "2GB"  # what the pipeline's DuckDB has


def main() -> None:
    """Copy every CSV file of the first folder into the second."""
    exports, out = Path(sys.argv[1]), Path(sys.argv[2])
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'; set temp_directory = {literal(str(out / 'spill'))}")
        for file in sorted(exports.glob("*.csv")):
            connection.execute(
                f"copy (from read_csv({literal(str(file))}, header = true, all_varchar = true, ignore_errors = true)) "
                f"to {literal(str(out / file.with_suffix('.parquet').name))} (format parquet, compression zstd)"
            )


if __name__ == "__main__":
    main()
