with versions as (
    {{ rank_versions(source('riverbend', 'resources'), ['facility_id'], '_load_number') }}
),

typed as (
    select
        resources.facility_id as resource_id,
        resources.facility_type as resource_kind,
        resources.name as resource_name,
        -- -999 stands for an unknown number of beds.
        {{ number_of('resources.beds', 'capacity') }} as capacity,
        try_cast(resources.longitude as double) as published_longitude,
        try_cast(resources.latitude as double) as published_latitude,
        {{ location_status('resources.longitude', 'resources.latitude') }} as location_status,
        resources._load_id as load_id,
        resources._file as source_file,
        resources._line as source_line,
        coalesce(
            case when resources.facility_id is null then 'missing_key' end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'resources') }} as resources
    left join versions
        on {{ same_row('resources', 'versions') }}
)

select
    'riverbend' as city,
    resource_id,
    resource_kind,
    resource_name,
    capacity,
    cast(null as varchar) as native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'resources' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
