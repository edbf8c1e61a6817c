"""Guards raw.rejected_lines: every line that could not be read is listed with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.rejected_lines"


def profile(columns: dict[str, str]) -> str:
    return """
        select city, data_set, load_id, count(*) as listed
        from raw.rejected_lines
        group by all
    """


def expectations() -> list[Expectation]:
    return [
        no_rows(
            "rejected_lines_listed",
            """
            select city, data_set, load_id, l.rejected_lines as counted, coalesce(r.listed, 0) as listed
            from raw.loads as l
            full join {batch} as r using (city, data_set, load_id)
            where coalesce(l.rejected_lines, 0) <> coalesce(r.listed, 0)
            """,
            severity="warning",
            why="A rejected line without a reason cannot be explained to the publisher.",
            expected="The rejected lines listed are as many as the loads count.",
            message="{city} / {data_set}: load {load_id} counts {counted:,} rejected lines, {listed:,} are listed.",
            mend="Load the data set again, so that its rejected lines are written anew.",
        ),
    ]
