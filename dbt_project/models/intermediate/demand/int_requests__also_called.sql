{# Stored: few rows come out of a join of all calls, and they are read more than once. #}
{{ config(materialized='table') }}

{# Cells as wide as the distance, so that what is near lies in the same or a neighbouring cell; a degree of longitude
   is at least 0.34 of one of latitude up to 70 degrees north or south. #}
{% set metres_per_degree = 111320 %}
{% set cell = var('cross_channel_distance_metres') / (metres_per_degree - 1000) %}
{% set neighbours = [-1, 0, 1] %}

with calls_about_needs as (
    select
        calls.city,
        calls.call_id,
        calls.topic_category,
        calls.call_at_utc,
        -- Where a call has lost its coordinate, its block still tells where it was.
        coalesce(calls.longitude, blocks.longitude) as longitude,
        coalesce(calls.latitude, blocks.latitude) as latitude
    from {{ ref('int_calls__classified') }} as calls
    left join {{ ref('int_calls__repeats') }} as repeats
        on calls.city = repeats.city and calls.call_id = repeats.call_id and repeats.is_repeat
    left join {{ ref('int_blocks__located') }} as blocks
        on calls.city = blocks.city and calls.block_address = blocks.block_address
    where
        calls.population_before_inference is null
        and repeats.call_id is null
        and calls.received_at_utc is not null
        and calls.topic_category in (select needs.topic_category from {{ ref('request_needs') }} as needs)
),

calls as (
    select
        *,
        cast(call_at_utc as date) as day,
        cast(floor(longitude / {{ cell / 0.34 }}) as bigint) as cell_x,
        cast(floor(latitude / {{ cell }}) as bigint) as cell_y
    from calls_about_needs
    where longitude between -180 and 180 and latitude between -90 and 90
),

requests as (
    select
        requests.city,
        requests.channel,
        requests.request_id,
        needs.topic_category,
        requests.requested_at_utc,
        requests.longitude,
        requests.latitude,
        cast(floor(requests.longitude / {{ cell / 0.34 }}) as bigint) as cell_x,
        cast(floor(requests.latitude / {{ cell }}) as bigint) as cell_y
    from {{ ref('requests') }} as requests
    inner join {{ ref('request_needs') }} as needs
        on
            requests.city = needs.city
            and requests.channel = needs.channel
            and requests.category = needs.category
    where
        requests.longitude between -180 and 180
        and requests.latitude between -90 and 90
),

steps as (
    {% for step in neighbours %}
    select {{ step }} as step
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

places_to_search as (
    select
        requests.*,
        requests.cell_x + x.step as search_x,
        requests.cell_y + y.step as search_y,
        cast({{ dbt.dateadd('day', 'd.step', 'cast(requests.requested_at_utc as date)') }} as date) as search_day
    from requests
    cross join steps as x
    cross join steps as y
    cross join steps as d
),

candidates as (
    select
        places.city,
        places.channel,
        places.request_id,
        calls.call_id,
        {{ minutes_between('calls.call_at_utc', 'places.requested_at_utc') }} as minutes_after_call,
        {{ metres_per_degree }} * sqrt(
            pow(calls.latitude - places.latitude, 2)
            + pow((calls.longitude - places.longitude) * cos(radians(places.latitude)), 2)
        ) as metres
    from places_to_search as places
    inner join calls
        on
            places.city = calls.city
            and places.topic_category = calls.topic_category
            and places.search_x = calls.cell_x
            and places.search_y = calls.cell_y
            and places.search_day = calls.day
),

nearest as (
    select
        *,
        row_number() over (
            partition by city, channel, request_id order by abs(minutes_after_call), metres, call_id
        ) as nearness
    from candidates
    where
        abs(minutes_after_call) <= {{ var('cross_channel_window_hours') }} * 60
        and metres <= {{ var('cross_channel_distance_metres') }}
)

select
    city,
    channel,
    request_id,
    call_id,
    minutes_after_call,
    metres
from nearest
where nearness = 1
