{{ union_accepted([
    'stg_riverbend__zones',
    'stg_seattle__tracts',
    'stg_seattle__tracts_2015',
    'stg_seattle__beats'
], [
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
