"""Guards canonical.offenses: complete, in the city, not in the future, and coded by the NIBRS codebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.canonical_rules import entity_expectations, entity_profile
from expectations.checks import no_rows
from expectations.thresholds import UNKNOWN_OFFENSE_CODES

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.offenses"

_UNKNOWN = "nibrs_code not in (select nibrs_code from codebooks.nibrs_offenses where nibrs_code is not null)"


def profile(columns: dict[str, str]) -> str:
    return entity_profile(
        TABLE,
        time="offense_at_utc",
        located=True,
        clock="offense_at_local",
        measures=f"""
            count(nibrs_code) as coded,
            count(*) filter (where {_UNKNOWN}) as unknown,
            array_to_string(approx_top_k(nibrs_code, 3) filter (where {_UNKNOWN}), ', ') as examples
        """,
    )


def expectations() -> list[Expectation]:
    return [
        *entity_expectations(TABLE, time="offense_at_utc", located=True, clock="offense_at_local"),
        no_rows(
            "offense_codes_known",
            f"select *, unknown / coded as share from {{batch}} where unknown > {UNKNOWN_OFFENSE_CODES.value} * coded",
            severity="critical",
            why=UNKNOWN_OFFENSE_CODES.reason,
            expected=f"At most {UNKNOWN_OFFENSE_CODES.value:.0%} of offense codes are not in the NIBRS codebook.",
            message="{city} / {source_dataset}: {unknown:,} of {coded:,} offense codes ({share:.1%}) are "
            "not NIBRS codes, most often {examples}.",
            mend="Map the publisher's codes in the city's staging model, or add new NIBRS codes to "
            "dbt_project/seeds/codebooks/nibrs_offenses.csv.",
        ),
    ]
