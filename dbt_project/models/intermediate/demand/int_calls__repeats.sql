{# Stored: few rows come out of a sort of all calls, and they are read more than once. #}
{{ config(materialized='table') }}

with recursive rules_in_use as (
    select distinct
        city,
        rule,
        rule_order
    from {{ ref('int_repeat_rules') }}
    where is_used
),

wider as (
    select
        pairs.city,
        pairs.call_id,
        pairs.earlier_call_id,
        pairs.minutes_between,
        rules.rule,
        row_number() over (
            partition by pairs.city, pairs.call_id
            order by rules.rule_order, pairs.minutes_between, pairs.earlier_call_id
        ) as choice
    from {{ ref('int_calls__repeat_pairs') }} as pairs
    inner join rules_in_use as rules
        on pairs.city = rules.city and pairs.rule = rules.rule
    where pairs.minutes_between <= {{ var('duplicate_window_minutes') }}
),

-- A chain of calls about one thing on one block is one already: only its first call can belong to another event.
chains_that_join as (
    select
        wider.city,
        wider.call_id,
        wider.minutes_between,
        wider.rule,
        earlier.first_of_chain as joins_chain
    from wider
    inner join {{ ref('int_calls__placed') }} as calls
        on wider.city = calls.city and wider.call_id = calls.call_id and not calls.is_chained
    inner join {{ ref('int_calls__placed') }} as earlier
        on wider.city = earlier.city and wider.earlier_call_id = earlier.call_id
    where wider.choice = 1
),

events as (
    select
        links.city,
        links.call_id,
        links.joins_chain as first_call_id
    from chains_that_join as links
    left join chains_that_join as before
        on links.city = before.city and links.joins_chain = before.call_id
    where before.call_id is null
    union all
    select
        links.city,
        links.call_id,
        events.first_call_id
    from events
    inner join chains_that_join as links
        on events.city = links.city and events.call_id = links.joins_chain
)

select
    calls.city,
    calls.call_id,
    coalesce(links.minutes_between, calls.minutes_after_previous) as minutes_after_previous,
    calls.is_chained or links.call_id is not null as is_repeat,
    case
        when calls.is_chained then coalesce(events.first_call_id, calls.first_of_chain)
        else events.first_call_id
    end as first_call_id,
    case when calls.is_chained then 'same_block_same_group' else links.rule end as rule
from {{ ref('int_calls__placed') }} as calls
left join chains_that_join as links
    on calls.city = links.city and calls.call_id = links.call_id
left join events
    on calls.city = events.city and calls.first_of_chain = events.call_id
where
    links.call_id is not null
    or calls.minutes_after_previous
    <= {{ (var('duplicate_windows_compared') + [var('duplicate_window_minutes')]) | max }}
