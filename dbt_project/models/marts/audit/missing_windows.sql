select
    city,
    data_set,
    load_id,
    begins as begins_at_utc,
    ends as ends_at_utc,
    seconds,
    asked_seconds
from {{ source('loads', 'missing_windows') }}
