select
    requests.city,
    requests.channel,
    requests.request_id,
    requests.source_dataset,
    requests.requested_at_utc,
    requests.requested_at_local,
    cast(date_trunc('month', requests.requested_at_local) as date) as month,
    requests.closed_at_utc,
    requests.category,
    coalesce(categories.category_group, 'unmapped') as category_group,
    requests.agency,
    requests.request_status,
    case when requests.request_status is not null then loads.as_of end as status_as_of_utc,
    requests.need_met,
    links.call_id as also_called_call_id,
    -- The publisher's own zone stands in where there is no coordinate, if it is a zone we know.
    coalesce(places.zone_id, zones.zone_id) as zone_id,
    requests.location_status,
    requests.load_id
from {{ ref('requests') }} as requests
left join {{ source('loads', 'loads') }} as loads
    on
        requests.city = loads.city
        and requests.source_dataset = loads.data_set
        and requests.load_id = loads.load_id
left join {{ ref('int_requests__also_called') }} as links
    on
        requests.city = links.city
        and requests.channel = links.channel
        and requests.request_id = links.request_id
left join {{ ref('int_places__zoned') }} as places
    on
        requests.city = places.city
        and requests.longitude = places.longitude
        and requests.latitude = places.latitude
left join {{ ref('dim_zone') }} as zones
    on
        requests.city = zones.city
        and requests.published_zone_id = zones.zone_id
        and zones.is_primary
left join {{ ref('request_categories') }} as categories
    on
        requests.city = categories.city
        and requests.channel = categories.channel
        and trim(requests.category) = categories.category
