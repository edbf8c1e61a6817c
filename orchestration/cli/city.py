"""`footprint city`: begin a new city from its files, and look at what a run has made of one.

Only options and help stand here; nothing heavy is imported before a command runs.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.errors import USAGE, CommandError, told

FLAG = " "
Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print the answer as JSON.")]


def _said(text: str, *names: str) -> Any:
    return typer.Option(*names, metavar="[FILE=]VALUE", help=text, show_default=False)


app = typer.Typer(
    help="Begin a city, or check what became of one.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and underscores.")],
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", exists=True, file_okay=False, help="Folder of its files."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Instead: a Socrata data set, an ArcGIS layer, a CKAN resource, an Open311 endpoint, or a file.",
            show_default=False,
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Such as 'Springfield, Ohio'.")] = None,
    time_zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Such as America/Chicago.")] = None,
    entity: Annotated[list[str] | None, _said("What a row is: calls, requests, offenses, contacts or zones.")] = None,
    time: Annotated[list[str] | None, _said("The column of its time, or DAY+CLOCK where two have it.")] = None,
    key: Annotated[
        list[str] | None, _said("The column, or COLUMN,COLUMN, that tells rows apart; none where no one does.")
    ] = None,
    data_set: Annotated[list[str] | None, _said("What the data set is called.", "--name")] = None,
    as_json: Json = False,
) -> None:
    """Write a first draft of a city: its file in the catalog and its staging models.

    Formats, columns, keys and times are guessed from the files, and each guess says how sure it is: high, medium or
    low, and by which evidence. Columns that name persons are dropped. Nothing that is there is overwritten.

    A guess is overruled by --entity, --time, --key and --name, of one data set, or as FILE=VALUE for one of several,
    as often as needed.

    Examples:
      footprint city new springfield --from exports
      footprint city new springfield --url https://data.springfield.gov/d/abcd-1234
      footprint city new springfield --from exports --time EVENTDT+EVENTTM --key none
      footprint city new springfield --from exports --entity log.csv=calls --key log.csv=id
      footprint city new springfield
    """
    with told(as_json):
        from orchestration.cli import cities

        if folder is None and url is None and sys.stdin.isatty() and not as_json:
            url = typer.prompt("The address of its data set on the portal")
        if (folder is None) == (url is None):
            raise CommandError("A city begins with files at hand or with an address.", "Give --from or --url.", USAGE)
        said = {"entity": entity or [], "time": time or [], "key": key or [], "name": data_set or []}
        answer = cities.new(name, folder, url, title, time_zone, said, is_asking=not as_json)
        _print(answer, as_json, cities.show_new)


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="City of the catalog.")],
    as_json: Json = False,
) -> None:
    """Tell what is missing or doubtful in a city, from the last run's tables.

    As linters do, it ends with 0 where nothing is doubtful, with 1 where something is, and with 2 where it could not
    look.

    Examples:
      footprint city check seattle
      footprint city check seattle --json
    """
    with told(as_json):
        from orchestration.cli import cities

        answer = cities.check(name)
        _print(answer, as_json, cities.show_check)
    raise typer.Exit(1 if answer["findings"] else 0)


def _print(answer: dict[str, Any], as_json: bool, show: Any) -> None:
    import json

    print(json.dumps(answer, ensure_ascii=False)) if as_json else show(answer)
