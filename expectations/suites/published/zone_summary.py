"""Guards published.zone_summary: no small count, nothing beside a suppressed one, and the mart's totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where, not_empty_where_zoned
from expectations.thresholds import SMALLEST_PUBLISHED_COUNT

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "published.zone_summary"

_MEND = "Find out in orchestration/disclosure why the engine left it so; until then nothing may be released."
# Whether a former release published the row, with all that it says.
_STANDS = """exists (
    select 1 from analyst.audit.former_zone_summary as f
    where f.city = p.city and f.zone_id = p.zone_id and f.measure = p.measure
        and f.period_start = p.period_start and f.period_end = p.period_end
        and f.n is not distinct from p.n and f.status = p.status and f.rate_per_1000 is not distinct from p.rate_per_1000
        and f.rate_lo is not distinct from p.rate_lo and f.rate_hi is not distinct from p.rate_hi
)"""
_RATES = "(rate_per_1000 is not null or rate_lo is not null or rate_hi is not null)"


def expectations() -> list[Expectation]:
    largest_hidden = int(SMALLEST_PUBLISHED_COUNT.value) - 1
    return [
        not_empty_where_zoned(
            TABLE,
            "analyst.zones.dim_zone",
            why="An empty public release is a failure, not news.",
            mend="See that published.zone_summary was built after zones.zone_summary.",
        ),
        no_rows_where(
            "no_small_counts",
            f"n between 1 and {largest_hidden}",
            severity="critical",
            why=SMALLEST_PUBLISHED_COUNT.reason,
            expected=f"No published count lies between 1 and {largest_hidden}.",
            message="{city}, zone {zone_id}: the number of {measure} lies between 1 and "
            f"{largest_hidden} and is not suppressed.",
            mend=_MEND,
        ),
        no_rows_where(
            "suppressed_rows_are_empty",
            f"status = 'suppressed' and (n is not null or {_RATES})",
            severity="critical",
            why="A status beside the number it should hide protects nobody.",
            expected="A suppressed row has no count, rate or interval.",
            message="{city}, zone {zone_id}, {measure}: the row is suppressed, but a count, rate or interval is there.",
            mend="Set n, rate_per_1000, rate_lo and rate_hi to NULL wherever the status is suppressed.",
        ),
        no_rows_where(
            "no_rate_without_count",
            f"n is null and {_RATES}",
            severity="critical",
            why="A rate times the population is the count again.",
            expected="A rate or interval is shown only beside its count.",
            message="{city}, zone {zone_id}, {measure}: a rate or interval is shown, but its count is hidden.",
            mend=_MEND,
        ),
        no_rows(
            "no_total_changes_by_little",
            f"""
            select distinct p.city, p.zone_id, p.measure, p.n, f.n as before, f.last_release
            from {{batch}} as p
            join analyst.audit.former_zone_summary as f using (city, zone_id, measure, period_start, period_end)
            where abs(p.n - f.n) between 1 and {largest_hidden} or (p.n is not null and f.status = 'suppressed')
            """,
            severity="critical",
            why="The difference of two releases is a number too: 230 calls and then 231 tell of one caller.",
            expected=f"No total differs by 1 to {largest_hidden} from what a former release published of the period, and what "
            "was hidden stays hidden.",
            message="{city}, zone {zone_id}, {measure}: {n} now, {before} in release {last_release}.",
            mend=_MEND,
        ),
        no_rows(
            "standing_totals_are_unchanged",
            f"""
            select p.city, p.zone_id, p.measure, periods.outcome from {{batch}} as p
            join analyst.audit.published_periods as periods using (city, measure)
            where periods.outcome in ('frozen', 'held') and not {_STANDS}
            """,
            severity="critical",
            why="A period that is published once gives nothing away by changing.",
            expected="Totals of a frozen or held period are as a former release published them.",
            message="{city}, zone {zone_id}, {measure}: {outcome}, but no former release published it so.",
            mend=_MEND,
        ),
        no_rows(
            "totals_match_mart",
            f"""
            select p.city, p.zone_id, p.measure, p.n as published, m.n as mart
            from {{batch}} as p
            left join analyst.zones.zone_summary as m
                on p.city = m.city and p.zone_id = m.zone_id and p.measure = m.measure
                and m.zone_kind <> 'beat'
            where p.n is not null and p.n is distinct from m.n and not {_STANDS}
            """,
            severity="critical",
            why="The public and the analysts must see the same number, or neither can be trusted.",
            expected="Every published count equals the mart's, or stands as a former release published it.",
            message="{city}, zone {zone_id}, {measure}: {published:,} is published, zones.zone_summary has {mart:,}.",
            mend="Build the candidate from zones.zone_summary alone, for the primary zoning.",
        ),
    ]
