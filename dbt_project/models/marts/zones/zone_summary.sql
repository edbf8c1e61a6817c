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
        -- Thousands of residents times years: the exposure of a rate per 1,000 residents a year.
        nullif(zones.population, 0) / 1000.0 * periods.covered_days / 365.25 as exposure,
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

with_interval as (
    select
        counted.*,
        counted.population < {{ var('minimum_population_for_rate') }} or counted.n < {{ var('reliable_numerator') }}
            as is_small,
        borders.n_low,
        borders.n_high,
        coalesce(borders.depends_on_borders, false) as depends_on_borders,
        coalesce(doubts.has_no_sum, false) as has_no_sum,
        doubts.only_offense,
        coalesce(doubts.lacks_unclassified, false) as lacks_unclassified,
        coalesce(doubts.lacks_initiation, false) as lacks_initiation,
        dispersion.dispersion,
        {{ quasi_poisson_lower('counted.n', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('counted.n', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from counts_in_reference_period as counted
    left join {{ ref('garwood_limits') }} as garwood
        on counted.n = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on
            counted.city = dispersion.city
            and counted.zone_kind = dispersion.zone_kind
            and counted.measure = dispersion.measure
    left join {{ ref('border_counts') }} as borders
        on
            counted.city = borders.city
            and counted.zone_kind = borders.zone_kind
            and counted.zone_id = borders.zone_id
            and counted.measure = borders.measure
    left join {{ ref('measure_doubts') }} as doubts
        on counted.city = doubts.city and counted.measure = doubts.measure
),

judged as (
    select
        *,
        case
            when has_no_sum then 'not_estimable'
            when zone_id = '(unmatched)' then 'not_applicable'
            when is_unplaced or population is null or period_status = 'insufficient_data' then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when is_small or only_offense is not null or lacks_unclassified or lacks_initiation then 'unreliable'
            else period_status
        end as status
    from with_interval
)

{% set has_rate = "status in ('ok', 'partial_period', 'unreliable')" -%}

select
    city,
    zone_kind,
    zone_id,
    measure,
    -- Where most places are unknown, a zone's count is not a small number but an unknown one.
    cast(case when not is_unplaced and not has_no_sum then n end as bigint) as n,
    n_low,
    n_high,
    population,
    period_start,
    period_end,
    covered_days,
    cast(case when {{ has_rate }} then n / exposure end as double) as rate_per_1000,
    cast(case when {{ has_rate }} then count_lo / exposure end as double) as rate_lo,
    cast(case when {{ has_rate }} then count_hi / exposure end as double) as rate_hi,
    case when {{ has_rate }} then interval_method end as ci_method,
    cast(case when {{ has_rate }} then dispersion end as double) as dispersion,
    status,
    case
        when has_no_sum then '{{ no_sum_of_contacts() }}'
        when zone_id = '(unmatched)' then 'records whose place is in no zone have no residents to count against'
        when is_unplaced then 'most records have no place, so the number of this zone is unknown'
        when population is null then 'no population is known for this zone'
        when period_status = 'insufficient_data' then period_reason
        when population = 0 then 'nobody lives in this zone'
        when population < {{ var('minimum_population_for_rate') }}
            then 'fewer than {{ var("minimum_population_for_rate") }} residents'
        when n < {{ var('reliable_numerator') }} then 'fewer than {{ var("reliable_numerator") }} events'
        when only_offense is not null
            then 'nearly all offenses are of one type (' || only_offense || '): they are not the crime of the city'
        when lacks_unclassified
            then 'many offenses are of unknown kind (offenses_unclassified); some of them belong here'
        when lacks_initiation
            then 'nobody says who started many of these calls; some of them may be officers'' own'
        else period_reason
    end as reason,
    concat_ws(
        ';',
        case when measure <> 'contacts' then 'AMBIENT' end,
        case when depends_on_borders then 'BORDER' end,
        case when measure in ('contacts', 'offenses_police_generated', 'offenses_unclassified') then 'DETECTION' end,
        case when has_no_sum then 'DOUBLE_CONTACTS' end,
        case when measure = 'calls' then 'DUPLICATE_CALLS' end,
        case when lacks_initiation then 'INITIATION' end,
        'MAUP',
        case when only_offense is not null then 'ONE_OFFENSE_TYPE' end,
        case when measure = 'contacts' then 'RECORDING' end,
        case when measure in ('offenses', 'offenses_unclassified') then 'REPORTING' end,
        case when status = 'unreliable' and is_small then 'SMALL_N' end,
        case when lacks_unclassified or measure = 'offenses_unclassified' then 'UNCLASSIFIED' end
    ) as caveat_codes
from judged
