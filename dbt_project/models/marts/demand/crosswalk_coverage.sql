with primary_zonings as (
    select distinct
        city,
        zone_kind
    from {{ ref('dim_zone') }}
    where is_primary
),

calls_by_zoning as (
    select
        calls.city,
        coalesce(primary_zonings.zone_kind, 'tract') as zone_kind,
        coalesce(calls.zone_id, '(unmatched)') as zone_id,
        calls.mapping_status,
        coalesce(calls.final_type, calls.initial_type) as published_type
    from {{ ref('fct_calls') }} as calls
    left join primary_zonings
        on calls.city = primary_zonings.city
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
    count(*) filter (where mapping_status = 'type_group') as mapped_by_type_group,
    count(*) filter (where mapping_status = 'unmapped') as unmapped_records,
    count(*) filter (where mapping_status = 'no_type') as records_without_type,
    -- What was published without a type cannot be mapped by anybody, and is no hole in the crosswalk.
    cast(
        count(*) filter (where mapping_status not in ('unmapped', 'no_type'))
        / nullif(count(*) filter (where mapping_status <> 'no_type'), 0) as double
    ) as mapped_share,
    mode(published_type) filter (where mapping_status = 'unmapped') as most_frequent_unmapped_type
from calls_by_zoning
group by city, zone_kind, zone_id
