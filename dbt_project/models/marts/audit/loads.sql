select
    city,
    data_set,
    title,
    entity,
    load_id,
    landed_at as landed_at_utc,
    files,
    bytes,
    records,
    rows,
    rejected_lines,
    previous_load_id,
    previous_rows,
    url,
    license,
    grain,
    sha256
from {{ source('loads', 'loads') }}
