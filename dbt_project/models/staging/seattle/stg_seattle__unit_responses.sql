{% set time_zone = 'America/Los_Angeles' %}
{% set readable = 'call_sign_dispatch_id is not null and cad_event_number is not null' %}

with versions as (
    {{ rank_versions(
        source('seattle', 'call_dispatches'),
        ['call_sign_dispatch_id'],
        portal_time('call_sign_in_service_time'),
        readable
    ) }}
),

typed as (
    select
        dispatches.call_sign_dispatch_id as unit_response_id,
        dispatches.cad_event_number as call_id,
        try_cast(dispatches.count_of_officers as integer) as crew_size,
        {{ portal_time('dispatches.call_sign_dispatch_time') }} as dispatched_at,
        {{ portal_time('dispatches.call_sign_at_scene_time') }} as arrived_at,
        {{ portal_time('dispatches.call_sign_in_service_time') }} as cleared_at,
        dispatches._load_id as load_id,
        dispatches._file as source_file,
        dispatches._line as source_line,
        case
            when dispatches.call_sign_dispatch_id is null or dispatches.cad_event_number is null then 'missing_key'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'call_dispatches') }} as dispatches
    left join versions
        on {{ same_row('dispatches', 'versions') }}
)

select
    'seattle' as city,
    unit_response_id,
    call_id,
    -- The call sign itself is not published, only that it was sent.
    cast(null as varchar) as unit_id,
    crew_size,
    {{ local_to_utc('dispatched_at', time_zone) }} as dispatched_at_utc,
    {{ local_to_utc('arrived_at', time_zone) }} as arrived_at_utc,
    {{ local_to_utc('cleared_at', time_zone) }} as cleared_at_utc,
    'call_dispatches' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
