"""The process behind `footprint ui`: Dagster's pages behind the front, its daemon, and the server of our code.

Started with the secret on standard input, which stays open: once it closes, whoever started us is gone, however that
ended, and everything here ends too. Daemon and code server are told by the kernel when this process is killed. The code
server listens on a socket in a folder of the owner's, where no page of a browser can reach it.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
import yaml

from orchestration.settings import PROJECT_ROOT
from orchestration.ui.front import Front

PATIENCE = 5.0  # seconds that a child has to end by itself
LOCATION = "footprint"
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until standard input closes or somebody interrupts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    secret = sys.stdin.readline().strip()
    if not secret:
        sys.exit("footprint ui starts this process, and hands it the secret on standard input")
    try:
        with tempfile.TemporaryDirectory(prefix="footprint-ui-") as folder, family(Path(folder)) as workspace:
            serve(workspace, arguments.host, arguments.port, secret)
    finally:
        _end_group()


def serve(workspace: Path, host: str, port: int, secret: str) -> None:
    """Dagster's own application behind the front, until it is told to end."""
    from dagster import DagsterInstance
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster_webserver.app import create_app_from_workspace_process_context

    with (
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([str(workspace)])) as context,
    ):
        pages = create_app_from_workspace_process_context(context)
        front = Front(pages, secret, host, port)
        # Pages keep connections open for news of runs: they are not waited for long.
        config = uvicorn.Config(
            front, host=host, port=port, log_level="warning", server_header=False, timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
        server.run()


def _end_with_input(server: uvicorn.Server) -> None:
    """End the server once standard input is closed."""
    while sys.stdin.buffer.read(1):
        pass
    server.should_exit = True


def _end_group() -> None:
    """End what our children started, such as a run from the pages; only if the group is ours."""
    if os.getpgid(0) == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


@contextmanager
def family(folder: Path) -> Iterator[Path]:
    """The code server and the daemon; gives the workspace file that leads to our code. They end with the block."""
    socket, workspace = folder / "code.sock", folder / "workspace.yaml"
    location = {"socket": str(socket), "location_name": LOCATION}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": location}]}), encoding="utf-8")
    code = [
        *("-m", "dagster", "code-server", "start", "--socket", str(socket), "--location-name", LOCATION),
        *("-m", "orchestration.definitions", "--working-directory", str(PROJECT_ROOT), "--log-level", "warning"),
    ]
    daemon = ["-m", "dagster._daemon", "run", "-w", str(workspace), "--log-level", "info"]
    children = [_child(code)]
    try:
        _await(socket, children[0])
        children.append(_child(daemon))
        yield workspace
    finally:
        for child in reversed(children):
            child.send_signal(signal.SIGINT)
        for child in reversed(children):
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()


def _child(arguments: list[str]) -> "subprocess.Popen[bytes]":
    parent = os.getpid()

    def end_with_parent() -> None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before it could be watched
            os.kill(os.getpid(), signal.SIGKILL)

    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent,  # noqa: PLW1509  no thread has been started yet
    )


def _await(socket: Path, child: "subprocess.Popen[bytes]") -> None:
    """Wait until the code server listens."""
    while not socket.exists():
        if child.poll() is not None:
            sys.exit(f"The code server ended with {child.returncode}; see above.")
        threading.Event().wait(0.2)


if __name__ == "__main__":
    main()
