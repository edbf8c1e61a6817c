with versions as (
    {{ rank_versions(
        source('seattle', 'beats'), ['beat'], '_load_number', 'beat is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        zones.beat as zone_id,
        zones.geometry_wkt,
        zones.precinct,
        zones._load_id as load_id,
        zones._file as source_file,
        zones._line as source_line,
        -- The harbor's beats are the water around the city and belong to no precinct.
        zones.precinct is null as is_harbor,
        coalesce(
            case
                when zones.beat is null then 'missing_key'
                when zones.geometry_wkt is null then 'no_geometry'
            end,
            -- One number of two outlines is no zone.
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'beats') }} as zones
    left join versions
        on {{ same_row('zones', 'versions') }}
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
