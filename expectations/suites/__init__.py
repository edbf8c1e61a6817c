"""The suites, one module a table, in folders named for the layers.

A module has `TABLE` (schema.table), `expectations()` and, for tables that are large or hold personal
columns, `profile(columns)`: SQL that condenses the table in one scan to a few rows, which the expectations
then read in its place. `columns` maps the table's column names to their DuckDB types.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Layer = Literal["raw", "canonical", "marts", "published"]


@dataclass(frozen=True)
class Suite:
    """The expectations of one table."""

    table: str
    expectations: Callable[[], list[Expectation]]
    profile: Callable[[dict[str, str]], str] | None


def suites(layer: Layer) -> list[Suite]:
    """Every suite of a layer, by name of its module."""
    package = import_module(f"{__name__}.{layer}")
    modules = [import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)]
    return [Suite(module.TABLE, module.expectations, getattr(module, "profile", None)) for module in modules]
