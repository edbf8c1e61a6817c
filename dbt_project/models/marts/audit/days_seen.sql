with landings as (
    select
        delays.city,
        delays.data_set,
        delays.landed_on,
        loads.load_id,
        row_number() over (partition by loads.city, loads.data_set order by loads.load_number desc) as newness
    from {{ ref('int_data_sets__delays') }} as delays
    inner join {{ source('loads', 'loads') }} as loads
        on delays.city = loads.city and delays.data_set = loads.data_set
),

seen_now as (
    select
        landings.city,
        landings.data_set,
        landings.load_id,
        landings.landed_on,
        days.day,
        sum(days.records) as records
    from landings
    inner join {{ ref('int_data_sets__days') }} as days
        on
            landings.city = days.city
            and landings.data_set = days.data_set
            and {{ day_difference('days.day', 'landings.landed_on') }} between 0
            and {{ var('days_seen_before_landing') }}
    where landings.newness = 1
    group by landings.city, landings.data_set, landings.load_id, landings.landed_on, days.day
),

seen as (
    select
        before.city,
        before.data_set,
        before.load_id,
        before.landed_on,
        before.day,
        before.records
    from {{ source('loads', 'days_seen') }} as before
    left join landings
        on
            before.city = landings.city
            and before.data_set = landings.data_set
            and before.load_id = landings.load_id
            and before.landed_on = landings.landed_on
            and landings.newness = 1
    where landings.city is null
    union all
    select
        city,
        data_set,
        load_id,
        landed_on,
        day,
        records
    from seen_now
),

with_newness as (
    select
        *,
        dense_rank() over (partition by city, data_set order by landed_on desc, load_id asc) as newness
    from seen
)

select
    city,
    data_set,
    load_id,
    landed_on,
    day,
    cast(records as bigint) as records
from with_newness
where newness <= {{ var('loads_seen') }}
