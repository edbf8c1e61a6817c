with typed as (
    select
        facility_id as resource_id,
        facility_type as resource_kind,
        name as resource_name,
        -- -999 stands for an unknown number of beds.
        case when try_cast(beds as double) >= 0 then try_cast(beds as double) end as capacity,
        try_cast(longitude as double) as published_longitude,
        try_cast(latitude as double) as published_latitude,
        {{ location_status('longitude', 'latitude') }} as location_status,
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        case when facility_id is null then 'missing_key' end as quarantine_reason,
        case
            when row_number() over (partition by facility_id order by _load_number desc, _file desc, _line desc) > 1
                then 'repeated_row'
        end as exclusion_reason
    from {{ source('riverbend', 'resources') }}
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
