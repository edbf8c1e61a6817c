select
    contacts.city,
    contacts.contact_kind,
    contacts.contact_id,
    contacts.source_dataset,
    contacts.contact_at_utc,
    contacts.contact_at_local,
    cast(date_trunc('month', contacts.contact_at_local) as date) as month,
    contacts.initiation,
    contacts.initiation_basis,
    contacts.call_id,
    contacts.reason,
    contacts.outcome,
    contacts.arrest_made,
    contacts.search_conducted,
    contacts.frisk_performed,
    contacts.contraband_found,
    links.part_of_contact_kind,
    links.part_of_contact_id,
    links.part_of_contact_id is null as is_counted,
    places.zone_id,
    places.beat_id,
    contacts.native_zone as published_beat,
    contacts.location_status,
    contacts.load_id
from {{ ref('contacts') }} as contacts
left join {{ ref('int_contacts__linked') }} as links
    on
        contacts.city = links.city
        and contacts.contact_kind = links.contact_kind
        and contacts.contact_id = links.contact_id
left join {{ ref('int_places__zoned') }} as places
    on contacts.city = places.city and contacts.longitude = places.longitude and contacts.latitude = places.latitude
