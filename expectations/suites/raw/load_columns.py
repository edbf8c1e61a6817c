"""Guards raw.load_columns: every column that staging needs is in each file of the export under its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where, not_empty

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.load_columns"


def profile(columns: dict[str, str]) -> str:
    return """
        select *,
            case when files_without > 1 then ' and ' || (files_without - 1) || ' more' else '' end as more,
            case when likely_new_name is not null then 'It is probably called “' || likely_new_name || '” now.'
                when new_columns is not null then 'No new column resembles it; new there: ' || new_columns || '.'
                else 'No column there is new.' end as hint
        from raw.load_columns
    """


def expectations() -> list[Expectation]:
    return [
        not_empty(
            TABLE,
            why="Without the list of needed columns a renamed one would go unnoticed.",
            mend="Check that the city's catalog file names the columns of its data sets.",
        ),
        no_rows_where(
            "needed_column_present",
            "not coalesce(present, false)",
            severity="critical",
            why="A column that a publisher renamed would become empty in every layer below.",
            expected="Every column that the city's staging model needs is in each file of the load.",
            message="{city} / {data_set}: the column “{column_name}” is not in {file}{more}. {hint}",
            mend="If the publisher renamed it, enter the new name under `also_called` in the city's catalog file; if "
            "some files never had it, move it from `columns` to `optional`; if it is gone, ask for an export with it.",
        ),
    ]
