with spans as (
    select
        city,
        population,
        initiation,
        crew_size,
        dispatched_at_utc as began_at_utc,
        {{ minutes_after('dispatched_at_utc', 'service_minutes') }} as ended_at_utc
    from {{ ref('fct_unit_responses') }}
    where service_minutes is not null
),

hours_of_spans as (
    select
        spans.city,
        spans.population,
        spans.initiation,
        spans.crew_size,
        hours.hour_utc,
        {{ minutes_between(
            'greatest(spans.began_at_utc, hours.hour_utc)',
            'least(spans.ended_at_utc, ' ~ dbt.dateadd('hour', 1, 'hours.hour_utc') ~ ')'
        ) }} as minutes
    from spans, {{ hours_touched('spans.began_at_utc', 'spans.ended_at_utc') }}
)

select
    city,
    population,
    initiation,
    hour_utc,
    cast(sum(crew_size * minutes) / 60.0 as double) as officers_busy
from hours_of_spans
group by city, population, initiation, hour_utc
