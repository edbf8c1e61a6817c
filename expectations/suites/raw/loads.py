"""Guards raw.loads: a load is whole, and not much shorter than the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where, not_empty
from expectations.thresholds import KEPT_ROWS, REJECTED_LINES

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.loads"


def profile(columns: dict[str, str]) -> str:
    return """
        select *,
            rows + rejected_lines as lines,
            rejected_lines / nullif(rows + rejected_lines, 0) as rejected_share,
            1 - rows / nullif(previous_rows, 0) as lost_share,
            rows + rejected_lines - portal_rows as portal_difference
        from raw.loads
    """


def expectations() -> list[Expectation]:
    return [
        not_empty(
            TABLE,
            why="A run without loads would publish an empty release.",
            mend="Put the exports into the incoming folder of their city, or fetch them, and run again.",
        ),
        no_rows_where(
            "load_has_rows",
            "coalesce(rows, 0) = 0",
            severity="critical",
            why="An empty file is a failed download, not a city without incidents.",
            expected="Every load has rows.",
            message="{city} / {data_set}: load {load_id} has no rows.",
            mend="Open the landed file: an error page or a lone header line means the download must be repeated.",
        ),
        no_rows_where(
            "rows_match_portal",
            "portal_difference <> 0",
            severity="critical",
            why="A pull that lost a page looks like a quieter city.",
            expected="Rows read plus lines rejected equal the rows that the portal counted.",
            message="{city} / {data_set}: the portal counted {portal_rows:,} rows, load {load_id} has {lines:,}.",
            mend="Pull again; if the difference stays, the portal's own count is wrong: tell its publisher.",
        ),
        no_rows_where(
            "rejected_share",
            f"rejected_share > {REJECTED_LINES.value}",
            severity="critical",
            why=REJECTED_LINES.reason,
            expected=f"At most {REJECTED_LINES.value:.0%} of a load's lines cannot be read.",
            message="{city} / {data_set}: {rejected_lines:,} of {lines:,} lines ({rejected_share:.1%}) "
            "could not be read.",
            mend="See raw.rejected_lines for each line's reason; then correct the delimiter, quote or "
            "encoding in the city's catalog file, or ask for a new export.",
        ),
        no_rows_where(
            "rows_kept",
            f"previous_rows > 0 and rows < {KEPT_ROWS.value} * previous_rows and not coalesce(shrink_accepted, false)",
            severity="critical",
            why=KEPT_ROWS.reason,
            expected=f"A load keeps at least {KEPT_ROWS.value:.0%} of the rows of the load now released.",
            message="{city} / {data_set}: {lost_share:.0%} of the rows are gone ({rows:,} now, "
            "{previous_rows:,} in the current release).",
            mend="Download the data set again; if the publisher did remove the rows, accept the shrink when "
            "you run it again.",
        ),
    ]
