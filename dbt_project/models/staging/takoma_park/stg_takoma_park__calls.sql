{% set time_zone = 'America/New_York' %}
{% set readable = published_clock_time('received') ~ ' is not null' %}

with versions as (
    -- A call with several officers has a row for each, and the rows are alike: one is the call.
    {{ rank_versions(source('takoma_park', 'cad_calls'), ['event_no'], '_load_number', readable) }}
),

typed as (
    select
        calls.event_no as call_id,
        {{ published_time_utc('calls.received', time_zone) }} as received_at_utc,
        calls.type as call_type,
        nullif(calls.beat, 'NA') as native_zone,
        calls.cr_report = 'Yes' as has_criminal_report,
        {{ number_of('calls.freq', 'units') }} as officers,
        try_cast(calls.longitude as double) as published_longitude,
        try_cast(calls.latitude as double) as published_latitude,
        {{ location_status('calls.longitude', 'calls.latitude') }} as location_status,
        {{ time_reason('calls.received') }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time('calls.received', time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('takoma_park', 'cad_calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

timed as (
    select
        *,
        coalesce(
            case when call_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'takoma_park' as city,
    call_id,
    received_at_utc as call_at_utc,
    {{ utc_to_local('received_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    cast(null as timestamp) as arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    -- The file does not say who started a call; a traffic stop is an officer's by its nature.
    case when call_type = 'Traffic Stop' then 'officer' else 'unknown' end as initiation,
    case when call_type = 'Traffic Stop' then 'type' else 'none' end as initiation_basis,
    cast(null as varchar) as channel,
    cast(null as varchar) as priority,
    cast(null as varchar) as initial_type,
    call_type as final_type,
    cast(null as varchar) as type_group,
    cast(null as varchar) as disposition,
    cast(null as varchar) as parent_call_id,
    cast(null as varchar) as block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'cad_calls' as source_dataset,
    load_id,
    source_file,
    source_line,
    has_criminal_report,
    officers,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
