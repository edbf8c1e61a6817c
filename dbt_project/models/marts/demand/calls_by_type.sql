{% set denominators = {'community': "('demand')", 'community_and_officer': "('demand', 'officer_initiated')"} %}

with counted as (
    select
        calls.city,
        calls.population,
        coalesce(calls.call_type_group, '(unmapped)') as call_type_group,
        coalesce(calls.final_type, '(none)') as final_type,
        days.period_start,
        days.period_end,
        days.covered_days,
        days.period_status,
        count(*) as calls,
        count(calls.officer_minutes_low) as calls_timed,
        count(calls.officer_minutes_high) as calls_bounded,
        count(*) filter (where calls.time_basis = 'call') as calls_with_units_assumed,
        sum(calls.unit_minutes) as unit_minutes,
        sum(calls.officer_minutes_low) as minutes,
        sum(calls.officer_minutes_high) as minutes_high
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and cast(calls.call_at_local as date) = days.day
    where days.measure = 'calls'
    group by all
),

by_denominator as (
    {% for name, populations in denominators.items() %}
    select
        '{{ name }}' as denominator,
        counted.*
    from counted
    where counted.population in {{ populations }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

levels as (
    {% for final_type in ["'(all)'", 'final_type'] %}
    select
        denominator,
        city,
        period_start,
        period_end,
        covered_days,
        period_status,
        call_type_group,
        {{ final_type }} as final_type,
        sum(calls) as calls,
        sum(calls_timed) as calls_timed,
        sum(calls_bounded) as calls_bounded,
        sum(calls_with_units_assumed) as calls_with_units_assumed,
        sum(unit_minutes) / 60.0 as unit_hours,
        coalesce(sum(minutes), 0) / 60.0 as hours,
        sum(minutes_high) / 60.0 as hours_high
    from by_denominator
    group by
        denominator, city, period_start, period_end, covered_days, period_status, call_type_group{% if loop.last %}, final_type{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

totals as (
    select
        denominator,
        city,
        sum(calls) as calls,
        sum(hours) as hours
    from levels
    where final_type = '(all)'
    group by denominator, city
),

times as (
    -- A category that matters and is mostly untimed makes every share of time doubtful, not only its own.
    select distinct
        levels.denominator,
        levels.city
    from levels
    inner join totals
        on levels.denominator = totals.denominator and levels.city = totals.city
    where
        levels.final_type = '(all)'
        and levels.calls > {{ var('material_share_of_calls') }} * totals.calls
        and levels.calls_timed < {{ var('minimum_time_coverage') }} * levels.calls
),

residents as (
    select
        city,
        sum(population) as population,
        -- All calls over the residents of some zones only is too high a rate.
        bool_or(population is null) as is_part_of_the_city
    from {{ ref('dim_zone') }}
    where is_primary
    group by city
),

exposed as (
    select
        levels.*,
        totals.calls as all_calls,
        totals.hours as all_hours,
        times.city is not null as is_doubtful,
        residents.population,
        residents.is_part_of_the_city,
        nullif(residents.population, 0) / 1000.0 * levels.covered_days / 365.25 as exposure,
        {{ quasi_poisson_lower('levels.calls', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('levels.calls', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        dispersion.dispersion,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from levels
    inner join totals
        on levels.denominator = totals.denominator and levels.city = totals.city
    left join times
        on levels.denominator = times.denominator and levels.city = times.city
    left join residents
        on levels.city = residents.city
    left join {{ ref('garwood_limits') }} as garwood
        on levels.calls = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on levels.city = dispersion.city and dispersion.measure = 'calls' and dispersion.zone_kind <> 'beat'
)

select
    city,
    denominator,
    call_type_group,
    final_type,
    period_start,
    period_end,
    cast(calls as bigint) as calls,
    cast(calls as double) / all_calls as share_calls,
    cast({{ wilson_lower('calls', 'all_calls') }} as double) as share_calls_lo,
    cast({{ wilson_upper('calls', 'all_calls') }} as double) as share_calls_hi,
    covered_days,
    cast(case when period_status <> 'insufficient_data' then calls / exposure end as double) as rate_per_1000,
    cast(case when period_status <> 'insufficient_data' then count_lo / exposure end as double) as rate_lo,
    cast(case when period_status <> 'insufficient_data' then count_hi / exposure end as double) as rate_hi,
    cast(dispersion as double) as dispersion,
    interval_method as ci_method,
    case
        when population is null or period_status = 'insufficient_data' then 'insufficient_data'
        when population = 0 then 'zero_denominator'
        when population < {{ var('minimum_population_for_rate') }} or is_part_of_the_city then 'unreliable'
        when calls < {{ var('reliable_numerator') }} then 'unreliable'
        else period_status
    end as rate_status,
    cast(calls_timed as bigint) as calls_timed,
    cast(calls_timed as double) / calls as time_coverage,
    cast(case when all_hours > 0 then hours end as double) as hours,
    cast(case when calls_bounded = calls_timed then hours_high end as double) as hours_high,
    cast(hours * calls / nullif(calls_timed, 0) as double) as hours_scaled,
    cast(unit_hours as double) as unit_hours,
    calls_with_units_assumed > 0 as units_assumed,
    cast(hours / nullif(all_hours, 0) as double) as share_time,
    cast(hours * all_calls / nullif(all_hours * calls, 0) as double) as intensity,
    case when all_hours = 0 then 'insufficient_data' when is_doubtful then 'unreliable' else 'ok' end as time_status
from exposed
