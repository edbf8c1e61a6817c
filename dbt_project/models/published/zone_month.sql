with months_of_the_reference_year as (
    select
        summary.city,
        summary.zone_id,
        summary.measure,
        summary.n as year_n,
        cast({{ dbt.dateadd('month', 'months.month_number', 'summary.period_start') }} as date) as month
    from {{ ref('zone_summary') }} as summary
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) as months (month_number)
    where summary.zone_kind <> 'beat' and summary.n is not null
),

counted as (
    select
        months.city,
        months.zone_id,
        months.measure,
        months.month,
        months.year_n,
        coalesce(counts.n, 0) as n
    from months_of_the_reference_year as months
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
        row_number() over (
            partition by city, zone_id, measure
            order by is_small, n = 0, n, month
        ) as partner_rank
    from with_small_cells
    window line as (partition by city, zone_id, measure)
),

hidden as (
    select
        *,
        is_small
        -- The year's total is public: a lone hidden month, or hidden months that add up to a small number, would
        -- follow by subtraction. The smallest other month with any event is hidden with them.
        or (
            small_cells > 0
            and (small_cells = 1 or small_sum < {{ var('suppress_below') }})
            and partner_rank = 1
            and n > 0
        ) as is_hidden
    from with_line_totals
)

select
    city,
    zone_id,
    month,
    measure,
    cast(case when not is_hidden then n end as bigint) as n,
    case when is_hidden then 'suppressed' else 'ok' end as status
from hidden
