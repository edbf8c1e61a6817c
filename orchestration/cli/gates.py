"""`footprint gates`: what the last run's gates found, and where the reports lie."""

import json
from pathlib import Path
from typing import Any

from orchestration.cli.console import FAILED, HELD, WARNED, argument, facts, listing, stdout
from orchestration.cli.errors import CommandError
from orchestration.cli.report import OPEN, gate_lines, told
from orchestration.gates.data_docs import LAYERS
from orchestration.publish.releases import current_release, read_manifest
from orchestration.settings import Settings


def last_gates(home: Settings) -> dict[str, Any]:
    """The gates of the run that checked last, as data."""
    reports = [path for layer in LAYERS for path in home.gates.glob(f"*/{layer}.json")]
    if not reports:
        raise CommandError(
            "No gate has checked anything yet.", "footprint run builds a release and checks it on the way."
        )
    folder = max(reports, key=lambda path: path.stat().st_mtime).parent
    found = [
        json.loads(path.read_text(encoding="utf-8")) for layer in LAYERS if (path := folder / f"{layer}.json").exists()
    ]
    current = current_release(home.releases)
    return {
        "run_id": folder.name,
        "checked_at": found[0]["checked_at"],
        "success": all(report["success"] for report in found),
        "released": current is not None and read_manifest(current).run_id == folder.name,
        "results": [result for report in found for result in report["results"]],
        "reports": str(home.gates / "data_docs" / "index.html"),
    }


def show(found: dict[str, Any]) -> None:
    """The gates of a run, for people: every expectation, then in full what does not hold."""
    out = stdout()
    out.print()
    table = listing("Layer", "Table", "Expectation…", "Verdict")
    before: tuple[str, str] = ("", "")
    for result in found["results"]:
        place = (result["layer"], result["table"])
        table.add_row(
            place[0] if place[0] != before[0] else "",
            place[1] if place != before else "",
            result["expectation"].replace("_", " "),
            _verdict(result),
        )
        before = place
    out.print(table)
    for result in found["results"]:
        if not result["success"]:
            out.print()
            out.print(f"{_verdict(result)}: [bold]{result['table']}, {result['expectation'].replace('_', ' ')}[/]")
            out.print(told(result["message"]))
    out.print()
    out.print(gate_lines(found["results"]))
    out.print()
    outcome = "made the current release" if found["released"] else "did not make the current release"
    out.print(
        facts(
            ("Run", f"{found['run_id']}, checked {found['checked_at']} UTC; it {outcome}"),
            ("Reports", f"{OPEN} {argument(Path(found['reports']))}"),
        )
    )
    out.print()


def _verdict(result: dict[str, Any]) -> str:
    if result["success"]:
        return f"{HELD} holds"
    return f"{FAILED} failed" if result["severity"] == "critical" else f"{WARNED} {result['severity']}"
