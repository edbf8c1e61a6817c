"""`footprint status`: what readers get now, what it was made from, and how old that is."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from orchestration.cli import release as releases
from orchestration.cli.console import FAILED, HELD, WARNED, counted, facts, listing, moment, shown, since, stdout
from orchestration.publish.releases import Release, read_manifest
from orchestration.publish.soundness import REPAIR, faults, kept_releases, state
from orchestration.settings import Settings


def status(home: Settings, now: datetime) -> dict[str, Any]:
    """The state of the warehouse, as data; release is None before the first one."""
    stands = state(home.releases)
    folder = stands.current
    kept = [path for path in kept_releases(home.releases) if path != folder]
    others = [_summary(read_manifest(path)) for path in kept if not faults(path)]
    if folder is None:
        return {
            "home": str(home.root),
            "wrong": list(stands.wrong),
            "release": None,
            "loads": [],
            "tables": [],
            "gates": {},
            "other_releases": others,
        }
    manifest = read_manifest(folder)
    with releases.opened(folder, home) as connection:
        loads, tables = releases.loads(connection), releases.tables(connection)
    return {
        "home": str(home.root),
        "wrong": list(stands.wrong),
        "release": _summary(manifest) | {"folder": str(folder), "run_id": manifest.run_id},
        "loads": [
            asdict(load)
            | {
                "landed_at": load.landed_at.replace(tzinfo=UTC).isoformat(),
                "age_seconds": int((now - load.landed_at.replace(tzinfo=UTC)).total_seconds()),
            }
            for load in loads
        ],
        "tables": [asdict(table) for table in tables],
        "gates": _gates(manifest),
        "other_releases": others,
    }


def _summary(manifest: Release) -> dict[str, Any]:
    return {
        "release_id": manifest.release_id,
        "created_at": manifest.created_at.isoformat(),
        "version": manifest.version,
        "bytes": sum(file.bytes for file in manifest.files),
    }


def _gates(manifest: Release) -> dict[str, Any]:
    warnings = [result for result in manifest.gates if not result["success"]]
    return {
        "expectations": len(manifest.gates),
        "hold": len(manifest.gates) - len(warnings),
        "warnings": [
            {name: result[name] for name in ("layer", "table", "expectation", "message")} for result in warnings
        ],
    }


def show(found: dict[str, Any], now: datetime) -> None:
    """The state of the warehouse, for people."""
    out = stdout()
    for line in found["wrong"]:
        out.print(FAILED, Text(f"{line}."))
    if found["wrong"]:
        out.print(Text(REPAIR))
    if found["release"] is None and found["wrong"]:
        return
    if found["release"] is None:
        out.print(Text(f"{releases.NO_RELEASE.message} {releases.NO_RELEASE.mend}"))
        return
    made = datetime.fromisoformat(found["release"]["created_at"])
    others = [other["release_id"] for other in found["other_releases"]]
    out.print()
    out.print(
        facts(
            ("Release", Text(found["release"]["release_id"], style="bold")),
            ("Made", f"{moment(made)}, {since(made, now)}"),
            ("Folder", shown(Path(found["release"]["folder"]))),
            ("Tables", f"{len(found['tables'])}; footprint sql .tables lists them"),
            ("Gates", Group(_verdict(found["gates"]), *(Text(w["message"]) for w in found["gates"]["warnings"]))),
            ("Older", ", ".join(others) or "no other release kept"),
        )
    )
    out.print()
    out.print(_load_listing(found["loads"], now))
    out.print()


def _verdict(gates: dict[str, Any]) -> str:
    checked, warnings = counted(gates["expectations"], "expectation"), len(gates["warnings"])
    return (
        f"{WARNED} {gates['hold']} of {checked} hold, {counted(warnings, 'warning')}"
        if warnings
        else f"{HELD} all {checked} hold"
    )


def _load_listing(loads: list[dict[str, Any]], now: datetime) -> Table:
    made_from = listing("City", "Data set", ">Rows", ">Unreadable lines", "Landed", "Age")
    city = ""
    for load in loads:
        landed = datetime.fromisoformat(load["landed_at"])
        made_from.add_row(
            load["city"] if load["city"] != city else "",
            load["data_set"],
            f"{load['rows']:,}",
            f"{load['rejected_lines']:,}" if load["rejected_lines"] else "[dim]0[/]",
            f"[dim]{moment(landed)}[/]",
            since(landed, now),
        )
        city = load["city"]
    return made_from
