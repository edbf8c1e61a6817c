{% set of_the_call = ['month', 'population', 'initiation', 'call_type_group', 'priority', 'zone_id', 'beat_id'] %}

with events_of_several_records as (
    select
        city,
        call_id,
        {{ of_the_call | join(',\n        ') }}
    from {{ ref('fct_calls') }}
    where callers > 1
)

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
    calls.call_id is not null as is_call_known,
    coalesce(events.call_id, calls.call_id) as event_call_id,
    {% for column in of_the_call -%}
    case when events.call_id is not null then events.{{ column }} else calls.{{ column }} end as {{ column }},
    {% endfor -%}
    responses.load_id
from {{ ref('int_unit_responses__timed') }} as responses
left join {{ ref('fct_calls') }} as calls
    on responses.city = calls.city and responses.call_id = calls.call_id
left join events_of_several_records as events
    on calls.city = events.city and calls.duplicate_of_call_id = events.call_id
