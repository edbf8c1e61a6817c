select
    city,
    data_set,
    load_id,
    file,
    kind,
    "count" as n,
    found
from {{ source('loads', 'file_notes') }}
