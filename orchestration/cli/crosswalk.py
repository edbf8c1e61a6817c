"""`footprint crosswalk`: proposals for call types that nobody has mapped, and their way into the crosswalk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.errors import USAGE, CommandError, told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FLAG = " "  # a flag takes no value, so the help names no type for it
NAMED = 15  # proposals shown to people; the file has all of them

app = typer.Typer(
    name="crosswalk",
    help="Map the call types of a city: what they are, and who could answer them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
Json = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print the answer as JSON.")]
UNMAPPED_TYPES = """
select coalesce(final_type, initial_type), count(*), count(*) / any_value(records)
from demand.fct_calls, (select count(*) as records from demand.fct_calls where city = $city) as c
where city = $city and mapping_status = 'unmapped' and coalesce(final_type, initial_type) is not null
group by 1 order by 2 desc, 1
"""
HAS_CALLS = """
select count(*) from duckdb_tables() where schema_name = 'demand' and table_name = 'fct_calls'
"""
MAPPED_SHARE = """
select count(*), count(*) filter (where mapping_status <> 'unmapped'),
    count(*) filter (where coalesce(final_type, initial_type) is null)
from demand.fct_calls where city = $city
"""


@app.command()
def suggest(
    city: Annotated[str, typer.Option(metavar="NAME", help="City of the last run or the current release.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Review file to write; else crosswalk/NAME.csv of the warehouse.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose mappings for the call types of a city that the crosswalk does not know.

    They come from the words of each type, most frequent first. Decide on each in the file's column decision: accept,
    or change and correct the row; an empty one is left for later. Types are read from the last run if a gate stopped
    it, else from the current release.

    Examples:
      footprint crosswalk suggest --city seattle
      footprint crosswalk suggest --city seattle --out types.csv
    """
    with told(as_json):
        from orchestration.settings import settings

        home = settings()
        found = proposals(home, city)
        path = out or home.root / "crosswalk" / f"{city}.csv"
        _write(path, found.pop("rows"))
        found["file"] = str(path)
        print(json.dumps(found, ensure_ascii=False)) if as_json else show(found)


@app.command()
def review(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Review file, decided on.")],
    as_json: Json = False,
) -> None:
    """Take the decided rows of a review file into the crosswalk.

    Every value is checked; if one row cannot be taken, none is. The next run maps the calls.

    Examples:
      footprint crosswalk review types.csv
    """
    with told(as_json):
        from orchestration.catalog.model import cities
        from orchestration.crosswalk import review as reviews
        from orchestration.crosswalk import seed
        from orchestration.ingest.errors import SourceError

        crosswalk = seed.read(seed.CROSSWALK)
        try:
            found = reviews.reviewed(file, crosswalk, sorted(cities()))
        except SourceError as error:
            raise CommandError(
                f"{error.file}: {error.found}.", f"Expected: {error.expected}. To mend: {error.mend}."
            ) from error
        if found.rows:
            seed.write(seed.CROSSWALK, [*crosswalk, *found.rows])
        told_as = {
            "taken": len(found.rows), "undecided": found.undecided, "rows": len(crosswalk) + len(found.rows),
            "crosswalk": str(seed.CROSSWALK),
        }  # fmt: skip
        print(json.dumps(told_as, ensure_ascii=False)) if as_json else show_taken(told_as)


def proposals(home: Any, city: str) -> dict[str, Any]:
    """The unmapped types of a city with a proposal for each, as data."""
    from orchestration.crosswalk.review import Seen, proposal
    from orchestration.crosswalk.suggest import suggest as suggested

    with _calls(home, city) as (connection, read_from):
        ((records, mapped, without_type),) = connection.execute(MAPPED_SHARE, {"city": city}).fetchall()
        if not records:
            raise CommandError(
                f"Neither the current release nor a run that a gate stopped has calls of {city}.",
                "footprint status lists the release's cities and data sets.",
                USAGE,
            )
        seen = [Seen(*row) for row in connection.execute(UNMAPPED_TYPES, {"city": city}).fetchall()]
    suggestions = [suggested(type_.published_type) for type_ in seen]
    return {
        "city": city,
        "read_from": read_from,
        "records": records,
        "mapped": mapped,
        "without_type": without_type,
        "proposals": [
            {
                "published_type": type_.published_type,
                "records": type_.records,
                "share": round(type_.share, 6),
                "topic_category": suggestion.topic_category,
                "answer_axis": suggestion.answer_axis,
                "eligible_low": suggestion.eligible_low,
                "eligible_high": suggestion.eligible_high,
                "confidence": suggestion.confidence,
                "words": list(suggestion.words),
            }
            for type_, suggestion in zip(seen, suggestions, strict=True)
        ],
        "rows": [proposal(city, *pair) for pair in zip(seen, suggestions, strict=True)],
    }


@contextmanager
def _calls(home: Any, city: str) -> Iterator[tuple["DuckDBPyConnection", str]]:
    """Where calls are read, and which that is: stopped_run or release.

    What lies in the build folder is younger than the release, for a run that ends well moves it there. A city whose
    types are not mapped yet is in no release, since the gate on their share stops it.
    """
    import duckdb

    from orchestration.cli import release

    if home.analyst_database.exists():
        try:
            left = duckdb.connect(
                str(home.analyst_database), read_only=True, config={"memory_limit": home.memory_limit}
            )
        except duckdb.IOException:
            left = None  # a run is writing it just now
        if left is not None:
            with left:
                left.execute("set enable_external_access = false")
                ((built,),) = left.execute(HAS_CALLS).fetchall()
                if built and left.execute(MAPPED_SHARE, {"city": city}).fetchall()[0][0]:
                    yield left, "stopped_run"
                    return
    with release.opened(release.current(home), home) as connection:
        yield connection, "release"


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    from orchestration.crosswalk import review as reviews

    try:
        reviews.write(path, rows)
    except FileExistsError as error:
        raise CommandError(
            f"{path} holds decisions that somebody made.",
            f"Take them over with footprint crosswalk review {path}, or name another file with --out.",
        ) from error


def show(found: dict[str, Any]) -> None:
    """Proposals, for people."""
    from orchestration.cli.console import listing, shown, stdout

    out = stdout()
    out.print()
    where = "the run that a gate stopped" if found["read_from"] == "stopped_run" else "the current release"
    out.print(f"{found['city']}: {found['mapped']:,} of {found['records']:,} records of {where} are mapped.")
    if found["without_type"]:
        out.print(f"{found['without_type']:,} were published without a type; no mapping can mend that.")
    if found["proposals"]:
        table = listing("Type…", ">Records", ">Share", "Topic", "Who could answer", ">Sure")
        for one in found["proposals"][:NAMED]:
            table.add_row(
                one["published_type"],
                f"{one['records']:,}",
                f"{one['share']:.2%}",
                one["topic_category"],
                one["answer_axis"],
                f"{one['confidence']} of 3",
            )
        out.print(table)
        more = len(found["proposals"]) - NAMED
        if more > 0:
            out.print(f"[dim]and {more:,} more[/]")
        out.print()
        out.print("Decide on each in the column decision, then: footprint crosswalk review", shown(Path(found["file"])))
    out.print()


def show_taken(found: dict[str, Any]) -> None:
    """What a review brought, for people."""
    from orchestration.cli.console import counted, shown, stdout

    out = stdout()
    out.print(
        f"{counted(found['taken'], 'mapping')} taken, {found['undecided']:,} left undecided; "
        f"the crosswalk has {found['rows']:,} rows:",
        shown(Path(found["crosswalk"])),
    )
