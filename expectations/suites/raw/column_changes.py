"""Guards raw.column_changes: columns that came, went, changed their kind or were left out are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.column_changes"


def profile(columns: dict[str, str]) -> str:
    return """
        select *,
            case when after is null then 'Nothing resembles it.'
                else 'It is probably called “' || after || '” now.' end as hint
        from raw.column_changes
    """


def expectations() -> list[Expectation]:
    return [
        no_rows_where(
            "column_kept",
            "change in ('dropped', 'renamed') and not needed",
            severity="warning",
            why="A column that goes unnoticed is missed when it is first needed.",
            expected="A load has the columns of the load before.",
            message="{city} / {data_set}: the column “{column_name}” is gone, which no model needs. {hint}",
            mend="Nothing needs mending; look whether the publisher announced a new layout.",
        ),
        no_rows_where(
            "column_kind_kept",
            "change = 'another kind' and needed",
            severity="warning",
            why="A date written another way, or a number that became text, is read as missing.",
            expected="The values of a needed column look as they did in the load before.",
            message="{city} / {data_set}: the values of “{column_name}” were of the kind “{before}”, and are now “{after}”.",
            mend="See the shares of unreadable values in the canonical gate; if they rose, change the staging model.",
        ),
        no_rows_where(
            "column_decided",
            "change = 'withheld'",
            severity="warning",
            why="What names or describes a person must not enter a warehouse because nobody looked.",
            expected="The city file decides on every column that may be about persons.",
            message="{city} / {data_set}: the column “{column_name}” was left out of raw: {after}.",
            mend="Enter it in the city file: under `drop` if it is not wanted, under `columns` and `hash` if only whether "
            "two are alike matters, under `optional` if it is about nobody.",
        ),
        no_rows_where(
            "column_added",
            "change = 'added'",
            severity="info",
            why="A new column may hold what was missing so far.",
            expected="No column is new.",
            message="{city} / {data_set}: the column “{column_name}” is new.",
            mend="Nothing needs mending; if it is of use or sensitive, enter it in the city file.",
        ),
    ]
