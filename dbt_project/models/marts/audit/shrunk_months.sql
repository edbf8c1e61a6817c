select
    city,
    data_set,
    growth,
    load_id,
    month,
    previous_rows,
    rows,
    shrink_accepted
from {{ source('loads', 'shrunk_months') }}
