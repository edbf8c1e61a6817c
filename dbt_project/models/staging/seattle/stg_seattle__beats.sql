with judged as (
    select
        beat as zone_id,
        geometry_wkt,
        precinct,
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        -- The harbor's beats are the water around the city and belong to no precinct.
        precinct is null as is_harbor,
        case
            when beat is null then 'missing_key'
            when geometry_wkt is null then 'no_geometry'
        end as quarantine_reason,
        case when row_number() over (partition by beat order by _file, _line) > 1 then 'repeated_row' end
            as exclusion_reason
    from {{ source('seattle', 'beats') }}
)

select
    'seattle' as city,
    'beat' as zone_kind,
    zone_id,
    zone_id as zone_name,
    geometry_wkt,
    'beats' as source_dataset,
    load_id,
    source_file,
    source_line,
    precinct,
    is_harbor,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
