with months_of_the_period as (
    select
        summary.city,
        summary.zone_id,
        summary.measure,
        summary.n as year_n,
        months.month,
        months.days,
        months.covered_days
    from {{ ref('zone_summary') }} as summary
    inner join {{ ref('covered_months') }} as months
        on
            summary.city = months.city
            and {{ covered_as('summary.measure') }} = months.measure
            and months.month between date_trunc('month', summary.period_start) and summary.period_end
    where summary.zone_kind <> 'beat' and summary.n is not null and months.covered_days > 0
),

counted as (
    select
        months.city,
        months.zone_id,
        months.measure,
        months.month,
        months.year_n,
        months.days,
        months.covered_days,
        coalesce(counts.n, 0) as n
    from months_of_the_period as months
    left join {{ ref('measures_by_zone_month') }} as counts
        on
            months.city = counts.city
            and counts.zone_kind <> 'beat'
            and months.zone_id = counts.zone_id
            and months.measure = counts.measure
            and months.month = counts.month
),

with_small_cells as (
    select
        *,
        n between 1 and {{ var('suppress_below') }} - 1 as is_small
    from counted
),

with_line_totals as (
    select
        *,
        count(*) filter (where is_small) over line as small_cells,
        coalesce(sum(n) filter (where is_small) over line, 0) as small_sum,
        min(n) filter (where n >= {{ var('suppress_below') }}) over line as least_large_n
    from with_small_cells
    window line as (partition by city, zone_id, measure)
),

with_doubt as (
    select
        *,
        -- The year's total is public, and so is this rule: hidden months that add up to a small number, or that leave
        -- each of them fewer than five numbers to be (two that make 19 are 9 and 10), are in need of company.
        small_cells > 0 and (
            small_sum < {{ var('suppress_below') }}
            or least({{ var('suppress_below') }} - 1, small_sum - small_cells + 1)
            - greatest(1, small_sum - ({{ var('suppress_below') }} - 1) * (small_cells - 1)) < 4
        ) as needs_company
    from with_line_totals
),

hidden as (
    select
        *,
        is_small
        -- The smallest larger number, in every month that has it: any hidden month may then be the larger one.
        or (needs_company and coalesce(n = least_large_n, false))
        -- Without a larger number, only months of none are left; they are company where few of them are.
        or (least_large_n is null and small_cells >= {{ var('suppress_below') }} - 1) as is_hidden
    from with_doubt
)

select
    city,
    zone_id,
    month,
    measure,
    cast(case when not is_hidden then n end as bigint) as n,
    days,
    covered_days,
    case when is_hidden then 'suppressed' else {{ period_status('days', 'covered_days') }} end as status
from hidden
