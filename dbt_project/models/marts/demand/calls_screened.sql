with judged as (
    select
        calls.city,
        days.period_start,
        days.period_end,
        days.covered_days,
        calls.topic_group,
        calls.topic_category,
        {{ hour_of_week('calls.call_at_local') }} as hour_of_week,
        calls.priority_level,
        calls.sent_status,
        calls.time_basis,
        calls.officer_minutes_low as minutes,
        {{ is_initiation_known('calls.initiation') }} as is_initiation_known,
        coalesce(calls.eligible_low, 0) as eligible_low,
        coalesce(calls.eligible_high, 0) as eligible_high,
        case
            when calls.population = 'officer_initiated' then 'officer_initiated'
            when calls.answered_by is not null then 'answered_by_others'
            when 'violence_or_weapon' in (finals.screened_as, initials.screened_as) then 'violence_or_weapon'
            when 'injury' in (finals.screened_as, initials.screened_as) then 'injury'
            when
                calls.priority_level = 1
                and 'behavioral_health' not in (calls.topic_group, calls.initial_topic_group)
                then 'emergency_priority'
            else 'passed'
        end as screen
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and days.measure = 'calls' and cast(calls.call_at_local as date) = days.day
    left join {{ ref('topic_categories') }} as finals
        on calls.topic_category = finals.topic_category
    left join {{ ref('topic_categories') }} as initials
        on calls.initial_topic_category = initials.topic_category
    where calls.population in ('demand', 'officer_initiated')
),

counted as (
    select
        city,
        period_start,
        period_end,
        covered_days,
        topic_group,
        topic_category,
        screen,
        hour_of_week,
        count(*) as calls,
        count(priority_level) as calls_with_priority,
        count(*) filter (where sent_status is distinct from 'nobody_sent') as calls_sent,
        count(minutes) as calls_timed,
        count(*) filter (where time_basis = 'call') as calls_with_units_assumed,
        coalesce(sum(minutes), 0) / 60.0 as hours,
        sum(case when screen = 'passed' then eligible_low else 0 end) as eligible_calls_low,
        sum(case when screen = 'passed' then eligible_high else 0 end) as eligible_calls_high,
        coalesce(sum(case when screen = 'passed' then eligible_low * minutes end), 0) / 60.0 as eligible_hours_low,
        coalesce(sum(case when screen = 'passed' then eligible_high * minutes end), 0) / 60.0 as eligible_hours_high,
        count(*) filter (where not is_initiation_known) as calls_of_unknown_initiation
    from judged
    group by city, period_start, period_end, covered_days, topic_group, topic_category, screen, hour_of_week
)

select
    counted.city,
    counted.topic_category,
    counted.screen,
    counted.hour_of_week,
    counted.topic_group,
    counted.period_start,
    counted.period_end,
    counted.covered_days,
    hours_of_week.exposure_hours,
    cast(counted.calls as bigint) as calls,
    cast(counted.calls_with_priority as bigint) as calls_with_priority,
    cast(counted.calls_sent as bigint) as calls_sent,
    cast(counted.calls_timed as bigint) as calls_timed,
    cast(counted.calls_with_units_assumed as bigint) as calls_with_units_assumed,
    cast(counted.hours as double) as hours,
    cast(counted.eligible_calls_low as double) as eligible_calls_low,
    cast(counted.eligible_calls_high as double) as eligible_calls_high,
    cast(counted.eligible_hours_low as double) as eligible_hours_low,
    cast(counted.eligible_hours_high as double) as eligible_hours_high,
    cast(counted.calls_of_unknown_initiation as bigint) as calls_of_unknown_initiation
from counted
left join {{ ref('calls_by_hour_of_week') }} as hours_of_week
    on counted.city = hours_of_week.city and counted.hour_of_week = hours_of_week.hour_of_week
