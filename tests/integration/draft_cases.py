"""Runs `footprint city new` on each case's first delivery and prints every answer as a line of JSON.

A program, not a module of tests: the command reads its catalog from the copy of the project that it runs in, and one
process for all cases saves starting it some fifty times.
"""

import json
import sys
from pathlib import Path

from typer.testing import CliRunner

from orchestration.cli import app


def main(exports: Path, names: list[str]) -> None:
    """Draft a city from the folder of each name."""
    for name in names:
        done = CliRunner().invoke(app, ["city", "new", name, "--from", str(exports / name), "--json"])
        told = json.loads(done.stdout) if done.exit_code == 0 else {"error": done.stderr}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
