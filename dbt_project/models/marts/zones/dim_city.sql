select
    city,
    title,
    time_zone,
    west,
    south,
    east,
    north
from {{ source('loads', 'cities') }}
