with initiations as (
    select
        city,
        {{ initiation_status(
            "sum(calls) filter (where denominator = 'unknown_initiation')",
            "sum(calls) filter (where denominator = 'community_or_unknown')"
        ) }} as status
    from {{ ref('call_type_hours') }}
    where is_group
    group by city
),

with_totals as (
    select
        *,
        sum(calls) over of_the_level as all_calls,
        sum(hours) over of_the_level as all_hours,
        sum(hours_scaled) over of_the_level as all_hours_scaled,
        coalesce(sum(calls) filter (where is_group and hours_scaled is not null) over of_the_denominator, 0)
            as calls_of_timed_groups,
        sum(hours_scaled) filter (where is_group) over of_the_denominator as hours_of_timed_groups
    from {{ ref('call_type_hours') }}
    window
        of_the_level as (partition by city, denominator, is_group),
        of_the_denominator as (partition by city, denominator)
),

poorly_timed as (
    -- A category that matters and is mostly untimed makes every share of time doubtful, not only its own.
    select distinct
        denominator,
        city
    from with_totals
    where
        is_group
        and calls > {{ var('material_share_of_calls') }} * all_calls
        and time_coverage < {{ var('minimum_time_coverage') }}
),

residents as (
    {{ residents_of_cities() }}
),

exposed as (
    select
        counted.*,
        poorly_timed.city is not null as is_poorly_timed,
        case
            when counted.denominator = 'community' then initiations.status
            -- The other bound: a number to be read with the first one beside it.
            when counted.denominator = 'community_or_unknown' and initiations.status <> 'ok' then 'unreliable'
            else 'ok'
        end as share_status,
        residents.population,
        residents.is_part_of_the_city,
        nullif(residents.population, 0) / 1000.0 * counted.covered_days / 365.25 as exposure,
        {{ quasi_poisson_lower('counted.calls', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('counted.calls', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        dispersion.dispersion,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from with_totals as counted
    left join initiations
        on counted.city = initiations.city
    left join poorly_timed
        on counted.denominator = poorly_timed.denominator and counted.city = poorly_timed.city
    left join residents
        on counted.city = residents.city
    left join {{ ref('garwood_limits') }} as garwood
        on counted.calls = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on counted.city = dispersion.city and dispersion.measure = 'calls' and dispersion.zone_kind <> 'beat'
),

judged as (
    select
        *,
        case
            when 'insufficient_data' in (share_status, period_status) or population is null then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when population < {{ var('minimum_population_for_rate') }} or is_part_of_the_city then 'unreliable'
            when calls < {{ var('reliable_numerator') }} then 'unreliable'
            when share_status <> 'ok' then share_status
            else period_status
        end as rate_status,
        case
            when share_status = 'insufficient_data' or hours_scaled is null or coalesce(all_hours_scaled, 0) = 0
                then 'insufficient_data'
            when time_coverage < {{ var('least_time_coverage') }} then 'unreliable'
            else 'ok'
        end as time_status,
        case
            when share_status = 'insufficient_data' or coalesce(hours_of_timed_groups, 0) = 0 then 'insufficient_data'
            when is_poorly_timed then 'unreliable'
            else share_status
        end as headline_status
    from exposed
)

select
    city,
    denominator,
    call_type_group,
    final_type,
    period_start,
    period_end,
    covered_days,
    calls,
    cast(case when share_status <> 'insufficient_data' then calls end as double) / all_calls as share_calls,
    case
        when share_status <> 'insufficient_data' then cast({{ wilson_lower('calls', 'all_calls') }} as double)
    end as share_calls_lo,
    case
        when share_status <> 'insufficient_data' then cast({{ wilson_upper('calls', 'all_calls') }} as double)
    end as share_calls_hi,
    share_status,
    {% set has_rate = "rate_status in ('ok', 'partial_period', 'unreliable')" -%}
    cast(case when {{ has_rate }} then calls / exposure end as double) as rate_per_1000,
    cast(case when {{ has_rate }} then count_lo / exposure end as double) as rate_lo,
    cast(case when {{ has_rate }} then count_hi / exposure end as double) as rate_hi,
    cast(case when {{ has_rate }} then dispersion end as double) as dispersion,
    case when {{ has_rate }} then interval_method end as ci_method,
    rate_status,
    calls_answered_by_others,
    calls_sent,
    calls_sent_unknown > 0 as units_unknown,
    calls_timed,
    time_coverage,
    cast(case when all_hours > 0 then hours end as double) as hours,
    cast(case when calls_bounded = calls_timed then hours_high end as double) as hours_high,
    hours_scaled,
    unit_hours,
    calls_with_units_assumed > 0 as units_assumed,
    cast(case when time_status <> 'insufficient_data' then hours_scaled / nullif(all_hours_scaled, 0) end as double)
        as share_time,
    cast(
        case
            when time_status <> 'insufficient_data'
                then hours_scaled * calls_of_timed_groups / nullif(hours_of_timed_groups * calls, 0)
        end as double
    ) as intensity,
    time_status,
    headline_status,
    cast(all_calls - calls_of_timed_groups as double) / all_calls as calls_share_without_time
from judged
