{% set time_zone = 'America/New_York' %}
{% set is_deleted = "lower(coalesce(isdeleted, '')) in ('1', 'true', 'y', 'yes')" %}
{% set readable = 'callnumber is not null and ' ~ published_clock_time('calldatetime') ~ ' is not null' %}
{% set in_use = readable ~ ' and not ' ~ is_deleted %}

with versions as (
    -- The layer of the present year may hold calls of the year before, which has a layer of its own: that of the later
    -- year has the last word.
    {{ rank_versions(source('baltimore', 'calls'), ['callnumber'], ['_load_number', '_file'], in_use) }}
),

typed as (
    select
        calls.callnumber as call_id,
        {{ published_time_utc('calls.calldatetime', time_zone) }} as called_at_utc,
        -- A unit that reports itself out of service is no call for one. Of the others nothing says who started them.
        case when calls.priority = 'Out-of-Service' then 'administrative' else 'unknown' end as initiation,
        calls.priority,
        calls.description as final_type,
        calls.incidentlocation as block_address,
        calls.policepost as native_zone,
        -- The layers have points; the older exports a text (latitude, longitude) in their place.
        coalesce(try_cast(calls.geometry_x as double), {{ point_longitude('calls.location') }}) as published_longitude,
        coalesce(try_cast(calls.geometry_y as double), {{ point_latitude('calls.location') }}) as published_latitude,
        {{ is_ambiguous_time('calls.calldatetime', time_zone) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.callnumber is null then 'missing_key' end,
            {{ time_reason('calls.calldatetime') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        -- The publisher marks records it has withdrawn and leaves them in.
        case
            when lower(coalesce(calls.isdeleted, '')) in ('1', 'true', 'y', 'yes') then 'deleted_by_publisher'
            else {{ version_reason('versions') }}
        end as exclusion_reason
    from {{ source('baltimore', 'calls') }} as calls
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
    'baltimore' as city,
    call_id,
    called_at_utc as call_at_utc,
    {{ utc_to_local('called_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    called_at_utc as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    cast(null as timestamp) as arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    cast(null as varchar) as channel,
    priority,
    cast(null as varchar) as initial_type,
    final_type,
    cast(null as varchar) as type_group,
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
from placed
