with reach as (
    select
        city,
        entity,
        data_set,
        max(covered_to) as covered_to
    from {{ ref('int_data_sets__stretches') }}
    group by city, entity, data_set
)

select
    gaps.city,
    gaps.data_set,
    gaps.entity,
    gaps.first_day,
    gaps.last_day,
    gaps.length_days,
    cast(gaps.expected_records as double) as expected_records
from {{ ref('int_data_sets__gaps') }} as gaps
-- What lies behind the covered end is told as late, or is a mistyped day of the future.
inner join reach
    on
        gaps.city = reach.city
        and gaps.entity = reach.entity
        and gaps.data_set = reach.data_set
        and gaps.first_day <= reach.covered_to
