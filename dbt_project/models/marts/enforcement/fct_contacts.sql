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
    places.zone_id,
    places.beat_id,
    contacts.native_zone as published_beat,
    contacts.location_status,
    contacts.load_id
from {{ ref('contacts') }} as contacts
left join {{ ref('int_places__zoned') }} as places
    on contacts.city = places.city and contacts.longitude = places.longitude and contacts.latitude = places.latitude
