with contacts as (
    select
        city,
        coalesce(zone_id, '(unmatched)') as zone_id,
        month,
        case population when 'demand' then 'police_call' else 'officer_initiated' end as channel,
        count(*) as contacts,
        0 as also_called,
        sum(officer_minutes) / 60.0 as officer_hours
    from {{ ref('fct_calls') }}
    where population in ('demand', 'officer_initiated')
    group by all
    union all
    select
        requests.city,
        coalesce(requests.zone_id, '(unmatched)') as zone_id,
        requests.month,
        requests.channel,
        count(*) as contacts,
        -- A call that never became demand does not count the need, so the request does.
        count(calls.call_id) as also_called,
        cast(null as double) as officer_hours
    from {{ ref('fct_requests') }} as requests
    left join {{ ref('fct_calls') }} as calls
        on
            requests.city = calls.city
            and requests.also_called_call_id = calls.call_id
            and calls.population = 'demand'
    group by all
)

select
    city,
    zone_id,
    month,
    channel,
    channel <> 'officer_initiated' as is_community_demand,
    cast(contacts as bigint) as contacts,
    cast(also_called as bigint) as also_called,
    cast(contacts - also_called as bigint) as distinct_needs,
    cast(officer_hours as double) as officer_hours
from contacts
