with census_estimates as (
    select
        city,
        zone_kind,
        zone_id,
        max(estimate) filter (where variable = 'B01003_001') as population,
        max(margin_of_error) filter (where variable = 'B01003_001') as population_margin_of_error,
        max(estimate) filter (where variable = 'B17001_002') as people_in_poverty,
        max(estimate) filter (where variable = 'B17001_001') as people_with_poverty_status,
        max(estimate) filter (where variable = 'B19013_001') as median_household_income,
        max(margin_of_error) filter (where variable = 'B19013_001') as median_household_income_margin_of_error
    from {{ ref('zone_attributes') }}
    group by city, zone_kind, zone_id
)

select
    zones.city,
    zones.zone_kind,
    zones.zone_id,
    zones.zone_name,
    zones.zone_kind <> 'beat' as is_primary,
    census_estimates.population,
    census_estimates.population_margin_of_error,
    census_estimates.people_in_poverty / nullif(census_estimates.people_with_poverty_status, 0) as poverty_share,
    census_estimates.median_household_income,
    census_estimates.median_household_income_margin_of_error,
    shapes.area_km2,
    zones.load_id
from {{ ref('zones') }} as zones
left join census_estimates
    on
        zones.city = census_estimates.city
        and zones.zone_kind = census_estimates.zone_kind
        and zones.zone_id = census_estimates.zone_id
left join {{ source('enrich', 'zone_shapes') }} as shapes
    on zones.city = shapes.city and zones.zone_kind = shapes.zone_kind and zones.zone_id = shapes.zone_id
