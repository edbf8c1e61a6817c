"""How fast the Socrata connector is, beside a client that only writes the same answers to a file.

`python -m benchmarks.pull [--rows N]`. A server in a process of its own makes the rows up as they are asked for; the
connector and the plain client each run in one of their own, so that their memory can be told apart.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks.measure import Measured, measure
from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import Socrata
from orchestration.sources.socrata import PAGE_ROWS, SocrataSource
from orchestration.sources.web import Web
from tests.unit.servers.base import Answer, Request, Server

VIEW = "pull-0001"
HEADER = b"event,queued,call_type,priority,beat,address,latitude,longitude,disposition,:id,:updated_at\n"
BLOCK = 1000  # rows made at once
RESULT = "result.json"


class Portal(Server):
    """A table of so many rows, by pages."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows

    def answer(self, request: Request) -> Answer:
        """Metadata, the count or a page."""
        if request.path.startswith("/api/views/"):
            return Answer(json.dumps({"columns": [], "rowsUpdatedAt": 1}).encode())
        if request.path.endswith(".json"):
            return Answer(json.dumps([{"count": str(self.rows)}]).encode())
        start = int(request.params["$offset"])
        return Answer(_page(start, min(start + int(request.params["$limit"]), self.rows)), "text/csv")


def _page(start: int, end: int) -> Iterator[bytes]:
    yield HEADER
    for first in range(start, end, BLOCK):
        rows = (
            f'"{number:012d}","2024-03-{number % 28 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00.000",'
            f'"DISTURBANCE, ""OTHER"" {number % 97}","{number % 9}","B{number % 53}","{number % 90}XX BLOCK OF MAIN ST",'
            f'"47.6{number % 9973:04d}","-122.3{number % 9967:04d}","ASSISTANCE RENDERED",'
            f'"row-{number:09d}","2024-04-01T00:00:00.000Z"\n'
            for number in range(first, min(first + BLOCK, end))
        )
        yield "".join(rows).encode()


def serve(rows: int) -> None:
    """Say the address, then serve until killed."""
    with Portal(rows) as portal:
        print(portal.address, flush=True)
        sys.stdin.read()


def pull(address: str, into: Path) -> None:
    """The connector, as a run would use it."""
    data_set = DataSet.model_validate({
        "name": "calls", "city": "bench", "title": "Calls", "entity": "calls", "files": ["x"], "format": "csv",
        "license": "none", "grain": "one call", "growth": "append", "columns": ["event"],
    })  # fmt: skip
    source = SocrataSource(Socrata(kind="socrata", scheme="http", domain=address, ids=[VIEW]), Web())
    started = time.monotonic()
    delivered = source.deliver(data_set, into)
    assert delivered
    _note(into, time.monotonic() - started, delivered.files[0].rows or 0, delivered.files[0].bytes)


def copy(address: str, into: Path, rows: int) -> None:
    """The plain client: the same pages to a file, unread."""
    started = time.monotonic()
    with httpx.Client() as client, (into / "plain.csv").open("wb") as out:
        for offset in range(0, rows, PAGE_ROWS):
            asked = {"$offset": offset, "$limit": PAGE_ROWS}
            with client.stream("GET", f"http://{address}/resource/{VIEW}.csv", params=asked) as response:
                for chunk in response.iter_raw(1 << 20):
                    out.write(chunk)
        size = out.tell()
    _note(into, time.monotonic() - started, rows, size)


def _note(into: Path, seconds: float, rows: int, size: int) -> None:
    (into / RESULT).write_text(json.dumps({"seconds": seconds, "rows": rows, "bytes": size}))


def compare(rows: int) -> None:
    """Run both and print what they took."""
    me = [sys.executable, "-m", "benchmarks.pull", "--rows", str(rows)]
    server = subprocess.Popen([*me, "--as", "server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        address = server.stdout.readline().strip()
        seconds = {}
        for role in ("plain", "connector"):
            with tempfile.TemporaryDirectory() as folder:
                took = measure([*me, "--as", role, "--address", address, "--into", folder], {})
                result = json.loads((Path(folder) / RESULT).read_text())
            seconds[role] = result["seconds"]
            _print(role, result, took)
        print(f"the connector takes {seconds['connector'] / seconds['plain']:.2f} times as long as the plain client")
    finally:
        server.terminate()
        server.wait()


def _print(role: str, result: dict[str, float], took: Measured) -> None:
    megabytes, seconds = result["bytes"] / 1e6, result["seconds"]
    print(
        f"{role:>9}: {result['rows']:,} rows, {megabytes:,.0f} MB in {seconds:,.1f} s: {result['rows'] / seconds:,.0f} "
        f"rows/s, {megabytes / seconds:,.0f} MB/s, {took.cpu_seconds:,.1f} s of processor, "
        f"{took.peak_bytes / 1e6:,.0f} MB of memory at most",
        flush=True,
    )


def main() -> None:
    """Compare, or be one of the three processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--as", dest="role", choices=["server", "connector", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    match given.role:
        case "server":
            serve(given.rows)
        case "connector":
            pull(given.address, given.into)
        case "plain":
            copy(given.address, given.into, given.rows)
        case _:
            compare(given.rows)


if __name__ == "__main__":
    main()
