{{ config(materialized='table') }}

with parts as (
    select
        city,
        measure,
        count(distinct part) as parts
    from {{ ref('int_measures__data_sets') }}
    group by city, measure
),

days as (
    select
        city,
        measure,
        day,
        count(*) as parts
    from {{ ref('int_parts__covered_days') }}
    group by city, measure, day
)

select
    days.city,
    days.measure,
    days.day
from days
inner join parts
    on days.city = parts.city and days.measure = parts.measure and days.parts = parts.parts
