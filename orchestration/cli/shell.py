"""`footprint sql`: questions to the current release, one at a time or in a small shell. Nothing can be changed."""

import cmd
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from rich.live import Live
from rich.spinner import Spinner

from orchestration.cli import release as releases
from orchestration.cli.console import listing, stderr, stdout
from orchestration.cli.errors import USAGE, CommandError, tell
from orchestration.safe_text import safe
from orchestration.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_SHOWN = 40  # of a table on a terminal; --limit, --csv and --json give more
BATCH = 10_000
HELP = """\
  select ... ;      ends with a semicolon; may take several lines
  .tables           the tables, with their rows
  .schema TABLE     the columns of one
  .help  .quit"""

Answer = Callable[["DuckDBPyConnection", str, int | None], None]


def ask(home: Settings, query: str | None, answer: Answer, limit: int | None) -> None:
    """Answer one query; without one, those on stdin, or a shell if that is a terminal."""
    folder = releases.current(home)
    with releases.opened(folder, home) as connection:
        if query is None and sys.stdin.isatty():
            Shell(connection, folder.name, limit, home.root / "sql_history").run()
        else:
            answer_one(connection, query if query is not None else sys.stdin.read(), answer, limit)


def answer_one(connection: "DuckDBPyConnection", text: str, answer: Answer, limit: int | None) -> None:
    """Answer a query or a dot command."""
    if text.strip().startswith("."):
        dot_command(connection, text.strip())
        return
    if not text.strip():
        raise CommandError("The query is empty.", code=USAGE)
    try:
        answer(connection, text, limit)
    except duckdb.Error as error:
        raise in_one_line(error) from error
    except RuntimeError as error:  # DuckDB's way to say that Ctrl-C was pressed
        raise (error.__cause__ if isinstance(error.__cause__, KeyboardInterrupt) else error) from None


def in_one_line(error: duckdb.Error) -> CommandError:
    """DuckDB's message without the drawing below it; refusals in our own words."""
    message = " ".join(line.strip() for line in str(error).split("LINE ")[0].splitlines() if line.strip())
    if "read-only mode" in message:
        return CommandError("A release never changes: this command only reads.", "footprint run makes a new release.")
    if "disabled by configuration" in message:
        return CommandError(
            "This command reads the release and no other file.", "To keep an answer: footprint sql --csv QUERY > FILE."
        )
    return CommandError(message)


def as_table(connection: "DuckDBPyConnection", query: str, limit: int | None) -> None:
    """The answer as a table: the first and last rows, and as many columns as fit."""
    console = stdout()
    # Piped to somewhere, nothing is as wide as a terminal: show every column.
    width = console.width if console.is_terminal else 10_000
    drawn = io.StringIO()
    with waiting(), redirect_stdout(drawn):
        relation = connection.sql(query)
        if relation is not None:
            relation = relation.limit(limit) if limit else relation
            relation.show(max_width=width, max_rows=limit or ROWS_SHOWN)
    sys.stdout.write(drawn.getvalue().rstrip("\n") + "\n" if relation is not None else "")


def as_csv(connection: "DuckDBPyConnection", query: str, limit: int | None) -> None:
    """The answer as CSV, with a header; text that a spreadsheet would take for a formula is made safe."""
    with waiting():
        names, batches = _run(connection, query, limit)
        first = next(batches, [])
    unquoted = csv.writer(sys.stdout, lineterminator="\n")
    quoted = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\n")
    unquoted.writerow(map(safe, names))
    for row in chain.from_iterable(chain([first], batches)):
        # The module quotes no carriage return, at which every reader ends the row.
        broken = any(isinstance(value, str) and "\r" in value for value in row)
        (quoted if broken else unquoted).writerow(map(safe, row))


def as_json(connection: "DuckDBPyConnection", query: str, limit: int | None) -> None:
    """The answer as a JSON list of objects."""
    with waiting():
        names, batches = _run(connection, query, limit)
        rows = [dict(zip(names, map(plain, row), strict=True)) for batch in batches for row in batch]
    json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _run(connection: "DuckDBPyConnection", query: str, limit: int | None) -> tuple[list[str], Iterator[list[Any]]]:
    result = connection.execute(query)
    return [column[0] for column in result.description or []], _batches(result, limit)


