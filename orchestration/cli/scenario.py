"""`footprint scenario`: hours and money before and after, for a scenario file that no run has computed yet."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.cli import release
from orchestration.cli.console import facts, listing, stdout
from orchestration.cli.errors import USAGE, CommandError
from orchestration.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table


def computed(home: Settings, file: Path, city: str | None) -> dict[str, Any]:
    """The rows of budget.scenario that a run would make of `file`, from the current release."""
    from orchestration.statistics.scenario import READS, scenario_rows
    from orchestration.statistics.scenario_files import read_scenario

    scenario = read_scenario(file)
    with release.opened(release.current(home), home) as connection:
        there = {table.name for table in release.tables(connection)}
        if missing := [table for table in READS if table not in there]:
            raise CommandError(f"The current release has no {missing[0]}.", "Make a new one: footprint run.")
        rows = scenario_rows(connection, [scenario])
    rows = [row for row in rows if city in (None, row["city"])]
    if not rows:
        raise CommandError(
            f"{file}: no calls of {city or ', '.join(scenario.cities) or 'any city'} in the current release.",
            "footprint status lists its cities and data sets.",
            USAGE,
        )
    return {"scenario": scenario.name, "title": scenario.title, "rows": rows}


def show(found: dict[str, Any]) -> None:
    """The scenario for people: a table a city and budget phase, then how to read it."""
    out = stdout()
    out.print(f"\n[bold]{found['title']}[/]")
    for city, phase in dict.fromkeys((row["city"], row["phase"]) for row in found["rows"]):
        rows = [row for row in found["rows"] if (row["city"], row["phase"]) == (city, phase)]
        out.print(f"\n{city}, {phase} budget" if phase != "(none)" else f"\n{city}, no budget")
        out.print(_table(rows))
        whole = rows[0]
        if whole.get("spending_before") is not None:
            out.print(
                facts(
                    ("spending before", f"${whole['spending_before']:,.0f}, the police budget"),
                    ("after", f"${_range(whole, 'spending_after')}, with responders"),
                )
            )
        for reason in dict.fromkeys(row[name] for row in rows for name in ("reason", "money_reason") if row[name]):
            out.print(f"[yellow]![/] {reason}")
    out.print(f"\nRanges: low to high ends of the file. {found['rows'][0]['note'].capitalize()}.\n")


def _table(rows: list[dict[str, Any]]) -> "Table":
    table = listing(
        "Move…", ">Calls moved", ">Police hours before", ">freed", ">Responder $", ">Time value $", wrap=True
    )
    for row in rows:
        table.add_row(
            row["responder"],
            _range(row, "calls_moved"),
            f"{row['police_hours_before']:,.0f}" if row.get("police_hours_before") is not None else "not known",
            *(_range(row, name) for name in ("police_hours_freed", "responder_cost", "time_value")),
        )
    return table


def _range(row: dict[str, Any], name: str) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    return "not known" if low is None or high is None else f"{low:,.0f}–{high:,.0f}"
