{# The staging of a state's census tracts (cartographic outlines of the Census Bureau) for a city that is a county of its
   own: its tracts are accepted, the rest of the state's are outside. A tract of water alone has no residents to serve.
   Of a county that holds other towns, too, `of_city` is the condition that the city's tracts meet. #}
{% macro county_tracts(city, county, of_city="true") -%}
with versions as (
    {{ rank_versions(
        source(city, 'tracts'), ['geoid'], '_load_number', 'geoid is not null and geometry_wkt is not null'
    ) }}
),

judged as (
    select
        geoid as zone_id,
        name as zone_name,
        geometry_wkt,
        tracts._load_id as load_id,
        tracts._file as source_file,
        tracts._line as source_line,
        try_cast(aland as double) as land_square_meters,
        try_cast(awater as double) as water_square_meters,
        coalesce(
            case
                when geoid is null then 'missing_key'
                when geometry_wkt is null then 'no_geometry'
            end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        case
            when countyfp <> '{{ county }}' or not ({{ of_city }}) then 'outside_city'
            when try_cast(aland as double) = 0 then 'water_only'
            else {{ version_reason('versions') }}
        end as exclusion_reason
    from {{ source(city, 'tracts') }} as tracts
    left join versions
        on {{ same_row('tracts', 'versions') }}
)

select
    '{{ city }}' as city,
    'tract' as zone_kind,
    zone_id,
    zone_name,
    geometry_wkt,
    'tracts' as source_dataset,
    load_id,
    source_file,
    source_line,
    land_square_meters,
    water_square_meters,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
{%- endmacro %}
