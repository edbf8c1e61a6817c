with calls_with_coverage as (
    select
        calls.city,
        calls.zone_id,
        calls.beat_id,
        calls.month,
        calls.population,
        calls.initiation,
        calls.officer_minutes,
        days.day is not null as is_covered
    from {{ ref('fct_calls') }} as calls
    left join {{ ref('int_covered_days') }} as days
        on calls.city = days.city and days.measure = 'calls' and cast(calls.call_at_local as date) = days.day
),

calls_by_zoning as (
    select
        calls.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(calls.zone_id, '(unmatched)') as zone_id,
        calls.month,
        calls.population,
        calls.initiation,
        calls.officer_minutes,
        calls.is_covered
    from calls_with_coverage as calls
    left join {{ ref('int_primary_zonings') }} as zonings
        on calls.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        month,
        population,
        initiation,
        officer_minutes,
        is_covered
    from calls_with_coverage
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) filter (where is_covered) as records,
        count(*) filter (where not is_covered) as records_of_uncovered_days,
        {% for column, populations in {
            'demand_calls': "('demand')",
            'officer_initiated_calls': "('officer_initiated')",
            'duplicate_calls': "('duplicate_explicit', 'duplicate_inferred')",
            'cancelled_calls': "('cancelled_before_dispatch')",
            'administrative_calls': "('administrative')",
            'test_calls': "('test')",
        }.items() -%}
        count(*) filter (where is_covered and population in {{ populations }}) as {{ column }},
        {% endfor -%}
        count(*) filter (
            where is_covered and population = 'demand' and not {{ is_initiation_known('initiation') }}
        ) as unknown_initiation_calls,
        sum(officer_minutes) filter (where is_covered and population = 'demand') / 60.0 as demand_officer_hours
    from calls_by_zoning
    group by city, zone_kind, zone_id, month
),

exposed as (
    select
        counted.*,
        {{ initiation_status('counted.unknown_initiation_calls', 'counted.demand_calls') }} as initiation_status,
        months.days,
        months.covered_days,
        months.covered_days_of_measure,
        zones.population,
        -- Thousands of residents times years: the exposure of a rate per 1,000 residents a year.
        nullif(zones.population, 0) / 1000.0 * nullif(months.covered_days, 0) / 365.25 as exposure,
        {{ quasi_poisson_lower('counted.demand_calls', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('counted.demand_calls', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        dispersion.dispersion,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from counted
    inner join {{ ref('int_covered_months') }} as months
        on counted.city = months.city and months.measure = 'calls' and counted.month = months.month
    left join {{ ref('dim_zone') }} as zones
        on
            counted.city = zones.city
            and counted.zone_kind = zones.zone_kind
            and counted.zone_id = zones.zone_id
    left join {{ ref('garwood_limits') }} as garwood
        on counted.demand_calls = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on
            counted.city = dispersion.city
            and counted.zone_kind = dispersion.zone_kind
            and dispersion.measure = 'calls'
),

judged as (
    select
        *,
        case
            when zone_id = '(unmatched)' then 'not_applicable'
            when population is null or covered_days_of_measure < {{ var('minimum_covered_days') }} or covered_days = 0
                then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when
                population < {{ var('minimum_population_for_rate') }}
                or demand_calls < {{ var('reliable_numerator') }}
                or initiation_status <> 'ok'
                then 'unreliable'
            when covered_days < days then 'partial_period'
            else 'ok'
        end as rate_status
    from exposed
)

{% set has_rate = "rate_status in ('ok', 'partial_period', 'unreliable')" -%}
select
    city,
    zone_kind,
    zone_id,
    month,
    days,
    covered_days,
    {{ period_status('days', 'covered_days') }} as status,
    {% for column in [
        'records', 'demand_calls', 'unknown_initiation_calls', 'officer_initiated_calls', 'duplicate_calls',
        'cancelled_calls', 'administrative_calls', 'test_calls'
    ] -%}
    case when covered_days > 0 then {{ column }} end as {{ column }},
    {% endfor -%}
    initiation_status,
    records_of_uncovered_days,
    cast(demand_officer_hours as double) as demand_officer_hours,
    cast(case when {{ has_rate }} then demand_calls / exposure end as double) as rate_per_1000,
    cast(case when {{ has_rate }} then count_lo / exposure end as double) as rate_lo,
    cast(case when {{ has_rate }} then count_hi / exposure end as double) as rate_hi,
    cast(case when {{ has_rate }} then dispersion end as double) as dispersion,
    case when {{ has_rate }} then interval_method end as ci_method,
    cast(case when {{ has_rate }} then (demand_calls - unknown_initiation_calls) / exposure end as double)
        as rate_per_1000_least,
    rate_status
from judged
