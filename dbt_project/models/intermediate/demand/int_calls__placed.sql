{# Stored: what looks for repeats reads it five times, and it comes out of a sort of all calls. #}
{{ config(materialized='table') }}

with data_sets_without_minutes as (
    select
        city,
        source_dataset
    from {{ ref('calls') }}
    group by city, source_dataset
    -- Times cut to the day, the hour or the quarter cannot tell which calls follow each other within minutes.
    having count(*) >= 60 and count(distinct extract(minute from call_at_utc)) < 12
),

callers_about_the_same_place as (
    select
        calls.city,
        calls.call_id,
        calls.call_at_utc,
        calls.call_type_group,
        calls.topic_category,
        calls.block_address,
        lag(calls.call_at_utc) over same_kind_of_thing as previous_call_at_utc,
        count(*) over (
            partition by calls.city, calls.call_type_group, calls.block_address
            order by calls.call_at_utc
            range between interval 120 minute preceding and interval 60 minute preceding
        ) as calls_an_hour_before
    from {{ ref('int_calls__classified') }} as calls
    left join data_sets_without_minutes
        on
            calls.city = data_sets_without_minutes.city
            and calls.source_dataset = data_sets_without_minutes.source_dataset
    where
        calls.population_before_inference is null
        and calls.block_address is not null
        and calls.call_type_group is not null
        and calls.received_at_utc is not null
        and data_sets_without_minutes.city is null
    window same_kind_of_thing as (
        partition by calls.city, calls.call_type_group, calls.block_address order by calls.call_at_utc, calls.call_id
    )
),

chained as (
    select
        *,
        {{ minutes_between('previous_call_at_utc', 'call_at_utc') }} as minutes_after_previous
    from callers_about_the_same_place
)

select
    city,
    call_id,
    call_at_utc,
    date_trunc('hour', call_at_utc) as hour_utc,
    call_type_group,
    topic_category,
    block_address,
    minutes_after_previous,
    -- The chain rule: a call joins when it follows the previous one, not the first one, closely enough.
    coalesce(minutes_after_previous <= {{ var('duplicate_window_minutes') }}, false) as is_chained,
    {{ last_known(
        'case when coalesce(minutes_after_previous > ' ~ var('duplicate_window_minutes') ~ ', true) then call_id end'
    ) }} over (
        partition by city, call_type_group, block_address
        order by call_at_utc, call_id
        rows between unbounded preceding and current row
    ) as first_of_chain,
    calls_an_hour_before
from chained
