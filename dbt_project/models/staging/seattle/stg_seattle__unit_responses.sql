{% set time_zone = 'America/Los_Angeles' %}
{% set readable = 'call_sign_dispatch_id is not null and cad_event_number is not null' %}

with versions as (
    {{ rank_versions(
        source('seattle', 'call_dispatches'),
        ['call_sign_dispatch_id'],
        published_clock_time('call_sign_in_service_time'),
        readable
    ) }}
),

typed as (
    select
        dispatches.call_sign_dispatch_id as unit_response_id,
        dispatches.cad_event_number as call_id,
        {{ number_of('dispatches.count_of_officers', 'crew_size') }} as crew_size,
        {{ published_time_utc('dispatches.call_sign_dispatch_time', time_zone) }} as dispatched_at_utc,
        {{ published_time_utc('dispatches.call_sign_at_scene_time', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('dispatches.call_sign_in_service_time', time_zone) }} as cleared_at_utc,
        {{ is_ambiguous_time(
            [
                'dispatches.call_sign_dispatch_time', 'dispatches.call_sign_at_scene_time',
                'dispatches.call_sign_in_service_time'
            ],
            time_zone
        ) }} as is_ambiguous_time,
        dispatches._load_id as load_id,
        dispatches._file as source_file,
        dispatches._line as source_line,
        coalesce(
            case
                when dispatches.call_sign_dispatch_id is null or dispatches.cad_event_number is null then 'missing_key'
            end,
            {{ number_reason('dispatches.count_of_officers', 'crew_size') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
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
    dispatched_at_utc,
    arrived_at_utc,
    cleared_at_utc,
    is_ambiguous_time,
    'call_dispatches' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
