"""Guards the whole schema published: only tables a gate knows, and no column that finds a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows_where, not_empty

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "published.every_table"  # not a table: the profile below lists the columns of all of them

GUARDED_TABLES = ("zone_month", "zone_summary")

_PERSONAL_NAMES = (
    "(^|_)(lon|lng|long|lat|longitude|latitude)(_|$)",
    "geometry",
    "wkt",
    "address",
    "^(call|contact|offense|report|request|incident|event|case|unit|unit_response)_id$",
    "^(respondent|survey_response|arrest|stop|person|subject|record)_id$",
    "^subject",
    "officer",
    "respondent",
    "victim",
    "suspect",
    "complainant",
    "(^|_)(first|last|full|given|family|middle|person)_?name$",
    "(^|_)(birth|dob|ssn|phone|email|plate|race|sex|age)(_|$)",
    "^source_(file|line)$",
    "^load_id$",
)


def profile(columns: dict[str, str]) -> str:
    return """
        select table_name, column_name from duckdb_columns()
        where database_name = current_database() and schema_name = 'published'
    """


def expectations() -> list[Expectation]:
    return [
        not_empty(
            "published",
            why="An empty public release is a failure, not news.",
            mend="See that the published models were built.",
        ),
        no_rows_where(
            "only_guarded_tables",
            f"table_name not in {GUARDED_TABLES}",
            severity="critical",
            why="A table that no expectation reads could leave the building with anything in it.",
            expected=f"The schema published holds {' and '.join(GUARDED_TABLES)} alone.",
            message="published.{table_name} has a column {column_name} and no expectations.",
            mend="Write its suite in expectations/suites/published and add it to GUARDED_TABLES, or move the table.",
        ),
        no_rows_where(
            "no_personal_columns",
            f"regexp_matches(lower(column_name), '{'|'.join(_PERSONAL_NAMES)}')",
            severity="critical",
            why="A name, key, address or coordinate makes a row findable in other data.",
            expected="No published column names a person, a record, an address or a coordinate.",
            message="published.{table_name} has the column {column_name}.",
            mend="Remove the column from the published model.",
        ),
    ]
