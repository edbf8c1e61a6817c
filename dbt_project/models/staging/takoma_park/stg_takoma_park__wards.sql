with versions as (
    {{ rank_versions(
        source('takoma_park', 'wards'), ['id'], '_load_number', 'id is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        -- WARD 1 is Ward 1 in the arrests.
        'Ward ' || zones.id as zone_id,
        zones.geometry_wkt,
        zones._load_id as load_id,
        zones._file as source_file,
        zones._line as source_line,
        coalesce(
            case
                when zones.id is null then 'missing_key'
                when zones.geometry_wkt is null then 'no_geometry'
            end,
            -- One number of two outlines is no zone.
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('takoma_park', 'wards') }} as zones
    left join versions
        on {{ same_row('zones', 'versions') }}
)

select
    'takoma_park' as city,
    'ward' as zone_kind,
    zone_id,
    zone_id as zone_name,
    geometry_wkt,
    'wards' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
