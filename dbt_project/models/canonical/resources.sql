{{ union_accepted('resources', [
    'city',
    'resource_id',
    'resource_kind',
    'resource_name',
    'capacity',
    'native_zone',
    'longitude',
    'latitude',
    'location_status',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
