select
    city,
    data_set,
    load_id,
    previous_load_id,
    column_name,
    change,
    before,
    after,
    needed
from {{ source('loads', 'column_changes') }}
