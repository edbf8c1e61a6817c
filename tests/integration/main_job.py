"""Runs the main job over each of some folders in turn, and prints every outcome as a line of JSON.

A program, not a module of tests: settings, Dagster's home and dbt's manifest are read once a process, so fixtures
start one process a warehouse folder. With `--kill-at module:function` it ends itself by SIGKILL, as a power cut
would end it, when that function is called; `--call` counts the call, `--after` waits some seconds into it.
"""

import argparse
import importlib
import json
import os
import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.run import run


def kill_at(target: str, call: int, after: float) -> None:
    """Replace a function by one that kills this process at its nth call."""
    module_name, _, name = target.partition(":")
    module = importlib.import_module(module_name)
    original, calls = getattr(module, name), 0

    def killing(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            if not after:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return original(*arguments, **named)

    setattr(module, name, killing)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("city")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--kill-at")
    parser.add_argument("--call", type=int, default=1)
    parser.add_argument("--after", type=float, default=0)
    arguments = parser.parse_args()
    if arguments.kill_at:
        kill_at(arguments.kill_at, arguments.call, arguments.after)
    for folder in arguments.folders:
        outcome = run(arguments.city.split(","), folder, accept_shrink=[])
        print(json.dumps(asdict(outcome), default=str), flush=True)


if __name__ == "__main__":
    main()
