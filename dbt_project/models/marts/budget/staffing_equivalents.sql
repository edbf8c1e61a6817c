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
        periods.status as period_status,
        types.headline_status,
        case
            when 'insufficient_data' in (periods.status, types.time_status) then 'insufficient_data'
            when types.share_status = 'unreliable' or types.time_coverage < {{ var('minimum_time_coverage') }}
                then 'unreliable'
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
    select
        city,
        denominator,
        call_type_group,
        status,
        hours_per_year,
        hours_per_year_scaled
    from work
    union all
    select
        city,
        denominator,
        '(all)' as call_type_group,
        -- Headline and period are the same on each row of a denominator.
        case
            when 'insufficient_data' in (min(period_status), min(headline_status)) then 'insufficient_data'
            when min(headline_status) <> 'ok' then min(headline_status)
            when min(status) = 'insufficient_data' then 'unreliable'
            else min(period_status)
        end as status,
        sum(hours_per_year) as hours_per_year,
        -- A group that is never timed leaves the whole unknown.
        case
            when count(hours_per_year_scaled) = count(*) then sum(hours_per_year_scaled)
        end as hours_per_year_scaled
    from work
    group by city, denominator
),

busy as (
    {% for name, condition in denominators().items() %}
    select
        city,
        '{{ name }}' as denominator,
        hour_utc,
        sum(officers_busy) as officers_busy
    from {{ ref('officers_busy_by_hour') }}
    where {{ condition }}
    group by city, hour_utc
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

timed as (
    select distinct
        busy.city,
        busy.denominator
    from {{ ref('int_hours__covered') }} as covered
    inner join busy
        on covered.city = busy.city and covered.hour_utc = busy.hour_utc
),

busy_hours as (
    -- Every covered hour counts, one without a call as 0; where no unit is timed in any, nothing is known.
    select
        hours.city,
        timed.denominator,
        percentile_cont(0.9) within group (order by cast(coalesce(busy.officers_busy, 0) as double))
            as officers_busy_p90
    from {{ ref('int_hours__covered') }} as hours
    inner join timed
        on hours.city = timed.city
    left join busy
        on
            hours.city = busy.city
            and timed.denominator = busy.denominator
            and hours.hour_utc = busy.hour_utc
    group by hours.city, timed.denominator
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
            when work.call_type_group = '(all)' and work.status <> 'insufficient_data'
                then busy_hours.officers_busy_p90
        end as double
    ) as officers_busy_p90,
    work.status
from with_total as work
cross join utilisations
left join busy_hours
    on work.city = busy_hours.city and work.denominator = busy_hours.denominator
