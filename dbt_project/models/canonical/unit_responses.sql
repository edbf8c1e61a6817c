{% set columns = [
    'city',
    'unit_response_id',
    'call_id',
    'unit_id',
    'crew_size',
    'dispatched_at_utc',
    'arrived_at_utc',
    'cleared_at_utc',
    'is_ambiguous_time',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
] %}

with accepted as (
    {{ union_accepted('unit_responses', columns) }}
),

ordered as (
    {{ times_in_order('accepted', columns, ['dispatched_at_utc', 'arrived_at_utc', 'cleared_at_utc']) }}
)

select
    city,
    unit_response_id,
    call_id,
    unit_id,
    crew_size,
    dispatched_at_utc,
    arrived_at_utc,
    cleared_at_utc,
    is_ambiguous_time,
    source_dataset,
    load_id,
    source_file,
    source_line
from ordered
