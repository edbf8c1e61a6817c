with windows as (
    {% for minutes in var('duplicate_windows_compared') %}
    select {{ minutes }} as window_minutes
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

searched as (
    select
        city,
        count(*) as calls
    from {{ ref('fct_calls') }}
    where population in ('demand', 'duplicate_inferred', 'cancelled_before_dispatch')
    group by city
),

comparable as (
    -- Without a block, a group and a time of receipt no call can be compared, and none found is not none there.
    select city
    from {{ ref('int_calls__classified') }}
    where
        population_before_inference is null
        and block_address is not null
        and call_type_group is not null
        and received_at_utc is not null
    group by city
),

found as (
    select
        repeats.city,
        windows.window_minutes,
        count(*) as repeats
    from {{ ref('int_calls__repeats') }} as repeats
    inner join windows
        on repeats.minutes_after_previous <= windows.window_minutes
    group by repeats.city, windows.window_minutes
)

select
    searched.city,
    cast(windows.window_minutes as integer) as window_minutes,
    windows.window_minutes = {{ var('duplicate_window_minutes') }} as is_used,
    searched.calls,
    case when comparable.city is not null then coalesce(found.repeats, 0) end as repeats,
    cast(case when comparable.city is not null then coalesce(found.repeats, 0) end as double)
    / searched.calls as share_of_calls
from searched
cross join windows
left join comparable
    on searched.city = comparable.city
left join found
    on searched.city = found.city and windows.window_minutes = found.window_minutes
