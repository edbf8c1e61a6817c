select
    city,
    measure,
    day
from {{ ref('int_covered_days') }}
