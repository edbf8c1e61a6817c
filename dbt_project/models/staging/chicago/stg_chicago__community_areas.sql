with versions as (
    {{ rank_versions(
        source('chicago', 'community_areas'),
        ['area_numbe'],
        '_load_number',
        'area_numbe is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        zones.area_numbe as zone_id,
        zones.community as zone_name,
        zones.geometry_wkt,
        zones._load_id as load_id,
        zones._file as source_file,
        zones._line as source_line,
        coalesce(
            case
                when zones.area_numbe is null then 'missing_key'
                when zones.geometry_wkt is null then 'no_geometry'
            end,
            -- One number of two outlines is no zone.
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('chicago', 'community_areas') }} as zones
    left join versions
        on {{ same_row('zones', 'versions') }}
)

select
    'chicago' as city,
    'community_area' as zone_kind,
    zone_id,
    zone_name,
    geometry_wkt,
    'community_areas' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
