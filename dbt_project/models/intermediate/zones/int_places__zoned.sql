select
    tracts.city,
    tracts.longitude,
    tracts.latitude,
    tracts.zone_id,
    beats.zone_id as beat_id
from {{ source('enrich', 'point_zones') }} as tracts
left join {{ source('enrich', 'point_zones') }} as beats
    on
        tracts.city = beats.city
        and tracts.longitude = beats.longitude
        and tracts.latitude = beats.latitude
        and beats.zone_kind = 'beat'
where tracts.zone_kind = 'tract'
