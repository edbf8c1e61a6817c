with periods as (
    select
        years.city,
        years.period_start,
        years.period_end,
        cities.time_zone
    from {{ ref('reference_years') }} as years
    inner join {{ ref('dim_city') }} as cities
        on years.city = cities.city
    where years.measure = 'calls'
),

local_hours as (
    select
        periods.city,
        periods.period_start,
        periods.period_end,
        {{ utc_to_local_of('hours.hour_utc', 'periods.time_zone') }} as hour_local
    from periods, {{ hours_around('periods.period_start', 'periods.period_end') }}
),

exposure as (
    -- Counted on the city's calendar: an hour the clock skips or repeats is not as many hours as there are weeks.
    select
        city,
        period_start,
        period_end,
        {{ hour_of_week('hour_local') }} as hour_of_week,
        count(*) as exposure_hours
    from local_hours
    where cast(hour_local as date) between period_start and period_end
    group by city, period_start, period_end, hour_of_week
),

counted as (
    select
        calls.city,
        {{ hour_of_week('calls.call_at_local') }} as hour_of_week,
        count(*) as calls,
        sum(calls.officer_minutes) / 60.0 as officer_hours
    from {{ ref('fct_calls') }} as calls
    inner join periods
        on
            calls.city = periods.city
            and cast(calls.call_at_local as date) between periods.period_start and periods.period_end
    where calls.population = 'demand'
    group by calls.city, hour_of_week
),

with_counts as (
    select
        exposure.*,
        coalesce(counted.calls, 0) as calls,
        counted.officer_hours,
        sum(coalesce(counted.calls, 0)) over (partition by exposure.city) as all_calls,
        sum(exposure.exposure_hours) over (partition by exposure.city) as all_hours
    from exposure
    left join counted
        on exposure.city = counted.city and exposure.hour_of_week = counted.hour_of_week
)

select
    hours.city,
    hours.hour_of_week,
    hours.period_start,
    hours.period_end,
    cast(hours.exposure_hours as bigint) as exposure_hours,
    cast(hours.calls as bigint) as calls,
    cast(hours.calls as double) / hours.exposure_hours as calls_per_hour,
    cast({{ poisson_lower('hours.calls', 'garwood.lower_limit') }} / hours.exposure_hours as double)
        as calls_per_hour_lo,
    cast({{ poisson_upper('hours.calls', 'garwood.upper_limit') }} / hours.exposure_hours as double)
        as calls_per_hour_hi,
    (cast(hours.calls as double) / hours.exposure_hours)
    / nullif(cast(hours.all_calls as double) / hours.all_hours, 0) as call_index,
    cast(hours.officer_hours as double) as officer_hours,
    cast(hours.officer_hours / hours.exposure_hours as double) as officer_hours_per_hour
from with_counts as hours
left join {{ ref('garwood_limits') }} as garwood
    on hours.calls = garwood.events
