with judged as (
    select
        -- WARD 1 is Ward 1 in the arrests.
        'Ward ' || id as zone_id,
        geometry_wkt,
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        case
            when id is null then 'missing_key'
            when geometry_wkt is null then 'no_geometry'
        end as quarantine_reason,
        case when row_number() over (partition by id order by _file, _line) > 1 then 'repeated_row' end
            as exclusion_reason
    from {{ source('takoma_park', 'wards') }}
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
