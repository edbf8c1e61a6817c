with offenses_by_zoning as (
    select
        offenses.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(offenses.zone_id, '(unmatched)') as zone_id,
        offenses.month,
        offenses.crime_against,
        offenses.is_police_generated
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
        is_police_generated
    from {{ ref('fct_offenses') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
)

select
    city,
    zone_kind,
    zone_id,
    month,
    count(*) as offenses,
    count(*) filter (where crime_against = 'person') as offenses_against_persons,
    count(*) filter (where crime_against = 'property') as offenses_against_property,
    count(*) filter (where crime_against = 'society') as offenses_against_society,
    count(*) filter (where is_police_generated) as police_generated_offenses
from offenses_by_zoning
group by city, zone_kind, zone_id, month
