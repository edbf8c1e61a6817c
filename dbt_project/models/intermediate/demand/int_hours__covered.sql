with periods as (
    select
        years.city,
        years.period_start,
        years.period_end,
        cities.time_zone
    from {{ ref('reference_years') }} as years
    inner join {{ ref('dim_city') }} as cities
        on years.city = cities.city
    where years.measure = 'calls'
),

local_hours as (
    select
        periods.city,
        periods.period_start,
        periods.period_end,
        hours.hour_utc,
        {{ utc_to_local_of('hours.hour_utc', 'periods.time_zone') }} as hour_local
    from periods, {{ hours_around('periods.period_start', 'periods.period_end') }}
)

select
    city,
    period_start,
    period_end,
    hour_utc,
    hour_local
from local_hours
-- All hours of the period's days are covered; where days are not, they leave here.
where cast(hour_local as date) between period_start and period_end
