with calls_of_the_period as (
    select
        calls.*,
        days.period_start,
        days.period_end,
        days.covered_days,
        days.period_status,
        calls.sent_status = 'sent' as is_sent,
        calls.sent_status = 'unknown' as is_sent_unknown
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and cast(calls.call_at_local as date) = days.day
    where days.measure = 'calls'
),

counted as (
    select
        city,
        population,
        initiation,
        coalesce(call_type_group, '(unmapped)') as call_type_group,
        coalesce(final_type, '(none)') as final_type,
        period_start,
        period_end,
        covered_days,
        period_status,
        count(*) as calls,
        count(answered_by) as calls_answered_by_others,
        -- A call whose time is known was sent to, whatever else is known.
        count(*) filter (where is_sent or officer_minutes_low is not null) as calls_sent,
        count(*) filter (where is_sent_unknown and officer_minutes_low is null) as calls_sent_unknown,
        count(officer_minutes_low) as calls_timed,
        count(officer_minutes_high) as calls_bounded,
        count(*) filter (where time_basis = 'call') as calls_with_units_assumed,
        sum(unit_minutes) as unit_minutes,
        sum(officer_minutes_low) as minutes,
        sum(officer_minutes_high) as minutes_high
    from calls_of_the_period
    group by all
),

by_denominator as (
    {% for name, condition in denominators().items() %}
    select
        '{{ name }}' as denominator,
        counted.*
    from counted
    where {{ condition }}
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
        sum(calls_answered_by_others) as calls_answered_by_others,
        sum(calls_sent) as calls_sent,
        sum(calls_sent_unknown) as calls_sent_unknown,
        sum(calls_timed) as calls_timed,
        sum(calls_bounded) as calls_bounded,
        sum(calls_with_units_assumed) as calls_with_units_assumed,
        sum(unit_minutes) / 60.0 as unit_hours,
        coalesce(sum(minutes), 0) / 60.0 as hours,
        sum(minutes_high) / 60.0 as hours_high
    from by_denominator
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

scaled as (
    select
        *,
        final_type = '(all)' as is_group,
        -- Nobody's hours go to a call that nobody was sent to: it is not untimed.
        cast(calls_timed as double) / nullif(calls_sent + calls_sent_unknown, 0) as time_coverage,
        case
            when calls_sent + calls_sent_unknown = 0 then 0
            else hours * (calls_sent + calls_sent_unknown) / nullif(calls_timed, 0)
        end as hours_scaled
    from levels
),

totals as (
    select
        denominator,
        city,
        is_group,
        sum(calls) as calls,
        sum(hours) as hours,
        sum(hours_scaled) as hours_scaled,
        coalesce(sum(calls) filter (where hours_scaled is not null), 0) as calls_with_hours
    from scaled
    group by denominator, city, is_group
),

initiations as (
    select
        city,
        coalesce(sum(calls) filter (where not {{ is_initiation_known('initiation') }}), 0) as unknown_calls,
        sum(calls) as calls
    from counted
    where population = 'demand'
    group by city
),

poorly_timed as (
    -- A category that matters and is mostly untimed makes every share of time doubtful, not only its own.
    select distinct
        scaled.denominator,
        scaled.city
    from scaled
    inner join totals
        on scaled.denominator = totals.denominator and scaled.city = totals.city and totals.is_group
    where
        scaled.is_group
        and scaled.calls > {{ var('material_share_of_calls') }} * totals.calls
        and scaled.time_coverage < {{ var('minimum_time_coverage') }}
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
        scaled.*,
        totals.calls as all_calls,
        totals.hours as all_hours,
        totals.hours_scaled as all_hours_scaled,
        totals.calls_with_hours,
        of_groups.calls_with_hours as calls_of_timed_groups,
        of_groups.hours_scaled as hours_of_timed_groups,
        poorly_timed.city is not null as is_poorly_timed,
        coalesce(initiations.unknown_calls, 0) as unknown_calls,
        case scaled.denominator
            when 'community' then {{ initiation_status('initiations.unknown_calls', 'initiations.calls') }}
            -- The other bound: a number to be read with the first one beside it.
            when 'community_or_unknown'
                then
                    case
                        when {{ initiation_status('initiations.unknown_calls', 'initiations.calls') }} <> 'ok'
                            then 'unreliable'
                        else 'ok'
                    end
            else 'ok'
        end as share_status,
        residents.population,
        residents.is_part_of_the_city,
        nullif(residents.population, 0) / 1000.0 * scaled.covered_days / 365.25 as exposure,
        {{ quasi_poisson_lower('scaled.calls', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('scaled.calls', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        dispersion.dispersion,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from scaled
    inner join totals
        on
            scaled.denominator = totals.denominator
            and scaled.city = totals.city
            and scaled.is_group = totals.is_group
    inner join totals as of_groups
        on scaled.denominator = of_groups.denominator and scaled.city = of_groups.city and of_groups.is_group
    left join initiations
        on scaled.city = initiations.city
    left join poorly_timed
        on scaled.denominator = poorly_timed.denominator and scaled.city = poorly_timed.city
    left join residents
        on scaled.city = residents.city
    left join {{ ref('garwood_limits') }} as garwood
        on scaled.calls = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on scaled.city = dispersion.city and dispersion.measure = 'calls' and dispersion.zone_kind <> 'beat'
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
    cast(calls as bigint) as calls,
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
    cast(calls_answered_by_others as bigint) as calls_answered_by_others,
    cast(calls_sent as bigint) as calls_sent,
    calls_sent_unknown > 0 as units_unknown,
    cast(calls_timed as bigint) as calls_timed,
    cast(time_coverage as double) as time_coverage,
    cast(case when all_hours > 0 then hours end as double) as hours,
    cast(case when calls_bounded = calls_timed then hours_high end as double) as hours_high,
    cast(hours_scaled as double) as hours_scaled,
    cast(unit_hours as double) as unit_hours,
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
