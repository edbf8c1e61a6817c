select distinct
    city,
    zone_kind
from {{ ref('zones') }}
where zone_kind <> 'beat'
