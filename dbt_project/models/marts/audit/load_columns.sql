select
    city,
    data_set,
    load_id,
    column_name,
    present as is_present,
    files_without,
    file,
    likely_new_name
from {{ source('loads', 'load_columns') }}
