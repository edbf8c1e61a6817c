{% set columns = [
    'city',
    'call_id',
    'call_at_utc',
    'call_at_local',
    'call_time_basis',
    'is_ambiguous_time',
    'received_at_utc',
    'dispatched_at_utc',
    'arrived_at_utc',
    'cleared_at_utc',
    'initiation',
    'initiation_basis',
    'channel',
    'priority',
    'initial_type',
    'final_type',
    'type_group',
    'disposition',
    'parent_call_id',
    'block_address',
    'published_zone_id',
    'native_zone',
    'longitude',
    'latitude',
    'location_status',
    'answered_by',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
] %}

with accepted as (
    {{ union_accepted('calls', columns, optional=['answered_by']) }}
),

ordered as (
    {{ times_in_order(
        'accepted', columns, ['received_at_utc', 'dispatched_at_utc', 'arrived_at_utc', 'cleared_at_utc']
    ) }}
)

select
    city,
    call_id,
    coalesce(
        case call_time_basis
            when 'received' then received_at_utc
            when 'arrived' then arrived_at_utc
            when 'cleared' then cleared_at_utc
        end,
        call_at_utc
    ) as call_at_utc,
    call_at_local,
    call_time_basis,
    is_ambiguous_time,
    received_at_utc,
    dispatched_at_utc,
    arrived_at_utc,
    cleared_at_utc,
    initiation,
    initiation_basis,
    channel,
    priority,
    initial_type,
    final_type,
    type_group,
    disposition,
    parent_call_id,
    block_address,
    published_zone_id,
    native_zone,
    longitude,
    latitude,
    location_status,
    answered_by,
    source_dataset,
    load_id,
    source_file,
    source_line
from ordered
