with periods as (
    select
        periods.city,
        periods.period_start,
        periods.period_end,
        periods.kind
    from {{ ref('reference_periods') }} as periods
    where periods.measure = 'calls'
),

exposure as (
    -- Counted on the city's calendar: an hour the clock skips or repeats is not as many hours as there are weeks, and
    -- an hour of a day that is not covered is none.
    select
        city,
        {{ hour_of_week('hour_local') }} as hour_of_week,
        count(*) as exposure_hours
    from {{ ref('int_hours__covered') }}
    group by city, {{ hour_of_week('hour_local') }}
),

hours_of_the_week as (
    select
        periods.city,
        periods.period_start,
        periods.period_end,
        periods.kind,
        cells.hour_of_week
    from periods, {{ numbers_below(168, 'hour_of_week') }}
),

counted as (
    select
        calls.city,
        {{ hour_of_week('calls.call_at_local') }} as hour_of_week,
        count(*) as calls,
        count(*) filter (where not {{ is_initiation_known('calls.initiation') }}) as unknown_initiation_calls,
        sum(calls.officer_minutes) / 60.0 as officer_hours
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and days.measure = 'calls' and cast(calls.call_at_local as date) = days.day
    where calls.population = 'demand'
    group by calls.city, hour_of_week
),

with_counts as (
    select
        hours_of_the_week.*,
        coalesce(exposure.exposure_hours, 0) as exposure_hours,
        case when exposure.exposure_hours > 0 then coalesce(counted.calls, 0) end as calls,
        case when exposure.exposure_hours > 0 then coalesce(counted.unknown_initiation_calls, 0) end
            as unknown_initiation_calls,
        counted.officer_hours,
        sum(counted.calls) over (partition by hours_of_the_week.city) as all_calls,
        sum(counted.unknown_initiation_calls) over (partition by hours_of_the_week.city) as all_unknown_calls,
        sum(exposure.exposure_hours) over (partition by hours_of_the_week.city) as all_hours
    from hours_of_the_week
    left join exposure
        on hours_of_the_week.city = exposure.city and hours_of_the_week.hour_of_week = exposure.hour_of_week
    left join counted
        on hours_of_the_week.city = counted.city and hours_of_the_week.hour_of_week = counted.hour_of_week
)

select
    hours.city,
    cast(hours.hour_of_week as integer) as hour_of_week,
    hours.period_start,
    hours.period_end,
    cast(hours.exposure_hours as bigint) as exposure_hours,
    case
        when hours.exposure_hours = 0 then 'insufficient_data'
        when hours.kind = 'none' then 'partial_period'
        else 'ok'
    end as status,
    cast(hours.calls as bigint) as calls,
    cast(hours.unknown_initiation_calls as bigint) as unknown_initiation_calls,
    {{ initiation_status('hours.all_unknown_calls', 'hours.all_calls') }} as initiation_status,
    cast(hours.calls as double) / nullif(hours.exposure_hours, 0) as calls_per_hour,
    cast(
        {{ quasi_poisson_lower('hours.calls', 'garwood.lower_limit', 'dispersion.dispersion') }}
        / nullif(hours.exposure_hours, 0) as double
    ) as calls_per_hour_lo,
    cast(
        {{ quasi_poisson_upper('hours.calls', 'garwood.upper_limit', 'dispersion.dispersion') }}
        / nullif(hours.exposure_hours, 0) as double
    ) as calls_per_hour_hi,
    cast(case when hours.calls is not null then dispersion.dispersion end as double) as dispersion,
    case
        when hours.calls is not null then {{ count_interval_method('garwood.events', 'dispersion.dispersion') }}
    end as ci_method,
    (cast(hours.calls as double) / nullif(hours.exposure_hours, 0))
    / nullif(cast(hours.all_calls as double) / hours.all_hours, 0) as call_index,
    cast(hours.officer_hours as double) as officer_hours,
    cast(hours.officer_hours / nullif(hours.exposure_hours, 0) as double) as officer_hours_per_hour
from with_counts as hours
left join {{ ref('garwood_limits') }} as garwood
    on hours.calls = garwood.events
left join {{ ref('dispersion') }} as dispersion
    on hours.city = dispersion.city and dispersion.measure = 'calls' and dispersion.zone_kind <> 'beat'
