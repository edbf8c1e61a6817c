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
        -- The chain rule: a call joins when it follows the previous one, not the first one, closely enough.
        coalesce(
            {{ minutes_between('previous_call_at_utc', 'call_at_utc') }} <= {{ var('duplicate_window_minutes') }}, false
        ) as follows_closely
    from callers_about_the_same_place
),

with_first_call as (
    select
        city,
        call_id,
        follows_closely,
        {{ last_known('case when not follows_closely then call_id end') }} over (
            partition by city, call_type_group, block_address
            order by call_at_utc, call_id
            rows between unbounded preceding and current row
        ) as first_call_id
    from chained
)

select
    city,
    call_id,
    first_call_id
from with_first_call
where follows_closely
