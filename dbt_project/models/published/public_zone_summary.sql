{{ config(alias='zone_summary') }}

with judged as (
    select
        *,
        n between 1 and {{ var('suppress_below') }} - 1 as is_hidden
    from {{ ref('zone_summary') }}
    where zone_kind <> 'beat'
)

select
    summary.city,
    summary.zone_id,
    zones.zone_name,
    summary.population,
    summary.measure,
    case when not summary.is_hidden then summary.n end as n,
    summary.period_start,
    summary.period_end,
    summary.covered_days,
    case when not summary.is_hidden then summary.rate_per_1000 end as rate_per_1000,
    case when not summary.is_hidden then summary.rate_lo end as rate_lo,
    case when not summary.is_hidden then summary.rate_hi end as rate_hi,
    case when not summary.is_hidden then summary.ci_method end as ci_method,
    case when summary.is_hidden then 'suppressed' else summary.status end as status,
    case
        when summary.is_hidden
            then 'between 1 and {{ var("suppress_below") - 1 }} events: hidden so that nobody can be recognised'
        else summary.reason
    end as reason,
    case when summary.is_hidden is not true then summary.caveat_codes end as caveat_codes
from judged as summary
left join {{ ref('dim_zone') }} as zones
    on
        summary.city = zones.city
        and summary.zone_kind = zones.zone_kind
        and summary.zone_id = zones.zone_id
