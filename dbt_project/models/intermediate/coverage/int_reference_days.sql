{{ config(materialized='table') }}

select
    periods.city,
    periods.measure,
    periods.period_start,
    periods.period_end,
    periods.covered_days,
    periods.status as period_status,
    days.day
from {{ ref('int_reference_periods') }} as periods
inner join {{ ref('int_covered_days') }} as days
    on
        periods.city = days.city
        and periods.measure = days.measure
        and days.day between periods.period_start and periods.period_end
