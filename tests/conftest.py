"""What every test stands on: a warehouse folder of its own, whatever the developer's environment says.

Modules are imported, and with them settings read, while tests are still being collected; so this cannot be a
fixture. Fixtures that run the pipeline are in integration/conftest.py.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Point this process, and what it starts, at an empty warehouse folder."""
    for name in [name for name in os.environ if name.startswith(("FOOTPRINT_", "DAGSTER_"))]:
        del os.environ[name]
    config.stash[_HOME] = Path(tempfile.mkdtemp(prefix="footprint-tests-"))
    os.environ["FOOTPRINT_HOME"] = str(config.stash[_HOME] / "warehouse")
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the folder away again."""
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)
