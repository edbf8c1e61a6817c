select
    city,
    zone_id as beat_id
from {{ ref('zones') }}
where zone_kind = 'beat'
