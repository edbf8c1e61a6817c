{% set reach = var('gap_neighbour_days') %}

with days as (
    select
        city,
        entity,
        data_set,
        day,
        sum(records) as records
    from {{ ref('int_data_sets__days') }}
    group by city, entity, data_set, day
),

with_neighbours as (
    select
        *,
        min(day) over data_set_days as first_record,
        max(day) over data_set_days as last_record,
        lead(day) over days_in_order as next_day,
        sum(records) over (days_in_order {{ days_preceding(reach - 1) }}) as records_until,
        sum(records) over (days_in_order {{ days_following(reach - 1) }}) as records_from
    from days
    window
        data_set_days as (partition by city, entity, data_set),
        days_in_order as (partition by city, entity, data_set order by day)
),

runs_without_records as (
    select
        city,
        entity,
        data_set,
        day,
        next_day,
        {{ day_difference('day', 'next_day') }} - 1 as length_days,
        records_until + lead(records_from) over (partition by city, entity, data_set order by day) as records_around,
        least({{ reach }}, {{ day_difference('first_record', 'day') }} + 1)
        + least({{ reach }}, {{ day_difference('next_day', 'last_record') }} + 1) as days_around
    from with_neighbours
)

select
    city,
    entity,
    data_set,
    cast({{ dbt.dateadd('day', 1, 'day') }} as date) as first_day,
    cast({{ dbt.dateadd('day', -1, 'next_day') }} as date) as last_day,
    cast(length_days as integer) as length_days,
    cast(records_around as double) / days_around * length_days as expected_records
from runs_without_records
where
    length_days > 0
    and cast(records_around as double) / days_around * length_days >= {{ var('gap_needs_expected_records') }}
