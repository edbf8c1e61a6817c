with data_sets as (
    select
        days.city,
        days.entity,
        days.data_set,
        min(days.day) as first_record,
        max(days.day) as last_record
    from {{ ref('int_data_sets__days') }} as days
    group by days.city, days.entity, days.data_set
),

with_late_end as (
    select
        data_sets.*,
        -- Days younger than the reporting delay are still filling; what landed long after its last record is not.
        least(
            data_sets.last_record,
            coalesce(
                cast({{ dbt.dateadd('day', '-delays.delay_days', 'delays.landed_on') }} as date), data_sets.last_record
            )
        ) as covered_to
    from data_sets
    left join {{ ref('int_data_sets__delays') }} as delays
        on data_sets.city = delays.city and data_sets.data_set = delays.data_set
),

begun as (
    select
        city,
        entity,
        data_set,
        first_record as first_day
    from with_late_end
    union all
    select
        city,
        entity,
        data_set,
        cast({{ dbt.dateadd('day', 1, 'last_day') }} as date) as first_day
    from {{ ref('int_data_sets__gaps') }}
),

ended as (
    select
        begun.city,
        begun.entity,
        begun.data_set,
        begun.first_day,
        with_late_end.covered_to,
        coalesce(
            cast({{ dbt.dateadd('day', -1, 'min(gaps.first_day)') }} as date), with_late_end.last_record
        ) as last_day
    from begun
    inner join with_late_end
        on
            begun.city = with_late_end.city
            and begun.entity = with_late_end.entity
            and begun.data_set = with_late_end.data_set
    left join {{ ref('int_data_sets__gaps') }} as gaps
        on
            begun.city = gaps.city
            and begun.entity = gaps.entity
            and begun.data_set = gaps.data_set
            and begun.first_day < gaps.first_day
    group by
        begun.city, begun.entity, begun.data_set, begun.first_day, with_late_end.covered_to, with_late_end.last_record
)

select
    city,
    entity,
    data_set,
    first_day,
    least(last_day, covered_to) as last_day,
    covered_to
from ended
where first_day <= covered_to
