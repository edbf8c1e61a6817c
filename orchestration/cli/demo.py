"""`footprint demo`: writes the invented city's raw exports and says what to do with them."""

from pathlib import Path

from rich.text import Text

from orchestration.catalog.model import cities
from orchestration.cli.console import HELD, argument, facts, grid, shown, stderr, stdout
from orchestration.cli.errors import NO_SPACE, USAGE, CommandError
from orchestration.cli.main import DEMO_CITY
from orchestration.settings import Settings


def write(home: Settings, out: Path | None, calls: int, years: int, seed: int) -> None:
    """Write the demo city to `out`, or to where a run looks for it."""
    from orchestration.demo import generate

    if out is None:
        home.create_folders()
    folder = out or home.incoming / DEMO_CITY
    console = stderr()
    try:
        if console.is_terminal:
            with console.status("") as status:
                truth = generate(folder, calls, years, seed, lambda step: status.update(f"[dim]{step}[/]"))
        else:
            truth = generate(folder, calls, years, seed)
    except ValueError as error:
        raise CommandError(f"{error}.", code=USAGE) from error
    except OSError as error:
        if out is None or error.errno in NO_SPACE:
            raise
        raise CommandError(
            f"{out} cannot be written to: {error.strerror}.", "Let --out name a folder that is yours, or a new one."
        ) from error
    _show(folder, truth, to_incoming=out is None)


def _show(folder: Path, truth: Path, *, to_incoming: bool) -> None:
    out = stdout()
    patterns = [pattern for data_set in cities()[DEMO_CITY].data_sets.values() for pattern in data_set.files]
    lines = grid("left", "right")
    for path in sorted({path for pattern in patterns for path in folder.glob(pattern)}):
        lines.add_row(Text(path.name), f"[dim]{path.stat().st_size / 1e6:,.1f} MB[/]")
    out.print(f"\n{HELD} [bold]Written[/] to", Text(shown(folder)), "\n")
    out.print(lines)
    command = "footprint run" if to_incoming else f"footprint run --city {DEMO_CITY} --from {argument(folder)}"
    truth_of = f"{shown(truth)}: the patterns planted in these files, to test an analysis against"
    out.print()
    out.print(facts(("Truth", truth_of), ("Next", command)))
    out.print()
