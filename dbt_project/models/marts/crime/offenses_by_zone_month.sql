{% set measures = {
    'offenses': 'offenses',
    'police_generated_offenses': 'offenses_police_generated',
    'unclassified_offenses': 'offenses_unclassified',
} %}
{% set victims = {
    'offenses_against_persons': 'person',
    'offenses_against_property': 'property',
    'offenses_against_society': 'society',
} %}

with offenses_with_coverage as (
    select
        offenses.city,
        offenses.zone_id,
        offenses.beat_id,
        offenses.month,
        offenses.crime_against,
        offenses.measure,
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
        offenses.measure,
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
        measure,
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
        count(*) filter (where is_covered) as records,
        count(*) filter (where not is_covered) as records_of_uncovered_days,
        {% for column, measure in measures.items() -%}
        count(*) filter (where is_covered and measure = '{{ measure }}') as {{ column }},
        {% endfor -%}
        {% for column, against in victims.items() -%}
        count(*) filter (where is_covered and measure = 'offenses' and crime_against = '{{ against }}') as {{ column }},
        {% endfor -%}
        count(*) filter (where is_covered and measure is null) as records_not_counted
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
    {% for column in ['records'] + measures | list + victims | list + ['records_not_counted'] -%}
    case when months.covered_days > 0 then counted.{{ column }} end as {{ column }},
    {% endfor -%}
    counted.records_of_uncovered_days,
    concat_ws(
        ';',
        'AMBIENT',
        case when counted.police_generated_offenses + counted.unclassified_offenses > 0 then 'DETECTION' end,
        'MAUP',
        case when mix.is_one_type then 'ONE_OFFENSE_TYPE' end,
        'REPORTING'
    ) as caveat_codes
from counted
inner join {{ ref('int_covered_months') }} as months
    on counted.city = months.city and months.measure = 'offenses' and counted.month = months.month
left join {{ ref('int_offenses__mix') }} as mix
    on counted.city = mix.city and cast(date_trunc('year', counted.month) as date) = mix.year_start
