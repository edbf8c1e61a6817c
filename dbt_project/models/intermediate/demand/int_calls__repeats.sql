{# Stored: few rows come out of a sort of all calls, and they are read more than once. #}
{{ config(materialized='table') }}

with callers_about_the_same_place as (
    select
        city,
        call_id,
        call_at_utc,
        call_type_group,
        block_address,
        lag(call_at_utc) over (
            partition by city, call_type_group, block_address
            order by call_at_utc, call_id
        ) as previous_call_at_utc
    from {{ ref('int_calls__classified') }}
    where
        population_before_inference is null
        and block_address is not null
        and call_type_group is not null
        and received_at_utc is not null
),

chained as (
    select
        city,
        call_id,
        call_at_utc,
        call_type_group,
        block_address,
        {{ minutes_between('previous_call_at_utc', 'call_at_utc') }} as minutes_after_previous
    from callers_about_the_same_place
),

joined as (
    select
        *,
        -- The chain rule: a call joins when it follows the previous one, not the first one, closely enough.
        coalesce(minutes_after_previous <= {{ var('duplicate_window_minutes') }}, false) as is_repeat
    from chained
),

with_first_call as (
    select
        city,
        call_id,
        minutes_after_previous,
        is_repeat,
        {{ last_known('case when not is_repeat then call_id end') }} over (
            partition by city, call_type_group, block_address
            order by call_at_utc, call_id
            rows between unbounded preceding and current row
        ) as first_call_id
    from joined
)

select
    city,
    call_id,
    minutes_after_previous,
    is_repeat,
    case when is_repeat then first_call_id end as first_call_id
from with_first_call
where minutes_after_previous <= {{ (var('duplicate_windows_compared') + [var('duplicate_window_minutes')]) | max }}
