with calls_by_zoning as (
    select
        calls.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(calls.zone_id, '(unmatched)') as zone_id,
        calls.month,
        calls.population,
        calls.initiation,
        calls.officer_minutes
    from {{ ref('fct_calls') }} as calls
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
        officer_minutes
    from {{ ref('fct_calls') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) as records,
        count(*) filter (where population = 'demand') as demand_calls,
        count(*) filter (where population = 'demand' and not {{ is_initiation_known('initiation') }})
            as unknown_initiation_calls,
        count(*) filter (where population = 'officer_initiated') as officer_initiated_calls,
        count(*) filter (where population in ('duplicate_explicit', 'duplicate_inferred')) as duplicate_calls,
        count(*) filter (where population = 'cancelled_before_dispatch') as cancelled_calls,
        count(*) filter (where population = 'administrative') as administrative_calls,
        count(*) filter (where population = 'test') as test_calls,
        sum(officer_minutes) filter (where population = 'demand') / 60.0 as demand_officer_hours
    from calls_by_zoning
    group by city, zone_kind, zone_id, month
),

exposed as (
    select
        counted.*,
        {{ initiation_status('counted.unknown_initiation_calls', 'counted.demand_calls') }} as initiation_status,
        zones.population,
        -- Thousands of residents times years: the exposure of a rate per 1,000 residents a year.
        {% set days = dbt.datediff('counted.month', dbt.dateadd('month', 1, 'counted.month'), 'day') -%}
        nullif(zones.population, 0) / 1000.0 * ({{ days }}) / 365.25 as exposure,
        {{ poisson_lower('counted.demand_calls', 'garwood.lower_limit') }} as count_lo,
        {{ poisson_upper('counted.demand_calls', 'garwood.upper_limit') }} as count_hi
    from counted
    left join {{ ref('dim_zone') }} as zones
        on
            counted.city = zones.city
            and counted.zone_kind = zones.zone_kind
            and counted.zone_id = zones.zone_id
    left join {{ ref('garwood_limits') }} as garwood
        on counted.demand_calls = garwood.events
)

select
    city,
    zone_kind,
    zone_id,
    month,
    records,
    demand_calls,
    unknown_initiation_calls,
    initiation_status,
    officer_initiated_calls,
    duplicate_calls,
    cancelled_calls,
    administrative_calls,
    test_calls,
    cast(demand_officer_hours as double) as demand_officer_hours,
    cast(demand_calls / exposure as double) as rate_per_1000,
    cast(count_lo / exposure as double) as rate_lo,
    cast(count_hi / exposure as double) as rate_hi,
    cast((demand_calls - unknown_initiation_calls) / exposure as double) as rate_per_1000_least,
    case
        when zone_id = '(unmatched)' then 'not_applicable'
        when population is null then 'insufficient_data'
        when population = 0 then 'zero_denominator'
        when
            population < {{ var('minimum_population_for_rate') }}
            or demand_calls < {{ var('reliable_numerator') }}
            or initiation_status <> 'ok'
            then 'unreliable'
        else 'ok'
    end as rate_status
from exposed
