{% set time_zone = 'America/Chicago' %}
{% set received = published_clock_time('call_received') %}
{% set updated = published_clock_time('last_updated') %}
{% set readable = 'call_number is not null and ' ~ received ~ ' is not null' %}

with versions as (
    -- A call changed after it was first exported stands in the file again: the last update wins.
    {{ rank_versions(source('riverbend', 'calls_for_service'), ['call_number'], updated, readable) }}
),

typed as (
    select
        calls.call_number as call_id,
        {{ published_time_utc('calls.call_received', time_zone) }} as received_at_utc,
        case upper(calls.call_source)
            when '911' then 'community'
            when 'NON-EMERGENCY' then 'community'
            when 'ALARM COMPANY' then 'alarm'
            when 'FIELD' then 'officer'
            when 'CAD SYSTEM' then 'administrative'
            else 'unknown'
        end as initiation,
        case when calls.call_source is null then 'none' else 'explicit' end as initiation_basis,
        calls.call_source as channel,
        calls.priority,
        calls.initial_call_type as initial_type,
        calls.final_call_type as final_type,
        calls.disposition,
        calls.parent_call_number as parent_call_id,
        nullif(calls.block_address, 'WITHHELD') as block_address,
        calls.beat as native_zone,
        try_cast(calls.longitude as double) as published_longitude,
        try_cast(calls.latitude as double) as published_latitude,
        {{ location_status(
            'calls.longitude', 'calls.latitude', "calls.block_address = 'WITHHELD' and calls.longitude is null"
        ) }} as location_status,
        {{ is_ambiguous_time('calls.call_received', time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.call_number is null then 'missing_key' end,
            {{ time_reason('calls.call_received') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'calls_for_service') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
)

select
    'riverbend' as city,
    call_id,
    received_at_utc as call_at_utc,
    {{ utc_to_local('received_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    cast(null as timestamp) as arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    initiation,
    initiation_basis,
    channel,
    priority,
    initial_type,
    final_type,
    cast(null as varchar) as type_group,
    disposition,
    parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'calls_for_service' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
