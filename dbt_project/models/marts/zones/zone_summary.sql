with zones_and_unmatched as (
    select
        city,
        zone_kind,
        zone_id,
        population
    from {{ ref('dim_zone') }}
    union all
    select distinct
        city,
        zone_kind,
        '(unmatched)' as zone_id,
        cast(null as double) as population
    from {{ ref('dim_zone') }}
),

counts_in_reference_period as (
    select
        zones.city,
        zones.zone_kind,
        zones.zone_id,
        zones.population,
        periods.measure,
        periods.period_start,
        periods.period_end,
        periods.covered_days,
        periods.status as period_status,
        periods.reason as period_reason,
        zones.zone_id <> '(unmatched)'
        and coalesce(periods.share_in_zones < {{ var('minimum_share_in_zones') }}, false) as is_unplaced,
        coalesce(sum(counts.n), 0) as n
    from zones_and_unmatched as zones
    inner join {{ ref('reference_periods') }} as periods
        on zones.city = periods.city and periods.measure <> 'requests'
    left join {{ ref('measures_by_zone_month') }} as counts
        on
            zones.city = counts.city
            and zones.zone_kind = counts.zone_kind
            and zones.zone_id = counts.zone_id
            and periods.measure = counts.measure
            -- A month counts its covered days alone.
            and counts.month between date_trunc('month', periods.period_start) and periods.period_end
    group by all
),

exposed as (
    select
        *,
        -- Thousands of residents times years: the exposure of a rate per 1,000 residents a year.
        nullif(population, 0) / 1000.0 * covered_days / 365.25 as exposure
    from counts_in_reference_period
),

with_interval as (
    select
        exposed.*,
        {{ poisson_lower('exposed.n', 'garwood.lower_limit') }} as count_lo,
        {{ poisson_upper('exposed.n', 'garwood.upper_limit') }} as count_hi,
        case when garwood.events is null then 'byar' else 'garwood' end as interval_method
    from exposed
    left join {{ ref('garwood_limits') }} as garwood
        on exposed.n = garwood.events
),

judged as (
    select
        *,
        case
            when zone_id = '(unmatched)' then 'not_applicable'
            when is_unplaced or population is null or period_status = 'insufficient_data' then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when
                population < {{ var('minimum_population_for_rate') }} or n < {{ var('reliable_numerator') }}
                then 'unreliable'
            else period_status
        end as status
    from with_interval
)

select
    city,
    zone_kind,
    zone_id,
    measure,
    -- Where most places are unknown, a zone's count is not a small number but an unknown one.
    cast(case when not is_unplaced then n end as bigint) as n,
    population,
    period_start,
    period_end,
    covered_days,
    cast(case when status in ('ok', 'partial_period', 'unreliable') then n / exposure end as double) as rate_per_1000,
    cast(case when status in ('ok', 'partial_period', 'unreliable') then count_lo / exposure end as double) as rate_lo,
    cast(case when status in ('ok', 'partial_period', 'unreliable') then count_hi / exposure end as double) as rate_hi,
    case when status in ('ok', 'partial_period', 'unreliable') then interval_method end as ci_method,
    status,
    case
        when zone_id = '(unmatched)' then 'records whose place is in no zone have no residents to count against'
        when is_unplaced then 'most records have no place, so the number of this zone is unknown'
        when population is null then 'no population is known for this zone'
        when period_status = 'insufficient_data' then period_reason
        when population = 0 then 'nobody lives in this zone'
        when population < {{ var('minimum_population_for_rate') }}
            then 'fewer than {{ var("minimum_population_for_rate") }} residents'
        when n < {{ var('reliable_numerator') }} then 'fewer than {{ var("reliable_numerator") }} events'
        else period_reason
    end as reason,
    concat_ws(
        ';',
        case measure
            when 'calls' then 'AMBIENT;DUPLICATE_CALLS;MAUP'
            when 'contacts' then 'DETECTION;MAUP;RECORDING'
            when 'offenses' then 'AMBIENT;MAUP;REPORTING'
        end,
        case when status = 'unreliable' then 'SMALL_N' end
    ) as caveat_codes
from judged
