with offenses_of_one_type as (
    select
        periods.city,
        max(mix.commonest_offense) as only_offense
    from {{ ref('reference_periods') }} as periods
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
        cast(sum(n) filter (where measure = 'offenses_unclassified') as double) / nullif(sum(n), 0) as share
    from {{ ref('reference_periods') }}
    where measure like 'offenses%'
    group by city
),

calls_of_unknown_initiation as (
    select
        periods.city,
        cast(sum(months.unknown_initiation_calls) as double) / nullif(sum(months.calls), 0) as share
    from {{ ref('reference_periods') }} as periods
    inner join {{ ref('calls_by_month') }} as months
        on
            periods.city = months.city
            and months.month between date_trunc('month', periods.period_start) and periods.period_end
    where periods.measure = 'calls'
    group by periods.city
)

select
    periods.city,
    periods.measure,
    periods.measure = 'contacts' and not coalesce(sums.has_sum, true) as has_no_sum,
    case when periods.measure = 'offenses' then one_type.only_offense end as only_offense,
    periods.measure = 'offenses' and coalesce(unknown.share > {{ var('material_share_of_offenses') }}, false)
        as lacks_unclassified,
    periods.measure = 'calls' and coalesce(initiation.share > {{ var('material_unknown_initiation') }}, false)
        as lacks_initiation
from {{ ref('reference_periods') }} as periods
left join {{ ref('int_contacts__sums') }} as sums
    on periods.city = sums.city
left join offenses_of_one_type as one_type
    on periods.city = one_type.city
left join offenses_of_unknown_kind as unknown
    on periods.city = unknown.city
left join calls_of_unknown_initiation as initiation
    on periods.city = initiation.city
