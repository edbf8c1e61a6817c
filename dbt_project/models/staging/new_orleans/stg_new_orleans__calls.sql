{% set time_zone = 'America/Chicago' %}
{% set readable = 'nopd_item is not null and ' ~ published_clock_time('timecreate') ~ ' is not null' %}

with versions as (
    -- A call of New Year's Eve may stand in two yearly tables: the one closed last wins.
    {{ rank_versions(source('new_orleans', 'calls'), ['nopd_item'], published_clock_time('timeclosed'), readable) }}
),

typed as (
    select
        calls.nopd_item as call_id,
        {{ published_time_utc('calls.timecreate', time_zone) }} as created_at_utc,
        {{ published_time_utc('calls.timedispatch', time_zone) }} as dispatched_at_utc,
        {{ published_time_utc('calls.timearrive', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('calls.timeclosed', time_zone) }} as closed_at_utc,
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
        {{ is_ambiguous_time(
            ['calls.timecreate', 'calls.timedispatch', 'calls.timearrive', 'calls.timeclosed'], time_zone
        ) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.nopd_item is null then 'missing_key' end,
            {{ time_reason('calls.timecreate') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('new_orleans', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

placed as (
    select
        *,
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
    is_ambiguous_time,
    created_at_utc as received_at_utc,
    dispatched_at_utc,
    arrived_at_utc,
    closed_at_utc as cleared_at_utc,
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
