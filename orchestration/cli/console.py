"""The look of the command line: its consoles, its marks, and numbers and times in words."""

import shlex
from datetime import datetime
from pathlib import Path

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

WIDTH = 100  # lines longer than this are hard to read; also the width of what is piped elsewhere
HELD = "[green]✓[/]"
WARNED = "[yellow]![/]"
FAILED = "[red]✗[/]"
NOT_RUN = "[dim]–[/]"


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


def stdout() -> Console:
    """Where answers go."""
    return _console(stderr=False)


def stderr() -> Console:
    """Where progress and errors go."""
    return _console(stderr=True)


def grid(*columns: str) -> Table:
    """A table without head or lines. A column is 'left', 'right' or 'wrap', which takes the room that is left."""
    table = Table.grid(padding=(0, 2, 0, 0), expand="wrap" in columns)
    for column in columns:
        table.add_column(
            justify="right" if column == "right" else "left",
            no_wrap=column != "wrap",
            overflow="fold",
            ratio=1 if column == "wrap" else None,
        )
    return table


def facts(*rows: tuple[str, RenderableType]) -> Table:
    """What there is to know, one line a fact, each with its label; text is taken as it is, without markup."""
    table = grid("left", "wrap")
    for label, fact in rows:
        table.add_row(Text(label, style="dim"), Text(fact) if isinstance(fact, str) else fact)
    return table


def listing(*columns: str, wrap: bool = False) -> Table:
    """A table with a head. A name that begins with '>' is aligned right; one that ends with '…' takes the room that
    is left, and text too long for it is cut, or wrapped if asked.
    """
    wide = any(column.endswith("…") for column in columns)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=wide)
    for column in columns:
        table.add_column(
            column.strip(">…"),
            justify="right" if column.startswith(">") else "left",
            no_wrap=not (wrap and column.endswith("…")),
            ratio=1 if column.endswith("…") else None,
        )
    return table


def counted(number: int, thing: str) -> str:
    """A number and its noun: 1 row, 2 rows."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def since(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that gives at least one."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, length in (("year", 31_557_600), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{counted(seconds // length, unit)} ago"
    return "just now"


def moment(when: datetime) -> str:
    """A UTC time to the minute."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def shown(path: Path) -> str:
    """A path, relative where it lies below the working folder."""
    working = Path.cwd()
    return str(path.relative_to(working)) if path.is_relative_to(working) else str(path)


def argument(path: Path) -> str:
    """A path as an argument of a command to copy: quoted where the shell would take it apart."""
    return shlex.quote(shown(path))
