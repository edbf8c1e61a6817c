select
    city,
    call_id,
    count(*) as unit_count,
    count(service_minutes) as timed_unit_count,
    min(dispatched_at_utc) as first_dispatched_at_utc,
    min(valid_arrival_at_utc) as first_arrived_at_utc,
    max(cleared_at_utc) as last_cleared_at_utc,
    sum(service_minutes) as unit_minutes,
    sum(crew_size * service_minutes) as officer_minutes
from {{ ref('int_unit_responses__timed') }}
group by city, call_id
