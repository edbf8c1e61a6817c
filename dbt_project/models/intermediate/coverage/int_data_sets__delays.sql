with landings as (
    select
        loads.city,
        loads.data_set,
        max(cast({{ utc_to_local_of('loads.landed_at', 'cities.time_zone') }} as date)) as landed_on
    from {{ source('loads', 'loads') }} as loads
    inner join {{ source('loads', 'cities') }} as cities
        on loads.city = cities.city
    group by loads.city, loads.data_set
),

earlier_loads as (
    select
        seen.city,
        seen.data_set,
        seen.load_id,
        seen.landed_on,
        min(seen.day) as first_day,
        max(seen.day) as last_day
    from {{ source('loads', 'days_seen') }} as seen
    group by seen.city, seen.data_set, seen.load_id, seen.landed_on
),

comparable_loads as (
    -- One that landed long after its last record tells of how a file is handed over, not of how records come in; and
    -- what has filled in since can only be seen on days that have had the time.
    {% set default_delay = var('default_delay_days') %}
    select
        earlier_loads.city,
        earlier_loads.data_set,
        earlier_loads.load_id,
        earlier_loads.landed_on,
        earlier_loads.first_day
    from earlier_loads
    inner join landings
        on earlier_loads.city = landings.city and earlier_loads.data_set = landings.data_set
    where
        {{ day_difference('earlier_loads.last_day', 'earlier_loads.landed_on') }} <= {{ default_delay }}
        and {{ day_difference('earlier_loads.landed_on', 'landings.landed_on') }} >= {{ default_delay }}
),

held_now as (
    select
        city,
        data_set,
        day,
        sum(records) as records
    from {{ ref('int_data_sets__days') }}
    group by city, data_set, day
),

completeness_by_age as (
    select
        loads.city,
        loads.data_set,
        {{ day_difference('held_now.day', 'loads.landed_on') }} as age,
        sum(held_now.records) as records,
        cast(sum(coalesce(seen.records, 0)) as double) / sum(held_now.records) as completeness
    from comparable_loads as loads
    inner join held_now
        on
            loads.city = held_now.city
            and loads.data_set = held_now.data_set
            and held_now.day between loads.first_day and loads.landed_on
    left join {{ source('loads', 'days_seen') }} as seen
        on
            loads.city = seen.city
            and loads.data_set = seen.data_set
            and loads.load_id = seen.load_id
            and loads.landed_on = seen.landed_on
            and held_now.day = seen.day
    group by loads.city, loads.data_set, age
),

observed as (
    select
        city,
        data_set,
        coalesce(max(case when completeness < {{ var('full_from') }} then age end) + 1, 0) as delay_days
    from completeness_by_age
    where records >= {{ var('records_that_tell') }}
    group by city, data_set
)

select
    landings.city,
    landings.data_set,
    landings.landed_on,
    cast(coalesce(observed.delay_days, {{ var('default_delay_days') }}) as integer) as delay_days,
    case when observed.city is null then 'default' else 'earlier_loads' end as delay_from
from landings
left join observed
    on landings.city = observed.city and landings.data_set = observed.data_set
