"""Guards raw.load_files: a file that comes again holds what it held, and a family of files keeps its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where
from expectations.thresholds import KEPT_ROWS_OF_A_FILE

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.load_files"

# A data set of one file is judged by its rows as a whole (raw.loads), unless each file of it is whole by itself.
_COMPARED = "previous_rows > 0 and not coalesce(shrink_accepted, false) and (family > 1 or growth = 'yearly_files')"


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "file_kept",
            "load_id is null and not coalesce(shrink_accepted, false)",
            severity="critical",
            why="A month's file that is missing from a delivery would take its month out of every number.",
            expected="A delivery of several files has all the files of the one now released.",
            message="{city} / {data_set}: {file} ({previous_rows:,} rows in the current release) is not in the new "
            "delivery.",
            mend="Deliver it with the others; if each file is whole by itself, set growth: yearly_files in the city "
            "file, and each stands until it comes again; if it is to go, accept the shrink (--accept-shrink).",
        ),
        no_rows_where(
            "file_rows_kept",
            f"{_COMPARED} and rows < {KEPT_ROWS_OF_A_FILE.value} * previous_rows",
            severity="critical",
            why=KEPT_ROWS_OF_A_FILE.reason,
            expected=f"A file that comes again has at least {KEPT_ROWS_OF_A_FILE.value:.0%} of its former rows.",
            message="{city} / {data_set}: {file} has {rows:,} rows now, {previous_rows:,} in the current release.",
            mend="Download the file again; if the publisher did remove the rows, accept the shrink when you run it "
            "again (--accept-shrink).",
        ),
        no_rows_where(
            "file_is_no_older",
            f"{_COMPARED} and rows <= previous_rows and rows >= {KEPT_ROWS_OF_A_FILE.value} * previous_rows "
            "and last_day < previous_last_day",
            severity="critical",
            why="An older state of a file that comes after a newer one takes its last records away.",
            expected="A file that comes again reaches at least as far as before.",
            message="{city} / {data_set}: {file} ends on {last_day} ({rows:,} rows), in the current release on "
            "{previous_last_day} ({previous_rows:,} rows).",
            mend="Deliver the newer file; if the older one is right, accept the shrink (--accept-shrink).",
        ),
        no_rows_where(
            "file_has_rows",
            "rows = 0",
            severity="warning",
            why="A file with a header and no row is a month that is not there, not a month without incidents.",
            expected="Every file has rows.",
            message="{city} / {data_set}: {file} holds no row.",
            mend="Download the file again; if its period has only begun, wait for the next one.",
        ),
    ]
