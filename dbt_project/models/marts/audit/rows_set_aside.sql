select
    city,
    source_dataset as data_set,
    load_id,
    source_file,
    source_line,
    row_status as fate,
    row_reason as reason
from {{ ref('rows_set_aside_by_staging') }}
