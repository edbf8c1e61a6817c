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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (`record_property("measured", …)`), whether they passed or not."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = [text for report in reports for name, text in getattr(report, "user_properties", ()) if name == "measured"]
    if lines:
        terminalreporter.section("measured against what is planted in the demo city")
        for line in dict.fromkeys(lines):
            terminalreporter.write_line(line)
