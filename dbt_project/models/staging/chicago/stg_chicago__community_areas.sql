with judged as (
    select
        area_numbe as zone_id,
        community as zone_name,
        geometry_wkt,
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        case
            when area_numbe is null then 'missing_key'
            when geometry_wkt is null then 'no_geometry'
        end as quarantine_reason,
        case when row_number() over (partition by area_numbe order by _file, _line) > 1 then 'repeated_row' end
            as exclusion_reason
    from {{ source('chicago', 'community_areas') }}
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
