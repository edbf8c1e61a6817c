"""The commands of `footprint`: their options and help. What they do is in the modules beside this one.

Nothing heavy is imported here: each command imports its own part when it runs.
"""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import city, crosswalk
from orchestration.cli.errors import USAGE, CommandError, told

DEMO_CITY = "riverbend"
DEMO_SEED = 20240101
FLAG = " "  # a flag takes no value, so the help names no type for it

app = typer.Typer(
    name="footprint",
    help="A public-safety data warehouse: raw exports of a city in, checked and documented tables out.",
    epilog="Begin with: footprint demo, then footprint run, then footprint sql.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    # The traceback of a fault must not print the values of variables: they could be somebody's.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(city.app, name="city", rich_help_panel="Build")
app.add_typer(crosswalk.app, rich_help_panel="Build")
Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print the answer as JSON.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"footprint {version('footprint')}")
        raise typer.Exit


@app.callback()
def footprint(
    version: Annotated[
        bool,
        typer.Option("--version", metavar=FLAG, callback=_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """See the commands."""


@app.command(rich_help_panel="Build")
def demo(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder to write to; else incoming/riverbend of the warehouse.", show_default=False
        ),
    ] = None,
    calls: Annotated[int, typer.Option(metavar="N", help="Calls for service.")] = 250_000,
    years: Annotated[int, typer.Option(metavar="Y", help="Years they cover.")] = 2,
    seed: Annotated[int, typer.Option(metavar="S", help="The same seed gives the same city.")] = DEMO_SEED,
) -> None:
    """Write the raw exports of an invented city.

    They look like those of real portals, with errors to catch and patterns that are known because they were planted.

    Examples:
      footprint demo
      footprint demo --calls 20000 --out exports
    """
    with told():
        from orchestration.cli.demo import write
        from orchestration.settings import settings

        write(settings(), out, calls, years, seed)


@app.command(rich_help_panel="Build")
def run(
    city: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="City of the catalog; may be given more than once. It is pulled from its portals, or from its files "
            "under incoming/. Without: all cities with files there.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Folder of the raw exports; for several cities, one in it for each.",
        ),
    ] = None,
    accept_shrink: Annotated[
        list[str] | None,
        typer.Option(metavar="DATA_SET", help="Data set that may have lost rows since the last release, or all."),
    ] = None,
    from_current: Annotated[
        bool,
        typer.Option(
            "--from-current",
            metavar=FLAG,
            help="Start from what current names, even if that is less than the newest sound release.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Land raw exports, build and check every layer, and release the result.

    Readers keep the former release until the new one has passed all gates.

    Examples:
      footprint run
      footprint run --city seattle --from exports
      footprint run --city seattle --accept-shrink crimes
    """
    with told(as_json):
        from orchestration.cli.running import hasten_exit, run_cities
        from orchestration.settings import settings

        code = run_cities(settings(), city or [], folder, accept_shrink or [], as_json, from_current)
        hasten_exit()
    raise typer.Exit(code)


@app.command(rich_help_panel="Keep")
def repair(as_json: Json = False) -> None:
    """Make the newest sound release current, and read again from landing what is damaged of its loads.

    Every byte is looked at. What is broken is set aside, not deleted; the answer says what was done.

    Examples:
      footprint repair
      footprint repair --json
    """
    with told(as_json):
        from orchestration.cli.keeping import repair as mend
        from orchestration.settings import settings

        code = mend(settings(), as_json)
    raise typer.Exit(code)


@app.command(rich_help_panel="Keep")
def prune(as_json: Json = False) -> None:
    """Delete what the settings no longer keep: histories of runs, reports of gates, loads and landings not in use.

    Every run ends with it; FOOTPRINT_KEEP_RUNS, _KEEP_RAW_DAYS, _KEEP_LANDING_DAYS and _KEEP_RELEASES say how much.

    Examples:
      footprint prune
    """
    with told(as_json):
        from orchestration.cli.keeping import prune as forget
        from orchestration.settings import settings

        forget(settings(), as_json)


@app.command(rich_help_panel="Read")
def status(as_json: Json = False) -> None:
    """Show what is released, what it was made from, and how old that is.

    Age counts from when a data set last landed changed.

    Examples:
      footprint status
      footprint status --json
    """
    with told(as_json):
        import json
        from datetime import UTC, datetime

        from orchestration.cli import status as statuses
        from orchestration.settings import settings

        now = datetime.now(UTC)
        found = statuses.status(settings(), now)
        print(json.dumps(found, ensure_ascii=False)) if as_json else statuses.show(found, now)


@app.command(rich_help_panel="Read")
def sql(
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="SQL of DuckDB. Without: a shell.", show_default=False)
    ] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", metavar=FLAG, help="Print the answer as CSV.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Rows to give at most.", show_default=False)
    ] = None,
) -> None:
    """Ask the current release, read-only.

    A table is found by its name alone or with its schema. Nothing can be changed and no other file be read.

    Examples:
      footprint sql
      footprint sql .tables
      footprint sql ".schema demand.fct_calls"
      footprint sql "select city, count(*) from demand.fct_calls group by city"
      footprint sql --csv "from published.zone_summary" > zone_summary.csv
    """
    with told(as_json):
        if as_json and as_csv:
            raise CommandError("--json and --csv exclude each other.", "Choose one.", USAGE)
        from orchestration.cli import shell
        from orchestration.settings import settings

        answer = shell.as_json if as_json else shell.as_csv if as_csv else shell.as_table
        shell.ask(settings(), query, answer, limit)


@app.command(rich_help_panel="Read")
def export(
    public: Annotated[
        Path | None,
        typer.Option("--public", metavar="DIR", help="Folder for the public product.", show_default=False),
    ] = None,
    analyst: Annotated[
        Path | None,
        typer.Option(
            "--analyst",
            metavar="DIR",
            help="Folder for the analysts' product, which has a row per call: read docs/privacy.md first.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Hand the current release on: write a product to a folder outside the warehouse.

    The public product is made readable for everybody on the machine, the analysts' for its owner alone.

    Examples:
      footprint export --public public
      footprint export --analyst /mnt/analysts/footprint
    """
    with told(as_json):
        import json

        from orchestration.cli import export as exports
        from orchestration.settings import settings

        done = exports.export(settings(), public, analyst)
        print(
            json.dumps(done)
            if as_json
            else f"The {done['product']} product of release {done['release']} is in {done['folder']}."
        )


@app.command(rich_help_panel="Read")
def scenario(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Scenario file (YAML), see docs.")
    ],
    city: Annotated[str | None, typer.Option(metavar="NAME", help="Only this city.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Compute a scenario: which calls move to another responder, and hours and money before and after.

    From the current release, as a run would for budget.scenario. Time value is not savings.

    Examples:
      footprint scenario orchestration/statistics/scenarios/crisis_and_quality_of_life.yml
      footprint scenario my_city.yml --city seattle --json
    """
    with told(as_json):
        import json

        from orchestration.cli import scenario as scenarios
        from orchestration.settings import settings

        found = scenarios.computed(settings(), file, city)
        print(json.dumps(found, ensure_ascii=False)) if as_json else scenarios.show(found)


@app.command(rich_help_panel="Read")
def gates(as_json: Json = False) -> None:
    """Show what the last run's gates checked and found.

    A gate stands after each layer; a run stops at the first that does not hold.

    Examples:
      footprint gates
      footprint gates --json
    """
    with told(as_json):
        import json

        from orchestration.cli import gates as reports
        from orchestration.settings import settings

        found = reports.last_gates(settings())
        print(json.dumps(found, ensure_ascii=False)) if as_json else reports.show(found)


@app.command(rich_help_panel="Read")
def ui(
    port: Annotated[int, typer.Option(min=1, max=65_535, metavar="PORT", help="Port to listen on.")] = 3000,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address on this machine: the pages ask for no password.")
    ] = "127.0.0.1",
) -> None:
    """Open Dagster's pages: lineage from source to release, runs and their logs.

    They are served to this machine only, until Ctrl-C.

    Examples:
      footprint ui
      footprint ui --port 3001
    """
    with told():
        from orchestration.cli.ui import serve
        from orchestration.settings import settings

        code = serve(settings(), host, port)
    raise typer.Exit(code)
