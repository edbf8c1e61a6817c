select
    responses.city,
    responses.call_id,
    responses.source_dataset,
    -- A call sign may be one officer's: units are told apart by their order, not by name.
    row_number() over (
        partition by responses.city, responses.source_dataset, responses.call_id
        order by responses.dispatched_at_utc nulls last, responses.unit_response_id
    ) as unit_number,
    responses.crew_size,
    responses.crew_size_assumed,
    responses.dispatched_at_utc,
    cast(responses.travel_minutes as double) as travel_minutes,
    responses.travel_status,
    cast(responses.on_scene_minutes as double) as on_scene_minutes,
    responses.on_scene_status,
    cast(responses.service_minutes as double) as service_minutes,
    responses.service_status,
    cast(responses.crew_size * responses.service_minutes as double) as officer_minutes,
    -- A unit sent to a call that is not in the export keeps its row, with nothing known of the call.
    events.call_id is not null as is_call_known,
    events.call_id as event_call_id,
    events.month,
    events.population,
    events.initiation,
    events.call_type_group,
    events.priority,
    events.zone_id,
    events.beat_id,
    responses.load_id
from {{ ref('int_unit_responses__timed') }} as responses
left join {{ ref('int_calls__events') }} as records
    on responses.city = records.city and responses.call_id = records.call_id
left join {{ ref('fct_calls') }} as events
    on responses.city = events.city and coalesce(records.event_id, responses.call_id) = events.call_id
