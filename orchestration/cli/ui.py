"""`footprint ui`: Dagster's web pages on this machine only, for lineage, runs and their logs.

They are served by a process of its own (`orchestration/ui/server.py`), with Dagster's daemon beside the pages: runs
started from them wait in a queue, so that one writes to the warehouse at a time, and the daemon takes them from there.
"""

import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import nullcontext, suppress
from pathlib import Path
from types import FrameType

from orchestration.cli.console import HELD, facts, shown, stderr, stdout
from orchestration.cli.errors import USAGE, CommandError
from orchestration.run import prepare_instance
from orchestration.settings import PROJECT_ROOT, Settings
from orchestration.ui.front import KEY, cookie_name

PATIENCE_TO_START = 180.0  # a cold machine reads the models for the first time
PATIENCE_TO_STOP = 30.0


def serve(home: Settings, host: str, port: int) -> int:
    """Serve until interrupted; returns the exit code."""
    check_loopback(host)
    check_free(host, port)
    prepare_instance(home)
    log = home.dagster_home / "ui.log"
    # Started in the background of a script, we and the server would ignore the first of these.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    secret = secrets.token_urlsafe(32)
    server = _start(home, host, port, secret, log)
    try:
        return _watch(server, host, port, secret, log)
    except KeyboardInterrupt:
        stderr().print("[dim]Stopping.[/]")
        return 0
    finally:
        _stop(server)


def check_loopback(host: str) -> None:
    """Refuse an address that others can reach: what goes over it is not encrypted, and the pages can start runs."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise CommandError(
            f"--host {host} is not on this machine.",
            "What goes over it is not encrypted, so only 127.0.0.1, ::1 and localhost are served; "
            "from elsewhere, use an SSH tunnel.",
            USAGE,
        )


def check_free(host: str, port: int) -> None:
    """Refuse a port that something already listens on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken or not ours to use.", f"Choose another: footprint ui --port {port + 1}."
            ) from error


def _start(home: Settings, host: str, port: int, secret: str, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches only us, and we end the whole family in order.
        server = subprocess.Popen(
            [sys.executable, "-m", "orchestration.ui.server", "--host", host, "--port", str(port)],
            cwd=PROJECT_ROOT,
            env=os.environ | {"FOOTPRINT_HOME": str(home.root)},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    assert server.stdin is not None
    # Not on the command line, which every user of the machine can read. The pipe stays open as long as we live.
    with suppress(BrokenPipeError):
        server.stdin.write(f"{secret}\n".encode())
        server.stdin.flush()
    return server


def _watch(server: "subprocess.Popen[bytes]", host: str, port: int, secret: str, log: Path) -> int:
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    console = stderr()
    with console.status("Starting Dagster's pages ...") if console.is_terminal else nullcontext():
        ready = _await(server, address, port, secret)
    if not ready:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise CommandError("Dagster's pages did not start.", f"The end of {shown(log)}:\n{tail}")
    out = stdout()
    out.print(f"{HELD} Open [bold]{address}/?{KEY}={secret}[/]", soft_wrap=True)
    out.print(facts(("Lineage", f"{address}/asset-groups"), ("Runs", f"{address}/runs"), ("Log", shown(log))))
    out.print("[dim]The first address lets this browser in until Ctrl-C ends it; keep it to yourself.[/]")
    return server.wait()


def _await(server: "subprocess.Popen[bytes]", address: str, port: int, secret: str) -> bool:
    """Whether the server answers before it ends or patience does."""
    deadline = time.monotonic() + PATIENCE_TO_START
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(f"{address}/server_info", headers={"Cookie": f"{cookie_name(port)}={secret}"})
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with direct.open(asked, timeout=5):
                return True
        except OSError:
            time.sleep(0.3)
    return False


def _stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server and all it started: politely, then for good."""
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(PATIENCE_TO_STOP)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
    # Where the server itself was killed, what it had started is left.
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
