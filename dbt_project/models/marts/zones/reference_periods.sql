with counted as (
    select
        periods.city,
        -- Offenses are several measures under one coverage.
        coalesce(counts.measure, periods.measure) as measure,
        periods.kind,
        periods.period_start,
        periods.period_end,
        periods.days,
        periods.covered_days,
        periods.status,
        periods.reason,
        coalesce(sum(counts.n), 0) as n,
        coalesce(sum(counts.n) filter (where counts.zone_id <> '(unmatched)'), 0) as n_in_zones
    from {{ ref('int_reference_periods') }} as periods
    left join {{ ref('measures_by_zone_month') }} as counts
        on
            periods.city = counts.city
            and periods.measure = {{ covered_as('counts.measure') }}
            and counts.zone_kind <> 'beat'
            and counts.month between date_trunc('month', periods.period_start) and periods.period_end
    group by all
)

select
    city,
    measure,
    kind,
    period_start,
    period_end,
    days,
    covered_days,
    cast(n as bigint) as n,
    cast(n_in_zones as double) / nullif(n, 0) as share_in_zones,
    status,
    reason
from counted
