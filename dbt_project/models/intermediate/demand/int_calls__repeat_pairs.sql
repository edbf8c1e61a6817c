{# Stored: few rows come out of a join of all calls, and they are read three times. #}
{{ config(materialized='table') }}

with related_topics as (
    select distinct
        named.topic_category,
        others.topic_category as other_topic
    from {{ ref('event_scenes') }} as named
    inner join {{ ref('event_scenes') }} as others
        on named.scene = others.scene
),

hours_before as (
    {% for hours in [0, 1, 2] %}
    select {{ hours }} as hours
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

places_to_search as (
    select
        calls.*,
        next_to.next_block,
        next_to.is_same_block,
        {{ dbt.dateadd('hour', '-hours_before.hours', 'calls.hour_utc') }} as search_hour
    from {{ ref('int_calls__placed') }} as calls
    inner join {{ ref('int_blocks__next_to') }} as next_to
        on calls.city = next_to.city and calls.block_address = next_to.block_address
    cross join hours_before
),

pairs as (
    select
        calls.city,
        calls.call_id,
        earlier.call_id as earlier_call_id,
        case
            when calls.is_same_block then 'same_block_related_group'
            when calls.call_type_group = earlier.call_type_group then 'next_block_same_group'
            else 'next_block_related_group'
        end as rule,
        {{ minutes_between('earlier.call_at_utc', 'calls.call_at_utc') }} as minutes_between
    from places_to_search as calls
    inner join {{ ref('int_calls__placed') }} as earlier
        on
            calls.city = earlier.city
            and calls.next_block = earlier.block_address
            and calls.search_hour = earlier.hour_utc
    left join related_topics
        on calls.topic_category = related_topics.topic_category and earlier.topic_category = related_topics.other_topic
    where
        earlier.call_id <> calls.call_id
        and (
            (calls.call_type_group = earlier.call_type_group and not calls.is_same_block)
            or (calls.call_type_group <> earlier.call_type_group and related_topics.other_topic is not null)
        )
)

select
    city,
    call_id,
    earlier_call_id,
    rule,
    minutes_between
from pairs
where
    -- Of two calls of one instant, one is the earlier.
    (minutes_between > 0 or (minutes_between = 0 and earlier_call_id < call_id))
    and (
        minutes_between <= {{ (var('duplicate_windows_compared') + [var('duplicate_window_minutes')]) | max }}
        or minutes_between between 60 and 120
    )
