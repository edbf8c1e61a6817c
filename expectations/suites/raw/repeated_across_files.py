"""Guards raw.repeated_across_files: records without a key are not counted twice because their feed came under two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where
from expectations.thresholds import REPEATED_ACROSS_FILES

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.repeated_across_files"
_MESSAGE = (
    "{city} / {data_set}: {repeated:,} of {rows:,} rows of {file} (load {load_id}) stand word for word in another "
    "file of the data set, which has no key."
)
_MEND = (
    "If a file was delivered under two names, or two files cover the same time, take one away; if the records can be "
    "told apart, enter their key in the city's catalog file."
)


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "files_share_few_rows",
            f"repeated > {REPEATED_ACROSS_FILES.value} * rows",
            severity="critical",
            why=REPEATED_ACROSS_FILES.reason,
            expected=f"At most {REPEATED_ACROSS_FILES.value:.0%} of a file's rows stand in another file, too.",
            message=_MESSAGE,
            mend=_MEND,
        ),
        no_rows_where(
            "files_share_no_rows",
            f"repeated <= {REPEATED_ACROSS_FILES.value} * rows",
            severity="warning",
            why="Without a key the same record in two files counts twice.",
            expected="No row of a file stands in another file, too.",
            message=_MESSAGE,
            mend=_MEND,
        ),
    ]
