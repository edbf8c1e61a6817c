"""What a person reads when a run has ended: what was built and where, or what went wrong and how to mend it."""

import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from orchestration.catalog.model import cities
from orchestration.cli import release as releases
from orchestration.cli.console import FAILED, HELD, NOT_RUN, WARNED, argument, counted, facts, grid, shown, stdout
from orchestration.cli.errors import MEND_DISK_FULL, MEND_LOCK, disk_full, lock_held
from orchestration.gates.data_docs import LAYERS
from orchestration.publish.releases import current_release
from orchestration.run import RunOutcome, StepFailure, broken_cities
from orchestration.settings import Settings

QUERY = "select zone_name, n, rate_per_1000 from published.zone_summary where measure = 'calls' and status = 'ok' order by n desc limit 5"
OPEN = {"darwin": "open", "win32": "start"}.get(sys.platform, "xdg-open")


def show(home: Settings, chosen: list[str], outcome: RunOutcome) -> None:
    """The end of a run, for people."""
    out = stdout()
    out.print()
    if outcome.release:
        _show_release(out, home, chosen, outcome.release, outcome)
    for panel in failure_panels(outcome):
        out.print(panel)
    if not outcome.release:
        _show_no_release(out, home, chosen, outcome)
    out.print()


def _show_release(out: Console, home: Settings, chosen: list[str], folder: Path, outcome: RunOutcome) -> None:
    broken = broken_cities(outcome)
    titles = ", ".join(cities()[name].title for name in chosen if name not in broken)
    out.print(f"{HELD} [bold]Released[/] {titles} [dim]in {outcome.seconds:.0f} s[/]\n")
    if broken:
        left = ", ".join(cities()[name].title for name in sorted(broken))
        out.print(f"{FAILED} [bold]Left as it was[/] {left}: see below\n")
    with releases.opened(folder, home) as connection:
        out.print(releases.table_listing(releases.tables(connection)))
    out.print()
    out.print(gate_lines(outcome.gates))
    for warning in _warnings(outcome.gates):
        out.print(warning)
    out.print()
    out.print(
        facts(
            ("Release", shown(folder)),
            ("Ask it", f'footprint sql "{QUERY}"'),
            ("Lineage", "footprint ui"),
            ("Checks", _open_reports(home)),
        )
    )


def _show_no_release(out: Console, home: Settings, chosen: list[str], outcome: RunOutcome) -> None:
    current = current_release(home.releases)
    out.print(f"\n{FAILED} [bold]No new release[/] [dim]after {outcome.seconds:.0f} s[/]\n")
    wanted = sum(len(cities()[name].data_sets) for name in chosen)
    landed = ", ".join(data_set.data_set for data_set in outcome.landed) or "nothing"
    checked = [("Gates", gate_lines(outcome.gates)), ("Checks", _open_reports(home))] if outcome.gates else []
    readers = f"still get release {current.name}; it is unchanged" if current else "have no release yet"
    out.print(
        facts(
            ("Landed", f"{len(outcome.landed)} of {counted(wanted, 'data set')}: {landed}"),
            *checked,
            ("Readers", readers),
        )
    )


def _open_reports(home: Settings) -> str:
    return f"{OPEN} {argument(home.gates / 'data_docs' / 'index.html')}"


def gate_lines(gates: list[dict[str, Any]]) -> Any:
    """One line a gate: its layer and its verdict."""
    lines = grid("left", "left", "wrap")
    for layer in LAYERS:
        results = [result for result in gates if result["layer"] == layer]
        lines.add_row(*_gate_line(layer, results))
    return lines


def _gate_line(layer: str, results: list[dict[str, Any]]) -> tuple[str, str, str]:
    if not results:
        return NOT_RUN, f"gate {layer}", "[dim]not reached[/]"
    stops = sum(_stops(result) for result in results)
    warnings = sum(not result["success"] for result in results) - stops
    held = f"{sum(result['success'] for result in results)} of {counted(len(results), 'expectation')} hold"
    if stops:
        return FAILED, f"gate {layer}", f"{held}, {stops} stopped the run"
    return (
        (WARNED, f"gate {layer}", f"{held}, {counted(warnings, 'warning')}")
        if warnings
        else (HELD, f"gate {layer}", f"{counted(len(results), 'expectation')} hold")
    )


def _stops(result: dict[str, Any]) -> bool:
    return not result["success"] and result["severity"] == "critical"


def _warnings(gates: Iterable[dict[str, Any]]) -> list[Text]:
    return [
        Text.assemble(("! ", "yellow"), (f"{result['table']}: ", "bold"), result["message"])
        for result in gates
        if not result["success"] and not _stops(result)
    ]


def failure_panels(outcome: RunOutcome) -> list[Panel]:
    """One panel a failed step; for a gate, one for each table whose expectations stopped the run."""
    stopped = [result for result in outcome.gates if _stops(result)]
    layers = {result["layer"] for result in stopped}
    gates = [
        _panel(f"gate {layer}: {table}", _spaced([told(result["message"]) for result in results]))
        for (layer, table), results in groupby(stopped, key=lambda result: (result["layer"], result["table"]))
    ]
    steps = [failure for failure in outcome.failures if failure.step.removeprefix("gate_") not in layers]
    return [*(_panel(_title(failure.step), _failed_step(failure)) for failure in steps), *gates]


def _failed_step(failure: StepFailure) -> Group:
    if disk_full(failure.message):
        return Group(Text("The disk is full."), Text(MEND_DISK_FULL))
    if holder := lock_held(failure.message):
        return Group(Text(f"Another program has a database of the warehouse open: {holder}."), Text(MEND_LOCK))
    trace = [Text(""), Text(failure.trace.strip(), style="dim")] if failure.trace else []
    return Group(told(failure.message), *trace)


def told(message: str) -> Text:
    """A message in its three parts, each on a line: what was found, what was expected, how to mend it."""
    parts = re.split(r" (?=Expected: |To mend: )", message)
    text = Text("\n".join(parts))
    text.highlight_words(["Expected:", "To mend:"], style="bold")
    return text


def _spaced(texts: list[Text]) -> Group:
    return Group(*(part for text in texts for part in (text, Text("")))) if len(texts) > 1 else Group(*texts)


def _title(step: str) -> str:
    """landing__riverbend__calls_for_service as riverbend, calls_for_service."""
    return ", ".join(step.split("__")[1:]) if step.startswith("landing__") else step.replace("_", " ")


def _panel(title: str, body: Group) -> Panel:
    return Panel(body, title=f"[bold]{title}[/]", title_align="left", border_style="red", padding=(0, 1))
