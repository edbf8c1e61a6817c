with months as (
    select
        city,
        month,
        sum(demand_calls) as calls,
        sum(unknown_initiation_calls) as unknown_initiation_calls,
        sum(demand_officer_hours) as officer_hours,
        {% set days = dbt.datediff('month', dbt.dateadd('month', 1, 'month'), 'day') -%}
        {{ days }} as days
    from {{ ref('calls_by_zone_month') }}
    where zone_kind <> 'beat'
    group by city, month
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
        months.*,
        {{ initiation_status('months.unknown_initiation_calls', 'months.calls') }} as initiation_status,
        residents.population,
        residents.is_part_of_the_city,
        nullif(residents.population, 0) / 1000.0 * months.days / 365.25 as exposure,
        {{ poisson_lower('months.calls', 'garwood.lower_limit') }} as count_lo,
        {{ poisson_upper('months.calls', 'garwood.upper_limit') }} as count_hi
    from months
    left join residents
        on months.city = residents.city
    left join {{ ref('garwood_limits') }} as garwood
        on months.calls = garwood.events
)

select
    city,
    month,
    cast(days as integer) as days,
    cast(calls as bigint) as calls,
    cast(unknown_initiation_calls as bigint) as unknown_initiation_calls,
    initiation_status,
    cast(calls as double) / days as calls_per_day,
    cast(count_lo / days as double) as calls_per_day_lo,
    cast(count_hi / days as double) as calls_per_day_hi,
    cast(calls - unknown_initiation_calls as double) / days as calls_per_day_least,
    cast(officer_hours as double) as officer_hours,
    cast(calls / exposure as double) as rate_per_1000,
    cast(count_lo / exposure as double) as rate_lo,
    cast(count_hi / exposure as double) as rate_hi,
    cast((calls - unknown_initiation_calls) / exposure as double) as rate_per_1000_least,
    case
        when population is null then 'insufficient_data'
        when population = 0 then 'zero_denominator'
        when population < {{ var('minimum_population_for_rate') }} or is_part_of_the_city then 'unreliable'
        when calls < {{ var('reliable_numerator') }} or initiation_status <> 'ok' then 'unreliable'
        else 'ok'
    end as rate_status
from exposed
