{# Stored: few rows come out of a scan of all unit responses, and the marts it reads are in another database. #}
{{ config(materialized='table') }}

with spans as (
    select
        responses.city,
        events.population,
        events.initiation,
        responses.crew_size,
        responses.dispatched_at_utc as began_at_utc,
        {{ minutes_after('responses.dispatched_at_utc', 'responses.service_minutes') }} as ended_at_utc
    from {{ ref('int_unit_responses__timed') }} as responses
    left join {{ ref('int_calls__events') }} as records
        on responses.city = records.city and responses.call_id = records.call_id
    left join {{ ref('fct_calls') }} as events
        on responses.city = events.city and coalesce(records.event_id, responses.call_id) = events.call_id
    where responses.service_minutes is not null
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
