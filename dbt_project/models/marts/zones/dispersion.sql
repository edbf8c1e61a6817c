with counted_records as (
    {{ counted_records() }}
),

records_by_month as (
    select
        records.*,
        coalesce(months.covered_days = months.days, false) as is_of_whole_month
    from counted_records as records
    left join {{ ref('int_covered_months') }} as months
        on
            records.city = months.city
            and records.entity = months.measure
            and records.month = months.month
),

records_in_zones as (
    select
        records.city,
        records.measure,
        zonings.zone_kind,
        records.zone_id,
        records.month,
        records.is_of_whole_month
    from records_by_month as records
    inner join {{ ref('int_primary_zonings') }} as zonings
        on records.city = zonings.city
    where records.zone_id is not null
    union all
    select
        city,
        measure,
        'beat' as zone_kind,
        beat_id as zone_id,
        month,
        is_of_whole_month
    from records_by_month
    where beat_id is not null
),

zone_months as (
    select
        city,
        measure,
        zone_kind,
        zone_id,
        month,
        count(*) filter (where is_of_whole_month) as n
    from records_in_zones
    group by city, measure, zone_kind, zone_id, month
),

with_margins as (
    select
        *,
        sum(n) over (partition by city, measure, zone_kind, zone_id) as zone_n,
        sum(n) over (partition by city, measure, zone_kind, month) as month_n,
        sum(n) over (partition by city, measure, zone_kind) as all_n
    from zone_months
),

chi_squares as (
    -- The sum of (n - E)^2 / E is that of n^2 / E, less all that was counted; so zones and months without any need no
    -- row.
    select
        city,
        measure,
        zone_kind,
        count(distinct zone_id) filter (where n > 0) as zones_used,
        count(distinct month) filter (where n > 0) as months_used,
        greatest(0, sum(n * n * cast(all_n as double) / (zone_n * month_n)) filter (where n > 0) - max(all_n))
            as pearson_chi2
    from with_margins
    group by city, measure, zone_kind
)

select
    city,
    zone_kind,
    measure,
    cast(zones_used as integer) as zones_used,
    cast(months_used as integer) as months_used,
    cast(case when months_used > 0 then pearson_chi2 end as double) as pearson_chi2,
    cast(greatest(0, zones_used - 1) * greatest(0, months_used - 1) as integer) as degrees_of_freedom,
    cast(
        case
            when zones_used > 1 and months_used > 1
                then greatest(1, pearson_chi2 / ((zones_used - 1) * (months_used - 1)))
        end as double
    ) as dispersion,
    case when zones_used > 1 and months_used > 1 then 'ok' else 'insufficient_data' end as status,
    case
        when months_used = 0 then 'no month with events in zones is covered whole'
        when zones_used = 1 then 'one zone alone has no neighbours to learn from'
        when months_used = 1 then 'one month alone does not tell chance from change'
    end as reason
from chi_squares
