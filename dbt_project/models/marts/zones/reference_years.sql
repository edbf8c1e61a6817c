with years as (
    select
        city,
        measure,
        cast(date_trunc('year', month) as date) as year_start,
        sum(n) as n,
        sum(n) filter (where zone_id <> '(unmatched)') as n_in_zones
    from {{ ref('measures_by_zone_month') }}
    where zone_kind <> 'beat'
    group by city, measure, cast(date_trunc('year', month) as date)
),

compared_with_the_busiest as (
    select
        city,
        measure,
        year_start,
        n,
        coalesce(n_in_zones, 0) as n_in_zones,
        max(n) over (partition by city, measure) as busiest_n
    from years
),

latest_full_year as (
    select
        city,
        measure,
        year_start,
        n,
        n_in_zones,
        row_number() over (partition by city, measure order by year_start desc) as recency
    from compared_with_the_busiest
    -- A year that holds less is a sample or a year still under way, and would pass for a fall.
    where n >= 0.8 * busiest_n and n > 0
)

select
    city,
    measure,
    year_start as period_start,
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('year', 1, 'year_start')) }} as date) as period_end,
    cast(n as bigint) as n,
    cast(n_in_zones as double) / n as share_in_zones
from latest_full_year
where recency = 1
