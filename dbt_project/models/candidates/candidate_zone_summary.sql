{{ config(alias='zone_summary') }}

with primary_zoning as (
    select
        *,
        nullif(population, 0) / 1000.0 * covered_days / 365.25 as exposure,
        -- It is one number of all cells, hidden ones too, and readers can work it out from the limits of a rate.
        greatest(ceil(dispersion * 2) / 2, 1) as rounded_dispersion
    from {{ ref('zone_summary') }}
    where zone_kind <> 'beat'
),

with_limits as (
    select
        summary.*,
        {{ quasi_poisson_lower('summary.n', 'garwood.lower_limit', 'summary.rounded_dispersion') }} as count_lo,
        {{ quasi_poisson_upper('summary.n', 'garwood.upper_limit', 'summary.rounded_dispersion') }} as count_hi,
        {{ count_interval_method('garwood.events', 'summary.rounded_dispersion') }} as interval_method
    from primary_zoning as summary
    left join {{ ref('garwood_limits') }} as garwood
        on summary.n = garwood.events
)

select
    summary.city,
    summary.zone_id,
    zones.zone_name,
    summary.population,
    summary.measure,
    summary.n,
    summary.period_start,
    summary.period_end,
    summary.covered_days,
    summary.rate_per_1000,
    case when summary.rate_per_1000 is not null then summary.count_lo / summary.exposure end as rate_lo,
    case when summary.rate_per_1000 is not null then summary.count_hi / summary.exposure end as rate_hi,
    case when summary.rate_per_1000 is not null then summary.interval_method end as ci_method,
    summary.status,
    summary.reason,
    summary.caveat_codes
from with_limits as summary
left join {{ ref('dim_zone') }} as zones
    on
        summary.city = zones.city
        and summary.zone_kind = zones.zone_kind
        and summary.zone_id = zones.zone_id
