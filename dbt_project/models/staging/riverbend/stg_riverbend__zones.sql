with judged as (
    select
        *,
        case
            when zone_id is null then 'missing_key'
            when geometry_wkt is null then 'no_geometry'
        end as quarantine_reason,
        -- An outline without a boundary does not stand in the way of the same zone with one.
        case
            when row_number() over (
                partition by zone_id
                order by geometry_wkt is null asc, _load_number desc, _file desc, _line desc
            ) > 1 then 'repeated_row'
        end as exclusion_reason
    from {{ source('riverbend', 'zones') }}
)

select
    'riverbend' as city,
    'tract' as zone_kind,
    zone_id,
    zone_name,
    geometry_wkt,
    {{ census_number('b01003_001e') }} as b01003_001e,
    {{ census_number('b01003_001m') }} as b01003_001m,
    {{ census_number('b17001_001e') }} as b17001_001e,
    {{ census_number('b17001_001m') }} as b17001_001m,
    {{ census_number('b17001_002e') }} as b17001_002e,
    {{ census_number('b17001_002m') }} as b17001_002m,
    {{ census_number('b19013_001e') }} as b19013_001e,
    {{ census_number('b19013_001m') }} as b19013_001m,
    'zones' as source_dataset,
    _load_id as load_id,
    _file as source_file,
    _line as source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
