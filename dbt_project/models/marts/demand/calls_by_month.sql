with reach as (
    select
        city,
        min(day) as first_day,
        max(day) as last_day
    from {{ ref('int_covered_days') }}
    where measure = 'calls'
    group by city
),

counted as (
    select
        city,
        month,
        sum(demand_calls) as calls,
        sum(unknown_initiation_calls) as unknown_initiation_calls,
        sum(demand_officer_hours) as officer_hours,
        sum(records_of_uncovered_days) as records_of_uncovered_days
    from {{ ref('calls_by_zone_month') }}
    where zone_kind <> 'beat'
    group by city, month
),

months as (
    -- A month inside the data without a covered day is told, not left out.
    select
        covered.city,
        covered.month,
        covered.days,
        covered.covered_days,
        covered.covered_days_of_measure,
        case when covered.covered_days > 0 then coalesce(counted.calls, 0) end as calls,
        case when covered.covered_days > 0 then coalesce(counted.unknown_initiation_calls, 0) end
            as unknown_initiation_calls,
        counted.officer_hours,
        coalesce(counted.records_of_uncovered_days, 0) as records_of_uncovered_days
    from {{ ref('int_covered_months') }} as covered
    left join reach
        on covered.city = reach.city
    left join counted
        on covered.city = counted.city and covered.month = counted.month
    where
        covered.measure = 'calls'
        and (
            counted.city is not null
            or covered.month between date_trunc('month', reach.first_day) and reach.last_day
        )
),

residents as (
    {{ residents_of_cities() }}
),

exposed as (
    select
        months.*,
        {{ initiation_status('months.unknown_initiation_calls', 'months.calls') }} as initiation_status,
        residents.population,
        residents.is_part_of_the_city,
        nullif(residents.population, 0) / 1000.0 * nullif(months.covered_days, 0) / 365.25 as exposure,
        {{ quasi_poisson_lower('months.calls', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('months.calls', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        dispersion.dispersion,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from months
    left join residents
        on months.city = residents.city
    left join {{ ref('garwood_limits') }} as garwood
        on months.calls = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on months.city = dispersion.city and dispersion.measure = 'calls' and dispersion.zone_kind <> 'beat'
),

judged as (
    select
        *,
        case
            when population is null or covered_days_of_measure < {{ var('minimum_covered_days') }} or covered_days = 0
                then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when population < {{ var('minimum_population_for_rate') }} or is_part_of_the_city then 'unreliable'
            when calls < {{ var('reliable_numerator') }} or initiation_status <> 'ok' then 'unreliable'
            when covered_days < days then 'partial_period'
            else 'ok'
        end as rate_status
    from exposed
)

{% set has_rate = "rate_status in ('ok', 'partial_period', 'unreliable')" -%}
select
    city,
    month,
    days,
    covered_days,
    {{ period_status('days', 'covered_days') }} as status,
    cast(calls as bigint) as calls,
    cast(unknown_initiation_calls as bigint) as unknown_initiation_calls,
    initiation_status,
    cast(records_of_uncovered_days as bigint) as records_of_uncovered_days,
    cast(calls as double) / nullif(covered_days, 0) as calls_per_day,
    cast(count_lo / nullif(covered_days, 0) as double) as calls_per_day_lo,
    cast(count_hi / nullif(covered_days, 0) as double) as calls_per_day_hi,
    cast(calls - unknown_initiation_calls as double) / nullif(covered_days, 0) as calls_per_day_least,
    cast(officer_hours as double) as officer_hours,
    cast(case when {{ has_rate }} then calls / exposure end as double) as rate_per_1000,
    cast(case when {{ has_rate }} then count_lo / exposure end as double) as rate_lo,
    cast(case when {{ has_rate }} then count_hi / exposure end as double) as rate_hi,
    cast(case when calls is not null then dispersion end as double) as dispersion,
    case when calls is not null then interval_method end as ci_method,
    cast(case when {{ has_rate }} then (calls - unknown_initiation_calls) / exposure end as double)
        as rate_per_1000_least,
    rate_status
from judged
