{{ union_accepted('unit_responses', [
    'city',
    'unit_response_id',
    'call_id',
    'unit_id',
    'crew_size',
    'dispatched_at_utc',
    'arrived_at_utc',
    'cleared_at_utc',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
