with contacts_by_zoning as (
    select
        contacts.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(contacts.zone_id, '(unmatched)') as zone_id,
        contacts.month,
        contacts.contact_kind,
        contacts.initiation
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
        initiation
    from {{ ref('fct_contacts') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
)

select
    city,
    zone_kind,
    zone_id,
    month,
    count(*) as contacts,
    count(*) filter (where contact_kind = 'stop') as stops,
    count(*) filter (where contact_kind = 'arrest') as arrests,
    count(*) filter (where contact_kind = 'use_of_force') as uses_of_force,
    count(*) filter (where initiation = 'officer') as officer_initiated_contacts
from contacts_by_zoning
group by city, zone_kind, zone_id, month
