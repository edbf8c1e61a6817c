{{ union_accepted([
    'stg_riverbend__requests',
    'stg_riverbend__contacts_211_411'
], [
    'city',
    'request_id',
    'channel',
    'requested_at_utc',
    'requested_at_local',
    'closed_at_utc',
    'category',
    'agency',
    'request_status',
    'need_met',
    'published_zone_id',
    'native_zone',
    'longitude',
    'latitude',
    'location_status',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
