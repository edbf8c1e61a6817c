"""`footprint repair` and `footprint prune`: what was mended, and what is no longer kept."""

import json
from dataclasses import asdict

from rich.text import Text

from orchestration.cli.console import FAILED, HELD, counted, stdout
from orchestration.settings import Settings


def repair(home: Settings, as_json: bool) -> int:
    """Mend the warehouse, say what was done, and return the exit code: 1 where something is left to a person."""
    from orchestration.repair import repair as mend

    found = mend(home)
    if as_json:
        print(json.dumps(asdict(found) | {"release": found.release and found.release.name}))
        return 1 if found.left else 0
    out = stdout()
    for line in found.done:
        out.print(Text(f"- {line}"))
    for line in found.left:
        out.print(FAILED, Text(line))
    if found.release:
        nothing = "" if found.done or found.left else "Nothing was broken. "
        out.print(HELD, Text(f"{nothing}Readers get release {found.release.name}, every byte of which is sound."))
    elif not found.left:
        out.print(Text("There is no release yet, and nothing to repair."))
    return 1 if found.left else 0


def prune(home: Settings, as_json: bool) -> None:
    """Delete what is no longer kept, and say how much that was."""
    from orchestration.event_log import open_instance
    from orchestration.prune import prune as forget
    from orchestration.publish.releases import prune as prune_releases
    from orchestration.run import prepare_instance
    from orchestration.run_lock import only_run

    prepare_instance(home)
    with only_run(home.root), open_instance(home.dagster_home) as instance:
        releases = prune_releases(home.releases, home.keep_releases)
        found = forget(home, instance)
    if as_json:
        print(json.dumps({"releases": len(releases)} | asdict(found)))
        return
    out = stdout()
    told = {
        "release": len(releases),
        "run": found.runs,
        "gate report": found.gate_reports,
        "load": found.loads,
        "landing": found.landings,
        "leftover": found.leftovers,
    }
    out.print(Text(f"Deleted {', '.join(counted(number, thing) for thing, number in told.items())}."))
    for note in found.notes:
        out.print(Text(note))
