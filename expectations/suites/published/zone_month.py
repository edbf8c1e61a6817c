"""Guards published.zone_month: no small count is shown, or can be found from all that is and was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where
from expectations.thresholds import LEAST_POSSIBLE_VALUES, SMALLEST_PUBLISHED_COUNT

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "published.zone_month"

EVERYTHING = 10**9  # more than any month counts
_MEND = "Find out in orchestration/disclosure why the engine left it so; until then nothing may be released."


def expectations() -> list[Expectation]:
    largest_hidden, least_values = int(SMALLEST_PUBLISHED_COUNT.value) - 1, int(LEAST_POSSIBLE_VALUES.value)
    # How the months of a zone compare with its published total.
    subtraction = """
        select m.city, m.zone_id, m.measure, any_value(s.n) as total,
            count(*) filter (where m.n is null) as hidden, coalesce(sum(m.n), 0) as shown,
            total - shown as remainder
        from {batch} as m
        join published.zone_summary as s using (city, zone_id, measure)
        where s.n is not null and m.month between date_trunc('month', s.period_start) and s.period_end
        group by m.city, m.zone_id, m.measure
    """
    # The same counts as the analysts see them.
    mart = """
        select city, zone_kind, zone_id, month, 'calls' as measure, demand_calls as n
        from analyst.demand.calls_by_zone_month
        union all
        select city, zone_kind, zone_id, month, 'contacts', contacts
        from analyst.enforcement.contacts_by_zone_month
        union all
        select city, zone_kind, zone_id, month, unnest(['offenses', 'offenses_police_generated', 'offenses_unclassified']),
            unnest([offenses, police_generated_offenses, unclassified_offenses])
        from analyst.crime.offenses_by_zone_month
    """
    # Months as published now, as counted now, and whether they stand as a former release published them.
    months = f"""
        select p.city, p.zone_id, p.measure, p.month, p.n, p.status, coalesce(m.n, 0) as mart,
            exists (
                select 1 from analyst.audit.former_zone_month as f
                join analyst.audit.published_periods as periods
                    on f.city = periods.city and f.measure = periods.measure
                    and f.period_start = periods.period_start and f.period_end = periods.period_end
                where f.city = p.city and f.zone_id = p.zone_id and f.measure = p.measure and f.month = p.month
                    and f.n is not distinct from p.n and f.status = p.status
            ) as stands
        from {{batch}} as p
        left join ({mart}) as m
            on p.city = m.city and p.zone_id = m.zone_id and p.month = m.month and p.measure = m.measure
            and m.zone_kind <> 'beat'
    """
    # The limit and the rule are public: a small count is known to be 1 to 10, unless its whole line is hidden. What a
    # former release showed of a month is known, as long as it is still so.
    attack = f"""
        with months as ({months}),
        lines as (
            select m.*, coalesce(m.n, (
                    select any_value(f.n) from analyst.audit.former_zone_month as f
                    where f.city = m.city and f.zone_id = m.zone_id and f.measure = m.measure and f.month = m.month
                        and f.n = m.mart
                )) as told,
                s.n as total, (s.status = 'suppressed') as total_hidden, t.n as total_mart,
                bool_and(m.status = 'suppressed') over line and total_hidden as whole
            from months as m
            join published.zone_summary as s using (city, zone_id, measure)
            left join analyst.zones.zone_summary as t
                on m.city = t.city and m.zone_id = t.zone_id and m.measure = t.measure and t.zone_kind <> 'beat'
            window line as (partition by m.city, m.zone_id, m.measure)
            qualify not bool_and(m.stands) over line
        ),
        known as (
            select *,
                case when told is not null then told when whole or mart not between 1 and {largest_hidden} then 0 else 1
                    end as low,
                case when told is not null then told when whole or mart not between 1 and {largest_hidden} then {EVERYTHING}
                    else {largest_hidden} end as high,
                case when total is not null then total when total_mart between 1 and {largest_hidden} then 1 else 0 end
                    as total_low,
                case when total is not null then total when total_mart between 1 and {largest_hidden}
                    then {largest_hidden} else {EVERYTHING} end as total_high
            from lines
        ),
        summed as (
            select *, sum(low) over line as lows, sum(high) over line as highs
            from known window line as (partition by city, zone_id, measure)
        ),
        limits as (
            select city, zone_id, measure, strftime(month, '%Y-%m') as cell,
                greatest(low, total_low - (highs - high)) as least, least(high, total_high - (lows - low)) as most
            from summed where told is null
            union all
            select distinct city, zone_id, measure, 'the total', greatest(total_low, lows), least(total_high, highs)
            from summed where total is null
        )
    """
    return [
        no_rows_where(
            "no_small_counts",
            f"n between 1 and {largest_hidden}",
            severity="critical",
            why=SMALLEST_PUBLISHED_COUNT.reason,
            expected=f"No published count lies between 1 and {largest_hidden}.",
            message="{city}, zone {zone_id}, {month:%Y-%m}: the number of {measure} lies between 1 and "
            f"{largest_hidden} and is not suppressed.",
            mend=_MEND,
        ),
        no_rows_where(
            "suppressed_rows_are_empty",
            "coalesce(status, '') not in ('ok', 'partial_period', 'suppressed') or (status = 'suppressed') = (n is not null)",
            severity="critical",
            why="A status beside the number it should hide protects nobody.",
            expected="There is a count exactly where the status is ok or partial_period; else the status is suppressed.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: the status is {status}, but the "
            "count does not follow it.",
            mend="Set n to NULL wherever the status is suppressed, and nowhere else.",
        ),
        no_rows(
            "hidden_numbers_stay_in_doubt",
            attack
            + f"select *, cast(most - least + 1 as bigint) as left from limits where most - least + 1 < {least_values}",
            severity="critical",
            why=LEAST_POSSIBLE_VALUES.reason,
            expected=f"With the total, the months shown and the rule known, {least_values} values are left to each hidden number.",
            message="{city}, zone {zone_id}, {measure}: {cell} is hidden, but can only be {least} to {most}.",
            mend=_MEND,
        ),
        no_rows(
            "hidden_months_stay_hidden",
            """
            select distinct p.city, p.zone_id, p.month, p.measure from {batch} as p
            join analyst.audit.former_zone_month as f using (city, zone_id, month, measure)
            where p.n is not null and f.status = 'suppressed'
            """,
            severity="critical",
            why="A partner shown later gives away the small number that it was hidden with.",
            expected="What a former release hid of a month stays hidden.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: a former release hid it, and it is shown now.",
            mend=_MEND,
        ),
        no_rows(
            "no_month_changes_by_little",
            f"""
            select distinct p.city, p.zone_id, p.month, p.measure, p.n, f.n as before, f.last_release
            from {{batch}} as p
            join analyst.audit.former_zone_month as f using (city, zone_id, month, measure)
            where abs(p.n - f.n) between 1 and {largest_hidden}
            """,
            severity="critical",
            why="The difference of two releases is a number too: 23 calls and then 24 tell of one caller.",
            expected=f"No month differs by 1 to {largest_hidden} from what a former release published of it.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: {n} now, {before} in release {last_release}.",
            mend=_MEND,
        ),
        no_rows(
            "standing_months_are_unchanged",
            f"""
            select months.city, months.zone_id, months.month, months.measure, periods.outcome
            from ({months}) as months
            join analyst.audit.published_periods as periods using (city, measure)
            where periods.outcome in ('frozen', 'held') and not months.stands
            """,
            severity="critical",
            why="A period that is published once gives nothing away by changing.",
            expected="Months of a frozen or held period are as a former release published them.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: {outcome}, but no former release published it so.",
            mend=_MEND,
        ),
        no_rows(
            "months_within_total",
            subtraction + " having remainder < 0 or (hidden = 0 and remainder <> 0)",
            severity="critical",
            why="Readers will add the months up.",
            expected="The published months of a zone never exceed its published total, and equal it if none is hidden.",
            message="{city}, zone {zone_id}, {measure}: the published months add up to {shown:,}, the "
            "published total is {total:,}, and {hidden} months are hidden.",
            mend="Build both candidates from the same mart and period.",
        ),
        no_rows(
            "months_match_mart",
            f"select city, zone_id, month, measure from ({months}) as months where n <> mart and not stands",
            severity="critical",
            why="The public and the analysts must see the same number, or neither can be trusted.",
            expected="Every published month equals the mart's, or stands as a former release published it.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: the published count is not the mart's.",
            mend="Build the candidates from the marts by zone and month alone, for the primary zoning.",
        ),
    ]
