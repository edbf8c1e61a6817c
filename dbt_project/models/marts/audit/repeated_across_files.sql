select
    city,
    data_set,
    load_id,
    file,
    rows,
    repeated
from {{ source('loads', 'repeated_across_files') }}
