with data_sets as (
    select
        city,
        entity,
        data_set,
        min(day) as first_record,
        max(day) as last_record,
        sum(records) as records
    from {{ ref('int_data_sets__days') }}
    group by city, entity, data_set
),

covered as (
    select
        days.city,
        days.entity,
        days.data_set,
        sum(days.records) as records
    from {{ ref('int_data_sets__days') }} as days
    inner join {{ ref('int_data_sets__stretches') }} as stretches
        on
            days.city = stretches.city
            and days.entity = stretches.entity
            and days.data_set = stretches.data_set
            and days.day between stretches.first_day and stretches.last_day
    group by days.city, days.entity, days.data_set
),

stretches as (
    select
        city,
        entity,
        data_set,
        max(covered_to) as covered_to,
        sum({{ day_difference('first_day', 'last_day') }} + 1) as covered_days
    from {{ ref('int_data_sets__stretches') }}
    group by city, entity, data_set
),

gaps as (
    select
        city,
        entity,
        data_set,
        count(*) as gaps,
        sum(length_days) as gap_days
    from {{ ref('coverage_gaps') }}
    group by city, entity, data_set
),

samples as (
    select
        city,
        measure as entity,
        data_set,
        bool_and(is_sample) as is_sample
    from {{ ref('int_measures__data_sets') }}
    group by city, measure, data_set
)

select
    data_sets.city,
    data_sets.data_set,
    data_sets.entity,
    data_sets.first_record,
    data_sets.last_record,
    stretches.covered_to,
    cast(coalesce(stretches.covered_days, 0) as integer) as covered_days,
    cast(coalesce(gaps.gaps, 0) as integer) as gaps,
    cast(coalesce(gaps.gap_days, 0) as integer) as gap_days,
    delays.landed_on,
    delays.delay_days,
    delays.delay_from,
    cast(data_sets.records as bigint) as records,
    cast(coalesce(covered.records, 0) as bigint) as records_on_covered_days,
    samples.is_sample
from data_sets
left join stretches
    on
        data_sets.city = stretches.city
        and data_sets.entity = stretches.entity
        and data_sets.data_set = stretches.data_set
left join covered
    on
        data_sets.city = covered.city
        and data_sets.entity = covered.entity
        and data_sets.data_set = covered.data_set
left join gaps
    on data_sets.city = gaps.city and data_sets.entity = gaps.entity and data_sets.data_set = gaps.data_set
left join samples
    on
        data_sets.city = samples.city
        and data_sets.entity = samples.entity
        and data_sets.data_set = samples.data_set
left join {{ ref('int_data_sets__delays') }} as delays
    on data_sets.city = delays.city and data_sets.data_set = delays.data_set
