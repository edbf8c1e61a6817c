{% set widest = (var('duplicate_windows_compared') + [var('duplicate_window_minutes')]) | max %}

with windows as (
    {% for minutes in var('duplicate_windows_compared') %}
    select {{ minutes }} as window_minutes
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

calls_of_the_city as (
    select
        city,
        count(*) as calls
    from {{ ref('fct_calls') }}
    where population in ('demand', 'duplicate_inferred', 'cancelled_before_dispatch')
    group by city
),

gaps as (
    select
        city,
        call_id,
        minutes_after_previous as minutes_after
    from {{ ref('int_calls__placed') }}
    where minutes_after_previous <= {{ widest }}
    union all
    select
        pairs.city,
        pairs.call_id,
        pairs.minutes_between as minutes_after
    from {{ ref('int_calls__repeat_pairs') }} as pairs
    inner join {{ ref('int_repeat_rules') }} as rules
        on pairs.city = rules.city and pairs.rule = rules.rule
    where
        rules.is_used
        and rules.window_minutes = {{ var('duplicate_window_minutes') }}
        and pairs.minutes_between <= {{ widest }}
),

found as (
    select
        gaps.city,
        windows.window_minutes,
        count(distinct gaps.call_id) as repeats
    from gaps
    inner join windows
        on gaps.minutes_after <= windows.window_minutes
    group by gaps.city, windows.window_minutes
),

found_by_every_rule as (
    select
        city,
        sum(joined_calls) as joined,
        sum(expected_by_chance) as by_chance
    from {{ ref('int_repeat_rules') }}
    where window_minutes = {{ widest }}
    group by city
),

found_by_the_rules_in_use as (
    select
        city,
        window_minutes,
        sum(joined_calls) filter (where is_used) as joined,
        sum(expected_by_chance) filter (where is_used) as by_chance
    from {{ ref('int_repeat_rules') }}
    group by city, window_minutes
),

left_out as (
    select
        used.city,
        used.window_minutes,
        every_rule.joined - used.joined as joined,
        every_rule.by_chance - used.by_chance as by_chance
    from found_by_the_rules_in_use as used
    inner join found_by_every_rule as every_rule
        on used.city = every_rule.city
),

verdicts as (
    select
        city,
        calls_searched,
        status
    from {{ ref('int_repeat_rules') }}
    where rule = 'same_block_same_group' and window_minutes = {{ var('duplicate_window_minutes') }}
),

with_status as (
    select
        calls.city,
        windows.window_minutes,
        calls.calls,
        coalesce(verdicts.calls_searched, 0) as calls_searched,
        coalesce(found.repeats, 0) as repeats,
        left_out.joined - left_out.by_chance as missed,
        -- Both counts are Poisson; by_chance is a count of calls an hour before, times the window over an hour.
        {{ z() }} * sqrt(left_out.joined + left_out.by_chance * {{ widest }} / 60.0) as missed_half_width,
        case
            when coalesce(verdicts.calls_searched, 0) = 0 then 'not_applicable'
            when verdicts.status = 'not_estimable' then 'not_estimable'
            when verdicts.status = 'insufficient_data' then 'unreliable'
            when verdicts.calls_searched < calls.calls * {{ var('least_share_searched') }} then 'unreliable'
            else 'ok'
        end as status
    from calls_of_the_city as calls
    cross join windows
    left join found
        on calls.city = found.city and windows.window_minutes = found.window_minutes
    left join verdicts
        on calls.city = verdicts.city
    left join left_out
        on calls.city = left_out.city and windows.window_minutes = left_out.window_minutes
)

select
    city,
    cast(window_minutes as integer) as window_minutes,
    window_minutes = {{ var('duplicate_window_minutes') }} as is_used,
    calls,
    cast(calls_searched as bigint) as calls_searched,
    cast(case when status <> 'not_applicable' then repeats end as bigint) as repeats,
    case when status in ('ok', 'unreliable') then cast(repeats as double) / calls end as share_of_calls,
    cast(case when status = 'ok' then case when missed > 0 then missed else 0 end end as double) as likely_missed,
    cast(
        case when status = 'ok' then case when missed > missed_half_width then missed - missed_half_width else 0 end end
        as double
    ) as likely_missed_lo,
    cast(
        case
            when status = 'ok' then case when missed > -missed_half_width then missed + missed_half_width else 0 end
        end
        as double
    ) as likely_missed_hi,
    status,
    case status
        when 'not_applicable'
            then 'no call has a block, a type and a time that tells minutes, so repeats cannot be found'
        when 'unreliable'
            then case
                when calls_searched < calls * {{ var('least_share_searched') }}
                    then 'most calls lack a block, a type or a time that tells minutes, so few repeats can be found'
                else 'fewer than {{ var('least_repeats_to_judge') }} calls are joined'
            end
        when 'not_estimable'
            then 'calls of one kind on one block are as frequent after the window: the data cannot tell repeats'
    end as reason
from with_status
