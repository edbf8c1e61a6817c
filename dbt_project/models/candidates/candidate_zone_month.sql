{{ config(alias='zone_month') }}

with months_of_the_period as (
    select
        summary.city,
        summary.zone_id,
        summary.measure,
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
)

select
    months.city,
    months.zone_id,
    months.month,
    months.measure,
    cast(coalesce(counts.n, 0) as bigint) as n,
    months.days,
    months.covered_days,
    {{ period_status('months.days', 'months.covered_days') }} as status
from months_of_the_period as months
left join {{ ref('measures_by_zone_month') }} as counts
    on
        months.city = counts.city
        and counts.zone_kind <> 'beat'
        and months.zone_id = counts.zone_id
        and months.measure = counts.measure
        and months.month = counts.month
