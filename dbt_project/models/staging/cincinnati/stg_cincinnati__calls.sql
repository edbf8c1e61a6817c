{% set time_zone = 'America/New_York' %}
{% set readable = 'event_number is not null and ' ~ published_clock_time('create_time_incident') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('cincinnati', 'calls'), ['event_number'], published_clock_time('closed_time_incident'), readable
    ) }}
),

typed as (
    select
        calls.event_number as call_id,
        -- Texts: ISO from the interface, a 12-hour clock in saved files; both local.
        {{ published_time_utc('calls.create_time_incident', time_zone) }} as created_at_utc,
        {{ published_time_utc('calls.dispatch_time_primary_unit', time_zone) }} as dispatched_at_utc,
        {{ published_time_utc('calls.arrival_time_primary_unit', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('calls.closed_time_incident', time_zone) }} as closed_at_utc,
        -- Nothing says who started a call. Gunfire that sensors heard was reported by nobody.
        case when upper(calls.incident_type_desc) like 'SHOT SPOTTER%' then 'alarm' else 'unknown' end as initiation,
        calls.priority,
        coalesce(calls.incident_type_desc, calls.incident_type_id) as final_type,
        -- The code without marks: (IP), (JO), (NIP) tell when it happened; -COMBINED, _2, + and = are the system's.
        {{ without_pattern('calls.incident_type_id', "^[+=]+|[(][A-Z]+[)]|-COMBINED|_[0-9]$") }} as type_group,
        calls.disposition_text as disposition,
        calls.address_x as block_address,
        calls.beat as native_zone,
        -- Moved at random within the block by the publisher: right for a zone, not for an address.
        try_cast(calls.longitude_x as double) as published_longitude,
        try_cast(calls.latitude_x as double) as published_latitude,
        {{ location_status('calls.longitude_x', 'calls.latitude_x') }} as location_status,
        {{ is_ambiguous_time(
            [
                'calls.create_time_incident', 'calls.dispatch_time_primary_unit', 'calls.arrival_time_primary_unit',
                'calls.closed_time_incident'
            ],
            time_zone
        ) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.event_number is null then 'missing_key' end,
            {{ time_reason('calls.create_time_incident') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('cincinnati', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
)

select
    'cincinnati' as city,
    call_id,
    created_at_utc as call_at_utc,
    {{ utc_to_local('created_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    created_at_utc as received_at_utc,
    dispatched_at_utc,
    arrived_at_utc,
    closed_at_utc as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'type' end as initiation_basis,
    cast(null as varchar) as channel,
    priority,
    cast(null as varchar) as initial_type,
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
    'calls' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
