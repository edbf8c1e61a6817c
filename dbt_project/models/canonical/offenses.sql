{{ union_accepted([
    'stg_riverbend__offenses',
    'stg_seattle__crimes'
], [
    'city',
    'offense_id',
    'report_id',
    'offense_at_utc',
    'offense_at_local',
    'offense_time_basis',
    'occurred_to_utc',
    'reported_at_utc',
    'nibrs_code',
    'offense',
    'crime_against',
    'report_status',
    'call_id',
    'block_address',
    'native_zone',
    'longitude',
    'latitude',
    'location_status',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
