"""What `footprint city` does and says."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from orchestration.catalog.model import cities
from orchestration.cities import check as checks
from orchestration.cities.draft import as_data, draft, look
from orchestration.cities.overrule import Said
from orchestration.cities.portal import fetch_sample, recognise
from orchestration.cities.scaffold import CityExistsError, NewCity, write
from orchestration.cli.console import HELD, WARNED, counted, facts, listing, shown, stdout
from orchestration.cli.errors import USAGE, CommandError
from orchestration.ingest.errors import SourceError
from orchestration.settings import PROJECT_ROOT, settings

STYLE = {"high": "green", "medium": "yellow", "low": "red"}


def new(
    name: str,
    folder: Path | None,
    url: str | None,
    title: str | None,
    time_zone: str | None,
    said: Said,
    is_asking: bool,
) -> dict[str, Any]:
    """Look, guess, ask for what is missing, and write."""
    if name in cities():
        raise CommandError(f"There is a city called {name!r} already.", "Choose another name.", USAGE)
    source: dict[str, Any] | None = None
    address: str | None = None
    try:
        if folder is not None:
            guesses, passed = look(folder, said)
        else:
            portal = recognise(url or "")
            with tempfile.TemporaryDirectory(prefix="footprint-sample-") as scratch:
                fetch_sample(portal, Path(scratch))
                guesses, passed = look(Path(scratch), said)
            source, address = portal.source, portal.address
        if not guesses and passed:
            told_why = "; ".join(f"{file}: {why}" for file, why in passed.items())
            raise CommandError("No file could be recognised.", told_why, USAGE)
        city = draft(name, guesses, title, time_zone, source, address)
        if is_asking and sys.stdin.isatty():
            city = _asked(city, title, time_zone)
        written = write(city, PROJECT_ROOT)
    except SourceError as error:
        raise CommandError(str(error)) from error
    except (CityExistsError, ValueError) as error:
        raise CommandError(f"{error}.", "", USAGE) from error
    return as_data(city, passed, written)


def _asked(city: NewCity, title: str | None, time_zone: str | None) -> NewCity:
    """The city with what its keeper knows better."""
    from dataclasses import replace

    if title is None:
        city = replace(city, title=typer.prompt("Title of the city", default=city.title, err=True))
    if time_zone is None:
        from zoneinfo import available_timezones

        answer = typer.prompt("Time zone", default=city.time_zone, err=True)
        while answer not in available_timezones():
            answer = typer.prompt(f"{answer} is no time zone such as America/Chicago. Time zone", err=True)
        city = replace(city, time_zone=answer)
    return city


def show_new(found: dict[str, Any]) -> None:
    """A draft, for people: each guess with how sure it is."""
    out = stdout()
    out.print()
    for data_set in found["data_sets"]:
        out.print(
            Text.assemble(
                (data_set["name"], "bold"),
                f"  {', '.join(data_set['files'])}, {counted(data_set['rows'], 'row')}, {data_set['entity']} ",
                (data_set["sure"], STYLE[data_set["sure"]]),
            )
        )
        table = listing("Canonical", "Column", "Sure", "Why…", wrap=True)
        for role, guess in data_set["columns"].items():
            columns = f"{guess['column']} + {guess['clock']}" if guess["clock"] else guess["column"]
            table.add_row(role, columns, Text(guess["sure"], style=STYLE[guess["sure"]]), Text(guess["why"]))
        for column, why in data_set["drop"].items():
            table.add_row("dropped", column, "", Text(why))
        for column, why in data_set["unread"].items():
            table.add_row("not read", column, "", Text(why))
        out.print(table)
        for doubt in data_set["doubts"]:
            out.print(Text.from_markup(f"{WARNED} ") + Text(doubt))
        out.print()
    for name, why in found["passed_over"].items():
        out.print(Text.from_markup(f"{WARNED} ") + Text(f"{name}: {why}"))
    out.print(
        facts(
            ("Time zone", found["time_zone"]),
            ("Written", "\n".join(shown(Path(path)) for path in found["written"])),
            (
                "Next",
                f"read the drafts, then footprint run --city {found['city']}, then footprint city check {found['city']}",
            ),
        )
    )
    out.print()


def check(name: str) -> dict[str, Any]:
    """What is doubtful in a city. CommandError (2) where there is nothing to look at."""
    if name not in cities():
        raise CommandError(f"There is no city called {name!r}.", f"There are: {', '.join(cities())}.", USAGE)
    database = settings().warehouse_database
    if not database.exists():
        raise CommandError("No run has left tables to look at.", f"footprint run --city {name} makes them.", USAGE)
    findings = checks.check(database, cities()[name])
    if findings is None:
        raise CommandError(f"The last run did not hold {name}.", f"footprint run --city {name} brings it in.", USAGE)
    return {
        "city": name,
        "findings": [vars(finding) for finding in findings],
        "next": checks.next_step(name, findings),
    }


def show_check(found: dict[str, Any]) -> None:
    """What is doubtful, for people."""
    out = stdout()
    out.print()
    if not found["findings"]:
        out.print(f"{HELD} Nothing in {found['city']} looks missing or doubtful.")
    for finding in found["findings"]:
        out.print(Text.from_markup(f"{WARNED} ") + Text(f"{finding['table']}: {finding['found']}", style="bold"))
        out.print(Text(f"  {finding['mend']}", style="dim"))
    out.print(facts(("Next", found["next"])))
    out.print()
