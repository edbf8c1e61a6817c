"""`footprint run`: which cities, from which folder, and what a run says when it ends."""

import difflib
import gc
import json
import sys
from collections.abc import Collection, Mapping
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration.catalog.model import City, cities
from orchestration.cli.errors import USAGE, CommandError
from orchestration.cli.progress import RunProgress
from orchestration.publish.releases import current_release, read_manifest
from orchestration.run import RunOutcome, run
from orchestration.settings import Settings
from orchestration.statistics.scenario_files import scenarios

NOTHING_TO_LAND = CommandError(
    "No city has raw exports under incoming/.",
    "footprint demo writes those of an invented city there; "
    "footprint run --city NAME --from DIR takes a city's exports from any other folder.",
)


def choose(
    asked: list[str], folder: Path | None, incoming: Path, known: Mapping[str, City]
) -> tuple[list[str], Path | None]:
    """The cities a run lands, and the folder it takes them from: None for incoming/ and the portals.

    Cities that are not named are those with files under incoming/: nothing is pulled that nobody asked for.
    A folder for one city holds its files or a folder named for it; one for several holds a folder for each.
    """
    for name in asked:
        if name not in known:
            raise CommandError(f"There is no city called {name!r}.", _closest(name, known), USAGE)
    if folder is None:
        return _from_incoming(asked, incoming, known), None
    if len(asked) == 1:
        own = folder / asked[0]
        return asked, own if own.is_dir() else folder
    found = [name for name in asked or known if _holds_files(folder / name)]
    missing = [name for name in asked if name not in found]
    if missing or not found:
        raise CommandError(
            f"{folder} has no folder called {' or '.join(missing or known)} with files in it.",
            "Name the city with --city if the folder holds its files; for several, give each its own folder there.",
            USAGE,
        )
    return (found, folder) if len(found) > 1 else (found, folder / found[0])


def _from_incoming(asked: list[str], incoming: Path, known: Mapping[str, City]) -> list[str]:
    found = [name for name in asked or known if _holds_files(incoming / name)]
    if not found and not asked:
        raise NOTHING_TO_LAND
    if missing := [name for name in asked if name not in found and not known[name].has_portal]:
        raise CommandError(
            f"There are no files in {' or '.join(str(incoming / name) for name in missing)}.",
            f"Put the raw exports there, or name their folder: footprint run --city {missing[0]} --from DIR.",
        )
    return asked or found


def check_accepted(accepted: list[str], chosen: list[str], known: Mapping[str, City]) -> None:
    """Refuse a data set that no chosen city has: a slip would look like consent and be none."""
    data_sets = {data_set for name in chosen for data_set in known[name].data_sets}
    for name in accepted:
        if name not in data_sets | {"all"}:
            raise CommandError(f"There is no data set called {name!r}.", _closest(name, data_sets | {"all"}), USAGE)


def _closest(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(known))}."


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.name[0] != "." for path in folder.iterdir())


def run_cities(
    home: Settings,
    asked: list[str],
    folder: Path | None,
    accepted: list[str],
    as_json: bool,
    from_current: bool = False,
) -> int:
    """Run, report, and return the exit code."""
    chosen, source = choose(asked, folder, home.incoming, cities())
    check_accepted(accepted, chosen, cities())
    # The marts made of them come last: a mistake is told before the run, not at its end.
    scenarios(home.scenario_folder)
    home.create_folders()
    # What a library prints while the run goes on must not get into the answer.
    with redirect_stdout(sys.stderr), RunProgress() as progress:
        outcome = run(chosen, source, accepted, progress, from_current)
    if as_json:
        print(json.dumps(as_data(home, chosen, outcome), ensure_ascii=False))
    else:
        from orchestration.cli.report import show

        show(home, chosen, outcome)
    return 0 if outcome.success else 1


def as_data(home: Settings, chosen: list[str], outcome: RunOutcome) -> dict[str, Any]:
    """How a run ended, as data."""
    current = current_release(home.releases)
    manifest = read_manifest(outcome.release) if outcome.release else None
    return {
        "success": outcome.success,
        "run_id": outcome.run_id,
        "cities": chosen,
        "seconds": round(outcome.seconds, 1),
        "release": manifest
        and {"release_id": manifest.release_id, "folder": str(outcome.release), "tables": manifest.tables},
        "current_release": current.name if current else None,
        "landed": [asdict(data_set) for data_set in outcome.landed],
        "failures": [asdict(failure) for failure in outcome.failures],
        "gates": outcome.gates,
        "gate_reports": str(home.gates / "data_docs" / "index.html"),
    }


def hasten_exit() -> None:
    """Let the interpreter end at once.

    On its way out it looks for garbage among the millions of objects of dbt's and Dagster's graphs, for seconds,
    though the process's memory is about to be given back whole. What is frozen it passes by.
    """
    gc.freeze()
