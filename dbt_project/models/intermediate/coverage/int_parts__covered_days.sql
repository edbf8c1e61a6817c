{{ config(materialized='table') }}

select distinct
    data_sets.city,
    data_sets.measure,
    data_sets.part,
    cast(days.day as date) as day
from {{ ref('int_measures__data_sets') }} as data_sets
inner join {{ ref('int_data_sets__stretches') }} as stretches
    on
        data_sets.city = stretches.city
        and data_sets.measure = stretches.entity
        and data_sets.data_set = stretches.data_set,
    {{ days_between('stretches.first_day', 'stretches.last_day') }}
where not data_sets.is_sample
