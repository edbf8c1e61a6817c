"""The commands that look at a release, as a reader would give them: on a terminal and for machines."""

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.conftest import run_footprint

FOOTPRINT = Path(sys.executable).with_name("footprint")
READING = ["status", "gates", "sql", "scenario", "run", "demo", "ui", "city new", "city check"]
READING += ["crosswalk suggest", "crosswalk review"]


@pytest.mark.parametrize("command", READING)
def test_every_command_has_help_with_an_example(tmp_path: Path, command: str) -> None:
    told = run_footprint(tmp_path, *command.split(), "--help")
    assert told.returncode == 0
    assert re.search(rf"footprint {command}\b.*", told.stdout.split("Usage:")[1].partition("\n")[2]), told.stdout


def test_status_and_gates_for_machines(demo_release_home: Path, demo_release: Path) -> None:
    status = json.loads(run_footprint(demo_release_home, "status", "--json").stdout)
    assert status["release"]["release_id"] == demo_release.name
    assert {load["city"] for load in status["loads"]} == {"riverbend"}
    gates = json.loads(run_footprint(demo_release_home, "gates", "--json").stdout)
    assert gates["released"]
    # An offense may have happened on a day before the first of the export, and a budget has titles: told, not stopped.
    told = {(result["table"], result["severity"]) for result in gates["results"] if not result["success"]}
    assert told <= {("audit.coverage", "warning"), ("raw.file_notes", "info")}
    assert Path(gates["reports"]).is_file()


def test_without_a_release_a_command_says_what_to_do(tmp_path: Path) -> None:
    for command in (["status"], ["gates"], ["sql", "select 1"]):
        told = run_footprint(tmp_path / "new", *command)
        assert "footprint run" in told.stdout + told.stderr
        # Nothing is there to be told; nothing is there to be asked.
        assert (told.returncode == 0) == (command == ["status"])


@pytest.mark.parametrize(
    "query",
    [
        "insert into zones.dim_zone select * from zones.dim_zone",
        "create table here as select 1 as a",
        "drop table zones.dim_zone",
        "copy zones.dim_zone to 'out.csv'",
        "attach 'other.duckdb'",
        "select * from read_csv('/etc/hosts')",
    ],
)
def test_a_query_can_only_read_the_release(demo_release_home: Path, query: str) -> None:
    told = run_footprint(demo_release_home, "sql", query)
    assert told.returncode != 0
    assert "only reads" in told.stderr or "reads the release" in told.stderr or "read-only" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_query_answers_as_data(demo_release_home: Path) -> None:
    told = run_footprint(demo_release_home, "sql", "select count(*) as zones from zones.dim_zone", "--json")
    assert json.loads(told.stdout) == [{"zones": 60}]
    wrong = run_footprint(demo_release_home, "sql", "select nothing from zones.dim_zone")
    assert wrong.returncode != 0
    assert "nothing" in wrong.stderr


def typed(home: Path, lines: list[str], *arguments: str) -> tuple[int, str]:
    """What a command on a terminal ends with and says when these lines are typed."""
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [FOOTPRINT, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"FOOTPRINT_HOME": str(home), "TERM": "dumb", "COLUMNS": "200"},
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, "".join(f"{line}\n" for line in lines).encode())
    said = _until_end(ours)
    return command.wait(timeout=30), said


def test_the_shell_answers_on_a_terminal(demo_release_home: Path) -> None:
    lines = [
        "select count(*) * 7",
        "  as weeks from zones.dim_zone;",
        ".schema zones.dim_zone",
        "select oops;",
        ".quit",
    ]
    code, said = typed(demo_release_home, lines, "sql")
    assert code == 0
    assert "420" in said  # a query over two lines
    assert "zone_name" in said
    assert "oops" in said.split("select oops;")[-1]  # a mistake is told, and the shell goes on


def test_a_new_citys_address_is_asked_for_on_a_terminal(tmp_path: Path) -> None:
    code, said = typed(tmp_path, ["gopher://nowhere"], "city", "new", "springfield")
    assert code != 0
    assert "The address of its data set" in said
    assert "gopher://nowhere: an address of no kind that is known" in said


def _until_end(terminal: int) -> str:
    said, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # the other end has closed it
            break
        if not piece:
            break
        said += piece
    return said.decode(errors="replace")


def test_a_port_that_is_taken_is_told(demo_release_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run_footprint(demo_release_home, "ui", "--port", str(port))
    assert told.returncode != 0
    assert f"Port {port} is taken" in told.stderr
