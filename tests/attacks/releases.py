"""Small releases to break: two databases, their Parquet left out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from orchestration.publish import releases

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def publish(folder: Path, number: int, loads: list[releases.ReleasedLoad] | None = None) -> Path:
    """A sound release of one small table whose rows all carry the release's number; made current."""
    made = FIRST + timedelta(seconds=number)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = releases.prepare(folder, releases.new_release_id(made, f"run{number:05d}"))
    for name in ("analyst", "public"):
        with duckdb.connect(str(unfinished / f"{name}.duckdb")) as connection:
            connection.execute(f"create table marked as select {number} as release from range(1000)")
    manifest = releases.Release(
        release_id=unfinished.name.removeprefix(releases.UNFINISHED),
        run_id=f"run{number}",
        created_at=made,
        version="0",
        loads=loads or [],
        tables={},
        gates=[],
        files=releases.describe_files(unfinished),
    )
    return releases.publish(folder, unfinished, manifest)


def writable(path: Path) -> Path:
    """A released file, opened for harm."""
    path.chmod(0o600)
    return path


def flip(path: Path, bit: int) -> None:
    """Turn one bit of a file over."""
    content = bytearray(writable(path).read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
