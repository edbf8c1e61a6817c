{% set kinds = {'stops': 'stop', 'arrests': 'arrest', 'uses_of_force': 'use_of_force'} %}

with contacts_with_coverage as (
    select
        contacts.city,
        contacts.zone_id,
        contacts.beat_id,
        contacts.month,
        contacts.contact_kind,
        contacts.initiation,
        contacts.is_counted,
        days.day is not null as is_covered,
        -- A day may be covered for stops and not for arrests, and then it is no day of contacts.
        days_of_kind.day is not null as is_covered_for_its_kind
    from {{ ref('fct_contacts') }} as contacts
    left join {{ ref('int_covered_days') }} as days
        on
            contacts.city = days.city
            and days.measure = 'contacts'
            and cast(contacts.contact_at_local as date) = days.day
    left join {{ ref('int_parts__covered_days') }} as days_of_kind
        on
            contacts.city = days_of_kind.city
            and days_of_kind.measure = 'contacts'
            and contacts.contact_kind = days_of_kind.part
            and cast(contacts.contact_at_local as date) = days_of_kind.day
),

contacts_by_zoning as (
    select
        contacts.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(contacts.zone_id, '(unmatched)') as zone_id,
        contacts.month,
        contacts.contact_kind,
        contacts.initiation,
        contacts.is_counted,
        contacts.is_covered,
        contacts.is_covered_for_its_kind
    from contacts_with_coverage as contacts
    left join {{ ref('int_primary_zonings') }} as zonings
        on contacts.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        month,
        contact_kind,
        initiation,
        is_counted,
        is_covered,
        is_covered_for_its_kind
    from contacts_with_coverage
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) filter (where is_covered) as records,
        count(*) filter (where is_covered and is_counted) as contacts,
        count(*) filter (where not is_covered) as records_of_uncovered_days,
        {% for column, kind in kinds.items() -%}
        count(*) filter (where is_covered_for_its_kind and contact_kind = '{{ kind }}') as {{ column }},
        {% endfor -%}
        count(*) filter (where is_covered and is_counted and initiation = 'officer') as officer_initiated_contacts
    from contacts_by_zoning
    group by city, zone_kind, zone_id, month
),

days_of_kinds as (
    select
        city,
        cast(date_trunc('month', day) as date) as month,
        {% for column, kind in kinds.items() -%}
        count(*) filter (where part = '{{ kind }}') as {{ column }},
        {% endfor -%}
        count(*) as days_of_any_kind
    from {{ ref('int_parts__covered_days') }}
    where measure = 'contacts'
    group by city, cast(date_trunc('month', day) as date)
)

select
    counted.city,
    counted.zone_kind,
    counted.zone_id,
    counted.month,
    months.days,
    months.covered_days,
    {{ period_status('months.days', 'months.covered_days') }} as status,
    case when months.covered_days > 0 then counted.records end as records,
    counted.records_of_uncovered_days,
    case when months.covered_days > 0 and sums.has_sum then counted.contacts end as contacts,
    case
        when months.covered_days = 0 then 'insufficient_data'
        when sums.has_sum then 'ok'
        else 'not_estimable'
    end as contacts_status,
    case
        when months.covered_days = 0 then 'no day of the month is covered for all kinds'
        when not sums.has_sum then '{{ no_sum_of_contacts() }}'
    end as contacts_reason,
    {% for column in kinds -%}
    case when days_of_kinds.{{ column }} > 0 then counted.{{ column }} end as {{ column }},
    cast(coalesce(days_of_kinds.{{ column }}, 0) as integer) as {{ column }}_covered_days,
    {% endfor -%}
    case when months.covered_days > 0 and sums.has_sum then counted.officer_initiated_contacts end
        as officer_initiated_contacts
from counted
inner join {{ ref('int_covered_months') }} as months
    on counted.city = months.city and months.measure = 'contacts' and counted.month = months.month
inner join {{ ref('int_contacts__sums') }} as sums
    on counted.city = sums.city
left join days_of_kinds
    on counted.city = days_of_kinds.city and counted.month = days_of_kinds.month
