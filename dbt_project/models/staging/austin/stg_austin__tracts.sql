with tracts_of_calls as (
    -- The city has no outline that follows tracts. Every call names its block group, whose first digits are the tract:
    -- a tract that no call of any year names is not the city's.
    select distinct left(native_zone, 11) as zone_id
    from {{ ref('stg_austin__calls') }}
    where row_status = 'accepted' and native_zone is not null
),

judged as (
    select
        tracts.geoid as zone_id,
        tracts.name as zone_name,
        tracts.geometry_wkt,
        tracts._load_id as load_id,
        tracts._file as source_file,
        tracts._line as source_line,
        try_cast(tracts.aland as double) as land_square_meters,
        try_cast(tracts.awater as double) as water_square_meters,
        case
            when tracts.geoid is null then 'missing_key'
            when tracts.geometry_wkt is null then 'no_geometry'
        end as quarantine_reason,
        case
            when tracts_of_calls.zone_id is null then 'outside_city'
            when
                row_number() over (
                    partition by tracts.geoid order by tracts._load_number desc, tracts._file desc, tracts._line desc
                ) > 1
                then 'repeated_row'
        end as exclusion_reason
    from {{ source('austin', 'tracts') }} as tracts
    left join tracts_of_calls on tracts.geoid = tracts_of_calls.zone_id
)

select
    'austin' as city,
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
