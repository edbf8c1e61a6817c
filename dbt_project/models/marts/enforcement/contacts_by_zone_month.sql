with contacts_by_zoning as (
    select
        contacts.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(contacts.zone_id, '(unmatched)') as zone_id,
        contacts.month,
        contacts.contact_kind,
        contacts.initiation,
        contacts.is_counted
    from {{ ref('fct_contacts') }} as contacts
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
        is_counted
    from {{ ref('fct_contacts') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

counted as (
    select
        city,
        zone_kind,
        zone_id,
        month,
        count(*) as records,
        count(*) filter (where is_counted) as contacts,
        count(*) filter (where contact_kind = 'stop') as stops,
        count(*) filter (where contact_kind = 'arrest') as arrests,
        count(*) filter (where contact_kind = 'use_of_force') as uses_of_force,
        count(*) filter (where is_counted and initiation = 'officer') as officer_initiated_contacts
    from contacts_by_zoning
    group by city, zone_kind, zone_id, month
)

select
    counted.city,
    counted.zone_kind,
    counted.zone_id,
    counted.month,
    counted.records,
    case when sums.has_sum then counted.contacts end as contacts,
    case when sums.has_sum then 'ok' else 'not_estimable' end as contacts_status,
    case when not sums.has_sum then '{{ no_sum_of_contacts() }}' end as contacts_reason,
    counted.stops,
    counted.arrests,
    counted.uses_of_force,
    case when sums.has_sum then counted.officer_initiated_contacts end as officer_initiated_contacts
from counted
inner join {{ ref('int_contacts__sums') }} as sums
    on counted.city = sums.city
