"""Guards raw.files: of each file as many records were read or set aside as a count apart from the parser found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.files"


def profile(columns: dict[str, str]) -> str:
    return """
        select *, rows + rejected_lines - records as difference
        from raw.files
    """


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "rows_match_records",
            "difference <> 0",
            severity="critical",
            why="Rows lost between the file and the table would be missing from every number, unnoticed.",
            expected="Rows read plus lines rejected equal the records counted in the file, apart from its parser.",
            message="{city} / {data_set}: {file} has {records:,} records, but {rows:,} rows were read and "
            "{rejected_lines:,} lines rejected ({difference:+,}).",
            mend="Look for line breaks inside quotes or a file changed while it was read, and load it again.",
        ),
    ]
