{% set time_zone = 'America/Detroit' %}
{% set readable = 'incident_id is not null and ' ~ published_clock_time('call_timestamp') ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('detroit', 'calls_withdrawn'), ['incident_id'], '_load_number', readable) }}
),

typed as (
    select
        calls.incident_id as call_id,
        -- 2018/03/05 19:05:00+00, as the portal's files write UTC.
        {{ published_time_utc('calls.call_timestamp', time_zone) }} as called_at_utc,
        -- Minutes and their fraction, not times. A negative one is a clock set back: it says nothing.
        {{ number_of('calls.intaketime', 'minutes') }} as intake_minutes,
        {{ number_of('calls.dispatchtime', 'minutes') }} as dispatch_minutes,
        {{ number_of('calls.totalresponsetime', 'minutes') }}
            as response_minutes,
        {{ number_of('calls.time_on_scene', 'minutes') }} as on_scene_minutes,
        {{ number_of('calls.totaltime', 'minutes') }} as total_minutes,
        case lower(calls.officerinitiated)
            when 'yes' then 'officer'
            when 'no' then 'community'
            else 'unknown'
        end as initiation,
        calls.priority,
        calls.calldescription as final_type,
        calls.category as type_group,
        calls.incident_address as block_address,
        calls.precinct_sca as native_zone,
        try_cast(calls.longitude as double) as published_longitude,
        try_cast(calls.latitude as double) as published_latitude,
        {{ location_status('calls.longitude', 'calls.latitude') }} as location_status,
        {{ is_ambiguous_time('calls.call_timestamp', time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.incident_id is null then 'missing_key' end,
            {{ time_reason('calls.call_timestamp') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as version_reason
    from {{ source('detroit', 'calls_withdrawn') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

judged as (
    select
        typed.*,
        -- What the table that replaced this one holds, too, is counted there.
        coalesce(
            typed.version_reason, case when calls_of_today.call_id is not null then 'duplicate_of_calls' end
        ) as exclusion_reason
    from typed
    left join {{ ref('stg_detroit__calls') }} as calls_of_today
        on typed.call_id = calls_of_today.call_id and calls_of_today.row_status = 'accepted'
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
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
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
    'calls_withdrawn' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
