{% set time_zone = 'America/Detroit' %}
{% set readable = 'incident_entry_id is not null and ' ~ published_clock_time('called_at') ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('detroit', 'calls'), ['incident_entry_id'], '_load_number', readable) }}
),

typed as (
    select
        calls.incident_entry_id as call_id,
        {{ published_time_utc('calls.called_at', time_zone) }} as called_at_utc,
        -- Minutes and their fraction, not times. A negative one is a clock set back: it says nothing.
        {{ number_of('calls.intake_time', 'minutes') }} as intake_minutes,
        {{ number_of('calls.dispatch_time', 'minutes') }} as dispatch_minutes,
        {{ number_of('calls.total_response_time', 'minutes') }} as response_minutes,
        {{ number_of('calls.on_scene_time', 'minutes') }} as on_scene_minutes,
        {{ number_of('calls.total_time', 'minutes') }} as total_minutes,
        calls.priority,
        calls.call_description as final_type,
        calls.category as type_group,
        calls.incident_location as block_address,
        calls.precinct as native_zone,
        try_cast(calls.longitude as double) as published_longitude,
        try_cast(calls.latitude as double) as published_latitude,
        {{ location_status('calls.longitude', 'calls.latitude') }} as location_status,
        {{ is_ambiguous_time('calls.called_at', time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.incident_entry_id is null then 'missing_key' end,
            {{ time_reason('calls.called_at') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('detroit', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
)

select
    'detroit' as city,
    call_id,
    called_at_utc as call_at_utc,
    {{ utc_to_local('called_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    called_at_utc as received_at_utc,
    {{ minutes_after('called_at_utc', '(intake_minutes + dispatch_minutes)') }} as dispatched_at_utc,
    {{ minutes_after('called_at_utc', 'response_minutes') }} as arrived_at_utc,
    -- The total is response and time on scene. Where it is not, no clearance can be reckoned from it.
    case
        when abs(total_minutes - response_minutes - on_scene_minutes) <= 0.2
            then {{ minutes_after('called_at_utc', 'total_minutes') }}
    end as cleared_at_utc,
    -- Since the table was replaced it holds what civilians reported; records that officers began are another table.
    'community' as initiation,
    'explicit' as initiation_basis,
    cast(null as varchar) as channel,
    priority,
    cast(null as varchar) as initial_type,
    final_type,
    type_group,
    cast(null as varchar) as disposition,
    cast(null as varchar) as parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'calls' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
