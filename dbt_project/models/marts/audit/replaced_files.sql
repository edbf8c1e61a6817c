select
    city,
    data_set,
    growth,
    file,
    load_id,
    rows,
    last_day,
    previous_load_id,
    previous_rows,
    previous_last_day,
    family,
    shrink_accepted
from {{ source('loads', 'load_files') }}
