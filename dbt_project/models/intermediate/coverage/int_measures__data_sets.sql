with covered as (
    select
        city,
        entity,
        data_set,
        sum({{ day_difference('first_day', 'last_day') }} + 1) as covered_days
    from {{ ref('int_data_sets__stretches') }}
    group by city, entity, data_set
),

counted as (
    select
        days.city,
        days.entity,
        days.data_set,
        days.part,
        covered.covered_days,
        sum(days.records) as records
    from {{ ref('int_data_sets__days') }} as days
    left join covered
        on days.city = covered.city and days.entity = covered.entity and days.data_set = covered.data_set
    group by days.city, days.entity, days.data_set, days.part, covered.covered_days
),

with_density as (
    select
        *,
        cast(records as double) / covered_days as records_per_covered_day
    from counted
)

select
    city,
    entity as measure,
    part,
    data_set,
    records,
    covered_days,
    records_per_covered_day,
    -- A few calls of many years do not make those years whole.
    coalesce(
        records_per_covered_day
        < {{ var('minimum_share_of_densest') }} * max(records_per_covered_day) over (partition by city, entity, part),
        false
    ) as is_sample
from with_density
