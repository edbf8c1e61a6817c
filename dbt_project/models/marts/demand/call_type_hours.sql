with calls_of_the_period as (
    select
        calls.*,
        days.period_start,
        days.period_end,
        days.covered_days,
        days.period_status,
        calls.sent_status = 'sent' as is_sent,
        calls.sent_status = 'unknown' as is_sent_unknown
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and cast(calls.call_at_local as date) = days.day
    where days.measure = 'calls'
),

counted as (
    select
        city,
        population,
        initiation,
        coalesce(call_type_group, '(unmapped)') as call_type_group,
        coalesce(final_type, '(none)') as final_type,
        period_start,
        period_end,
        covered_days,
        period_status,
        count(*) as calls,
        count(answered_by) as calls_answered_by_others,
        -- A call whose time is known was sent to, whatever else is known.
        count(*) filter (where is_sent or officer_minutes_low is not null) as calls_sent,
        count(*) filter (where is_sent_unknown and officer_minutes_low is null) as calls_sent_unknown,
        count(officer_minutes_low) as calls_timed,
        count(officer_minutes_high) as calls_bounded,
        count(*) filter (where time_basis = 'call') as calls_with_units_assumed,
        sum(unit_minutes) as unit_minutes,
        sum(officer_minutes_low) as minutes,
        sum(officer_minutes_high) as minutes_high
    from calls_of_the_period
    group by all
),

by_denominator as (
    {% for name, condition in denominators().items() %}
    select
        '{{ name }}' as denominator,
        counted.*
    from counted
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

levels as (
    {% for final_type in ["'(all)'", 'final_type'] %}
    select
        denominator,
        city,
        period_start,
        period_end,
        covered_days,
        period_status,
        call_type_group,
        {{ final_type }} as final_type,
        sum(calls) as calls,
        sum(calls_answered_by_others) as calls_answered_by_others,
        sum(calls_sent) as calls_sent,
        sum(calls_sent_unknown) as calls_sent_unknown,
        sum(calls_timed) as calls_timed,
        sum(calls_bounded) as calls_bounded,
        sum(calls_with_units_assumed) as calls_with_units_assumed,
        sum(unit_minutes) / 60.0 as unit_hours,
        coalesce(sum(minutes), 0) / 60.0 as hours,
        sum(minutes_high) / 60.0 as hours_high
    from by_denominator
    group by all
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    city,
    denominator,
    call_type_group,
    final_type,
    final_type = '(all)' as is_group,
    period_start,
    period_end,
    covered_days,
    period_status,
    cast(calls as bigint) as calls,
    cast(calls_answered_by_others as bigint) as calls_answered_by_others,
    cast(calls_sent as bigint) as calls_sent,
    cast(calls_sent_unknown as bigint) as calls_sent_unknown,
    cast(calls_timed as bigint) as calls_timed,
    cast(calls_bounded as bigint) as calls_bounded,
    cast(calls_with_units_assumed as bigint) as calls_with_units_assumed,
    cast(unit_hours as double) as unit_hours,
    cast(hours as double) as hours,
    cast(hours_high as double) as hours_high,
    -- Nobody's hours go to a call that nobody was sent to: it is not untimed.
    cast(
        case
            when calls_sent + calls_sent_unknown = 0 then 0
            else hours * (calls_sent + calls_sent_unknown) / nullif(calls_timed, 0)
        end as double
    ) as hours_scaled,
    cast(calls_timed as double) / nullif(calls_sent + calls_sent_unknown, 0) as time_coverage
from levels
