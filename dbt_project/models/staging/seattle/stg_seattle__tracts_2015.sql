with versions as (
    {{ rank_versions(
        source('seattle', 'tracts_2015'), ['geoid'], '_load_number', 'geoid is not null and geometry_wkt is not null'
    ) }}
),

tracts_with_estimates as (
    select zone_id
    from {{ ref('stg_seattle__tracts') }}
    where row_status = 'accepted'
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
        coalesce(
            case
                when tracts.geoid is null then 'missing_key'
                when tracts.geometry_wkt is null then 'no_geometry'
            end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        -- The file covers Washington. Tracts 1 to 121 of King County are Seattle's; the layer with estimates
        -- has 107 of these 132 in finer outlines, so only the other 25 are of use here.
        case
            when tracts.countyfp <> '033' or tracts.tractce > '012100' then 'outside_city'
            when tracts_with_estimates.zone_id is not null then 'duplicate_of_tracts'
            else {{ version_reason('versions') }}
        end as exclusion_reason
    from {{ source('seattle', 'tracts_2015') }} as tracts
    left join versions
        on {{ same_row('tracts', 'versions') }}
    left join tracts_with_estimates on tracts.geoid = tracts_with_estimates.zone_id
)

select
    'seattle' as city,
    'tract' as zone_kind,
    zone_id,
    zone_name,
    geometry_wkt,
    'tracts_2015' as source_dataset,
    load_id,
    source_file,
    source_line,
    land_square_meters,
    water_square_meters,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
