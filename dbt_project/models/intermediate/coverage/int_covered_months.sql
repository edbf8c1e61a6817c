with reach as (
    select
        city,
        entity as measure,
        min(day) as first_day,
        max(day) as last_day
    from {{ ref('int_data_sets__days') }}
    group by city, entity
),

months_in_reach as (
    select
        reach.city,
        reach.measure,
        cast(months.month as date) as month
    from reach, {{ months_between('reach.first_day', 'reach.last_day') }}
),

covered as (
    select
        city,
        measure,
        cast(date_trunc('month', day) as date) as month,
        count(*) as covered_days
    from {{ ref('int_covered_days') }}
    group by city, measure, cast(date_trunc('month', day) as date)
)

select
    months.city,
    months.measure,
    months.month,
    cast({{ days_of_month('months.month') }} as integer) as days,
    cast(coalesce(covered.covered_days, 0) as integer) as covered_days,
    cast(sum(coalesce(covered.covered_days, 0)) over (partition by months.city, months.measure) as integer)
        as covered_days_of_measure
from months_in_reach as months
left join covered
    on months.city = covered.city and months.measure = covered.measure and months.month = covered.month
