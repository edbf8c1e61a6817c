select
    zones.city,
    zones.longitude,
    zones.latitude,
    zones.zone_id,
    beats.zone_id as beat_id
from {{ source('enrich', 'point_zones') }} as zones
left join {{ source('enrich', 'point_zones') }} as beats
    on
        zones.city = beats.city
        and zones.longitude = beats.longitude
        and zones.latitude = beats.latitude
        and beats.zone_kind = 'beat'
where zones.zone_kind <> 'beat'
