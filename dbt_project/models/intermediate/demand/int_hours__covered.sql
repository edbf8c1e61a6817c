{# Stored: few rows come out of a calendar, and the marts it reads are in another database. #}
{{ config(materialized='table') }}

with periods as (
    select
        periods.city,
        periods.period_start,
        periods.period_end,
        cities.time_zone
    from {{ ref('reference_periods') }} as periods
    inner join {{ ref('dim_city') }} as cities
        on periods.city = cities.city
    where periods.measure = 'calls'
),

local_hours as (
    select
        periods.city,
        hours.hour_utc,
        {{ utc_to_local_of('hours.hour_utc', 'periods.time_zone') }} as hour_local
    from periods, {{ hours_around('periods.period_start', 'periods.period_end') }}
)

select
    local_hours.city,
    local_hours.hour_utc,
    local_hours.hour_local
from local_hours
inner join {{ ref('int_reference_days') }} as days
    on
        local_hours.city = days.city
        and days.measure = 'calls'
        and cast(local_hours.hour_local as date) = days.day
