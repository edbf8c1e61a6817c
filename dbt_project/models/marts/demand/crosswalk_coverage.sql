with calls_by_zoning as (
    select
        city,
        'tract' as zone_kind,
        coalesce(zone_id, '(unmatched)') as zone_id,
        mapping_status,
        coalesce(final_type, initial_type) as published_type
    from {{ ref('fct_calls') }}
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        mapping_status,
        coalesce(final_type, initial_type) as published_type
    from {{ ref('fct_calls') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
)

select
    city,
    zone_kind,
    zone_id,
    count(*) as records,
    count(*) filter (where mapping_status = 'final_type') as mapped_by_final_type,
    count(*) filter (where mapping_status = 'initial_type') as mapped_by_initial_type,
    count(*) filter (where mapping_status = 'unmapped') as unmapped_records,
    count(*) filter (where published_type is null) as records_without_type,
    cast(count(*) filter (where mapping_status <> 'unmapped') / count(*) as double) as mapped_share,
    mode(published_type) filter (where mapping_status = 'unmapped') as most_frequent_unmapped_type
from calls_by_zoning
group by city, zone_kind, zone_id
