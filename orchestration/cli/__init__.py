"""The command line `footprint`. Its parts import what is heavy only when a command runs: `--help` answers at once."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - installed by copying, nothing else would say so
    sys.exit(
        f"footprint needs Python 3.11 or newer and this is {sys.version.split()[0]}: "
        "make the environment anew with a newer Python."
    )

from orchestration.cli.main import app

__all__ = ["app"]