def _batches(result: "DuckDBPyConnection", limit: int | None) -> Iterator[list[Any]]:
    left = limit or sys.maxsize
    while left > 0 and (batch := result.fetchmany(min(BATCH, left))):
        left -= len(batch)
        yield batch


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers stay numbers, what has no number or time in JSON becomes null or text."""
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value.hex() if isinstance(value, bytes) else str(value)


@contextmanager
def waiting() -> Iterator[None]:
    """A spinner on stderr while a query runs, gone with the answer."""
    console = stderr()
    if not console.is_terminal:
        yield
        return
    spinner = Spinner("dots", "[dim]asking the release[/]", style="cyan")
    with Live(spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield


def dot_command(connection: "DuckDBPyConnection", text: str) -> None:
    """.tables and .schema TABLE."""
    name, _, argument = text.rstrip("; ").partition(" ")
    match name:
        case ".tables":
            stdout().print(releases.table_listing(releases.tables(connection)))
        case ".schema" if argument:
            _show_schema(connection, argument.strip())
        case _:
            raise CommandError(f"There is no command {text}.", f"There are:\n{HELP}", USAGE)


def _show_schema(connection: "DuckDBPyConnection", table: str) -> None:
    wanted = table.lower().split(".")
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type, coalesce(comment, ''), "
        "[database_name, schema_name, table_name] as place from duckdb_columns() "
        "where database_name in ('analyst', 'public') and not internal order by database_name, 1, column_index"
    ).fetchall()
    found = [column for column in columns if column[4][-len(wanted) :] == wanted]
    if not found:
        raise CommandError(f"There is no table {table}.", "The tables: footprint sql .tables")
    for owner in dict.fromkeys(column[0] for column in found):
        shown = listing(owner, "Type", "What it holds…", wrap=True)
        for _, name, kind, comment, _ in (column for column in found if column[0] == owner):
            shown.add_row(name, f"[dim]{kind.lower()}[/]", comment)
        stdout().print(shown)


class Shell(cmd.Cmd):
    """Reads a query until its semicolon, answers, and reads on."""

    prompt = "footprint> "
    more = "       ... "

    def __init__(self, connection: "DuckDBPyConnection", release: str, limit: int | None, history: Path) -> None:
        super().__init__()
        self.connection = connection
        self.limit = limit
        self.history = history
        self.pending: list[str] = []
        self.intro = f"Release {release}, read-only. End a query with a semicolon.\n{HELP}\n"

    def run(self) -> None:
        """Read queries until the end; Ctrl-C drops the query at hand."""
        with self._remembered():
            while True:
                try:
                    self.cmdloop()
                    return
                except KeyboardInterrupt:
                    self.connection.interrupt()
                    self._drop()
                    self.intro = ""
                    print()

    def onecmd(self, line: str) -> bool:
        """One line: the end, a dot command, or part of a query. Returns whether to stop."""
        if line == "EOF":
            print()
            return True
        text = line.strip()
        if not self.pending:
            if text.rstrip(";").lower() in (".quit", ".exit", "quit", "exit"):
                return True
            if text in ("", ".help", "help", "?"):
                print(HELP if text else "", end="\n" if text else "")
                return False
        if text.startswith(".") and not self.pending:
            self._answer(text)
            return False
        self.pending.append(line)
        self.prompt = self.more
        if text.endswith(";"):
            query = "\n".join(self.pending)
            self._drop()
            self._answer(query)
        return False

    def completedefault(self, text: str, line: str, begidx: int, endidx: int) -> list[str]:
        """Names of tables."""
        return self.completenames(text)

    def completenames(self, text: str, *ignored: Any) -> list[str]:
        """Names of tables and dot commands."""
        known = [".tables", ".schema", ".help", ".quit", *(table.name for table in releases.tables(self.connection))]
        return [name for name in known if name.startswith(text)]

    def _answer(self, text: str) -> None:
        try:
            answer_one(self.connection, text, as_table, self.limit)
        except CommandError as error:
            tell(error)

    def _drop(self) -> None:
        self.pending = []
        self.prompt = type(self).prompt

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """Keep what was asked for the next session, in the warehouse folder; without readline, forget it."""
        try:
            import readline
        except ImportError:
            yield
            return
        # A table's name has a dot in it; completion must not start anew behind it.
        readline.set_completer_delims(" \t\n,();=")
        self.history.touch(mode=0o600)
        readline.read_history_file(self.history)
        try:
            yield
        finally:
            readline.set_history_length(1_000)
            readline.write_history_file(self.history)
