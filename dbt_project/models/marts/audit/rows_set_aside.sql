select
    city,
    source_dataset as data_set,
    load_id,
    source_file,
    source_line,
    row_status as fate,
    row_reason as reason
from {{ ref('rows_set_aside_by_staging') }}

union all

select
    city,
    data_set,
    load_id,
    file as source_file,
    line as source_line,
    'withdrawn' as fate,
    'not_listed_by_its_portal' as reason
from {{ source('loads', 'withdrawn_rows') }}
