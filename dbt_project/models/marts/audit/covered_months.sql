select
    city,
    measure,
    month,
    days,
    covered_days,
    {{ period_status('days', 'covered_days') }} as status
from {{ ref('int_covered_months') }}
