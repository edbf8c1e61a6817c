with exposure as (
    -- Counted on the city's calendar: an hour the clock skips or repeats is not as many hours as there are weeks.
    select
        city,
        period_start,
        period_end,
        {{ hour_of_week('hour_local') }} as hour_of_week,
        count(*) as exposure_hours
    from {{ ref('int_hours__covered') }}
    group by city, period_start, period_end, {{ hour_of_week('hour_local') }}
),

covered_days as (
    select distinct
        city,
        cast(hour_local as date) as day
    from {{ ref('int_hours__covered') }}
),

counted as (
    select
        calls.city,
        {{ hour_of_week('calls.call_at_local') }} as hour_of_week,
        count(*) as calls,
        count(*) filter (where not {{ is_initiation_known('calls.initiation') }}) as unknown_initiation_calls,
        sum(calls.officer_minutes) / 60.0 as officer_hours
    from {{ ref('fct_calls') }} as calls
    inner join covered_days
        on calls.city = covered_days.city and cast(calls.call_at_local as date) = covered_days.day
    where calls.population = 'demand'
    group by calls.city, {{ hour_of_week('calls.call_at_local') }}
),

with_counts as (
    select
        exposure.*,
        coalesce(counted.calls, 0) as calls,
        coalesce(counted.unknown_initiation_calls, 0) as unknown_initiation_calls,
        counted.officer_hours,
        sum(coalesce(counted.calls, 0)) over (partition by exposure.city) as all_calls,
        sum(coalesce(counted.unknown_initiation_calls, 0)) over (partition by exposure.city) as all_unknown_calls,
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
    cast(hours.unknown_initiation_calls as bigint) as unknown_initiation_calls,
    {{ initiation_status('hours.all_unknown_calls', 'hours.all_calls') }} as initiation_status,
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
