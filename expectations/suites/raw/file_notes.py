"""Guards raw.file_notes: what a file holds that was not read, or was read in another way than it is written, is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import Severity, no_rows_where

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.file_notes"
# Of each kind: how grave it is, its name as an expectation, why it matters, what is expected, and how to mend it.
KINDS: dict[str, tuple[Severity, str, str, str, str]] = {
    "unread_member": (
        "warning",
        "members_read",
        "A year may lie in an archive under a name that nobody looked for.",
        "All files of an archive are read.",
        "If they hold rows, unpack the archive and name them in `files` of the city file.",
    ),
    "unread_sheet": (
        "warning",
        "sheets_read",
        "Rows on a sheet without the needed columns are not counted.",
        "All sheets with cells are read.",
        "If it holds rows, give it the header of the other sheets.",
    ),
    "unread_rows": (
        "info",
        "rows_above_header_read",
        "What stands above a header is taken for titles.",
        "No row stands above the header.",
        "Nothing needs mending, if these are titles.",
    ),
    "hidden_sheet": (
        "warning",
        "no_hidden_sheet",
        "What was hidden may be a copy, or not meant to be published.",
        "No sheet with rows is hidden.",
        "If its rows are copies of others, take the sheet out; ask the publisher why it is hidden.",
    ),
    "deleted_records": (
        "warning",
        "no_deleted_record",
        "Records that are marked as deleted are still in the file.",
        "No record is marked as deleted.",
        "Nothing needs mending, if the publisher did withdraw them.",
    ),
    "stray_quotes": (
        "warning",
        "quotes_pair",
        "A quote that opens in one row and closes in another hides all rows between.",
        "Every quote closes in its own value.",
        "See the first of these rows in the file, and tell the publisher; the quote is kept as a sign of its value.",
    ),
    "no_line_end": (
        "warning",
        "last_line_ends",
        "A transfer that breaks off within the last value leaves a row that looks whole, and none of those behind it.",
        "The last line of a file ends as all others do.",
        "Compare the last row with the publisher's; if it is whole, nothing needs mending.",
    ),
    "repeated_key": (
        "warning",
        "keys_stand_once",
        "Of two values under one key nobody can say which is meant.",
        "Every key stands once in an object.",
        "Look which of the columns is the right one, and tell the publisher.",
    ),
}


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            name,
            f"kind = '{kind}'",
            severity=severity,
            why=why,
            expected=expected,
            message="{city} / {data_set}: {file}: {found}.",
            mend=mend,
        )
        for kind, (severity, name, why, expected, mend) in KINDS.items()
    ]
