select
    resources.city,
    resources.resource_id,
    resources.resource_kind,
    resources.resource_name,
    resources.capacity,
    places.zone_id,
    resources.location_status,
    resources.load_id
from {{ ref('resources') }} as resources
left join {{ ref('int_places__zoned') }} as places
    on
        resources.city = places.city
        and resources.longitude = places.longitude
        and resources.latitude = places.latitude
