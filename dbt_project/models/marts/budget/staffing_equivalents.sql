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
    select
        city,
        denominator,
        call_type_group,
        time_status,
        {% set days = dbt.datediff('period_start', 'period_end', 'day') ~ ' + 1' -%}
        hours * 365.25 / ({{ days }}) as hours_per_year,
        hours_scaled * 365.25 / ({{ days }}) as hours_per_year_scaled
    from {{ ref('calls_by_type') }}
    where final_type = '(all)'
),

with_total as (
    select * from work
    union all
    select
        city,
        denominator,
        '(all)' as call_type_group,
        max(time_status) as time_status,
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
    group by city
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
            when work.time_status <> 'insufficient_data'
                then work.hours_per_year / ({{ available }} * utilisations.utilisation)
        end as double
    ) as full_time_equivalents,
    cast(
        case
            when work.time_status <> 'insufficient_data'
                then work.hours_per_year_scaled / ({{ available }} * utilisations.utilisation)
        end as double
    ) as full_time_equivalents_scaled,
    cast(8760.0 / {{ available }} as double) as relief_factor,
    cast(
        case
            when work.call_type_group = '(all)' and work.denominator = 'community' then busy_hours.officers_busy_p90
        end as double
    ) as officers_busy_p90,
    work.time_status as status
from with_total as work
cross join utilisations
left join busy_hours
    on work.city = busy_hours.city
