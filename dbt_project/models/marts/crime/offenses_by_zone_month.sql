with offenses_by_zoning as (
    select
        offenses.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(offenses.zone_id, '(unmatched)') as zone_id,
        offenses.month,
        offenses.crime_against,
        offenses.measure
    from {{ ref('fct_offenses') }} as offenses
    left join {{ ref('int_primary_zonings') }} as zonings
        on offenses.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        month,
        crime_against,
        measure
    from {{ ref('fct_offenses') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) as records,
        count(*) filter (where measure = 'offenses') as offenses,
        count(*) filter (where measure = 'offenses' and crime_against = 'person') as offenses_against_persons,
        count(*) filter (where measure = 'offenses' and crime_against = 'property') as offenses_against_property,
        count(*) filter (where measure = 'offenses' and crime_against = 'society') as offenses_against_society,
        count(*) filter (where measure = 'offenses_police_generated') as police_generated_offenses,
        count(*) filter (where measure = 'offenses_unclassified') as unclassified_offenses,
        count(*) filter (where measure is null) as records_not_counted
    from offenses_by_zoning
    group by city, zone_kind, zone_id, month
)

select
    counted.city,
    counted.zone_kind,
    counted.zone_id,
    counted.month,
    counted.records,
    counted.offenses,
    counted.offenses_against_persons,
    counted.offenses_against_property,
    counted.offenses_against_society,
    counted.police_generated_offenses,
    counted.unclassified_offenses,
    counted.records_not_counted,
    concat_ws(
        ';',
        'AMBIENT',
        case when counted.police_generated_offenses + counted.unclassified_offenses > 0 then 'DETECTION' end,
        'MAUP',
        case when mix.is_one_type then 'ONE_OFFENSE_TYPE' end,
        'REPORTING'
    ) as caveat_codes
from counted
left join {{ ref('int_offenses__mix') }} as mix
    on counted.city = mix.city and cast(date_trunc('year', counted.month) as date) = mix.year_start
