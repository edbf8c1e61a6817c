select
    city,
    call_id,
    count(*) as unit_count,
    count(service_minutes) as timed_unit_count,
    min(dispatched_at_utc) as first_dispatched_at_utc,
    min(valid_arrival_at_utc) as first_arrived_at_utc,
    max(cleared_at_utc) as last_cleared_at_utc,
    max(case when is_ambiguous_time then 1 else 0 end) = 1 as is_ambiguous_time,
    sum(service_minutes) as unit_minutes,
    sum(crew_size * service_minutes) as officer_minutes
from {{ ref('int_unit_responses__timed') }}
group by city, call_id
