"""What a run shows while it goes on: one line a stage, on stderr, and only to a terminal."""

import logging
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from orchestration.cli.console import FAILED, HELD, counted, grid, stderr
from orchestration.run import StepEvent
from orchestration.sources.base import progress as pulls

START = "start"
STAGES = {"audit__gate_results": "release", "published_tables": "published"}


def stage_of(step: str) -> str:
    """The stage a step belongs to: landing is one stage, however many data sets it has."""
    return "landing" if step.startswith("landing__") else STAGES.get(step, step.replace("_", " "))


@dataclass
class Stage:
    """A stage of the run, and what its steps have done so far."""

    name: str
    began: float
    ended: float | None = None
    running: str | None = None
    finished: int = 0
    failed: int = 0
    tables: int = 0
    checks: int = 0
    rows: int = 0

    def note(self, event: StepEvent, now: float) -> None:
        """Take in what a step has done."""
        match event.kind:
            case "started":
                self.running, self.ended = event.step, None
            case "table":
                self.tables += 1
                self.rows += event.rows or 0
            case "check":
                self.checks += 1
            case "finished":
                self.finished, self.ended, self.running = self.finished + 1, now, None
            case "failed":
                self.failed, self.ended, self.running = self.failed + 1, now, None

    def detail(self) -> str:
        """What there is to say about it."""
        if self.name == START:
            return "" if self.ended else "loading Dagster, dbt and the models"
        if self.name == "landing":
            parts = [f"{counted(self.tables, 'data set')}, {counted(self.rows, 'row')}"]
            parts += [f"[dim]{self.running.split('__')[-1]}[/]"] if self.running else []
        elif self.name.startswith("gate "):
            parts = [f"{counted(self.checks, 'table')} checked"] if self.checks else []
        else:
            parts = [counted(self.tables, "table")] if self.tables else []
            parts += [counted(self.checks, "test")] if self.checks else []
        return ", ".join(parts + ([f"[red]{self.failed} failed[/]"] if self.failed else []))


class _Listener(logging.Handler):
    """Keeps the last thing a pull has told."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


@dataclass
class RunProgress:
    """A live list of the stages. Call it with every event of the run; how far a pull has come it hears by itself."""

    stages: dict[str, Stage] = field(default_factory=dict)
    live: Live | None = None
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))
    listener: _Listener = field(default_factory=_Listener)

    def __enter__(self) -> Self:
        """Show it, if there is a terminal."""
        self.stages[START] = Stage(START, time.monotonic())
        pulls.addHandler(self.listener)
        pulls.setLevel(logging.INFO)
        console = stderr()
        if console.is_terminal:
            self.live = Live(self, console=console, refresh_per_second=8)
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the list on the screen; what was cut short is marked as failed."""
        pulls.removeHandler(self.listener)
        for stage in self.stages.values():
            stage.failed += error is not None and stage.ended is None
        if self.live:
            self.live.stop()

    def __call__(self, event: StepEvent) -> None:
        """Take in an event."""
        now = time.monotonic()
        start = self.stages[START]
        start.ended = start.ended or now
        if event.kind == "started":
            self.listener.last = ""
        name = stage_of(event.step)
        self.stages.setdefault(name, Stage(name, now)).note(event, now)

    def __rich__(self) -> Table:
        """The list as it is now."""
        now = time.monotonic()
        lines = grid("left", "left", "left", "right")
        for stage in list(self.stages.values()):
            seconds = (stage.ended or now) - stage.began
            detail = stage.detail()
            if stage.name == "landing" and stage.running and self.listener.last:
                detail += f"  [dim]{escape(self.listener.last)}[/]"
            lines.add_row(self._mark(stage), stage.name, detail, f"[dim]{seconds:.1f} s[/]")
        return lines

    def _mark(self, stage: Stage) -> str | Spinner:
        if stage.failed:
            return FAILED
        return HELD if stage.ended else self.spinner
