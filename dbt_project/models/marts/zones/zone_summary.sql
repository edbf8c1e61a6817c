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

counts_in_reference_year as (
    select
        zones.city,
        zones.zone_kind,
        zones.zone_id,
        zones.population,
        years.measure,
        years.period_start,
        years.period_end,
        zones.zone_id <> '(unmatched)' and years.share_in_zones < {{ var('minimum_share_in_zones') }} as is_unplaced,
        coalesce(sum(counts.n), 0) as n
    from zones_and_unmatched as zones
    inner join {{ ref('reference_years') }} as years
        on zones.city = years.city
    left join {{ ref('measures_by_zone_month') }} as counts
        on
            zones.city = counts.city
            and zones.zone_kind = counts.zone_kind
            and zones.zone_id = counts.zone_id
            and years.measure = counts.measure
            and counts.month between years.period_start and years.period_end
    group by all
),

exposed as (
    select
        *,
        -- Thousands of residents times years: the exposure of a rate per 1,000 residents a year.
        {% set days = dbt.datediff('period_start', 'period_end', 'day') ~ ' + 1' -%}
        nullif(population, 0) / 1000.0 * ({{ days }}) / 365.25 as exposure
    from counts_in_reference_year
),

with_interval as (
    select
        exposed.*,
        borders.n_low,
        borders.n_high,
        coalesce(borders.depends_on_borders, false) as depends_on_borders,
        dispersion.dispersion,
        {{ quasi_poisson_lower('exposed.n', 'garwood.lower_limit', 'dispersion.dispersion') }} as count_lo,
        {{ quasi_poisson_upper('exposed.n', 'garwood.upper_limit', 'dispersion.dispersion') }} as count_hi,
        {{ count_interval_method('garwood.events', 'dispersion.dispersion') }} as interval_method
    from exposed
    left join {{ ref('garwood_limits') }} as garwood
        on exposed.n = garwood.events
    left join {{ ref('dispersion') }} as dispersion
        on
            exposed.city = dispersion.city
            and exposed.zone_kind = dispersion.zone_kind
            and exposed.measure = dispersion.measure
    left join {{ ref('border_counts') }} as borders
        on
            exposed.city = borders.city
            and exposed.zone_kind = borders.zone_kind
            and exposed.zone_id = borders.zone_id
            and exposed.measure = borders.measure
),

offenses_of_one_type as (
    select
        periods.city,
        max(mix.commonest_offense) as commonest_offense
    from {{ ref('reference_years') }} as periods
    inner join {{ ref('int_offenses__mix') }} as mix
        on
            periods.city = mix.city
            and mix.year_start between date_trunc('year', periods.period_start) and periods.period_end
    where periods.measure = 'offenses' and mix.is_one_type
    group by periods.city
),

offenses_of_unknown_kind as (
    select
        city,
        cast(sum(n) filter (where measure = 'offenses_unclassified') as double) / sum(n) as share
    from counts_in_reference_year
    where measure like 'offenses%' and zone_kind <> 'beat'
    group by city
),

with_caveats as (
    select
        counts.*,
        case when counts.measure = 'contacts' then not sums.has_sum else false end as has_no_sum,
        case when counts.measure = 'offenses' then one_type.commonest_offense end as only_offense,
        counts.measure = 'offenses' and coalesce(unknown.share > {{ var('material_share_of_offenses') }}, false)
            as lacks_unclassified
    from with_interval as counts
    left join {{ ref('int_contacts__sums') }} as sums
        on counts.city = sums.city
    left join offenses_of_one_type as one_type
        on counts.city = one_type.city
    left join offenses_of_unknown_kind as unknown
        on counts.city = unknown.city
),

judged as (
    select
        *,
        case
            when has_no_sum then 'not_estimable'
            when zone_id = '(unmatched)' then 'not_applicable'
            when is_unplaced or population is null then 'insufficient_data'
            when population = 0 then 'zero_denominator'
            when
                population < {{ var('minimum_population_for_rate') }} or n < {{ var('reliable_numerator') }}
                then 'unreliable'
            when only_offense is not null or lacks_unclassified then 'unreliable'
            else 'ok'
        end as status
    from with_caveats
)

select
    city,
    zone_kind,
    zone_id,
    measure,
    -- Where most places are unknown, a zone's count is not a small number but an unknown one.
    cast(case when not is_unplaced and not has_no_sum then n end as bigint) as n,
    cast(case when not has_no_sum then n_low end as bigint) as n_low,
    cast(case when not has_no_sum then n_high end as bigint) as n_high,
    population,
    period_start,
    period_end,
    cast(case when status in ('ok', 'unreliable') then n / exposure end as double) as rate_per_1000,
    cast(case when status in ('ok', 'unreliable') then count_lo / exposure end as double) as rate_lo,
    cast(case when status in ('ok', 'unreliable') then count_hi / exposure end as double) as rate_hi,
    case when status in ('ok', 'unreliable') then interval_method end as ci_method,
    cast(case when status in ('ok', 'unreliable') then dispersion end as double) as dispersion,
    status,
    case
        when has_no_sum then '{{ no_sum_of_contacts() }}'
        when zone_id = '(unmatched)' then 'records whose place is in no zone have no residents to count against'
        when is_unplaced then 'most records have no place, so the number of this zone is unknown'
        when population is null then 'no population is known for this zone'
        when population = 0 then 'nobody lives in this zone'
        when population < {{ var('minimum_population_for_rate') }}
            then 'fewer than {{ var("minimum_population_for_rate") }} residents'
        when n < {{ var('reliable_numerator') }} then 'fewer than {{ var("reliable_numerator") }} events'
        when only_offense is not null then 'nearly all offenses are of one type (' || only_offense || '): not the city''s crime'
        when lacks_unclassified then 'the kind of many offenses is unknown (offenses_unclassified): some of them belong here'
    end as reason,
    concat_ws(
        ';',
        case when measure <> 'contacts' then 'AMBIENT' end,
        case when depends_on_borders then 'BORDER' end,
        case when measure in ('contacts', 'offenses_police_generated', 'offenses_unclassified') then 'DETECTION' end,
        case when has_no_sum then 'DOUBLE_CONTACTS' end,
        case when measure = 'calls' then 'DUPLICATE_CALLS' end,
        'MAUP',
        case when only_offense is not null then 'ONE_OFFENSE_TYPE' end,
        case when measure = 'contacts' then 'RECORDING' end,
        case when measure in ('offenses', 'offenses_unclassified') then 'REPORTING' end,
        case
            when
                status = 'unreliable'
                and (
                    population < {{ var('minimum_population_for_rate') }} or n < {{ var('reliable_numerator') }}
                )
                then 'SMALL_N'
        end,
        case when lacks_unclassified or measure = 'offenses_unclassified' then 'UNCLASSIFIED' end
    ) as caveat_codes
from judged
