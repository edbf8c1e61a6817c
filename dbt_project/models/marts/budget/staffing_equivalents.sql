{% set available %}
({{ var('paid_hours_per_year') }} - {{ var('leave_hours_per_year') }} - {{ var('sick_hours_per_year') }}
    - {{ var('training_hours_per_year') }} - {{ var('court_hours_per_year') }})
{%- endset %}

with utilisations as (
    {% for tenths in range(4, 11) %}
    select {{ tenths }} / 10.0 as utilisation
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

work as (
    -- Hours of covered days only, over the time covered; of too few days nothing is said of a year.
    select
        types.city,
        types.denominator,
        types.call_type_group,
        case
            when 'insufficient_data' in (periods.status, types.time_status) then 'insufficient_data'
            when types.time_status <> 'ok' then types.time_status
            else periods.status
        end as status,
        case when periods.status <> 'insufficient_data' then types.hours * 365.25 / types.covered_days end
            as hours_per_year,
        case when periods.status <> 'insufficient_data' then types.hours_scaled * 365.25 / types.covered_days end
            as hours_per_year_scaled
    from {{ ref('calls_by_type') }} as types
    inner join {{ ref('reference_periods') }} as periods
        on types.city = periods.city and periods.measure = 'calls'
    where types.final_type = '(all)'
),

with_total as (
    select * from work
    union all
    select
        city,
        denominator,
        '(all)' as call_type_group,
        max(status) as status,
        sum(hours_per_year) as hours_per_year,
        -- A group that is never timed leaves the whole unknown.
        case
            when count(hours_per_year_scaled) = count(*) then sum(hours_per_year_scaled)
        end as hours_per_year_scaled
    from work
    group by city, denominator
),

busy_hours as (
    select
        city,
        percentile_cont(0.9) within group (order by cast(coalesce(officer_hours_per_hour, 0) as double))
            as officers_busy_p90
    from {{ ref('calls_by_hour_of_week') }}
    where exposure_hours > 0
    group by city
    having count(officer_hours_per_hour) > 0
)

select
    work.city,
    work.denominator,
    work.call_type_group,
    cast(utilisations.utilisation as double) as utilisation,
    cast(work.hours_per_year as double) as hours_per_year,
    cast({{ available }} as double) as available_hours,
    cast(
        case
            when work.status <> 'insufficient_data'
                then work.hours_per_year / ({{ available }} * utilisations.utilisation)
        end as double
    ) as full_time_equivalents,
    cast(
        case
            when work.status <> 'insufficient_data'
                then work.hours_per_year_scaled / ({{ available }} * utilisations.utilisation)
        end as double
    ) as full_time_equivalents_scaled,
    cast(8760.0 / {{ available }} as double) as relief_factor,
    cast(
        case
            when work.call_type_group = '(all)' and work.denominator = 'community' then busy_hours.officers_busy_p90
        end as double
    ) as officers_busy_p90,
    work.status
from with_total as work
cross join utilisations
left join busy_hours
    on work.city = busy_hours.city
