{% set time_zone = 'America/Los_Angeles' %}
{% set queued = published_clock_time('original_time_queued') %}
{% set readable = queued ~ ' is not null' %}

with versions as (
    -- Samples of one portal data set may overlap: the newest load wins, in it the file named last.
    {{ rank_versions(source('seattle', 'calls'), ['cad_event_number'], ['_load_number', '_file'], readable) }}
),

typed as (
    select
        calls.cad_event_number as call_id,
        -- One sample writes 09:16:27 PM, the other 9:16:27 PM; the format reads both.
        {{ published_time_utc('calls.original_time_queued', time_zone) }} as queued_at_utc,
        {{ published_time_utc('calls.arrived_time', time_zone) }} as arrived_at_utc,
        case calls.call_type
            when '911' then 'community'
            when 'TELEPHONE OTHER, NOT 911' then 'community'
            when 'ONVIEW' then 'officer'
            when 'ALARM CALL (NOT POLICE ALARM)' then 'alarm'
            else 'unknown'
        end as initiation,
        calls.call_type as channel,
        calls.priority,
        calls.initial_call_type as initial_type,
        calls.final_call_type as final_type,
        calls.event_clearance_description as disposition,
        calls.beat as native_zone,
        try_cast(calls.blurred_longitude as double) as published_longitude,
        try_cast(calls.blurred_latitude as double) as published_latitude,
        {{ location_status('calls.blurred_longitude', 'calls.blurred_latitude') }} as location_status,
        {{ time_reason('calls.original_time_queued') }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(['calls.original_time_queued', 'calls.arrived_time'], time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        {{ version_reason('versions') }} as version_reason
    from {{ source('seattle', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

responses_of_2016 as (
    select call_id
    from {{ ref('stg_seattle__incident_responses_2016') }}
    where row_status = 'accepted'
),

seen_in_responses_of_2015 as (
    -- Those have no event number: the same minute at the scene within some 100 m is the same event.
    select distinct
        typed.source_file,
        typed.source_line
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
        coalesce(
            case when typed.call_id is null then 'missing_key' end,
            typed.time_reason,
            typed.identity_reason
        ) as quarantine_reason,
        coalesce(
            typed.version_reason,
            case
                when responses_of_2016.call_id is not null
                    then 'duplicate_of_incident_responses_2016'
                when seen_in_responses_of_2015.source_line is not null
                    then 'duplicate_of_incident_responses_2015'
            end
        ) as exclusion_reason
    from typed
    left join responses_of_2016 on typed.call_id = responses_of_2016.call_id
    left join seen_in_responses_of_2015
        on
            typed.source_file = seen_in_responses_of_2015.source_file
            and typed.source_line = seen_in_responses_of_2015.source_line
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
    cast(null as varchar) as type_group,
    disposition,
    cast(null as varchar) as parent_call_id,
    cast(null as varchar) as block_address,
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
from judged
