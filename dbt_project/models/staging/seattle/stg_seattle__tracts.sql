{% set variables = [
    'b01002_001', 'b01003_001', 'b03002_003', 'b03002_004', 'b03002_005', 'b03002_006', 'b03002_008',
    'b03002_012', 'b07009_003', 'b11001_003', 'b14001_002', 'b15003_017', 'b17001_002', 'b19013_001',
    'b19083_001', 'b23025_002', 'b23025_004', 'b23025_005', 'b25002_001', 'b25002_003', 'b25003_001',
    'b25058_001', 'b25071_001'
] %}

with versions as (
    {{ rank_versions(
        source('seattle', 'tracts'), ['geoid'], '_load_number', 'geoid is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        zones.geoid as zone_id,
        zones.tract as zone_name,
        zones.geometry_wkt,
        -- Shapefile names end after ten characters, so the E of the estimates is gone; no margins came with
        -- them.
        {% for variable in variables %}
        {{ census_number('zones.' ~ variable) }} as {{ variable }}e,
        {% endfor %}
        zones._load_id as load_id,
        zones._file as source_file,
        zones._line as source_line,
        coalesce(
            case
                when zones.geoid is null then 'missing_key'
                when zones.geometry_wkt is null then 'no_geometry'
            end,
            -- One number of two outlines is no zone.
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'tracts') }} as zones
    left join versions
        on {{ same_row('zones', 'versions') }}
)

select
    'seattle' as city,
    'tract' as zone_kind,
    zone_id,
    zone_name,
    geometry_wkt,
    {% for variable in variables %}
    {{ variable }}e,
    {% endfor %}
    'tracts' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
