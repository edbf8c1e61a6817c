{% set time_zone = 'America/Chicago' %}
{% set readable = 'nopd_item is not null and ' ~ portal_time('timecreate') ~ ' is not null' %}

with versions as (
    -- A call of New Year's Eve may stand in two yearly tables: the one closed last wins.
    {{ rank_versions(source('new_orleans', 'calls'), ['nopd_item'], portal_time('timeclosed'), readable) }}
),

typed as (
    select
        calls.nopd_item as call_id,
        {{ portal_time('calls.timecreate') }} as created_at,
        {{ portal_time('calls.timedispatch') }} as dispatched_at,
        {{ portal_time('calls.timearrive') }} as arrived_at,
        {{ portal_time('calls.timeclosed') }} as closed_at,
        -- The column begins with 2014. Without it nobody knows who started a call: not the community by default.
        case upper(calls.selfinitiated)
            when 'Y' then 'officer'
            when 'N' then 'community'
            else 'unknown'
        end as initiation,
        calls.priority,
        coalesce(calls.initialtypetext, calls.initialtype) as initial_type,
        coalesce(calls.typetext, calls.type) as final_type,
        -- Codes. NAT (necessary action taken) says that a call was dealt with, not that anybody was cited or arrested.
        calls.disposition,
        calls.block_address,
        calls.beat as native_zone,
        -- MapX and MapY are feet of Louisiana South (EPSG:3452); Location is the same place in degrees, so no
        -- transformation is needed. A place that is not known, or was taken off, is (0.0, 0.0) there.
        {{ point_longitude('calls.location') }} as published_longitude,
        {{ point_latitude('calls.location') }} as published_latitude,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        case
            when calls.nopd_item is null then 'missing_key'
            when {{ portal_time('calls.timecreate') }} is null then 'unreadable_time'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('new_orleans', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

placed as (
    select
        *,
        {{ local_to_utc('created_at', time_zone) }} as created_at_utc,
        {{ location_status('cast(published_longitude as varchar)', 'cast(published_latitude as varchar)') }}
            as location_status
    from typed
)

select
    'new_orleans' as city,
    call_id,
    created_at_utc as call_at_utc,
    {{ utc_to_local('created_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    created_at_utc as received_at_utc,
    {{ local_to_utc('dispatched_at', time_zone) }} as dispatched_at_utc,
    {{ local_to_utc('arrived_at', time_zone) }} as arrived_at_utc,
    {{ local_to_utc('closed_at', time_zone) }} as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    cast(null as varchar) as channel,
    priority,
    initial_type,
    final_type,
    cast(null as varchar) as type_group,
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
from placed
