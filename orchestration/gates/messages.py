"""What a gate says: the result of one expectation, in words for somebody who knows the city, not the code.

Pure functions from an expectation's `meta` and its unexpected rows to text. The words themselves are written
beside each expectation in `expectations.suites`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from expectations.checks import Severity

ROWS_SHOWN = 5  # a reader acts on the first few; the count says how many more there are


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation of one table, checked once. `checked_at` is UTC; `observed` is None if it holds.

    `cities` are those whose rows break it; none where it holds, or where it is not about rows of cities.
    """

    layer: str
    table: str
    expectation: str
    severity: Severity
    success: bool
    observed: str | None
    message: str
    checked_at: datetime
    why: str
    cities: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether the layers below must not be built."""
        return not self.success and self.severity == "critical"


class _Lenient(Formatter):
    """Formats what fits: a NULL or an unexpected type must not hide the failure that is being reported."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "unknown"
        try:
            return format(value, format_spec)
        except (TypeError, ValueError):
            return str(value)


def sentence(template: str, row: Mapping[str, Any]) -> str:
    """A message template filled with the columns of one unexpected row."""
    return _Lenient().vformat(template, (), row)


def observed(template: str, rows: Sequence[Mapping[str, Any]], total: int) -> str:
    """What was found: a sentence for each of the first rows, and how many more there are."""
    shown = [sentence(template, row) for row in rows[:ROWS_SHOWN]]
    more = total - len(shown)
    return " ".join(shown + ([f"And {more:,} more."] if more > 0 else []))


def failed(meta: Mapping[str, str], found: str) -> str:
    """The message of an expectation that does not hold."""
    return f"{found} Expected: {meta['expected']} To mend: {meta['mend']}"


def passed(meta: Mapping[str, str]) -> str:
    """The message of an expectation that holds."""
    return f"As expected: {meta['expected']}"


def not_checked(table: str, error: str) -> str:
    """The message where a check could not run at all. Quoted values are masked: they could be somebody's."""
    first_line = re.sub(r"^\(\S+\) ", "", (error.strip() or "unknown error").splitlines()[0])
    if re.search(r"conversion|invalid input|out of range", first_line, re.IGNORECASE):
        first_line = re.sub(r"(['\"]).*\1", "“…”", first_line)
    return (
        f"{table} could not be checked: {first_line} Expected: it and what it is compared with have the "
        "columns of their contracts. To mend: build the layer again; if a column was renamed, change the "
        "suite in expectations/suites with it."
    )
