with counted_records as (
    {{ counted_records() }}
),

records_and_other_zones as (
    select
        records.city,
        records.measure,
        near.zone_kind,
        near.zone_id as other_zone_id,
        case near.zone_kind when 'beat' then records.beat_id else records.zone_id end as own_zone_id,
        concat_ws('|', records.entity, records.record_kind, records.record_id) as record
    from counted_records as records
    inner join {{ ref('int_records__near_zones') }} as near
        on
            records.city = near.city
            and records.entity = near.entity
            and records.record_kind = near.record_kind
            and records.record_id = near.record_id
    -- A period counts its covered days alone.
    inner join {{ ref('int_reference_days') }} as days
        on
            records.city = days.city
            and {{ covered_as('records.measure') }} = days.measure
            and records.day = days.day
),

numbered as (
    select
        *,
        count(*) over (partition by city, zone_kind, record) as other_zones,
        row_number() over (partition by city, zone_kind, record order by other_zone_id) as other_zone_number
    from records_and_other_zones
    where other_zone_id <> coalesce(own_zone_id, '')
),

near_points_of_zones as (
    -- Each record once in its own zone and once in every other. Split evenly, each of them has a like part of it; one
    -- that lies in no zone is only ever perhaps somebody's.
    select
        city,
        measure,
        zone_kind,
        own_zone_id as zone_id,
        1 as own_near,
        0 as other_near,
        -other_zones / (other_zones + 1.0) as moved_by_split
    from numbered
    where own_zone_id is not null and other_zone_number = 1
    union all
    select
        city,
        measure,
        zone_kind,
        other_zone_id as zone_id,
        0 as own_near,
        1 as other_near,
        case when own_zone_id is not null then 1 / (other_zones + 1.0) else 0 end as moved_by_split
    from numbered
),

moves as (
    select
        city,
        measure,
        zone_kind,
        zone_id,
        sum(own_near) as n_own_near,
        sum(other_near) as n_other_near,
        sum(moved_by_split) as moved_by_split
    from near_points_of_zones
    group by city, measure, zone_kind, zone_id
),

counts as (
    select
        zones.city,
        zones.zone_kind,
        zones.zone_id,
        periods.measure,
        periods.period_start,
        periods.period_end,
        coalesce(sum(months.n), 0) as n
    from {{ ref('dim_zone') }} as zones
    inner join {{ ref('reference_periods') }} as periods
        on zones.city = periods.city
    left join {{ ref('measures_by_zone_month') }} as months
        on
            zones.city = months.city
            and zones.zone_kind = months.zone_kind
            and zones.zone_id = months.zone_id
            and periods.measure = months.measure
            and months.month between date_trunc('month', periods.period_start) and periods.period_end
    -- Where most places are unknown, a zone's count is not a small number but an unknown one.
    where periods.share_in_zones >= {{ var('minimum_share_in_zones') }}
    group by
        zones.city, zones.zone_kind, zones.zone_id, periods.measure, periods.period_start, periods.period_end
)

select
    counts.city,
    counts.zone_kind,
    counts.zone_id,
    counts.measure,
    counts.period_start,
    counts.period_end,
    cast(counts.n as bigint) as n,
    cast(coalesce(moves.n_own_near, 0) as bigint) as n_own_near,
    cast(coalesce(moves.n_other_near, 0) as bigint) as n_other_near,
    cast(counts.n - coalesce(moves.n_own_near, 0) as bigint) as n_low,
    cast(counts.n + coalesce(moves.n_other_near, 0) as bigint) as n_high,
    cast(counts.n + coalesce(moves.moved_by_split, 0) as double) as n_split,
    coalesce(moves.n_own_near + moves.n_other_near > {{ var('border_share') }} * counts.n, false)
        as depends_on_borders
from counts
left join moves
    on
        counts.city = moves.city
        and counts.zone_kind = moves.zone_kind
        and counts.zone_id = moves.zone_id
        and counts.measure = moves.measure
