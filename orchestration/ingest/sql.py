"""Text made safe to stand in SQL that no bind parameter can reach (names, file lists, COPY options)."""

from collections.abc import Iterable, Sequence
from pathlib import Path


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def path_literal(path: Path) -> str:
    """A path that DuckDB reads as one file: signs that would make it a pattern stand in brackets."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path)))


def path_list(paths: Iterable[Path]) -> str:
    """Several such paths."""
    return f"[{', '.join(map(path_literal, paths))}]"


def piecewise(column: str, pieces: Sequence[tuple[int, str]]) -> str:
    """A value that changes at thresholds of a column: a search tree, so thousands of pieces cost a few comparisons.

    Each piece is the least value of the column it holds for, and its SQL; the first one also holds below its own.
    """
    if len(pieces) == 1:
        return pieces[0][1]
    half = len(pieces) // 2
    lower, upper = piecewise(column, pieces[:half]), piecewise(column, pieces[half:])
    return f"case when {column} < {pieces[half][0]} then {lower} else {upper} end"
