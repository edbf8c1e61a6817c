"""Guards published.zone_month: no small count, neither shown nor to be found by subtraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where
from expectations.thresholds import SMALLEST_PUBLISHED_COUNT

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "published.zone_month"

LEAST_SPREAD = 4  # of the numbers that a hidden month may be, the largest less the smallest
NEVER = 10**9  # more than any month counts
_MEND = "Hide more months of the zone (complementary suppression) in the model of published.zone_month."


def expectations() -> list[Expectation]:
    largest_hidden = int(SMALLEST_PUBLISHED_COUNT.value) - 1
    # How the months of a zone compare with its published total: what a reader can find by subtraction.
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
    return [
        no_rows_where(
            "no_small_counts",
            f"n between 1 and {largest_hidden}",
            severity="critical",
            why=SMALLEST_PUBLISHED_COUNT.reason,
            expected=f"No published count lies between 1 and {largest_hidden}.",
            message="{city}, zone {zone_id}, {month:%Y-%m}: the number of {measure} lies between 1 and "
            f"{largest_hidden} and is not suppressed.",
            mend="See that suppression is the last step of the model of published.zone_month.",
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
            "no_lone_hidden_month",
            subtraction + " having hidden = 1",
            severity="critical",
            why="One hidden month is the published total minus the other months.",
            expected="A zone with a published total hides no month or at least two.",
            message="{city}, zone {zone_id}, {measure}: exactly one month is hidden, so the published total "
            "gives it away.",
            mend=_MEND,
        ),
        no_rows(
            "no_small_remainder",
            subtraction + f" having remainder between 1 and {largest_hidden}",
            severity="critical",
            why="Months that together hide fewer than the limit are as telling as a single small count.",
            expected=f"A zone's total minus its published months is never between 1 and {largest_hidden}.",
            message="{city}, zone {zone_id}, {measure}: the published total minus the published months "
            f"leaves at most {largest_hidden} for {{hidden}} hidden months.",
            mend=_MEND,
        ),
        no_rows(
            "hidden_months_stay_in_doubt",
            f"""
            select p.city, p.zone_id, p.measure, count(*) filter (where p.n is null) as hidden,
                coalesce(sum(coalesce(m.n, 0)) filter (where p.n is null), 0) as remainder,
                coalesce(max(m.n) filter (where p.n is null), 0) as largest_hidden,
                coalesce(min(p.n) filter (where p.n > {largest_hidden}), {NEVER}) as least_shown,
                least({largest_hidden}, remainder - hidden + 1)
                    - greatest(1, remainder - {largest_hidden} * (hidden - 1)) as spread
            from {{batch}} as p
            left join ({mart}) as m
                on p.city = m.city and p.zone_id = m.zone_id and p.month = m.month and p.measure = m.measure
                and m.zone_kind <> 'beat'
            group by p.city, p.zone_id, p.measure
            having hidden > 0 and count(p.n) > 0 and case
                when largest_hidden > {largest_hidden} then largest_hidden >= least_shown
                when least_shown < {NEVER} then spread < {LEAST_SPREAD}
                else hidden >= {largest_hidden}
            end
            """,
            severity="critical",
            why="Two hidden months that add up to 20 are 10 each, unless one of them may be larger.",
            expected=f"Hidden months that leave each other fewer than {LEAST_SPREAD + 1} numbers to be have a larger one "
            "among them, and none as small as that is shown.",
            message="{city}, zone {zone_id}, {measure}: its {hidden} hidden months add up to {remainder:,}, and what is "
            "shown beside them leaves too little doubt about each.",
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
            mend="Build published.zone_month and published.zone_summary from the same mart and period.",
        ),
        no_rows(
            "months_match_mart",
            f"""
            select p.city, p.zone_id, p.month, p.measure, p.n as published, coalesce(m.n, 0) as mart
            from {{batch}} as p
            left join ({mart}) as m
                on p.city = m.city and p.zone_id = m.zone_id and p.month = m.month and p.measure = m.measure
                and m.zone_kind <> 'beat'
            where p.n <> coalesce(m.n, 0)
            """,
            severity="critical",
            why="The public and the analysts must see the same number, or neither can be trusted.",
            expected="Every published month equals the mart's.",
            message="{city}, zone {zone_id}, {month:%Y-%m}, {measure}: the published count is not the mart's.",
            mend="Build published.zone_month from the marts by zone and month alone, for the primary zoning.",
        ),
    ]
