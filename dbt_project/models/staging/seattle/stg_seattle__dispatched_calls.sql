{% set time_zone = 'America/Los_Angeles' %}

with dispatches as (
    -- The rows of the portal stand for units; what they say of the event is the same on each, but for events that
    -- changed while units were sent. The last unit's row knows most.
    select
        raw_rows.*,
        row_number() over (
            partition by raw_rows.cad_event_number
            order by responses.dispatched_at_utc desc nulls last, responses.unit_response_id desc
        ) as place_in_event
    from {{ source('seattle', 'call_dispatches') }} as raw_rows
    inner join {{ ref('stg_seattle__unit_responses') }} as responses
        on
            raw_rows._load_id = responses.load_id
            and raw_rows._file = responses.source_file
            and raw_rows._line = responses.source_line
    where responses.row_status = 'accepted'
),

typed as (
    select
        cad_event_number as call_id,
        {{ published_time_utc('cad_event_original_time_queued', time_zone) }} as queued_at_utc,
        {{ published_time_utc('cad_event_arrived_time', time_zone) }} as arrived_at_utc,
        -- The classification knows officers from community, the call type knows alarms as well.
        case
            when call_type = 'ALARM CALL (NOT POLICE ALARM)' then 'alarm'
            when call_type_received_classification = 'COMMUNITY_GENERATED' then 'community'
            when call_type_received_classification = 'OFFICER_GENERATED' or call_type = 'ONVIEW' then 'officer'
            when call_type in ('911', 'TELEPHONE OTHER, NOT 911') then 'community'
            else 'unknown'
        end as initiation,
        call_type as channel,
        priority,
        initial_call_type as initial_type,
        final_call_type as final_type,
        event_group as type_group,
        cad_event_clearance_description as disposition,
        dispatch_address as block_address,
        dispatch_beat as native_zone,
        try_cast(dispatch_longitude as double) as published_longitude,
        try_cast(dispatch_latitude as double) as published_latitude,
        {{ location_status('dispatch_longitude', 'dispatch_latitude') }} as location_status,
        {{ time_reason('cad_event_original_time_queued') }} as time_reason,
        {{ is_ambiguous_time(
            ['cad_event_original_time_queued', 'cad_event_arrived_time'], time_zone
        ) }} as is_ambiguous_time,
        _load_id as load_id,
        _file as source_file,
        _line as source_line
    from dispatches
    where place_in_event = 1
),

held_elsewhere as (
    -- Neither model accepts an event that the other has accepted.
    select
        call_id,
        'duplicate_of_calls' as exclusion_reason
    from {{ ref('stg_seattle__calls') }}
    where row_status = 'accepted'
    union all
    select
        call_id,
        'duplicate_of_incident_responses_2016' as exclusion_reason
    from {{ ref('stg_seattle__incident_responses_2016') }}
    where row_status = 'accepted'
),

seen_in_responses_of_2015 as (
    -- Those have no event number: the same minute at the scene within some 100 m is the same event.
    select distinct typed.call_id
    from typed
    inner join {{ ref('stg_seattle__incident_responses_2015') }} as responses
        on
            date_trunc('minute', typed.arrived_at_utc) = responses.call_at_utc
            and abs(typed.published_longitude - responses.longitude) < 0.001
            and abs(typed.published_latitude - responses.latitude) < 0.001
    where responses.row_status = 'accepted'
),

judged as (
    select
        typed.*,
        typed.time_reason as quarantine_reason,
        coalesce(
            held_elsewhere.exclusion_reason,
            case when seen_in_responses_of_2015.call_id is not null then 'duplicate_of_incident_responses_2015' end
        ) as exclusion_reason
    from typed
    left join held_elsewhere on typed.call_id = held_elsewhere.call_id
    left join seen_in_responses_of_2015 on typed.call_id = seen_in_responses_of_2015.call_id
)

select
    'seattle' as city,
    call_id,
    queued_at_utc as call_at_utc,
    {{ utc_to_local('queued_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    queued_at_utc as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    channel,
    priority,
    initial_type,
    final_type,
    type_group,
    disposition,
    cast(null as varchar) as parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'call_dispatches' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
