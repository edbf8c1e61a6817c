select
    city,
    data_set,
    load_id,
    kept_load_id,
    reason,
    rows,
    kept_rows
from {{ source('loads', 'held_back') }}
