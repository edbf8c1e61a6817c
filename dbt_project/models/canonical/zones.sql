{{ union_accepted('zones', [
    'city',
    'zone_kind',
    'zone_id',
    'zone_name',
    'geometry_wkt',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
