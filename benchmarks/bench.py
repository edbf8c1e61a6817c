"""`make bench`: the pipeline's time and memory on the demo city, beside a bare DuckDB script and CSV to Parquet alone.

For each size the three run one after the other, each a process of its own, the pipeline as `footprint run` in a new
warehouse folder. Afterwards the marts of script and pipeline are compared: both must have done the same work.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import psutil  # type: ignore[import-untyped]
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Measured, measure
from benchmarks.same_marts import differences
from orchestration.demo import generate
from orchestration.settings import PROJECT_ROOT, settings

CITY = "riverbend"
SIZES = [250_000, 1_000_000, 10_000_000]
REPEATED_BELOW = 10_000_000  # larger sizes take minutes and vary little

RATIO_ASKED = 2.0
PEAK_ASKED = 4e9
FIXED_COST_ASKED = 15.0


@dataclass(frozen=True)
class Result:
    """What one size took: each list has one entry a repetition."""

    calls: int
    csv_to_parquet: list[Measured]
    bare: list[Measured]
    pipeline: list[Measured]
    differing_marts: list[str]

    @property
    def seconds(self) -> tuple[float, float, float]:
        """Median wall time of CSV to Parquet, bare script and pipeline."""
        return _seconds(self.csv_to_parquet), _seconds(self.bare), _seconds(self.pipeline)

    @property
    def peak_bytes(self) -> int:
        """The most memory any repetition of the pipeline held."""
        return max(measured.peak_bytes for measured in self.pipeline)


def run_size(folder: Path, calls: int, repeat: int, say: Callable[[str], None]) -> Result:
    """Time one size."""
    exports = exported(folder, calls, say)
    plan = folder / "plan.json"
    out = folder / "run"
    csv_to_parquet, bare, pipeline = [], [], []
    differing: list[str] = []
    for number in range(repeat):
        say(f"{calls:,} calls, {number + 1} of {repeat}")
        csv_to_parquet.append(_time("benchmarks.csv_to_parquet", exports, _fresh(out / "parquet")))
        shutil.rmtree(out / "parquet")
        bare.append(_time("benchmarks.bare", plan, exports, CITY, _fresh(out / "bare")))
        home = _fresh(out / "home")
        footprint = Path(sys.executable).with_name("footprint")
        command = [str(footprint), "run", "--city", CITY, "--from", str(exports)]
        pipeline.append(measure(command, {"FOOTPRINT_HOME": str(home)}))
        if number == 0:
            released = home / "releases" / "current" / "analyst.duckdb"
            differing = differences(out / "bare" / "analyst.duckdb", released, json.loads(plan.read_text())["marts"])
    shutil.rmtree(out)
    return Result(calls, csv_to_parquet, bare, pipeline, differing)


def exported(folder: Path, calls: int, say: Callable[[str], None]) -> Path:
    """The demo city's exports of a size: those of an earlier benchmark, or new ones."""
    exports = folder / f"demo-{calls}"
    if not (exports / "planted_truth.json").exists():
        say(f"making the demo city with {calls:,} calls")
        unfinished = _fresh(folder / f".demo-{calls}")
        generate(unfinished, calls)
        unfinished.rename(exports)
    return exports


def _time(module: str, *arguments: Path | str) -> Measured:
    return measure([sys.executable, "-m", module, *map(str, arguments)], {"PYTHONPATH": str(PROJECT_ROOT)})


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _seconds(measured: list[Measured]) -> float:
    return median(one.seconds for one in measured)


def table(results: list[Result]) -> Table:
    """The results as people read them."""
    shown = Table(box=SIMPLE_HEAD, title="The demo city, from raw exports to a release", title_justify="left")
    for heading in (
        "calls",
        "CSV to Parquet",
        "bare script",
        "pipeline",
        "÷ bare",
        "÷ CSV to Parquet",
        "− bare",
        "peak",
    ):
        shown.add_column(heading, justify="right")
    for result in results:
        csv_to_parquet, bare, pipeline = result.seconds
        shown.add_row(
            f"{result.calls:,}",
            f"{csv_to_parquet:.1f} s",
            f"{bare:.1f} s",
            f"{pipeline:.1f} s",
            f"{pipeline / bare:.2f}",
            f"{pipeline / csv_to_parquet:.1f}",
            f"{pipeline - bare:.1f} s",
            f"{result.peak_bytes / 1e9:.2f} GB",
        )
    return shown


def verdicts(results: list[Result]) -> list[str]:
    """What was asked of the sizes that were run, and whether it was met: the ratio is asked at 10 million calls."""
    smallest, largest = results[0], results[-1]
    _, bare, pipeline = largest.seconds
    fixed = smallest.seconds[2] - smallest.seconds[1]
    peak = max(result.peak_bytes for result in results)
    ratio = (
        pipeline / bare <= RATIO_ASKED,
        f"{pipeline / bare:.2f} times the bare script at {largest.calls:,} calls",
        f"at most {RATIO_ASKED:.0f}",
    )
    checks = [
        *([ratio] if largest.calls >= SIZES[-1] else []),
        (peak < PEAK_ASKED, f"peak {peak / 1e9:.2f} GB", f"under {PEAK_ASKED / 1e9:.0f} GB"),
        (
            fixed < FIXED_COST_ASKED,
            f"{fixed:.1f} s of orchestration and gates at {smallest.calls:,} calls",
            f"under {FIXED_COST_ASKED:.0f} s",
        ),
    ]
    return [f"{'✓' if met else '✗'}  {found} (asked: {asked})" for met, found, asked in checks]


def as_data(results: list[Result]) -> dict[str, Any]:
    """The results and the machine, as data."""
    return {
        "machine": {
            "processors": os.cpu_count(),
            "memory_bytes": psutil.virtual_memory().total,
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "versions": {name: version(name) for name in ("duckdb", "dbt-core", "dagster", "great-expectations")},
        "results": [asdict(result) for result in results],
    }


def main() -> int:
    """Run the benchmark; 1 if script and pipeline made different marts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of calls")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of the sizes below 10 million")
    parser.add_argument("--folder", type=Path, default=settings().root / "benchmark", help="where exports are kept")
    parser.add_argument("--json", type=Path, help="file to write the results to, as data")
    asked = parser.parse_args()
    console = Console()
    folder: Path = asked.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)

    def say(message: str) -> None:
        console.print(message, style="dim")

    # What the set-up leaves behind, made anew for a working copy that has changed since.
    measure([sys.executable, "-m", "orchestration.transform.project"], {"PYTHONPATH": str(PROJECT_ROOT)})
    say("rendering the SQL of the bare script")
    measure(
        [sys.executable, "-m", "benchmarks.plan", str(folder / "plan.json")],
        {"PYTHONPATH": str(PROJECT_ROOT), "FOOTPRINT_HOME": str(_fresh(folder / "dbt"))},
    )
    results = [
        run_size(folder, calls, asked.repeat if calls < REPEATED_BELOW else 1, say) for calls in sorted(asked.sizes)
    ]
    console.print(table(results))
    for line in verdicts(results):
        console.print(line)
    differing = [f"{result.calls:,} calls: {line}" for result in results for line in result.differing_marts]
    for line in differing:
        console.print(f"✗  not the same mart: {line}")
    if asked.json:
        asked.json.write_text(json.dumps(as_data(results), indent=2), encoding="utf-8")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
