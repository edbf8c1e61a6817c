with versions as (
    {{ rank_versions(
        source('riverbend', 'zones'), ['zone_id'], '_load_number', 'zone_id is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        zones.*,
        coalesce(
            case
                when zones.zone_id is null then 'missing_key'
                when zones.geometry_wkt is null then 'no_geometry'
            end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        -- A zone without an outline does not stand in the way of the same zone with one.
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'zones') }} as zones
    left join versions
        on {{ same_row('zones', 'versions') }}
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
