with years as (
    select
        city,
        measure,
        cast(date_trunc('year', month) as date) as year_start,
        sum(n) as n
    from {{ ref('measures_by_zone_month') }}
    where zone_kind = 'tract'
    group by city, measure, cast(date_trunc('year', month) as date)
),

compared_with_the_busiest as (
    select
        city,
        measure,
        year_start,
        n,
        max(n) over (partition by city, measure) as busiest_n
    from years
)

select
    city,
    measure,
    max(year_start) as period_start,
    cast(max(year_start) + interval 1 year - interval 1 day as date) as period_end
from compared_with_the_busiest
-- A year that holds less is a sample or a year still under way, and would pass for a fall.
where n >= 0.8 * busiest_n and n > 0
group by city, measure
