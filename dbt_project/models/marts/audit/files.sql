select
    city,
    data_set,
    load_id,
    file,
    records,
    rows,
    rejected_lines
from {{ source('loads', 'files') }}
