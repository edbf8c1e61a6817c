with offenses_with_coverage as (
    select
        offenses.city,
        offenses.zone_id,
        offenses.beat_id,
        offenses.month,
        offenses.crime_against,
        offenses.is_police_generated,
        days.day is not null as is_covered
    from {{ ref('fct_offenses') }} as offenses
    left join {{ ref('int_covered_days') }} as days
        on
            offenses.city = days.city
            and days.measure = 'offenses'
            and cast(offenses.offense_at_local as date) = days.day
),

offenses_by_zoning as (
    select
        offenses.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(offenses.zone_id, '(unmatched)') as zone_id,
        offenses.month,
        offenses.crime_against,
        offenses.is_police_generated,
        offenses.is_covered
    from offenses_with_coverage as offenses
    left join {{ ref('int_primary_zonings') }} as zonings
        on offenses.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        month,
        crime_against,
        is_police_generated,
        is_covered
    from offenses_with_coverage
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) filter (where is_covered) as offenses,
        count(*) filter (where not is_covered) as records_of_uncovered_days,
        count(*) filter (where is_covered and crime_against = 'person') as offenses_against_persons,
        count(*) filter (where is_covered and crime_against = 'property') as offenses_against_property,
        count(*) filter (where is_covered and crime_against = 'society') as offenses_against_society,
        count(*) filter (where is_covered and is_police_generated) as police_generated_offenses
    from offenses_by_zoning
    group by city, zone_kind, zone_id, month
)

select
    counted.city,
    counted.zone_kind,
    counted.zone_id,
    counted.month,
    months.days,
    months.covered_days,
    {{ period_status('months.days', 'months.covered_days') }} as status,
    {% for column in [
        'offenses', 'offenses_against_persons', 'offenses_against_property', 'offenses_against_society',
        'police_generated_offenses'
    ] -%}
    case when months.covered_days > 0 then counted.{{ column }} end as {{ column }},
    {% endfor -%}
    counted.records_of_uncovered_days
from counted
inner join {{ ref('int_covered_months') }} as months
    on counted.city = months.city and months.measure = 'offenses' and counted.month = months.month
